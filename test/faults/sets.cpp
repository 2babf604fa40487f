// SPDX-License-Identifier: BSL-1.0

#include "explore.hpp"

#include <asio_wait/semaphore.hpp>
#include <asio_wait/wait_for_tasks.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <utility>
#include <vector>

using namespace faults;
using asio_wait::first_completed;

namespace {

void one_place(stage& s) {
    fill_set(s);
    s.set.limit(2);
}

/// All are asked or none; a post too few does not lose a request.
void all_or_none(stage& s, const ending& e) {
    const bool asked = s.a.cancel_requested();
    BOOST_TEST(asked == s.b.cancel_requested());
    BOOST_TEST((asked || e.threw));
    if (asked && !e.later && !e.for_good)
        BOOST_TEST((s.a.cancelled() && s.b.cancelled()));
}

} // namespace

BOOST_AUTO_TEST_SUITE(faults_sets)

BOOST_AUTO_TEST_CASE(members) {
    explore({.name = "task_set(range)",
             .call =
                 [](stage& s) {
                     task_set<value>{std::vector{s.a, s.b}};
                 },
             .completes = false});
    explore(
        {.name = "task_set::insert",
         .call = [](stage& s) { s.set.insert(s.a); },
         .completes = false,
         .check = [](stage& s, const ending& e) { BOOST_TEST(s.set.contains(s.a) == !e.threw); }});
    explore({.name = "task_set::spawn",
             .call = [](stage& s) { s.set.spawn(s.ex, s.factory()); },
             .events = {open_bodies},
             .completes = false});
    explore({.name = "task_set, iteration",
             .call = [](stage& s) { (void)s.set.begin(); },
             .prepare = fill_set,
             .completes = false,
             .check = [](stage& s, const ending&) { BOOST_TEST(s.set.size() == 2u); }});
    explore({.name = "task_set::cancel_all",
             .call = [](stage& s) { s.set.cancel_all(); },
             .events = {},
             .prepare = fill_set,
             .completes = false,
             .cancels = true,
             .check = all_or_none});
}

BOOST_AUTO_TEST_CASE(waits) {
    explore({.name = "task_set::async_next",
             .call = [](stage& s) { s.set.async_next(s.handler()); },
             .prepare = fill_set,
             .check =
                 [](stage& s, const ending&) {
                     // What was not handed out is still there.
                     BOOST_TEST(s.set.size() == (s.result.calls && !s.result.error ? 1u : 2u));
                 }});
    explore({.name = "task_set::async_next, limit",
             .call = [](stage& s) { s.set.async_next(soon(), s.handler()); },
             .prepare = fill_set,
             .fails = true});
    explore({.name = "task_set::async_next, cancelled",
             .call = [](stage& s) { s.set.async_next(s.cancellable()); },
             .events = {cancel},
             .prepare = fill_set,
             .fails = true,
             .check = [](stage& s, const ending&) { BOOST_TEST(s.set.size() == 2u); }});
    explore({.name = "task_set::async_wait",
             .call = [](stage& s) { s.set.async_wait(s.handler()); },
             .prepare = fill_set,
             .check =
                 [](stage& s, const ending&) {
                     BOOST_TEST(s.set.size() == (s.result.calls && !s.result.error ? 0u : 2u));
                 }});
    explore({.name = "task_set::async_wait, first",
             .call = [](stage& s) { s.set.async_wait(first_completed, s.handler()); },
             .prepare = fill_set});
    explore({.name = "task_set::async_wait, until",
             .call = [](stage& s) { s.set.async_wait(asio_wait::until(is_second), s.handler()); },
             .prepare = fill_set});
    explore(
        {.name = "task_set::async_wait, until, timer",
         .call =
             [](stage& s) { s.set.async_wait(asio_wait::until(is_second), *s.timer, s.handler()); },
         .prepare =
             [](stage& s) {
                 fill_set(s);
                 s.timer->expires_at(test::virtual_clock::time_point::max());
             }});
    explore({.name = "task_set::async_wait, awaited",
             .call = awaited([](stage& s) { return s.set.async_wait(); }),
             .prepare = fill_set});
    explore({.name = "task_set::async_shutdown",
             .call = [](stage& s) { s.set.async_shutdown(s.handler()); },
             .prepare = fill_set,
             .cancels = true});
}

BOOST_AUTO_TEST_CASE(moved_set) {
    using asio_wait::wait_for_tasks;
    explore(
        {.name = "wait_for_tasks(set)",
         .call = [](stage& s) { wait_for_tasks(std::move(s.set), first_completed, s.handler()); },
         .prepare = fill_set});
    explore({.name = "wait_for_tasks(set), limit",
             .call = [](stage& s) { wait_for_tasks(std::move(s.set), soon(), s.handler()); },
             .prepare = fill_set});
}

BOOST_AUTO_TEST_CASE(two_waits) {
    // One event serves two: the wake-up of the first may fail, the second must not suffer.
    explore({.name = "task_set, two async_next",
             .call = [](stage& s) { s.set.async_next(s.handler()); },
             .prepare =
                 [](stage& s) {
                     fill_set(s);
                     s.set.async_next(s.another_handler());
                 }});
    // The set becomes empty, which is the end of somebody's wait.
    explore({.name = "task_set::erase",
             .call = [](stage& s) { s.set.erase(s.a); },
             .events = {},
             .prepare =
                 [](stage& s) {
                     s.set.insert(s.a);
                     s.set.async_next(s.another_handler());
                 },
             .completes = false,
             .check = [](stage& s, const ending&) { BOOST_TEST(s.set.empty()); }});
    explore({.name = "~task_set",
             .call = [](stage& s) { s.set = task_set<value>(); },
             .events = {},
             .prepare =
                 [](stage& s) {
                     fill_set(s);
                     s.set.async_next(s.another_handler());
                     s.set.async_wait(s.another_handler());
                 },
             .completes = false});
}

BOOST_AUTO_TEST_CASE(places) {
    explore({.name = "task_set::async_spawn",
             .call = [](stage& s) { s.set.async_spawn(s.ex, s.factory(), s.handler()); },
             .events = {open_bodies},
             .outlives_tasks = false});
    explore({.name = "task_set::async_spawn, limit",
             .call = [](stage& s) { s.set.async_spawn(s.ex, s.factory(), s.handler()); },
             .events = {open_first, open_second, open_bodies},
             .prepare = one_place,
             .outlives_tasks = false});
    explore({.name = "task_set::async_spawn, cancelled",
             .call = [](stage& s) { s.set.async_spawn(s.ex, s.factory(), s.cancellable()); },
             .events = {cancel},
             .prepare = one_place,
             .outlives_tasks = false,
             .fails = true});
    explore({.name = "task_set::limit",
             .call = [](stage& s) { s.set.limit(5); },
             .events = {open_bodies},
             .prepare =
                 [](stage& s) {
                     one_place(s);
                     s.set.async_spawn(s.ex, s.factory(), s.another_handler());
                 },
             .completes = false,
             .outlives_tasks = false});
    explore({.name = "task_set, discard_results",
             .call =
                 [](stage& s) {
                     s.set.discard_results();
                     s.set.async_wait(s.handler());
                 },
             .prepare = fill_set});
}

BOOST_AUTO_TEST_CASE(semaphore) {
    using asio_wait::semaphore;
    const auto permits = std::make_shared<std::unique_ptr<semaphore>>();
    const auto with = [permits](std::size_t n) {
        return [permits, n](stage&) { *permits = std::make_unique<semaphore>(n); };
    };
    const auto acquire = [permits](stage& s) { (*permits)->async_acquire(s.handler()); };
    const auto release = [permits](stage&) { (*permits)->release(); };
    const auto all_there = [permits](stage& s, const ending&) {
        const std::size_t taken = s.result.calls != 0 && !s.result.error ? 1 : 0;
        BOOST_TEST((*permits)->available() + taken == 1u, "a permit is lost");
        *permits = nullptr;
    };
    explore({.name = "semaphore(n)", .call = [](stage&) { semaphore{2}; }, .completes = false});
    explore({.name = "semaphore::async_acquire",
             .call = acquire,
             .events = {},
             .prepare = with(1),
             .check = all_there});
    explore({.name = "semaphore::async_acquire, waits",
             .call = acquire,
             .events = {release},
             .prepare = with(0),
             .check = all_there});
    *permits = nullptr;
}

BOOST_AUTO_TEST_SUITE_END()
