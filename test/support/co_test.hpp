// SPDX-License-Identifier: BSL-1.0
#pragma once

// Coroutine tests on virtual time, each of them also cut short at every point.
//
//     CO_TEST_CASE(sleeping_takes_its_time)
//     {
//         co_await test::sleep_for(10s);
//         BOOST_TEST(test::virtual_clock::ms() == 10'000);
//     }
//
// The body is an asio::awaitable<void>. It runs once to its end (and a run that would hang is
// reported with everything that is still in flight); that run takes n handlers. Then, for each
// k < n, it runs again in a fresh io_context that is destroyed after k handlers. Nothing that holds
// a pending_note or a lifetime_tracker may survive a context, and under AddressSanitizer the memory
// is checked too. So a body must be able to start anew: no statics, no shared state left behind.

#include "lifetime_tracker.hpp"
#include "pending_note.hpp"
#include "virtual_clock.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#define ASIO_WAIT_TEST_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ASIO_WAIT_TEST_ASAN 1
#endif
#endif
#ifdef ASIO_WAIT_TEST_ASAN
#include <sanitizer/lsan_interface.h>
#endif

namespace test {

using co_test_body = std::function<asio::awaitable<void>()>;

struct co_test_report {
    std::size_t handlers = 0;          // what the full run took
    std::size_t cuts = 0;              // how many shortened runs were made
    std::exception_ptr error;          // what the body threw in the full run
    std::vector<std::string> failures; // would hang, or left something behind
};

namespace detail {

inline asio::awaitable<void> noted_main(co_test_body body) {
    const pending_note note("the test's main coroutine", BOOST_CURRENT_LOCATION);
    co_await body();
}

struct co_run {
    std::size_t handlers = 0;
    bool finished = false;
    std::exception_ptr error;
    std::string stuck;
    std::string left_behind;
};

inline co_run run_once(const co_test_body& body, std::size_t limit) {
    virtual_clock::reset();
    lifetime_tracker::reset();
    co_run run;
    {
        asio::io_context io;
        asio::co_spawn(io, noted_main(body), [&run](std::exception_ptr e) {
            run.finished = true;
            run.error = e;
        });
        run.handlers = virtual_driver({&io}).run(limit);
        if (!run.finished && limit == no_limit)
            run.stuck = "would hang at virtual " + std::to_string(virtual_clock::ms()) +
                        " ms, nothing left to run; in flight:" + pending_note::report();
    }
    if (pending_note::live() != 0)
        run.left_behind += "coroutines outlived their context:" + pending_note::report();
    if (lifetime_tracker::live() != 0)
        run.left_behind += "\n    lifetime_trackers alive after the context: " +
                           std::to_string(lifetime_tracker::live());
    pending_note::forget();
    return run;
}

inline bool memory_leaked() {
#ifdef ASIO_WAIT_TEST_ASAN
    return __lsan_do_recoverable_leak_check() != 0;
#else
    return false;
#endif
}

} // namespace detail

/// More cuts than this are spread evenly over the run, and that is said aloud.
inline constexpr std::size_t max_cuts = 600;

/// The mechanism without Boost.Test's verdict, so that it can be tested itself.
inline co_test_report explore(const co_test_body& body) {
    co_test_report report;
    const auto note = [&report](const std::string& text, const std::string& where) {
        if (!text.empty())
            report.failures.push_back(text + "\n    (" + where + ")");
    };

    const detail::co_run full = detail::run_once(body, no_limit);
    report.handlers = full.handlers;
    report.error = full.error;
    note(full.stuck, "full run");
    note(full.left_behind, "full run");
    if (!report.failures.empty() || report.error)
        return report;

    const std::size_t stride = (full.handlers + max_cuts - 1) / max_cuts;
    if (stride > 1)
        std::clog << "co_test: " << full.handlers << " handlers, cut only at every " << stride
                  << "th\n";
    for (std::size_t k = 0; k < full.handlers; k += std::max<std::size_t>(stride, 1)) {
        BOOST_TEST_CONTEXT("context destroyed after " << k << " of " << full.handlers
                                                      << " handlers") {
            ++report.cuts;
            note(detail::run_once(body, k).left_behind,
                 "context destroyed after " + std::to_string(k) + " of " +
                     std::to_string(full.handlers) + " handlers");
        }
    }
    if (detail::memory_leaked())
        report.failures.emplace_back("memory leaked, see the sanitizer's report above");
    return report;
}

inline void run_co_test(const co_test_body& body) {
    const co_test_report report = explore(body);
    for (const std::string& failure : report.failures)
        BOOST_ERROR(failure);
    if (report.error)
        std::rethrow_exception(report.error);
    // A body without a single check would pass as well: count the run itself.
    BOOST_TEST(report.cuts > 0u);
}

} // namespace test

#define CO_TEST_CASE(name, ...)                                                                    \
    static ::boost::asio::awaitable<void> name##_body();                                           \
    BOOST_AUTO_TEST_CASE(name __VA_OPT__(, ) __VA_ARGS__) {                                        \
        ::test::run_co_test(&name##_body);                                                         \
    }                                                                                              \
    static ::boost::asio::awaitable<void> name##_body()
