// SPDX-License-Identifier: BSL-1.0

#include "explore.hpp"

#include <asio_wait/exception_group.hpp>
#include <asio_wait/gather.hpp>
#include <asio_wait/shield.hpp>
#include <asio_wait/unobserved_exception.hpp>
#include <asio_wait/wait_for.hpp>
#include <asio_wait/with_timeout.hpp>

#include <boost/system/result.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace faults;
using std::chrono::hours;

namespace {

/// A coroutine for an operation to start, made where nothing fails.
asio::awaitable<value> work(stage& s, int n = 0) {
    const injector::pause closed;
    return s.body(n);
}

std::vector<asio::awaitable<value>> much_work(stage& s) {
    const injector::pause closed;
    std::vector<asio::awaitable<value>> v;
    for (int i = 0; i != 3; ++i)
        v.push_back(s.body(i));
    return v;
}

auto block(stage& s) {
    return [&s](timeout_scope&) { return s.body(); };
}

asio::awaitable<void> fails() {
    throw std::runtime_error("unread");
    co_return;
}

asio::awaitable<value> reschedules(timeout_scope& scope, stage& s, body_note note) {
    scope.reschedule(hours(1));
    scope.reschedule(std::nullopt);
    scope.reschedule(soon());
    co_return co_await behind(s.bodies, 1, std::move(note));
}

} // namespace

BOOST_AUTO_TEST_SUITE(faults_family)

BOOST_AUTO_TEST_CASE(wait_for) {
    using asio_wait::wait_for;
    explore(
        {.name = "wait_for(task)", .call = [](stage& s) { wait_for(s.a, hours(1), s.handler()); }});
    explore({.name = "wait_for(task), limit runs out",
             .call = [](stage& s) { wait_for(s.a, soon(), s.handler()); },
             .events = {},
             .cancels = true,
             .fails = true});
    explore({.name = "wait_for(task), timer runs out",
             .call = [](stage& s) { wait_for(s.a, *s.timer, s.handler()); },
             .events = {},
             .prepare = set_timer,
             .cancels = true,
             .fails = true});
    explore({.name = "wait_for(coroutine)",
             .call = [](stage& s) { wait_for(s.ex, work(s), hours(1), s.handler()); },
             .events = {open_bodies}});
    explore({.name = "wait_for(coroutine), limit runs out",
             .call = [](stage& s) { wait_for(s.ex, work(s), soon(), s.handler()); },
             .events = {},
             .fails = true});
    explore({.name = "wait_for(coroutine), awaited",
             .call = awaited([](stage& s) { return wait_for(work(s), soon()); }),
             .events = {},
             .apart = false,
             .fails = true});
    explore({.name = "wait_for(task), cancelled",
             .call = [](stage& s) { wait_for(s.a, hours(1), s.cancellable()); },
             .events = {cancel},
             .cancels = true,
             .fails = true});
}

BOOST_AUTO_TEST_CASE(shield) {
    using asio_wait::shield;
    explore({.name = "shield(task)", .call = [](stage& s) { shield(s.a, s.handler()); }});
    explore({.name = "shield(coroutine)",
             .call = [](stage& s) { shield(s.ex, work(s), s.handler()); },
             .events = {open_bodies}});
    explore({.name = "shield(task), cancelled",
             .call = [](stage& s) { shield(s.a, s.cancellable()); },
             .events = {cancel},
             .fails = true});
}

BOOST_AUTO_TEST_CASE(gather) {
    using asio_wait::gather;
    explore({.name = "gather(a, b)", .call = [](stage& s) { gather(s.a, s.b, s.handler()); }});
    explore({.name = "gather(range)", .call = [](stage& s) {
                 gather(std::vector{s.a, s.b}, s.handler());
             }});
    explore({.name = "gather(coroutine, coroutine)",
             .call = [](stage& s) { gather(s.ex, work(s), work(s), s.handler()); },
             .events = {open_bodies},
             .others_run_on = true});
    explore({.name = "gather(range of coroutines)",
             .call = [](stage& s) { gather(s.ex, much_work(s), s.handler()); },
             .events = {open_bodies},
             .others_run_on = true});
    explore({.name = "gather(a, b), cancelled",
             .call = [](stage& s) { gather(s.a, s.b, s.cancellable()); },
             .events = {cancel},
             .cancels = true,
             .fails = true});
    explore({.name = "gather_settled(a, b)",
             .call = [](stage& s) { asio_wait::gather_settled(s.a, s.b, s.handler()); }});
    explore({.name = "gather_settled(range of coroutines)",
             .call = [](stage& s) { asio_wait::gather_settled(s.ex, much_work(s), s.handler()); },
             .events = {open_bodies}});
    explore({.name = "gather(coroutine, task), awaited",
             .call = awaited([](stage& s) { return gather(work(s), s.a); }),
             .events = {open_first, open_bodies},
             .apart = false});
}

BOOST_AUTO_TEST_CASE(with_timeout) {
    using asio_wait::with_timeout;
    explore({.name = "with_timeout",
             .call = [](stage& s) { with_timeout(hours(1), block(s), s.handler()); },
             .events = {open_bodies},
             .apart = false});
    explore({.name = "with_timeout, limit runs out",
             .call = [](stage& s) { with_timeout(soon(), block(s), s.handler()); },
             .events = {},
             .apart = false,
             .fails = true});
    explore({.name = "with_timeout, timer runs out",
             .call = [](stage& s) { with_timeout(*s.timer, block(s), s.handler()); },
             .events = {},
             .prepare = set_timer,
             .apart = false,
             .fails = true});
    explore({.name = "with_timeout, over already",
             .call = [](stage& s) { with_timeout(std::chrono::seconds(0), block(s), s.handler()); },
             .events = {},
             .apart = false,
             .fails = true});
    explore({.name = "with_timeout, reschedule",
             .call =
                 [](stage& s) {
                     with_timeout(
                         hours(1),
                         [&s](timeout_scope& scope) {
                             return reschedules(scope, s, body_note(s.bodies_alive));
                         },
                         s.handler());
                 },
             .events = {},
             .apart = false,
             .fails = true});
    explore({.name = "with_timeout, awaited",
             .call = awaited([](stage& s) { return with_timeout(soon(), block(s)); }),
             .events = {},
             .apart = false,
             .fails = true});
    explore({.name = "with_timeout, cancelled",
             .call = [](stage& s) { with_timeout(hours(1), block(s), s.cancellable()); },
             .events = {cancel},
             .apart = false,
             .fails = true});
}

BOOST_AUTO_TEST_CASE(exception_group) {
    const auto failures = std::make_shared<std::vector<task_error>>();
    for (const char* what : {"one", "two"})
        failures->push_back(
            {1, std::string(50, 'x'), {}, std::make_exception_ptr(std::runtime_error(what))});
    explore({.name = "exception_group",
             .call = [=](stage&) { (void)asio_wait::exception_group(*failures); },
             .completes = false});
    explore({.name = "exception_group(tasks)",
             .call =
                 [](stage& s) {
                     (void)asio_wait::exception_group(std::vector{s.a, s.b});
                 },
             .prepare =
                 [](stage& s) {
                     s.a.cancel(asio::cancellation_type::terminal);
                     s.settle();
                 },
             .completes = false,
             .cancels = true});
}

BOOST_AUTO_TEST_CASE(unobserved_exception_handler) {
    // A handler too large for std::function's own room, so that copying it takes memory.
    const auto counter = std::make_shared<int>(0);
    const auto large = [counter, pad = std::string(100, 'p')](const unobserved_exception&) {
        ++*counter;
    };
    explore({.name = "set_unobserved_exception_handler",
             .call =
                 [](stage&) {
                     set_unobserved_exception_handler(
                         [room = std::string(100, 'r')](const unobserved_exception&) {});
                 },
             .prepare = [=](stage&) { set_unobserved_exception_handler(large); },
             .completes = false,
             .check =
                 [=](stage& s, const ending& e) {
                     // The one before stays in place when setting another one fails.
                     *counter = 0;
                     create_task(s.ex, fails());
                     s.settle();
                     if (e.threw)
                         BOOST_TEST(*counter == 1);
                     set_unobserved_exception_handler([](const unobserved_exception&) {});
                 }});
    // The report itself: dropping the last handle must not end the program.
    const auto last_handle = std::make_shared<task<>>();
    explore({.name = "unobserved exception, report",
             .call = [=](stage&) { *last_handle = {}; },
             .events = {},
             .prepare =
                 [=](stage& s) {
                     *last_handle = create_task(s.ex, fails(), std::string(100, 'n'));
                     s.settle();
                 },
             .completes = false,
             .check = [](stage&, const ending& e) { BOOST_TEST(e.fine()); }});
    set_unobserved_exception_handler([](const unobserved_exception&) {});
}

BOOST_AUTO_TEST_SUITE_END()
