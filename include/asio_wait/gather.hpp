// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/call_arguments.hpp>
#include <asio_wait/detail/gather_op.hpp>
#include <asio_wait/detail/range_concepts.hpp>
#include <asio_wait/detail/start_task.hpp>
#include <asio_wait/detail/task_sources.hpp>

#include <boost/assert/source_location.hpp>

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

namespace asio_wait::inline v0 {

namespace detail {

using gather_values = gather_kind<gathered_value, false>;
using gather_outcomes = gather_kind<settled_value, true>;

template<class Kind, class... Args>
auto gather_with_arguments(const boost::source_location& at, Args&&... args) {
    using call = call_arguments<Args...>;
    constexpr bool well_formed = call::in_order && call::no_condition && call::at.limit == none;
    static_assert(well_formed,
                  "asio_wait: the arguments are ([executor], tasks, [token]), in this order; tasks "
                  "is a range, or one by one, of task<T>, awaitables and deferred operations");
    if constexpr (well_formed) {
        call c(std::forward<Args>(args)...);
        auto place = start_place_of(c);
        using initiation = initiate_gather<Kind, decltype(place)>;
        if constexpr (call::at.is_range) {
            using element =
                std::remove_cvref_t<std::ranges::range_reference_t<typename call::first_type>>;
            static_assert(handle<element> || is_startable<element>,
                          "asio_wait: tasks must be a range of task<T>, awaitables or deferred "
                          "operations");
            static_assert(!std::is_same_v<element, any_task>,
                          "asio_wait: gather gives values, which an any_task does not know; use "
                          "wait_for_tasks");
            auto elements = to_vector(c.task());
            ref_ptr<task_base> first;
            if constexpr (handle<element>) {
                for (const element& t : elements)
                    state_of(t); // an empty one throws here
                first = first_unfinished(elements);
            }
            using value = typename Kind::template ranged<element>::value_type;
            return awaited_or_initiated<value, call>(
                c, initiation{std::move(place), std::move(first), at}, std::move(elements));
        } else {
            return [&]<std::size_t... I>(std::index_sequence<I...>) {
                using elements =
                    std::tuple<std::remove_cvref_t<typename call::template task_argument<I>>...>;
                elements e{c.template task<I>()...};
                ref_ptr<task_base> first;
                const auto look = [&first]<class Element>(const Element& x) {
                    if constexpr (handle<Element>) {
                        state_of(x);
                        if (!first && !x.done())
                            first = handle_access::state(x);
                    }
                };
                (look(std::get<I>(e)), ...);
                using value = typename Kind::template listed<
                    std::remove_cvref_t<typename call::template task_argument<I>>...>::value_type;
                return awaited_or_initiated<value, call>(
                    c, initiation{std::move(place), std::move(first), at}, std::move(e));
            }
            (std::make_index_sequence<call::at.task_count>());
        }
    }
}

} // namespace detail

/// Waits for all tasks and gives their values in input order; the first failure is reported at once.
/** `gather([executor], tasks, [token])`, where `tasks` is a range, or one by one, of `task<T>`,
 *  awaitables and deferred operations; the latter two are started.
 *
 *  @par Requirements   No empty handle, else `invalid_task_state` is thrown here. A task may stand
 *       there several times if its value can be copied.
 *  @par Completion     `void(std::exception_ptr, std::tuple<...>)` for tasks one by one, where void
 *       gives `std::monostate`; `void(std::exception_ptr, std::vector<T>)` for a range,
 *       `void(std::exception_ptr)` for a range of void. When all have succeeded, or as soon as one
 *       has failed or was cancelled; the others then run on. Nothing to wait for completes at once.
 *       Values are copied, and moved out of what was started here or can only be moved.
 *  @par Errors         That of the first task that failed or was cancelled, unchanged;
 *       `operation_aborted` when the gather was cancelled. Later failures are silent: use
 *       gather_settled to have all, with_task_group to have the others cancelled.
 *  @par Cancellation   terminal, partial, total: passed on to every unfinished task, each request;
 *       the gather then waits for all of them. A request before the start has no effect, as
 *       everywhere in Asio.
 *  @par Cancel safety  Tasks keep their values; those of what was started here are lost.
 *  @par Executor       The handler is posted to its associated executor, by default the executor
 *       named, else that of the first unfinished task, else system_executor; work that is started
 *       runs on the executor named, else on the handler's.
 *  @par Thread safety  Any thread.
 *  @par Lifetimes      Work that runs on after a failure must not refer to the caller's frame; a
 *       task group has no such edge.
 *  @par Cost           O(n); two blocks, the values, and create_task for what is started.
 *  @par asyncio        `asyncio.gather(*aws)`. Differs: it starts nothing before it is initiated, and
 *       when cancelled it waits for all of its tasks.
 *  @par Example        @snippet family.cpp gather */
template<class... Args>
requires(!detail::has_token<Args...>()) [[nodiscard]] auto gather(Args&&... args) {
    return detail::gather_with_arguments<detail::gather_values>(BOOST_CURRENT_LOCATION,
                                                                std::forward<Args>(args)...);
}

template<class... Args>
requires(detail::has_token<Args...>()) auto gather(Args&&... args) {
    return detail::gather_with_arguments<detail::gather_values>(BOOST_CURRENT_LOCATION,
                                                                std::forward<Args>(args)...);
}

/// Waits for all tasks and gives the outcome of each, in input order.
/** As gather, but it always waits for all of them.
 *
 *  @par Requirements   As gather, and `#include <boost/system/result.hpp>`, which this header leaves to
 *       those who need it.
 *  @par Completion     `void(std::exception_ptr, R)`, when all have ended. R is a tuple or a vector of
 *       `boost::system::result<T, std::exception_ptr>`.
 *  @par Errors         `operation_aborted` when it was cancelled; the tasks' own are values.
 *  @par Cancellation   As gather.
 *  @par Cancel safety  As gather.
 *  @par Executor       As gather.
 *  @par Thread safety  Any thread.
 *  @par Lifetimes      As create_task for what is started.
 *  @par Cost           As gather.
 *  @par asyncio        `asyncio.gather(*aws, return_exceptions=True)`.
 *  @par Example        @snippet family.cpp gather_settled */
template<class... Args>
requires(!detail::has_token<Args...>()) [[nodiscard]] auto gather_settled(Args&&... args) {
    return detail::gather_with_arguments<detail::gather_outcomes>(BOOST_CURRENT_LOCATION,
                                                                  std::forward<Args>(args)...);
}

template<class... Args>
requires(detail::has_token<Args...>()) auto gather_settled(Args&&... args) {
    return detail::gather_with_arguments<detail::gather_outcomes>(BOOST_CURRENT_LOCATION,
                                                                  std::forward<Args>(args)...);
}

} // namespace asio_wait::inline v0
