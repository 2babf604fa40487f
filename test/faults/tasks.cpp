// SPDX-License-Identifier: BSL-1.0

#include "explore.hpp"

#include <asio_wait/unobserved_exception.hpp>
#include <asio_wait/use_task.hpp>

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

using namespace faults;

namespace {

const std::string long_name(100, 'n');

} // namespace

BOOST_AUTO_TEST_SUITE(faults_tasks)

BOOST_AUTO_TEST_CASE(create_task) {
    using asio_wait::create_task;
    explore({.name = "create_task(coroutine)",
             .call = [](stage& s) { create_task(s.ex, s.body(), long_name); },
             .events = {open_bodies},
             .completes = false});
    explore({.name = "create_task(callable)",
             .call = [](stage& s) { create_task(s.ex, s.factory(), long_name); },
             .events = {open_bodies},
             .completes = false});
    // The first thing that a context hears of us.
    explore({.name = "create_task, new context",
             .call = [](stage& s) { create_task(*s.fresh, s.body()); },
             .prepare = [](stage& s) { s.fresh.emplace(); },
             .completes = false,
             .apart = false});
}

BOOST_AUTO_TEST_CASE(use_task) {
    explore({.name = "async_wait(use_task)",
             .call = [](stage& s) { s.timer->async_wait(asio_wait::use_task(long_name)); },
             .prepare = set_timer,
             .completes = false});
    explore(
        {.name = "bind_executor(ex, use_task)",
         .call =
             [](stage& s) { s.timer->async_wait(asio::bind_executor(s.ex, asio_wait::use_task)); },
         .prepare = set_timer,
         .completes = false,
         .apart = false});
    explore({.name = "co_spawn(use_task)",
             .call = [](stage& s) { asio::co_spawn(s.ex, s.body(), asio_wait::use_task); },
             .events = {open_bodies},
             .completes = false});
}

BOOST_AUTO_TEST_CASE(handle_waits) {
    explore({.name = "async_wait", .call = [](stage& s) { s.a.async_wait(s.handler()); }});
    explore({.name = "async_get", .call = [](stage& s) { s.a.async_get(s.handler()); }});
    explore({.name = "async_join", .call = [](stage& s) { s.a.async_join(s.handler()); }});
    explore({.name = "async_wait, own executor", .call = [](stage& s) {
                 s.a.async_wait(asio::bind_executor(*s.here, recorder(s.result)));
             }});
    explore({.name = "async_get, done already",
             .call = [](stage& s) { s.a.async_get(s.handler()); },
             .prepare =
                 [](stage& s) {
                     s.first.open();
                     s.settle();
                 }});
    explore({.name = "async_wait, awaited",
             .call = awaited([](stage& s) { return s.a.async_wait(); })});
    explore(
        {.name = "async_get, awaited", .call = awaited([](stage& s) { return s.a.async_get(); })});
}

BOOST_AUTO_TEST_CASE(handle_waits_cancelled) {
    explore({.name = "async_wait, cancelled",
             .call = [](stage& s) { s.a.async_wait(s.cancellable()); },
             .events = {cancel},
             .fails = true});
    explore({.name = "async_get, cancelled",
             .call = [](stage& s) { s.a.async_get(s.cancellable()); },
             .events = {cancel},
             .fails = true});
    explore({.name = "async_join, cancelled",
             .call = [](stage& s) { s.a.async_join(s.cancellable()); },
             .events = {cancel},
             .cancels = true,
             .fails = true});
    explore({.name = "async_join, joined task cancelled",
             .call = awaited([](stage& s) { return s.a.async_join(); }),
             .events = {[](stage& s) { s.a.cancel(); }},
             .cancels = true,
             .fails = true});
}

BOOST_AUTO_TEST_CASE(handle_members) {
    explore({.name = "task::cancel",
             .call = [](stage& s) { s.a.cancel(); },
             .events = {},
             .completes = false,
             .cancels = true,
             .check =
                 [](stage& s, const ending& e) {
                     // Recorded in any case; the next request delivers it.
                     BOOST_TEST(s.a.cancel_requested());
                     BOOST_TEST((e.threw || e.later || s.a.cancelled()));
                 }});
    explore({.name = "task::name",
             .call =
                 [](stage& s) {
                     s.a.name(long_name);
                     (void)s.a.name();
                 },
             .completes = false,
             .check = [](stage& s, const ending&) { BOOST_TEST(s.a.name() != ""); }});
}

BOOST_AUTO_TEST_SUITE_END()
