// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/executor_traits.hpp>
#include <asio_wait/detail/serial_executor.hpp>
#include <asio_wait/detail/spawn_op.hpp>
#include <asio_wait/task.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/assert/source_location.hpp>

#include <functional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace asio_wait::inline v0 {

namespace detail {

template<class E>
inline constexpr bool is_executor_or_context =
    is_any_executor<std::remove_cvref_t<E>> || is_context<E>;

template<class E>
decltype(auto) executor_of(E& executor_or_context) {
    if constexpr (is_context<E>)
        return executor_or_context.get_executor();
    else
        return (executor_or_context);
}

template<class F>
concept awaitable_factory = std::is_invocable_v < std::decay_t<F>
& > &&is_awaitable<std::invoke_result_t<std::decay_t<F>&>>;

template<class Awaitable, class E, class Body>
auto spawn_task(E& where, Body&& body, std::string_view name, const boost::source_location& at) {
    using value_type = typename awaitable_traits<Awaitable>::value_type;
    using executor_type = typename awaitable_traits<Awaitable>::executor_type;
    static_assert(std::is_constructible_v<executor_type, decltype(executor_of(where))> ||
                      std::is_same_v<executor_type, asio::any_io_executor>,
                  "asio_wait: create_task needs an executor that the awaitable's executor type can "
                  "be made from");
    const spawn_site site{at.file_name(), at.function_name(), at.line(), at.column()};
    return handle_access::make<task<value_type>>(
        with_serial<executor_type>(executor_of(where), [&](const executor_type& executor) {
            return spawn<value_type>(executor, std::forward<Body>(body), name, site);
        }));
}

} // namespace detail

/// Starts a coroutine and returns a handle to it.
/** @par Requirements   An executor or execution context that the awaitable's executor type can be
 *       made from. The executor must not run two handlers at once: for `thread_pool` and
 *       `system_executor` a strand is put around it when the awaitable's executor type is
 *       `any_io_executor`, otherwise make_strand is asked for at compile time. An io_context run
 *       by several threads cannot be seen: give it a strand.
 *  @par Completion     Does not wait for the task. On the executor's own thread the body runs up
 *       to its first suspension before the call returns, as with co_spawn; from elsewhere it is
 *       scheduled.
 *  @par Errors         What allocation throws, and `bad_executor` for an empty executor; nothing
 *       has been started then.
 *  @par Cancellation   Through the handle: see task::cancel. A request before the first step means
 *       that the body is never entered.
 *  @par Cancel safety  Dropping every handle neither stops nor destroys the work.
 *  @par Executor       The body runs on the executor given.
 *  @par Thread safety  Any thread.
 *  @par Lifetimes      A callable is kept until its coroutine has ended, so a lambda may capture;
 *       what an awaitable's parameters refer to must live until the task has ended. If the context
 *       is destroyed first, the task ends as failed with `error::task_abandoned`.
 *  @par Cost           co_spawn, and a state from a pool: no further heap block.
 *  @par asyncio        `asyncio.create_task(coro, name=name)`; there the body never starts inside.
 *  @par Example        @snippet task.cpp create_task */
template<class ExecutorOrContext, class T, class AwaitableExecutor>
requires(detail::is_executor_or_context<ExecutorOrContext>) task<T> create_task(
    ExecutorOrContext&& executor_or_context, boost::asio::awaitable<T, AwaitableExecutor> body,
    std::string_view name = {}, boost::source_location at = BOOST_CURRENT_LOCATION) {
    using awaitable_type = boost::asio::awaitable<T, AwaitableExecutor>;
    return detail::spawn_task<awaitable_type>(executor_or_context, std::move(body), name, at);
}

/// As above, from a callable that returns an awaitable.
template<class ExecutorOrContext, detail::awaitable_factory F>
requires(detail::is_executor_or_context<ExecutorOrContext>) auto create_task(
    ExecutorOrContext&& executor_or_context, F&& body, std::string_view name = {},
    boost::source_location at = BOOST_CURRENT_LOCATION) {
    using awaitable_type = std::invoke_result_t<std::decay_t<F>&>;
    return detail::spawn_task<awaitable_type>(executor_or_context, std::forward<F>(body), name, at);
}

} // namespace asio_wait::inline v0
