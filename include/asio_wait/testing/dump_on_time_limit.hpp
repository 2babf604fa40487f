// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/watch.hpp>
#include <asio_wait/watch_tasks.hpp>

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <thread>

namespace asio_wait::inline v0::testing {

namespace detail {

/// At most a year: more could not be added to a point in time, or not even counted in nanoseconds.
template<class Rep, class Period>
constexpr std::chrono::nanoseconds bounded_limit(const std::chrono::duration<Rep, Period>& limit) {
    using seconds = std::chrono::duration<double>;
    constexpr std::chrono::hours year(24 * 365);
    if (seconds(limit) >= seconds(year))
        return year;
    if (seconds(limit) < seconds::zero())
        return std::chrono::nanoseconds::zero();
    return std::chrono::duration_cast<std::chrono::nanoseconds>(limit);
}

} // namespace detail

/// Ends the program when it lives for so long, after a dump of the watched tasks: a test that hangs says
/// why, before whoever runs it kills it.
/** Real time, on a thread of its own that sleeps. The end is `std::abort()`, so there may be a core
 *  file. It does not watch: that would give coroutines another executor behind the test's back. Without
 *  watch_tasks() it says how to see the tasks.
 *
 *  @par Requirements   A limit shorter than that of the runner. Not across `fork()`: a child has no such
 *       thread to join, and must leave by `_exit` or `exec`. A library that deadlocks itself may hold
 *       up the dump, not its first line.
 *  @par Errors         `std::system_error` when there is no thread to be had. When the dump throws, the
 *       program ends all the same.
 *  @par Thread safety  Tasks may run on any thread. Several such objects: the shortest limit counts.
 *  @par Cost           A thread, started and joined.
 *  @par asyncio        `faulthandler.dump_traceback_later(limit, exit=True)`, which knows no tasks.
 *  @par Example        @snippet testing.cpp dump_on_time_limit */
class dump_on_time_limit {
public:
    /// Counts from now. More than a year is taken for a year, less than nothing for nothing.
    template<class Rep, class Period>
    explicit dump_on_time_limit(const std::chrono::duration<Rep, Period>& limit)
        : limit_(detail::bounded_limit(limit)), thread_([this] { wait(); }) {}

    dump_on_time_limit(const dump_on_time_limit&) = delete;
    dump_on_time_limit& operator=(const dump_on_time_limit&) = delete;

    ~dump_on_time_limit() {
        {
            std::lock_guard lock(mutex_);
            done_ = true;
        }
        changed_.notify_one();
        thread_.join();
    }

private:
    void wait() {
        std::unique_lock lock(mutex_);
        const auto end = std::chrono::steady_clock::now() + limit_;
        if (!changed_.wait_until(lock, end, [this] { return done_; }))
            dump();
    }

    [[noreturn]] void dump() const {
        std::cerr << "asio_wait: not done within " << std::chrono::duration<double>(limit_).count()
                  << " s. ";
        if (asio_wait::detail::ever_watched()) {
            std::cerr << "The watched tasks that have not ended:" << std::endl; // before a dump
            dump_tasks(std::cerr);
        } else {
            std::cerr << "No task is watched: ASIO_WAIT_WATCH=1 in the environment shows them.\n";
        }
        std::cerr.flush();
        // A test framework that catches signals takes them to be raised by the test's thread.
        std::signal(SIGABRT, SIG_DFL);
        std::abort();
    }

    const std::chrono::nanoseconds limit_;
    std::mutex mutex_; // guards done_; the thread keeps it from its dump to the program's end
    std::condition_variable changed_;
    bool done_ = false;
    std::thread thread_; // the last: it uses the others
};

} // namespace asio_wait::inline v0::testing
