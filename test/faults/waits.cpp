// SPDX-License-Identifier: BSL-1.0

#include "explore.hpp"

#include <asio_wait/as_completed.hpp>
#include <asio_wait/cancel_and_wait.hpp>
#include <asio_wait/wait_for_tasks.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

using namespace faults;
using asio_wait::first_completed;
using std::chrono::hours;
using std::chrono::seconds;

namespace {

std::vector<task<value>> both(stage& s) {
    return {s.a, s.b};
}

/// Not in order of creation and one of them twice: the long way through the repeats.
std::vector<task<value>> with_repeats(stage& s) {
    return {s.b, s.a, s.b};
}

std::vector<asio::awaitable<value>> coroutines(stage& s) {
    const injector::pause closed;
    std::vector<asio::awaitable<value>> v;
    for (int i = 0; i != 3; ++i)
        v.push_back(s.body(i));
    return v;
}

} // namespace

BOOST_AUTO_TEST_SUITE(faults_waits)

BOOST_AUTO_TEST_CASE(wait_for_tasks) {
    using asio_wait::wait_for_tasks;
    explore({.name = "wait_for_tasks(range)",
             .call = [](stage& s) { wait_for_tasks(both(s), s.handler()); }});
    explore({.name = "wait_for_tasks(range), repeats",
             .call = [](stage& s) { wait_for_tasks(with_repeats(s), s.handler()); }});
    explore({.name = "wait_for_tasks(a, b)",
             .call = [](stage& s) { wait_for_tasks(s.a, s.b, first_completed, s.handler()); }});
    explore({.name = "wait_for_tasks(a, any_task)", .call = [](stage& s) {
                 wait_for_tasks(s.a, asio_wait::any_task(s.b), first_completed, s.handler());
             }});
    explore({.name = "wait_for_tasks(coroutines)",
             .call = [](stage& s) { wait_for_tasks(s.ex, coroutines(s), s.handler()); },
             .events = {open_bodies}});
    explore({.name = "wait_for_tasks, awaited",
             .call = awaited([](stage& s) { return wait_for_tasks(both(s), first_completed); })});
    explore({.name = "wait_for_tasks, poll",
             .call = [](stage& s) { wait_for_tasks(both(s), seconds(0), s.handler()); }});
    explore({.name = "wait_for_tasks, nothing",
             .call = [](stage& s) { wait_for_tasks(std::vector<task<>>(), s.handler()); },
             .fails = true});
}

BOOST_AUTO_TEST_CASE(limits) {
    using asio_wait::wait_for_tasks;
    explore({.name = "wait_for_tasks, limit runs out",
             .call = [](stage& s) { wait_for_tasks(both(s), soon(), s.handler()); }});
    explore({.name = "wait_for_tasks, limit not reached",
             .call = [](stage& s) { wait_for_tasks(both(s), hours(1), s.handler()); }});
    explore({.name = "wait_for_tasks, timer runs out",
             .call = [](stage& s) { wait_for_tasks(both(s), *s.timer, s.handler()); },
             .prepare = set_timer});
    explore(
        {.name = "wait_for_tasks, timer not reached",
         .call = [](stage& s) { wait_for_tasks(both(s), first_completed, *s.timer, s.handler()); },
         .prepare = [](stage& s) { s.timer->expires_at(test::virtual_clock::time_point::max()); }});
}

BOOST_AUTO_TEST_CASE(cancelled) {
    using asio_wait::wait_for_tasks;
    explore({.name = "wait_for_tasks, cancelled",
             .call = [](stage& s) { wait_for_tasks(both(s), s.cancellable()); },
             .events = {cancel},
             .fails = true});
    explore({.name = "wait_for_tasks with limit, cancelled",
             .call = [](stage& s) { wait_for_tasks(both(s), hours(1), s.cancellable()); },
             .events = {cancel},
             .fails = true});
    explore({.name = "wait_for_tasks until, cancelled",
             .call =
                 [](stage& s) {
                     wait_for_tasks(both(s), asio_wait::until([](const auto&) { return false; }),
                                    s.cancellable());
                 },
             .events = {open_first, cancel},
             .fails = true});
}

BOOST_AUTO_TEST_CASE(until) {
    using asio_wait::until;
    using asio_wait::wait_for_tasks;
    explore({.name = "wait_for_tasks until",
             .call = [=](stage& s) { wait_for_tasks(both(s), until(is_second), s.handler()); }});
    explore(
        {.name = "wait_for_tasks until, timer",
         .call =
             [=](stage& s) { wait_for_tasks(both(s), until(is_second), *s.timer, s.handler()); },
         .prepare = [](stage& s) { s.timer->expires_at(test::virtual_clock::time_point::max()); }});
}

BOOST_AUTO_TEST_CASE(cancel_and_wait) {
    explore({.name = "cancel_and_wait",
             .call = [](stage& s) { asio_wait::cancel_and_wait(both(s), s.handler()); },
             .cancels = true});
    explore({.name = "cancel_and_wait(coroutines)", .call = [](stage& s) {
                 asio_wait::cancel_and_wait(s.ex, coroutines(s), s.handler());
             }});
    explore({.name = "cancel_and_wait, grace period",
             .call = [](stage& s) { asio_wait::cancel_and_wait(both(s), soon(), s.handler()); },
             .cancels = true});
}

BOOST_AUTO_TEST_CASE(as_completed) {
    using asio_wait::as_completed;
    explore({.name = "as_completed",
             .call = [](stage& s) { (void)as_completed(both(s), soon()); },
             .completes = false});
    explore({.name = "as_completed(coroutines)",
             .call = [](stage& s) { (void)as_completed(s.ex, coroutines(s)); },
             .completes = false});
    using stream = asio_wait::completion_stream<value>;
    const auto kept = std::make_shared<std::optional<stream>>();
    const auto make = [kept](stage& s) { kept->emplace(as_completed(both(s), soon())); };
    const auto drop = [kept](stage&) { kept->reset(); };
    explore({.name = "completion_stream::async_next",
             .call = [kept](stage& s) { (*kept)->async_next(s.handler()); },
             .events = {drop},
             .prepare = make,
             .fails = true}); // the limit
    explore({.name = "~completion_stream",
             .call = drop,
             .events = {},
             .prepare =
                 [=](stage& s) {
                     kept->emplace(as_completed(both(s)));
                     (*kept)->async_next(s.another_handler());
                 },
             .completes = false});
    explore({.name = "as_completed, awaited",
             .call = awaited([](stage& s) -> asio::awaitable<void> {
                 auto all = as_completed(both(s), soon());
                 for (;;) {
                     const auto t = co_await all.async_next();
                     if (!t)
                         break;
                 }
             }),
             .fails = true}); // the limit
}

BOOST_AUTO_TEST_SUITE_END()
