// SPDX-License-Identifier: BSL-1.0
#pragma once

// What the tests with several threads have in common. Boost.Test's checks, the virtual clock and
// pending_note belong to the main thread: other threads count into atomics. Every loop is bounded
// by a number of rounds, never by time.

#include "support/lifetime_tracker.hpp"
#include "support/unobserved_log.hpp"

#include <asio_wait.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <future>
#include <latch>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace threads {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace asio_wait;
using boost::system::error_code;
using test::lifetime_tracker;
using test::unobserved_log;

/// Never ends by itself; a cancel ends it.
inline asio::awaitable<void> forever() {
    asio::steady_timer timer(co_await asio::this_coro::executor,
                             asio::steady_timer::time_point::max());
    co_await timer.async_wait(asio::use_awaitable);
}

/// Takes some turns of its executor. A cancel may come between any two of them.
inline asio::awaitable<int> hop(int turns, int value) {
    for (int i = 0; i < turns; ++i)
        co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    co_return value;
}

/// As hop(), but not before `go`: what races with it can be in place by then.
inline asio::awaitable<int> hop_after(const std::atomic<bool>& go, int turns, int value) {
    while (!go.load(std::memory_order_relaxed)) // no ordering wanted: it would hide races
        co_await hop(1, 0);
    co_return co_await hop(turns, value);
}

/// An io_context with a thread of its own.
class running_context {
public:
    running_context() : thread_([this] { io_.run(); }) {}
    running_context(const running_context&) = delete;
    running_context& operator=(const running_context&) = delete;
    ~running_context() { finish(); }

    /// Until nothing is left to do.
    void finish() {
        work_.reset();
        if (thread_.joinable())
            thread_.join();
    }

    asio::io_context& io() noexcept { return io_; }
    std::thread::id thread() const noexcept { return thread_.get_id(); }

private:
    asio::io_context io_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
    std::thread thread_;
};

/// Runs every function on a thread of its own, all let off together; returns when all are through.
inline void together(const std::vector<std::function<void()>>& functions,
                     std::atomic<bool>* go = nullptr) {
    std::latch start(static_cast<std::ptrdiff_t>(functions.size()));
    std::vector<std::thread> all;
    for (const auto& f : functions)
        all.emplace_back([&start, &f, go] {
            start.arrive_and_wait();
            if (go)
                go->store(true, std::memory_order_relaxed);
            f();
        });
    for (std::thread& t : all)
        t.join();
}

/// Blocks this thread until the task has ended.
template<class Task>
void join(const Task& t) {
    t.async_wait(asio::bind_executor(asio::system_executor(), asio::use_future)).get();
}

/// Each outcome, counted from any thread.
struct tally {
    std::atomic<int> plain{0};
    std::atomic<int> aborted{0};
    std::atomic<int> wrong{0};

    void count(const error_code& ec) {
        if (!ec)
            ++plain;
        else if (ec == asio::error::operation_aborted)
            ++aborted;
        else
            ++wrong;
    }

    int total() const { return plain + aborted + wrong; }
};

} // namespace threads
