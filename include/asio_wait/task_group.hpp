// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/call_arguments.hpp>
#include <asio_wait/detail/group_start.hpp>
#include <asio_wait/detail/group_state.hpp>
#include <asio_wait/detail/set_spawn.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/assert/source_location.hpp>

#include <cstddef>
#include <limits>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

namespace asio_wait::inline v0 {

namespace detail {
struct group_access;
}

/// The children of a with_task_group, seen from inside.
/** A copyable handle. The one the body is given may be referred to as long as a child runs. The group
 *  itself ends when its body and all children have ended. After that,
 *  and while it is being cancelled, adding a child throws `invalid_scope_state` and destroys the
 *  child's coroutine unrun.
 *  @par Thread safety  Every member function from any thread. */
class task_group {
public:
    /// Another handle to the same group.
    task_group(const task_group& other) : state_(other.state_->shared_from_this()) {}
    /// From now on a handle to the other group.
    task_group& operator=(const task_group& other) {
        state_ = other.state_->shared_from_this();
        return *this;
    }

    /// Starts a child on the group's executor: a callable that returns an awaitable (it is kept until
    /// the child has ended, so a lambda may capture), or an awaitable.
    template<class Body>
    auto spawn(Body&& body, std::string_view name = {},
               boost::source_location at = BOOST_CURRENT_LOCATION) const {
        return state_->spawn(std::forward<Body>(body), name, at);
    }

    /// ... on another executor.
    template<class ExecutorOrContext, class Body>
    requires(detail::is_executor_or_context<ExecutorOrContext>) auto spawn(
        ExecutorOrContext&& executor_or_context, Body&& body, std::string_view name = {},
        boost::source_location at = BOOST_CURRENT_LOCATION) const {
        return state_->spawn_on(detail::executor_of(executor_or_context), std::forward<Body>(body),
                                name, at);
    }

    /// Cancels the body and all children; the group then ends without an error of its own. Repeated
    /// calls reach the body only.
    void cancel() const { state_->abort(boost::asio::cancellation_type::terminal, true); }

    /// Children that have not ended.
    std::size_t size() const { return state_->children()->occupied(); }

    /// Empty once the group has ended.
    boost::asio::any_io_executor get_executor() const { return state_->executor(); }

    /// So many children at a time, for async_spawn.
    void limit(std::size_t most) const { state_->limit(most); }

    /// Waits for a place, then starts a child.
    /** `async_spawn(body, [name], [token])`
     *
     *  @par Requirements   `limit()` has been set, else there is always a place.
     *  @par Completion     `void(std::exception_ptr, task<T>)`, when fewer children than the limit run:
     *       the child has been started then. Several are served in order of their start.
     *  @par Errors         `operation_aborted` when the wait was cancelled or the group is being
     *       cancelled, `invalid_scope_state` when the group has ended; the body is then destroyed
     *       without having run. What create_task throws.
     *  @par Cancellation   terminal, partial, total.
     *  @par Cancel safety  Nothing has been started.
     *  @par Executor       The child runs on the group's executor. The handler is posted to its
     *       associated executor, by default the group's.
     *  @par Thread safety  Any thread.
     *  @par Lifetimes      The body is kept until its coroutine has ended.
     *  @par Cost           O(1); one block from the associated allocator, and create_task.
     *  @par asyncio        A loop with `asyncio.Semaphore`.
     *  @par Example        @snippet groups.cpp limit */
    template<class Body, class CompletionToken = boost::asio::deferred_t>
    requires(!std::is_convertible_v<CompletionToken, std::string_view>) auto async_spawn(
        Body&& body, CompletionToken&& token = CompletionToken(),
        boost::source_location at = BOOST_CURRENT_LOCATION) const {
        return async_spawn(std::forward<Body>(body), std::string_view(),
                           std::forward<CompletionToken>(token), at);
    }

    /// The same, with a name for the child.
    template<class Body, class CompletionToken = boost::asio::deferred_t>
    auto async_spawn(Body&& body, std::string_view name,
                     CompletionToken&& token = CompletionToken(),
                     boost::source_location at = BOOST_CURRENT_LOCATION) const {
        detail::group_spawner<std::decay_t<Body>> spawner{
            state_->shared_from_this(), std::forward<Body>(body), std::string(name), at};
        using signature = void(std::exception_ptr, decltype(spawner()));
        return detail::initiate_with<signature>(
            std::forward<CompletionToken>(token),
            detail::initiate_in_group{state_->shared_from_this()},
            detail::place_for_task<decltype(spawner)>(state_->children(), std::move(spawner)));
    }

    /// Starts a child and waits until it says that it is ready.
    /** `async_start<R>(body, [name], [token])`, where `body` is called with a `start_signal<R>` and
     *  returns an awaitable. The child calls the signal once, with an R (nothing for void), when it is
     *  ready, and runs on as any child of the group.
     *
     *  @par Requirements   A group that is open.
     *  @par Completion     `void(std::exception_ptr, R)` (without R for void), when the child has called
     *       its signal or has ended without.
     *  @par Errors         The child's own error if it failed before it was ready; the group then does
     *       not hear of it. `invalid_scope_state` when it ended without a word, or the group is being
     *       cancelled; `operation_aborted` when the wait, and so the child, was cancelled.
     *  @par Cancellation   terminal, partial, total: passed on to the child, until it is ready.
     *  @par Cancel safety  A child that became ready all the same is reported, and runs on.
     *  @par Executor       As async_spawn.
     *  @par Thread safety  Any thread, also for the signal.
     *  @par Lifetimes      The body is kept until its coroutine has ended; a copy of the signal may
     *       live longer, and then keeps nothing but itself.
     *  @par Cost           O(1); create_task and a wait for two tasks.
     *  @par asyncio        None; trio's `await nursery.start(child)`.
     *  @par Example        @snippet groups.cpp start */
    template<class R = void, class Body, class CompletionToken = boost::asio::deferred_t>
    requires(!std::is_convertible_v<CompletionToken, std::string_view>) auto async_start(
        Body&& body, CompletionToken&& token = CompletionToken(),
        boost::source_location at = BOOST_CURRENT_LOCATION) const {
        return async_start<R>(std::forward<Body>(body), std::string_view(),
                              std::forward<CompletionToken>(token), at);
    }

    /// The same, with a name for the child.
    template<class R = void, class Body, class CompletionToken = boost::asio::deferred_t>
    auto async_start(Body&& body, std::string_view name,
                     CompletionToken&& token = CompletionToken(),
                     boost::source_location at = BOOST_CURRENT_LOCATION) const {
        return detail::initiated_or_unwrapped<R>(
            std::forward<CompletionToken>(token),
            detail::initiate_start<R>{{state_->shared_from_this()}, std::string(name), at},
            std::decay_t<Body>(std::forward<Body>(body)));
    }

private:
    friend struct detail::group_access;

    explicit task_group(std::shared_ptr<detail::group_state> state) noexcept
        : state_(std::move(state)) {}

    // The handle that lies in the state itself does not own it; its copies do.
    std::shared_ptr<detail::group_state> state_;
};

namespace detail {

struct group_access {
    static task_group make(group_state& s) noexcept {
        return task_group(std::shared_ptr<group_state>(std::shared_ptr<void>(), &s));
    }
    static std::shared_ptr<group_state> state(const task_group& g) {
        return g.state_->shared_from_this();
    }
};

/// The state of a group and the handle that its body and children may refer to as long as they run.
class owned_group final : public group_state {
public:
    template<class Executor>
    explicit owned_group(Executor executor)
        : group_state(std::move(executor)), handle(group_access::make(*this)) {}

    task_group handle;
};

} // namespace detail
} // namespace asio_wait::inline v0
