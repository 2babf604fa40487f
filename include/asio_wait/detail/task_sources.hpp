// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/any_task.hpp>
#include <asio_wait/config.hpp>
#include <asio_wait/create_task.hpp>
#include <asio_wait/detail/collection_op.hpp>
#include <asio_wait/detail/range_concepts.hpp>
#include <asio_wait/detail/start_guard.hpp>
#include <asio_wait/detail/task_handle.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/assert/source_location.hpp>

#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace asio_wait::inline v0::detail {

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
        return std::forward<R>(range);
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

    using task_type = task<T>;

    std::size_t size() const noexcept { return awaitables.size(); }

    std::vector<task<T>> take(start_guard& started) && {
        std::vector<task<T>> tasks;
        tasks.reserve(awaitables.size());
        for (auto& a : awaitables) {
            tasks.push_back(create_task(executor, std::move(a), {}, at));
            started.add(handle_access::state(tasks.back()));
        }
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

/// Calls `use(source, initiation)` for the tasks of a call, whatever way they were passed.
template<class Call, class Use>
auto with_tasks(Call& call, Use use) {
    using first = typename Call::first_type;
    if constexpr (!Call::at.is_range) {
        return [&]<std::size_t... I>(std::index_sequence<I...>) {
            using handle_type = typename common_task<
                std::remove_cvref_t<typename Call::template task_argument<I>>...>::type;
            std::vector<handle_type> handles;
            handles.reserve(sizeof...(I));
            (handles.push_back(call.template task<I>()), ...);
            initiate_wait_for_tasks initiation{call.executor(), first_unfinished(handles)};
            return use(task_source<handle_type>{std::move(handles)}, std::move(initiation));
        }
        (std::make_index_sequence<Call::at.task_count>());
    } else {
        using element = std::remove_cvref_t<std::ranges::range_reference_t<first>>;
        static_assert(handle<element> || is_awaitable<element>,
                      "asio_wait: tasks must be a range of task<T> or any_task");
        static_assert(!is_awaitable<element> || Call::has_executor,
                      "asio_wait: bare awaitables need an executor to run on; name it as the "
                      "first argument, or make tasks of them with create_task");
        if constexpr (handle<element>) {
            auto handles = to_vector(call.task());
            initiate_wait_for_tasks initiation{call.executor(), first_unfinished(handles)};
            return use(task_source<element>{std::move(handles)}, std::move(initiation));
        } else if constexpr (is_awaitable<element> && Call::has_executor) {
            using traits = awaitable_traits<element>;
            auto where = call.named_executor();
            using source = awaitable_source<typename traits::value_type,
                                            typename traits::executor_type, decltype(where)>;
            initiate_wait_for_tasks initiation{call.executor(), nullptr};
            return use(source{std::move(where), to_vector(call.task()), BOOST_CURRENT_LOCATION},
                       std::move(initiation));
        }
    }
}

} // namespace asio_wait::inline v0::detail
