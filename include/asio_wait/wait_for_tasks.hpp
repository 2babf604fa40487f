// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/set_op.hpp>
#include <asio_wait/detail/wait_arguments.hpp>
#include <asio_wait/return_when.hpp>
#include <asio_wait/wait_result.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>

#include <cstddef>
#include <ranges>
#include <tuple>
#include <type_traits>
#include <utility>

namespace asio_wait::inline v0 {

namespace detail {

template<class Task, class Token, class Source, class Timeout>
auto wait_with(Token&& token, initiate_wait_for_tasks initiation, Source source,
               return_when condition, Timeout timeout) {
    using signature = void(boost::system::error_code, wait_result<Task>);
    static_assert(asio::completion_token_for<std::remove_cvref_t<Token>, signature>,
                  "asio_wait: the last argument is no completion token for "
                  "void(boost::system::error_code, wait_result<Task>)");
    return asio::async_initiate<Token, signature>(std::move(initiation), token, std::move(source),
                                                  condition, timeout);
}

template<class... Args>
auto wait_with_arguments(Args&&... args) {
    constexpr wait_layout at = layout_of<Args...>();
    static_assert(
        !(is_unusable_timer<Args> || ...),
        "asio_wait: a timer used as a limit must outlive the wait; pass it as a non-const "
        "lvalue");
    static_assert(
        at.in_order,
        "asio_wait: the arguments are ([executor], tasks, [condition], [timeout], [token]), "
        "in this order; tasks is a range of task<T> or any_task, or handles one by one");
    if constexpr (at.in_order && !(is_unusable_timer<Args> || ...)) {
        auto all = std::forward_as_tuple(std::forward<Args>(args)...);
        const auto condition = [&] {
            if constexpr (at.condition != none)
                return std::get<at.condition>(all);
            else
                return return_when::all_completed;
        }();
        const auto timeout = [&] {
            if constexpr (at.limit != none) {
                using given =
                    std::remove_cvref_t<std::tuple_element_t<at.limit, std::tuple<Args...>>>;
                return limit_traits<given>::make(std::get<at.limit>(all));
            } else {
                return no_timeout();
            }
        }();
        const auto run = [&]<class Task>(std::type_identity<Task>, auto source,
                                         initiate_wait_for_tasks initiation) {
            if constexpr (at.executor != none) {
                initiation.named = executor_of(std::get<at.executor>(all));
                check_executor(initiation.named);
            }
            if constexpr (at.token != none)
                return wait_with<Task>(std::get<at.token>(std::move(all)), std::move(initiation),
                                       std::move(source), condition, timeout);
            else
                return wait_with<Task>(asio::deferred, std::move(initiation), std::move(source),
                                       condition, timeout);
        };
        using first = std::tuple_element_t<at.tasks, std::tuple<Args&&...>>;
        if constexpr (handle<first>) {
            return [&]<std::size_t... I>(std::index_sequence<I...>) {
                using handle_type = typename common_task<std::remove_cvref_t<
                    std::tuple_element_t<at.tasks + I, std::tuple<Args&&...>>>...>::type;
                std::vector<handle_type> handles;
                handles.reserve(sizeof...(I));
                (handles.push_back(std::get<at.tasks + I>(std::move(all))), ...);
                initiate_wait_for_tasks initiation{{}, first_unfinished(handles)};
                return run(std::type_identity<handle_type>(),
                           task_source<handle_type>{std::move(handles)}, std::move(initiation));
            }
            (std::make_index_sequence<at.task_count>());
        } else {
            using element = std::remove_cvref_t<std::ranges::range_reference_t<first>>;
            static_assert(handle<element> || is_awaitable<element>,
                          "asio_wait: tasks must be a range of task<T> or any_task");
            static_assert(!is_awaitable<element> || at.executor != none,
                          "asio_wait: bare awaitables need an executor to run on; name it as the "
                          "first argument, or make tasks of them with create_task");
            if constexpr (handle<element>) {
                auto handles = to_vector(std::get<at.tasks>(std::move(all)));
                initiate_wait_for_tasks initiation{{}, first_unfinished(handles)};
                return run(std::type_identity<element>(), task_source<element>{std::move(handles)},
                           std::move(initiation));
            } else if constexpr (is_awaitable<element> && at.executor != none) {
                using traits = awaitable_traits<element>;
                using value = typename traits::value_type;
                auto where = executor_of(std::get<at.executor>(all));
                using source =
                    awaitable_source<value, typename traits::executor_type, decltype(where)>;
                return run(std::type_identity<task<value>>(),
                           source{std::move(where), to_vector(std::get<at.tasks>(std::move(all))),
                                  BOOST_CURRENT_LOCATION},
                           initiate_wait_for_tasks());
            }
        }
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
 *  `condition` is first_completed, first_exception or all_completed (the default). `timeout`: see
 *  timeout.hpp.
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
requires(!detail::has_token<Args...>()) [[nodiscard]] auto wait_for_tasks(Args&&... args) {
    return detail::wait_with_arguments(std::forward<Args>(args)...);
}

template<class... Args>
requires(detail::has_token<Args...>()) auto wait_for_tasks(Args&&... args) {
    return detail::wait_with_arguments(std::forward<Args>(args)...);
}

} // namespace asio_wait::inline v0
