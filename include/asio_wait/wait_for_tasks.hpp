// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/condition.hpp>
#include <asio_wait/config.hpp>
#include <asio_wait/detail/call_arguments.hpp>
#include <asio_wait/detail/collection_op.hpp>
#include <asio_wait/detail/task_sources.hpp>
#include <asio_wait/return_when.hpp>
#include <asio_wait/wait_result.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>

#include <type_traits>
#include <utility>

namespace asio_wait::inline v0 {

namespace detail {

template<class... Args>
auto wait_with_arguments(Args&&... args) {
    using call = call_arguments<Args...>;
    static_assert(
        call::at.in_order && call::at.only_handles,
        "asio_wait: the arguments are ([executor], tasks, [condition], [timeout], [token]), "
        "in this order; tasks is a range of task<T> or any_task, or handles one by one");
    if constexpr (call::usable && call::at.only_handles) {
        call c(std::forward<Args>(args)...);
        return with_tasks(c, [&c]<class Source>(Source source, initiate_wait_for_tasks initiation) {
            using condition = std::remove_cvref_t<decltype(c.condition())>;
            using result = wait_result<typename Source::task_type>;
            return initiate_with<void(wait_error_t<condition>, result)>(
                c.token(), std::move(initiation), std::move(source), c.condition(), c.timeout());
        });
    }
}

} // namespace detail

/// Waits for tasks until a condition holds or a limit runs out, cancels nothing, and says which are
/// done and which are pending.
/** `wait_for_tasks([executor], tasks, [condition], [timeout], [token])`
 *
 *  `tasks` is an input range of `task<T>` or `any_task`, or handles listed one by one: of one type
 *  they give that type, otherwise any_task. A range of `asio::awaitable<T>` is taken when an
 *  executor is named: the coroutines are spawned on it and the result holds their handles.
 *  `condition` is first_completed, first_exception or all_completed (the default), or one of
 *  condition.hpp. `timeout`: see timeout.hpp.
 *
 *  @par Requirements   At least one task and no empty handle, else `invalid_argument` through the
 *       handler and nothing is registered. A task may stand there twice; it counts once.
 *  @par Completion     `void(boost::system::error_code, wait_result<Task>)`, when the condition
 *       holds, the limit has run out or the wait was cancelled. The split is read when the handler
 *       runs: a task that ended until then is in `done`, whatever ended the wait. Without a token
 *       the call returns a deferred operation: the handles are copied now, but the wait, its limit
 *       and (for awaitables) the coroutines start only when it is awaited.
 *  @par Errors         `operation_aborted` when the wait was cancelled, `invalid_argument` as
 *       above, `not_enough_memory` when the result cannot be built. A limit that ran out is no
 *       error, and a task's error is never thrown: it sits in `done`. The result carries the split
 *       also when the wait was cancelled; a token that throws loses it.
 *  @par Cancellation   terminal, partial, total. A request before the start has no effect, as
 *       everywhere in Asio; one that comes after the condition held, but before the handler runs,
 *       still ends in `operation_aborted`.
 *  @par Cancel safety  The pair is lost with a throwing token; every task runs on and keeps its
 *       outcome.
 *  @par Executor       The handler is posted to its associated executor, by default the executor
 *       named, else that of the first unfinished task; never inside the call, unless the token's
 *       immediate executor says so. Tasks may live on any executors.
 *  @par Thread safety  Any thread; one task in any number of waits at once.
 *  @par Lifetimes      Handles are copied at the call, the range may go at once. A timer given as
 *       the limit must live until the handler runs. When the handler's context is destroyed, so is
 *       the handler, uncalled.
 *  @par Cost           O(1) a task to register, to complete and to take out, the same for a task
 *       with many waits. One block from the associated allocator for the wait, and the vectors.
 *  @par asyncio        `asyncio.wait(tasks, timeout=, return_when=)`. Differs: `done` and
 *       `pending` have an order (see wait_result; both are sets there), tasks of different
 *       executors mix, an empty collection is an error of every kind of range, and waiting never
 *       counts as reading an exception, not even with first_exception.
 *  @par Example        @snippet wait.cpp first_completed */
template<class... Args>
requires(!detail::has_token<Args...>() && !detail::takes_set<Args...>)
    [[nodiscard]] auto wait_for_tasks(Args&&... args) {
    return detail::wait_with_arguments(std::forward<Args>(args)...);
}

template<class... Args>
requires(detail::has_token<Args...>() &&
         !detail::takes_set<Args...>) auto wait_for_tasks(Args&&... args) {
    return detail::wait_with_arguments(std::forward<Args>(args)...);
}

} // namespace asio_wait::inline v0
