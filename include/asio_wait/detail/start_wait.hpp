// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/wait_op.hpp>

#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/recycling_allocator.hpp>
#include <boost/asio/version.hpp>

#if BOOST_ASIO_VERSION >= 102800
#include <boost/asio/associated_immediate_executor.hpp>
#endif

#include <tuple>
#include <type_traits>
#include <utility>

namespace asio_wait::inline v0::detail {

/// A poll that found nothing: it looks once more when it runs, and that is all. No registration, nothing
/// to cancel, one post.
/** Its payload also has `short_way`, which is true, `bool ready()`, `bool barren()` and the result
 *  `nothing()` for when there is nothing still, and `core_type visit()` for when there is: a core that
 *  lives on the stack and is never woken. (What is ready must be claimed at the start, or later waits
 *  would overtake, so that takes the long way.) */
template<class Handler, class Payload>
class poll_op {
public:
    using allocator_type = asio::associated_allocator_t<Handler, asio::recycling_allocator<void>>;

    template<class H>
    poll_op(H&& handler, Payload&& payload)
        : handler_(std::forward<H>(handler)), payload_(std::move(payload)) {}

    allocator_type get_allocator() const noexcept {
        return asio::get_associated_allocator(handler_, asio::recycling_allocator<void>());
    }

    template<class H>
    static void initiate(H&& handler, Payload payload) {
        BOOST_ASIO_HANDLER_LOCATION((__FILE__, __LINE__, what_of<Payload>));
        const auto executor = asio::get_associated_executor(handler);
        poll_op op(std::forward<H>(handler), std::move(payload));
#if BOOST_ASIO_VERSION >= 102800
        const auto immediate = asio::get_associated_immediate_executor(op.handler_, executor);
        asio::dispatch(immediate, std::move(op));
#else
        post_to(executor, std::move(op));
#endif
    }

    void operator()() {
        static_assert(
            std::is_same_v<decltype(payload_.nothing()),
                           decltype(payload_.result(std::declval<core_type&>(), nullptr, 0))>);
        if (payload_.barren())
            return call(payload_.nothing());
        auto core = payload_.visit();
        core.look_once();
        payload_.content(core);
        call(payload_.result(core, nullptr, 0));
    }

private:
    using core_type = typename Payload::core_type;

    template<class... Args>
    void call(std::tuple<Args...> arguments) {
        std::apply([this](auto&... a) { std::move(handler_)(std::move(a)...); }, arguments);
    }

    Handler handler_;
    Payload payload_;
};

template<class Payload>
inline constexpr bool has_short_way = false;
template<class Payload>
requires(Payload::short_way) inline constexpr bool has_short_way<Payload> = true;

/// Starts a wait; the last step of every initiation, which says what its I/O executor is.
template<class Handler, class Initiation, class Payload, class Limit>
void start_wait(Handler&& handler, const Initiation& initiation, Payload payload, Limit limit) {
    using handler_type = std::decay_t<Handler>;
    if constexpr (has_short_way<Payload> && !needs_io_executor<handler_type>()) {
        if (limit.expired() && !payload.ready())
            return poll_op<handler_type, Payload>::initiate(std::forward<Handler>(handler),
                                                            std::move(payload));
    }
    wait_op<handler_type, Payload, Limit>::initiate(std::forward<Handler>(handler), initiation,
                                                    std::move(payload), std::move(limit));
}

} // namespace asio_wait::inline v0::detail
