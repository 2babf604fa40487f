// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/any_task.hpp>
#include <asio_wait/config.hpp>
#include <asio_wait/create_task.hpp>
#include <asio_wait/detail/set_op.hpp>
#include <asio_wait/detail/task_handle.hpp>
#include <asio_wait/return_when.hpp>
#include <asio_wait/timeout.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/system_executor.hpp>
#include <boost/assert/source_location.hpp>

#include <array>
#include <cstddef>
#include <ranges>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace asio_wait::inline v0::detail {

// The grammar of every call of the family: ([executor], tasks, [condition], [timeout], [token]).

enum class argument { executor, handle, range, condition, limit, token };

template<class A>
constexpr argument kind_of() {
    using type = std::remove_cvref_t<A>;
    if constexpr (handle<A>)
        return argument::handle;
    else if constexpr (std::is_same_v<type, return_when>)
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
struct wait_layout {
    std::size_t executor = none;
    std::size_t tasks = none;
    std::size_t task_count = 0;
    std::size_t condition = none;
    std::size_t limit = none;
    std::size_t token = none;
    bool in_order = false;
};

template<class... A>
constexpr wait_layout layout_of() {
    constexpr std::size_t n = sizeof...(A);
    constexpr std::array<argument, n> kinds{kind_of<A>()...};
    wait_layout l;
    std::size_t i = 0;
    const auto next = [&](argument k) { return i != n && kinds[i] == k ? i++ : none; };
    l.executor = next(argument::executor);
    l.tasks = next(argument::range);
    if (l.tasks != none)
        l.task_count = 1;
    else
        for (; i != n && kinds[i] == argument::handle; ++i, ++l.task_count)
            l.tasks = i - l.task_count;
    l.condition = next(argument::condition);
    l.limit = next(argument::limit);
    l.token = next(argument::token);
    l.in_order = i == n && l.tasks != none;
    return l;
}

template<class... A>
constexpr bool has_token() {
    return ((kind_of<A>() == argument::token) || ...);
}

/// task<T> if all handles are that, else any_task.
template<class... Handles>
struct common_task;

template<class First, class... Rest>
struct common_task<First, Rest...> {
    using type = std::conditional_t<(std::is_same_v<First, Rest> && ...), First, any_task>;
};

template<class R>
std::vector<std::remove_cvref_t<std::ranges::range_reference_t<R>>> to_vector(R&& range) {
    using element = std::remove_cvref_t<std::ranges::range_reference_t<R>>;
    if constexpr (std::is_same_v<R, std::vector<element>>) {
        return std::move(range);
    } else {
        std::vector<element> v;
        if constexpr (handle<element> && std::ranges::contiguous_range<R>) {
            // A copy is a locked increment in a state that lies anywhere: have it at hand by then.
            constexpr std::size_t ahead = 8;
            const std::span<const element> from(range);
            v.reserve(from.size());
            for (std::size_t i = 0; i != from.size(); ++i) {
                if (from.size() - i > ahead)
                    ASIO_WAIT_PREFETCH(handle_access::state(from[i + ahead]).get());
                v.push_back(from[i]);
            }
            return v;
        }
        if constexpr (std::ranges::sized_range<R>)
            v.reserve(static_cast<std::size_t>(std::ranges::size(range)));
        for (auto&& e : range) {
            // The elements of a range about to die may be moved out of it, if it owns them.
            if constexpr (std::is_rvalue_reference_v<R&&> && !std::ranges::view<R> &&
                          !std::is_const_v<std::remove_reference_t<R>>)
                v.push_back(std::move(e));
            else
                v.push_back(std::forward<decltype(e)>(e));
        }
        return v;
    }
}

/// Coroutines that become tasks when the operation is initiated.
template<class T, class AwaitableExecutor, class Where>
struct awaitable_source {
    Where executor;
    std::vector<asio::awaitable<T, AwaitableExecutor>> awaitables;
    boost::source_location at;

    std::vector<task<T>> take() && {
        std::vector<task<T>> tasks;
        tasks.reserve(awaitables.size());
        for (auto& a : awaitables)
            tasks.push_back(create_task(executor, std::move(a), {}, at));
        return tasks;
    }
};

template<class Task>
ref_ptr<task_base> first_unfinished(const std::vector<Task>& tasks) noexcept {
    for (const Task& t : tasks)
        if (t && !t.done())
            return handle_access::state(t);
    return nullptr;
}

} // namespace asio_wait::inline v0::detail
