// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>

#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/execution/allocator.hpp>
#include <boost/asio/execution/bad_executor.hpp>
#include <boost/asio/execution/blocking.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution/context_as.hpp>
#include <boost/asio/execution/executor.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/is_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>
#include <boost/asio/system_executor.hpp>

#include <type_traits>
#include <utility>

namespace asio_wait::inline v0::detail {

namespace asio = boost::asio;

// Asio knows executors of two kinds: those of the current model (properties) and those of the
// Networking TS (member functions). Both are served, as Asio itself does.

template<class Ex>
inline constexpr bool is_property_executor = asio::execution::is_executor<Ex>::value;

template<class Ex>
inline constexpr bool is_any_executor = is_property_executor<Ex> || asio::is_executor<Ex>::value;

template<class Context>
inline constexpr bool is_context =
    std::is_convertible_v<std::remove_cvref_t<Context>&, asio::execution_context&>;

/// Refuses an erased executor without a target, as Asio does.
template<class Ex>
void check_executor(const Ex& ex) {
    if constexpr (std::is_constructible_v<bool, const Ex&>)
        if (!ex)
            throw asio::execution::bad_executor();
}

/// The executor there always is.
/** A template, as is every get_executor() that may need it: to erase its type is a quarter of what the
 *  compiler does for this library, so only a program that asks for it pays. */
template<class Erased, class System = asio::system_executor>
Erased system_executor_as() {
    return System();
}

/// The context behind an executor, null if it has none.
template<class Ex>
asio::execution_context* context_of(const Ex& ex) {
    using as_context = asio::execution::context_as_t<asio::execution_context&>;
    check_executor(ex);
    if constexpr (!is_property_executor<Ex>)
        return &ex.context();
    else if constexpr (asio::can_query<const Ex&, as_context>::value)
        return &asio::query(ex, as_context{});
    else
        return nullptr;
}

/// Whether every executor of this type has one.
template<class Ex>
inline constexpr bool has_context =
    !is_property_executor<Ex> ||
    asio::can_query<const Ex&, asio::execution::context_as_t<asio::execution_context&>>::value;

/// Whether a function can be submitted without running at once.
template<class Ex>
inline constexpr bool can_post_to =
    !is_property_executor<Ex> || asio::can_require<Ex, asio::execution::blocking_t::never_t>::value;

/// asio::post() of a function to the executor it is meant for; that one is not looked up again.
template<class Ex, class F>
void post_to(const Ex& ex, F&& f) {
    if constexpr (is_property_executor<Ex>)
        asio::prefer(asio::require(ex, asio::execution::blocking.never),
                     asio::execution::allocator(asio::get_associated_allocator(f)))
            .execute(std::forward<F>(f));
    else
        asio::post(ex, std::forward<F>(f));
}

/// An executor, and the promise to its context that something is still to come.
template<class Ex, bool = is_property_executor<Ex>>
class tracked_executor {
public:
    explicit tracked_executor(const Ex& ex)
        : executor_(asio::prefer(ex, asio::execution::outstanding_work.tracked)) {}

    const auto& get() const noexcept { return executor_; }

private:
    std::decay_t<decltype(asio::prefer(std::declval<const Ex&>(),
                                       asio::execution::outstanding_work.tracked))>
        executor_;
};

template<class Ex>
class tracked_executor<Ex, false> {
public:
    explicit tracked_executor(const Ex& ex) : guard_(ex) {}

    Ex get() const noexcept { return guard_.get_executor(); }

private:
    asio::executor_work_guard<Ex> guard_;
};

} // namespace asio_wait::inline v0::detail
