// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/limit.hpp>
#include <asio_wait/detail/task_state.hpp>
#include <asio_wait/detail/wait_op.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/system_executor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/version.hpp>

#include <cstddef>
#include <exception>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#if BOOST_ASIO_VERSION < 102800 && !defined(ASIO_WAIT_NO_ASIO_DETAIL)
#include <asio_wait/detail/asio_1_26_fix.hpp>
#endif

namespace asio_wait::inline v0::detail {

/// Waits for one task, whatever its type.
struct one_task {
    static constexpr bool cancellable_when_over = false;

    ref_ptr<task_base> state;

    static constexpr std::size_t prepare() noexcept { return 1; }
    static constexpr return_when condition() noexcept { return return_when::all_completed; }
    task_base* task(std::size_t) const noexcept { return state.get(); }
    static ref_ptr<task_base> target() noexcept { return nullptr; }

    static std::tuple<boost::system::error_code> result(stop_reason why, const done_list&,
                                                        const wait_node*) noexcept {
        return {error_of(why)};
    }
};

/// How a value travels through a completion signature, which wants a default constructor.
template<class T>
using passed = std::conditional_t<std::is_default_constructible_v<T>, T, std::optional<T>>;

template<class T>
struct get_signature {
    using type = void(std::exception_ptr, passed<T>);
};

template<>
struct get_signature<void> {
    using type = void(std::exception_ptr);
};

template<class T>
using get_signature_t = typename get_signature<T>::type;

/// Waits for one task and reads its outcome.
template<class T, bool PassCancelOn>
struct one_value {
    static constexpr bool cancellable_when_over = false;

    ref_ptr<task_state<T>> state;

    static constexpr std::size_t prepare() noexcept { return 1; }
    static constexpr return_when condition() noexcept { return return_when::all_completed; }
    task_base* task(std::size_t) const noexcept { return state.get(); }

    ref_ptr<task_base> target() const noexcept {
        return PassCancelOn ? ref_ptr<task_base>::share(state.get()) : nullptr;
    }

    auto result(stop_reason why, const done_list&, const wait_node*) {
        std::exception_ptr error =
            why == stop_reason::none ? read_error() : as_exception(error_of(why));
        if constexpr (std::is_void_v<T>) {
            return std::tuple<std::exception_ptr>(std::move(error));
        } else {
            using values = std::tuple<std::exception_ptr, passed<T>>;
            if (!error) {
                try {
                    if constexpr (std::is_copy_constructible_v<T>)
                        return values(nullptr, state->read_value());
                    else
                        return values(nullptr, state->take_value());
                } catch (...) {
                    error = std::current_exception(); // a throwing copy, or taken already
                }
            }
            return values(std::move(error), passed<T>());
        }
    }

private:
    std::exception_ptr read_error() const noexcept {
        state->mark_observed();
        return state->error();
    }
};

/// The I/O executor of a wait: asked of the task when it is needed, since a copy kept by the
/// awaiting coroutine could outlive the task's context. A finished task has none, and nothing to
/// wait for.
inline asio::any_io_executor executor_or_system(const ref_ptr<task_base>& t) {
    if (t)
        if (asio::any_io_executor executor = t->get_executor())
            return executor;
    return asio::system_executor();
}

struct initiate_wait_one {
    using executor_type = asio::any_io_executor;

    ref_ptr<task_base> task;

    executor_type get_executor() const noexcept { return executor_or_system(task); }

    template<class Handler, class Payload>
    void operator()(Handler&& handler, Payload payload) const {
        start_wait(std::forward<Handler>(handler), get_executor(), std::move(payload), no_limit());
    }
};

#if BOOST_ASIO_VERSION < 102800 && defined(ASIO_WAIT_NO_ASIO_DETAIL)
// Boost 1.81 cannot await a deferred operation that completes with (exception_ptr, T).
using default_get_token = asio::use_awaitable_t<>;
#else
using default_get_token = asio::deferred_t;
#endif

} // namespace asio_wait::inline v0::detail
