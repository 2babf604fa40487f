// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/gather.hpp>
#include <asio_wait/task_set.hpp>
#include <asio_wait/use_task.hpp>
#include <asio_wait/wait_for_tasks.hpp>
#include <asio_wait/with_task_group.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <atomic>
#include <exception>
#include <stdexcept>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

// The shapes of Silkworm's awaitable_wait_for_one, awaitable_wait_for_all and TaskGroup, in at most ten
// statements each. Other than there, the tasks may be on any executors, and a loser's error counts.

namespace silkworm_shapes {

namespace asio = boost::asio;

template<class T>
using value_of = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

template<class T>
value_of<T> take(const asio_wait::task<T>& t) {
    if constexpr (std::is_void_v<T>)
        return t.take(), std::monostate();
    else
        return t.take();
}

/// Runs a group; of its errors it throws the first alone.
template<class Body>
auto run_group(Body body) -> std::invoke_result_t<Body&, asio_wait::task_group&> {
    try {
        co_return co_await asio_wait::with_task_group(std::move(body));
    } catch (const asio_wait::exception_group& group) {
        std::rethrow_exception(group.errors().front().exception);
    }
}

/// Whichever ends first; the other is cancelled and waited for.
template<class T, class U, class R = std::variant<value_of<T>, value_of<U>>>
asio::awaitable<R> operator||(asio::awaitable<T> a, asio::awaitable<U> b) {
    auto first = [&](asio_wait::task_group& group) -> asio::awaitable<R> {
        auto x = group.spawn(std::move(a));
        auto y = group.spawn(std::move(b));
        co_await asio_wait::wait_for_tasks(x, y, asio_wait::first_completed);
        group.cancel();
        co_return x.done() ? R(std::in_place_index<0>, take(x))
                           : R(std::in_place_index<1>, take(y));
    };
    co_return co_await run_group(first);
}

/// Both; when one fails, the other is cancelled and waited for.
template<class T, class U, class R = std::tuple<value_of<T>, value_of<U>>>
asio::awaitable<R> operator&&(asio::awaitable<T> a, asio::awaitable<U> b) {
    auto both = [&](asio_wait::task_group& group) -> asio::awaitable<R> {
        auto x = group.spawn(std::move(a));
        auto y = group.spawn(std::move(b));
        co_return co_await asio_wait::gather(x, y);
    };
    co_return co_await run_group(both);
}

/// Tasks that come and go; wait() goes on until it is cancelled or one of them fails.
class task_group {
public:
    void spawn(asio::any_io_executor executor, asio::awaitable<void> task) {
        if (closed_)
            throw std::logic_error("spawn after the group was closed");
        tasks_.spawn(executor, std::move(task));
    }

    asio::awaitable<void> wait() {
        asio::steady_timer forever(co_await asio::this_coro::executor,
                                   asio::steady_timer::time_point::max());
        std::exception_ptr error;
        try {
            tasks_.insert(forever.async_wait(asio_wait::use_task)); // so that it is never empty
            for (;;)
                if (auto t = co_await tasks_.async_next(); t.failed())
                    t.result(); // throws
        } catch (...) {
            error = std::current_exception();
        }
        closed_ = true;
        co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
        co_await tasks_.async_shutdown();
        std::rethrow_exception(error);
    }

private:
    asio_wait::task_set<> tasks_;
    std::atomic<bool> closed_ = false;
};

} // namespace silkworm_shapes
