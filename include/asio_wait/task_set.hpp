// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/any_task.hpp>
#include <asio_wait/condition.hpp>
#include <asio_wait/config.hpp>
#include <asio_wait/create_task.hpp>
#include <asio_wait/detail/basic_task_set.hpp>
#include <asio_wait/detail/call_arguments.hpp>
#include <asio_wait/detail/range_concepts.hpp>
#include <asio_wait/detail/set_op.hpp>
#include <asio_wait/task.hpp>
#include <asio_wait/timeout.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>

#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace asio_wait::inline v0 {

/// A set of tasks that stays registered with them between waits: completion is O(1), and the usual
/// loop "wait for the first, handle it, wait again" linear. For its members see
/// detail::basic_task_set.
template<class T = void>
class task_set : public detail::basic_task_set<task<T>> {
public:
    using detail::basic_task_set<task<T>>::basic_task_set;
};

/// `task_set set(tasks)` is a set for tasks of the range's type.
template<std::ranges::input_range R>
task_set(R&&)
    -> task_set<typename std::remove_cvref_t<std::ranges::range_reference_t<R>>::value_type>;

/// The same for tasks of different types.
/** A template only so that programs without one need not compile it; say `any_task_set`. */
template<class Task>
class mixed_task_set : public detail::basic_task_set<Task> {
public:
    using detail::basic_task_set<Task>::basic_task_set;
};

/// A set of tasks of different types.
using any_task_set = mixed_task_set<any_task>;

/// What waiting for a whole set gives: `auto [done, pending] = co_await
/// wait_for_tasks(std::move(set))`.
template<class Set>
struct basic_set_wait_result {
    /// In order of completion.
    std::vector<typename Set::value_type> done;
    /// The set itself, without them.
    Set pending;
};

/// What waiting for a task_set gives.
template<class T = void>
using set_wait_result = basic_set_wait_result<task_set<T>>;
/// What waiting for an any_task_set gives.
using any_set_wait_result = basic_set_wait_result<any_task_set>;

namespace detail {

template<class T>
inline constexpr bool is_moved_set<task_set<T>> = true;
template<class T>
inline constexpr bool is_moved_set<task_set<T>&&> = true;
template<>
inline constexpr bool is_moved_set<any_task_set> = true;
template<>
inline constexpr bool is_moved_set<any_task_set&&> = true;

/// As split_members, for a set that comes along and goes back.
template<class Set, class Condition>
class split_set : public split_members<typename Set::value_type, Condition> {
public:
    using base = split_members<typename Set::value_type, Condition>;

    split_set(Set&& set, Condition condition) noexcept
        : base(set_access::core(set), std::move(condition)), pending_(std::move(set)) {}

    auto result(set_wait& core, wait_node* nodes, std::size_t count) noexcept {
        return with_pending(base::result(core, nodes, count));
    }

    auto nothing() noexcept { return with_pending(base::nothing()); }

private:
    template<class Error, class Done>
    auto with_pending(std::tuple<Error, Done> r) noexcept {
        auto& [ec, done] = r;
        return std::tuple<Error, basic_set_wait_result<Set>>(
            std::move(ec), basic_set_wait_result<Set>{std::move(done), std::move(pending_)});
    }

    Set pending_;
};

template<class... Args>
auto wait_for_set(Args&&... args) {
    using call = call_arguments<Args...>;
    static_assert(call::at.in_order && !call::has_executor,
                  "asio_wait: the arguments are (set, [condition], [timeout], [token]), in this "
                  "order");
    if constexpr (call::usable) {
        call c(std::forward<Args>(args)...);
        using set = std::remove_cvref_t<typename call::first_type>;
        using condition = std::remove_cvref_t<decltype(c.condition())>;
        using signature = void(wait_error_t<condition>, basic_set_wait_result<set>);
        set s = c.task();
        initiate_set_wait initiation{set_access::core(s)};
        return initiate_with<signature>(c.token(), std::move(initiation),
                                        split_set<set, condition>(std::move(s), c.condition()),
                                        c.timeout());
    }
}

} // namespace detail

/// Waits for the members of a set, which moves in and comes back as what is pending: asyncio's own
/// loop, but linear.
/** `wait_for_tasks(std::move(set), [condition], [timeout], [token])`
 *
 *  @par Requirements   A set that is not empty, else `invalid_argument` through the handler.
 *  @par Completion     `void(boost::system::error_code, set_wait_result<T>)`, otherwise as
 *       task_set's async_wait; without a token a deferred operation that owns the set.
 *  @par Errors         As task_set's async_wait.
 *  @par Cancellation   terminal, partial, total. A request before the start has no effect, as
 *       everywhere in Asio.
 *  @par Cancel safety  The set comes back as `pending` with all that has finished still in it; a
 *       token that throws drops it, and the tasks run on. async_wait has no such edge.
 *  @par Executor       As task_set's async_wait.
 *  @par Thread safety  Any thread.
 *  @par Lifetimes      The operation owns the set until its handler runs.
 *  @par Cost           O(1) a task that is done, none for one that is pending.
 *  @par asyncio        `done, pending = await asyncio.wait(pending, ...)`, which costs O(pending).
 *  @par Example        @snippet task_set.cpp usual_loop */
template<class... Args>
requires(!detail::has_token<Args...>() && detail::takes_set<Args...>)
    [[nodiscard]] auto wait_for_tasks(Args&&... args) {
    return detail::wait_for_set(std::forward<Args>(args)...);
}

template<class... Args>
requires(detail::has_token<Args...>() &&
         detail::takes_set<Args...>) auto wait_for_tasks(Args&&... args) {
    return detail::wait_for_set(std::forward<Args>(args)...);
}

} // namespace asio_wait::inline v0
