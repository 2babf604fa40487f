// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/create_task.hpp>
#include <asio_wait/detail/call_arguments.hpp>
#include <asio_wait/detail/start_guard.hpp>
#include <asio_wait/task.hpp>
#include <asio_wait/use_task.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/assert/source_location.hpp>

#include <type_traits>
#include <utility>

namespace asio_wait::inline v0::detail {

// What may stand where a task is expected: a handle, or work that has not begun, which becomes a task
// when the operation is initiated.

template<class T>
const task<T>& start_task(const auto&, const task<T>& t, const boost::source_location&) noexcept {
    return t;
}

template<class Ex, class T, class AwaitableExecutor>
task<T> start_task(const Ex& ex, asio::awaitable<T, AwaitableExecutor>&& body,
                   const boost::source_location& at) {
    return create_task(ex, std::move(body), {}, at);
}

template<class Ex, class Operation>
requires(asio::is_deferred<Operation>::value) auto start_task(const Ex& ex, Operation&& operation,
                                                              const boost::source_location&) {
    return std::forward<Operation>(operation)(asio::bind_executor(ex, use_task));
}

template<class Element>
struct element_traits {
    using task_type = std::remove_cvref_t<decltype(start_task(
        std::declval<const asio::any_io_executor&>(), std::declval<Element>(),
        std::declval<const boost::source_location&>()))>;
    using value_type = typename task_type::value_type;
    /// Nobody else has a handle, so the value may be moved out.
    static constexpr bool is_new = !handle<Element>;
};

// An awaitable is spawned on its own type of executor; which one that is shows only when it starts.
template<class T, class Ex>
struct element_traits<asio::awaitable<T, Ex>> {
    using task_type = task<T>;
    using value_type = T;
    static constexpr bool is_new = true;
};

/// Where the work of an operation starts: the executor named, or else that of the handler, by default
/// the operation's I/O executor.
/** `Named` is void when none was named. */
template<class Named>
struct start_place {
    Named executor;

    asio::any_io_executor io() const { return executor; }
    template<class Handler>
    const Named& of(const Handler&, const asio::any_io_executor&) const noexcept {
        return executor;
    }
};

template<>
struct start_place<void> {
    template<class Executor = asio::any_io_executor>
    static Executor io() {
        return system_executor_as<Executor>();
    }
    template<class Handler>
    static auto of(const Handler& h, const asio::any_io_executor& io) {
        return asio::get_associated_executor(h, io);
    }
};

template<class ExecutorOrContext>
auto place_of(ExecutorOrContext& named) {
    auto ex = executor_of(named);
    check_executor(ex);
    return start_place<std::remove_cvref_t<decltype(ex)>>{std::move(ex)};
}

template<class Call>
auto start_place_of(Call& c) {
    if constexpr (Call::has_executor) {
        auto ex = c.named_executor();
        return place_of(ex);
    } else {
        return start_place<void>();
    }
}

} // namespace asio_wait::inline v0::detail
