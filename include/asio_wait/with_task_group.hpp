// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/create_task.hpp>
#include <asio_wait/detail/group_op.hpp>
#include <asio_wait/exception_group.hpp>
#include <asio_wait/task_group.hpp>

#include <boost/asio/deferred.hpp>
#include <boost/assert/source_location.hpp>

#include <type_traits>
#include <utility>

namespace asio_wait::inline v0 {

/// Runs a block that may start children, and ends when they all have ended: a nursery.
/** `with_task_group([executor], body, [token])`, where `body` is called with a `task_group&` and
 *  returns an awaitable.
 *
 *  The first failure of a child or of the body cancels all the others. Children may add children, also
 *  when the body has returned. A child that is cancelled alone affects nobody.
 *
 *  @par Requirements   A body whose awaitable can run on the executor.
 *  @par Completion     `void(std::exception_ptr, T)` (without T for void), when the body and all
 *       children have ended, with the body's value.
 *  @par Errors         `exception_group` with every failure, in order of completion, the body's own last;
 *       also for a single one, and also when the group was cancelled as well. Cancellations are no
 *       failures. Without a failure: `operation_aborted` when the group was cancelled, or a cancellation
 *       left the body. After `task_group::cancel()` a group of void ends without an error; one with a
 *       value gives `operation_aborted` unless the body returned one all the same.
 *  @par Cancellation   terminal, partial, total: cancels body and children, and waits for them. Further
 *       requests reach the body only. A request before the start has no effect, as everywhere in
 *       Asio.
 *  @par Cancel safety  Values stay readable through the handles of the children.
 *  @par Executor       Body and children run on the executor named, else on the handler's associated
 *       executor; the handler is posted to the latter. A plain callback needs an executor named or
 *       bound, or all of it runs on system_executor.
 *  @par Thread safety  Any thread for the call; see task_group for its members.
 *  @par Lifetimes      The body is kept until its coroutine has ended; the `task_group` it is given lives as
 *       long as a child runs, so children may refer to it. What the body's frame owns is gone when it
 *       returns, though children may run on.
 *  @par Cost           create_task and a set for the body; a small block for each child while it runs.
 *  @par asyncio        `async with asyncio.TaskGroup() as g`. Differs: a body instead of a block, so no
 *       current task is needed.
 *  @par Example        @snippet groups.cpp with_task_group */
template<class Body, class CompletionToken = boost::asio::deferred_t>
requires(detail::group_function<Body>)
    [[nodiscard]] auto with_task_group(Body&& body, CompletionToken&& token = CompletionToken(),
                                       boost::source_location at = BOOST_CURRENT_LOCATION) {
    return detail::start_group(detail::start_place<void>(), std::forward<Body>(body),
                               std::forward<CompletionToken>(token), at);
}

/// The same, with body and children on an executor of their own.
template<class ExecutorOrContext, class Body, class CompletionToken = boost::asio::deferred_t>
requires(detail::is_executor_or_context<ExecutorOrContext>&& detail::group_function<Body>)
    [[nodiscard]] auto with_task_group(ExecutorOrContext&& executor_or_context, Body&& body,
                                       CompletionToken&& token = CompletionToken(),
                                       boost::source_location at = BOOST_CURRENT_LOCATION) {
    return detail::start_group(detail::place_of(executor_or_context), std::forward<Body>(body),
                               std::forward<CompletionToken>(token), at);
}

} // namespace asio_wait::inline v0
