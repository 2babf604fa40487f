// SPDX-License-Identifier: BSL-1.0

// Which waits close a circle and which do not.

#include "support/sleepers.hpp"

#include <asio_wait.hpp>
#include <asio_wait/detail/task_graph.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

namespace watch {
namespace {

namespace asio = boost::asio;
using namespace asio_wait;
using namespace std::chrono_literals;
using asio::awaitable;
using test::forever;

using tasks = std::vector<task<void>>;

awaitable<void> nothing() {
    co_return;
}

awaitable<void> waits_for(task<void> t) {
    co_await t.async_wait(asio::use_awaitable);
}

struct fixture {
    std::vector<std::string> circles;
    asio::io_context io{1};
    asio::any_io_executor ex = io.get_executor();

    fixture() {
        watch_tasks();
        set_task_event_handler([this](const task_event& e) {
            if (e.what == task_event::kind::deadlock)
                circles.emplace_back(e.text);
        });
    }
    ~fixture() {
        set_task_event_handler(nullptr);
        watch_tasks(false);
    }

    /// Waits for all of these when everybody else has begun to wait.
    task<void> at_last(const tasks& all, const char* name) {
        return create_task(
            ex,
            [&all]() -> awaitable<void> {
                co_await test::yield_times(10);
                co_await wait_for_tasks(all);
            },
            name);
    }
    static std::string of(const task<void>& t) {
        return t.name() + " (" + std::to_string(t.id()) + ")";
    }
};

/// Waits in two places: first in a coroutine of the task's own, then here.
template<class First, class Second>
awaitable<void> waits_twice(First first, Second second) {
    co_spawn(co_await asio::this_coro::executor, first, asio::detached);
    co_await second();
}

BOOST_FIXTURE_TEST_SUITE(watch_mistakes, fixture)

BOOST_AUTO_TEST_CASE(a_circle_may_go_through_either_of_two_waits) {
    for (const bool older : {false, true}) {
        tasks of_b;
        const auto b = at_last(of_b, "b");
        const auto free = create_task(ex, forever());
        const auto on_b = [&] { return waits_for(b); };
        const auto on_free = [&] { return waits_for(free); };
        const auto a =
            create_task(ex, older ? waits_twice(on_b, on_free) : waits_twice(on_free, on_b), "a");
        of_b = {a};
        io.restart();
        io.poll();
        BOOST_TEST(circles == std::vector<std::string>{of(b) + " -> " + of(a) + " -> " + of(b)},
                   boost::test_tools::per_element());
        circles.clear();
        a.cancel();
        io.restart();
        io.poll();
    }
}

BOOST_AUTO_TEST_CASE(a_wait_that_can_end_otherwise_is_no_part_of_a_circle_whichever_it_is) {
    tasks of_b;
    const auto b = at_last(of_b, "b");
    const auto free = create_task(ex, forever());
    const auto on_free = [&] { return waits_for(free); };
    const auto limited = [&]() -> awaitable<void> {
        const tasks one(1, b);
        co_await wait_for_tasks(one, return_when::all_completed, 1h);
    };
    const auto newer = create_task(ex, waits_twice(on_free, limited));
    const auto older = create_task(ex, waits_twice(limited, on_free));
    const auto first_of_two = create_task(ex, [&]() -> awaitable<void> {
        const tasks two{b, free};
        co_await wait_for_tasks(two, return_when::first_completed);
    });
    of_b = {newer, older, first_of_two};
    io.poll();
    BOOST_TEST(circles.empty());
}

BOOST_AUTO_TEST_CASE(what_was_looked_at_is_not_looked_at_again) {
    // Two ways lead to `shared`, which waits in two places.
    tasks of_last;
    const auto last = at_last(of_last, "last");
    const auto free = create_task(ex, forever());
    const auto on_free = [&] { return waits_for(free); };
    const auto shared = create_task(ex, waits_twice(on_free, on_free));
    const auto left = create_task(ex, waits_for(shared));
    const auto right = create_task(ex, waits_for(shared));
    of_last = {left, right};
    io.poll();
    BOOST_TEST(circles.empty());
    BOOST_TEST(detail::watched_now().waits.size() == 5u);
}

BOOST_AUTO_TEST_CASE(who_waits_for_a_circle_is_told_nothing) {
    task<void> x, y;
    x = create_task(ex, [&]() -> awaitable<void> { co_await y.async_wait(asio::use_awaitable); });
    y = create_task(ex, waits_for(x));
    io.poll();
    BOOST_TEST(circles.size() == 1u);
    const auto outside = create_task(ex, waits_for(x));
    io.restart();
    io.poll(); // and does not go round for ever
    BOOST_TEST(circles.size() == 1u);
}

BOOST_AUTO_TEST_CASE(the_way_goes_past_what_has_ended) {
    tasks of_b;
    const auto b = at_last(of_b, "b");
    const auto ended = create_task(ex, nothing());
    const auto a = create_task(
        ex,
        [&]() -> awaitable<void> {
            const tasks both{ended, b};
            co_await wait_for_tasks(both);
        },
        "a");
    of_b = {a};
    io.poll();
    BOOST_REQUIRE(ended.done());
    BOOST_TEST(circles == std::vector<std::string>{of(b) + " -> " + of(a) + " -> " + of(b)},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_first_of_one_is_all) {
    tasks of_b;
    const auto b = at_last(of_b, "b");
    const auto a = create_task(ex, [&]() -> awaitable<void> {
        const tasks one(1, b);
        co_await wait_for_tasks(one, return_when::first_completed);
    });
    of_b = {a};
    io.poll();
    BOOST_TEST(circles.size() == 1u);
}

BOOST_AUTO_TEST_CASE(the_first_of_two_is_not_all_though_only_one_is_watched) {
    watch_tasks(false);
    const auto unknown = create_task(ex, forever());
    watch_tasks();
    tasks of_b;
    const auto b = at_last(of_b, "b");
    const auto a = create_task(ex, [&]() -> awaitable<void> {
        const tasks both{unknown, b};
        co_await wait_for_tasks(both, return_when::first_completed);
    });
    of_b = {a};
    io.poll();
    BOOST_TEST(circles.empty());
    const auto g = detail::watched_now();
    BOOST_REQUIRE(g.waits.size() == 2u);
    BOOST_TEST(g.waits[0].tasks == std::vector<std::uint64_t>({b.id()}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(who_runs_on_after_its_task_is_stuck_in_no_circle) {
    asio::any_io_executor kept;
    auto t =
        create_task(ex, [&]() -> awaitable<void> { kept = co_await asio::this_coro::executor; });
    io.run();
    // On the executor of a task that has ended, a wait for that task is over at once.
    bool over = false;
    const auto waits = [&]() -> awaitable<void> {
        co_await t.async_wait(asio::use_awaitable);
        over = true;
    };
    co_spawn(kept, waits, asio::detached);
    io.restart();
    io.run();
    BOOST_TEST(over);
    // And of one that is gone.
    const auto id = t.id();
    t = {};
    const auto free = create_task(ex, forever());
    co_spawn(kept, waits_for(free), asio::detached);
    io.restart();
    io.poll();
    const auto g = detail::watched_now();
    BOOST_REQUIRE(g.waits.size() == 1u);
    BOOST_TEST(g.waits[0].waiter == id);
    BOOST_TEST(circles.empty());
}

BOOST_AUTO_TEST_CASE(two_waits_may_end_in_any_order) {
    for (const std::size_t ends_first : {0u, 1u}) {
        const tasks two{create_task(ex, forever()), create_task(ex, forever())};
        const auto t = create_task(ex, [&]() -> awaitable<void> {
            const auto first = [&] { return waits_for(two[0]); };
            const auto second = [&] { return waits_for(two[1]); };
            co_await waits_twice(first, second);
            co_await forever();
        });
        io.restart();
        io.poll();
        BOOST_REQUIRE(detail::watched_now().waits.size() == 2u);
        two[ends_first].cancel();
        io.restart();
        io.poll();
        auto g = detail::watched_now();
        BOOST_REQUIRE(g.waits.size() == 1u);
        BOOST_TEST(g.waits[0].tasks == std::vector<std::uint64_t>({two[1 - ends_first].id()}),
                   boost::test_tools::per_element());
        BOOST_TEST(g.waits[0].waiter == t.id());
        two[1 - ends_first].cancel();
        t.cancel();
        io.restart();
        io.poll();
        BOOST_TEST(detail::watched_now().waits.empty());
    }
}

BOOST_AUTO_TEST_CASE(a_form_that_there_is_not_writes_nothing) {
    const auto t = create_task(ex, forever());
    std::ostringstream out;
    dump_tasks(out, static_cast<dump_format>(7));
    BOOST_TEST(out.str().empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace watch
