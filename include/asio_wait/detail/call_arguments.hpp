// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/any_task.hpp>
#include <asio_wait/condition.hpp>
#include <asio_wait/config.hpp>
#include <asio_wait/create_task.hpp>
#include <asio_wait/detail/initiate.hpp>
#include <asio_wait/detail/range_concepts.hpp>
#include <asio_wait/detail/task_handle.hpp>
#include <asio_wait/return_when.hpp>
#include <asio_wait/timeout.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/deferred.hpp>

#include <array>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

namespace asio_wait::inline v0::detail {

// The grammar of every call of the family: ([executor], tasks, [condition], [timeout], [token]),
// where tasks is a range, or one or several handles, awaitables and deferred operations.

enum class argument { executor, handle, startable, range, condition, limit, token };

/// Work that has not begun: a coroutine, or an operation made with asio::deferred.
template<class A>
inline constexpr bool is_startable =
    is_awaitable<A> || asio::is_deferred<std::remove_cvref_t<A>>::value;

template<class A>
constexpr argument kind_of() {
    using type = std::remove_cvref_t<A>;
    if constexpr (handle<A>)
        return argument::handle;
    else if constexpr (is_startable<A>)
        return argument::startable;
    else if constexpr (condition_traits<type>::is_condition)
        return argument::condition;
    else if constexpr (is_limit<A>)
        return argument::limit;
    else if constexpr (is_executor_or_context<A>)
        return argument::executor;
    else if constexpr (std::ranges::range<type>)
        return argument::range;
    else
        return argument::token;
}

inline constexpr std::size_t none = static_cast<std::size_t>(-1);

/// Where each part of a call stands; `none` if it was left out.
struct call_layout {
    std::size_t executor = none;
    std::size_t tasks = none;
    std::size_t task_count = 0;
    std::size_t condition = none;
    std::size_t limit = none;
    std::size_t token = none;
    bool is_range = false;
    bool only_handles = true;
    bool in_order = false;
};

/// `with_tasks` false: the call is a member function of what is waited for.
template<bool WithTasks, class... A>
constexpr call_layout layout_of() {
    constexpr std::size_t n = sizeof...(A);
    constexpr std::array<argument, n + 1> kinds{kind_of<A>()..., argument::token};
    call_layout l;
    std::size_t i = 0;
    const auto next = [&](argument k) { return i != n && kinds[i] == k ? i++ : none; };
    if (WithTasks) {
        l.executor = next(argument::executor);
        l.tasks = next(argument::range);
    }
    l.is_range = l.tasks != none;
    if (l.is_range)
        l.task_count = 1;
    else if (WithTasks)
        for (; i != n && (kinds[i] == argument::handle || kinds[i] == argument::startable);
             ++i, ++l.task_count) {
            l.tasks = i - l.task_count;
            l.only_handles = l.only_handles && kinds[i] == argument::handle;
        }
    l.condition = next(argument::condition);
    l.limit = next(argument::limit);
    l.token = next(argument::token);
    l.in_order = i == n && (l.tasks != none || !WithTasks);
    return l;
}

template<class... A>
constexpr bool has_token() noexcept {
    return ((kind_of<A>() == argument::token) || ...);
}

/// A set that is passed on, as in `wait_for_tasks(std::move(set))`: task_set.hpp has a function for
/// it.
template<class A>
inline constexpr bool is_moved_set = false;
template<class... A>
inline constexpr bool takes_set = (is_moved_set<A> || ...);

/// The arguments of one call, sorted. Each is to be read once.
template<bool WithTasks, class... Args>
class sorted_arguments {
public:
    static constexpr call_layout at = layout_of<WithTasks, Args...>();
    static constexpr bool in_order = at.in_order;
    static constexpr bool no_condition = at.condition == none;
    static constexpr bool unusable_timer = (is_unusable_timer<Args> || ...);
    static constexpr bool has_executor = at.executor != none;
    static constexpr bool usable = at.in_order && !unusable_timer;

    static_assert(!unusable_timer,
                  "asio_wait: a timer used as a limit must outlive the wait; pass it as a "
                  "non-const lvalue");

    explicit sorted_arguments(Args&&... args) noexcept : all_(std::forward<Args>(args)...) {}

    /// The first of what is waited for, as it was passed.
    using first_type =
        std::tuple_element_t<at.tasks == none ? 0 : at.tasks, std::tuple<Args&&..., void>>;

    template<std::size_t I>
    using task_argument = std::tuple_element_t<at.tasks + I, std::tuple<Args&&...>>;

    template<std::size_t I = 0>
    task_argument<I> task() {
        return std::get<at.tasks + I>(std::move(all_));
    }

    decltype(auto) condition() {
        if constexpr (at.condition != none)
            return condition_traits<std::remove_cvref_t<std::tuple_element_t<
                at.condition, std::tuple<Args...>>>>::make(std::get<at.condition>(std::move(all_)));
        else
            return condition_of(return_when::all_completed);
    }

    auto timeout() {
        if constexpr (at.limit != none) {
            using given = std::remove_cvref_t<std::tuple_element_t<at.limit, std::tuple<Args...>>>;
            return limit_traits<given>::make(std::get<at.limit>(all_));
        } else {
            return no_timeout();
        }
    }

    /// Empty when none was named.
    asio::any_io_executor executor() {
        if constexpr (has_executor) {
            asio::any_io_executor ex = executor_of(std::get<at.executor>(all_));
            check_executor(ex);
            return ex;
        } else {
            return {};
        }
    }

    /// As it was named, with its own type.
    auto named_executor() { return executor_of(std::get<at.executor>(all_)); }

    decltype(auto) token() {
        if constexpr (at.token != none)
            return std::get<at.token>(std::move(all_));
        else
            return asio::deferred_t();
    }

private:
    std::tuple<Args&&...> all_;
};

template<class... Args>
using call_arguments = sorted_arguments<true, Args...>;
template<class... Args>
using set_arguments = sorted_arguments<false, Args...>;

} // namespace asio_wait::inline v0::detail
