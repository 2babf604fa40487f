// SPDX-License-Identifier: BSL-1.0

// What is seen of running tasks, and that being seen changes nothing for them.

#include "support/sleepers.hpp"

#include <asio_wait.hpp>
#include <asio_wait/detail/task_graph.hpp>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
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

using graph = detail::task_graph;

graph seen() {
    return detail::watched_now();
}

std::string dump() {
    std::ostringstream out;
    dump_tasks(out);
    return out.str();
}

struct fixture {
    asio::io_context io{1};
    asio::any_io_executor ex = io.get_executor();

    fixture() { watch_tasks(); }
    ~fixture() { watch_tasks(false); }

    const graph::task& find(const graph& g, std::uint64_t id) {
        for (const auto& t : g.tasks)
            if (t.id == id)
                return t;
        BOOST_FAIL("task " << id << " is not shown");
        throw 0;
    }
};

BOOST_FIXTURE_TEST_SUITE(watch_watching, fixture)

BOOST_AUTO_TEST_CASE(nothing_is_watched_unless_it_is_asked_for) {
    watch_tasks(false);
    const auto t = create_task(ex, forever());
    io.poll();
    BOOST_TEST(seen().tasks.empty());
    BOOST_TEST(seen().sets.empty());
    BOOST_TEST(dump() == "0 tasks\n");
}

BOOST_AUTO_TEST_CASE(a_task_is_shown_with_name_state_and_place_until_it_is_done) {
    const unsigned line = __LINE__ + 1;
    const auto t = create_task(ex, forever(), "sleeper");
    graph g = seen();
    BOOST_REQUIRE(g.tasks.size() == 1u);
    BOOST_TEST(g.tasks[0].id == t.id());
    BOOST_TEST(g.tasks[0].name == "sleeper");
    BOOST_TEST(g.tasks[0].state == "not started");
    BOOST_TEST(g.tasks[0].spawned_at.ends_with("watching.cpp:" + std::to_string(line)));
    BOOST_TEST(g.tasks[0].spawned_by == 0u);
    io.poll();
    BOOST_TEST(seen().tasks.at(0).state == "waiting");
    t.cancel();
    io.restart();
    io.run();
    BOOST_TEST(seen().tasks.empty());
    BOOST_TEST(t.cancelled());
}

BOOST_AUTO_TEST_CASE(a_task_of_an_operation_is_shown) {
    asio::steady_timer timer(io, 1h);
    const auto t = timer.async_wait(use_task);
    BOOST_TEST(seen().tasks.at(0).id == t.id());
    BOOST_TEST(seen().tasks.at(0).spawned_at == "-");
    timer.cancel();
    io.run();
    BOOST_TEST(seen().tasks.empty());
}

BOOST_AUTO_TEST_CASE(a_task_knows_itself_and_who_spawned_it) {
    std::uint64_t inside = 0;
    std::uint64_t after = 0;
    task<void> child;
    const auto parent = create_task(
        ex,
        [&]() -> awaitable<void> {
            inside = this_task_id();
            child = create_task(co_await asio::this_coro::executor, forever());
            co_await asio::post(asio::use_awaitable);
            after = this_task_id();
            co_await forever();
        },
        "parent");
    BOOST_TEST(this_task_id() == 0u);
    io.poll();
    BOOST_TEST(inside == parent.id());
    BOOST_TEST(after == parent.id());
    const graph g = seen();
    BOOST_TEST(find(g, child.id()).spawned_by == parent.id());
    BOOST_TEST(find(g, parent.id()).spawned_by == 0u);
}

BOOST_AUTO_TEST_CASE(the_task_that_runs_is_the_running_one) {
    std::string state;
    const auto t = create_task(ex, [&]() -> awaitable<void> {
        state = seen().tasks.at(0).state;
        co_return;
    });
    io.run();
    BOOST_TEST(state == "running");
}

BOOST_AUTO_TEST_CASE(a_wait_is_an_edge_from_who_waits_to_what_it_waits_for) {
    const auto a = create_task(ex, forever());
    const auto b = create_task(ex, forever());
    const auto waiter = create_task(ex, [&]() -> awaitable<void> {
        std::vector<task<void>> both{a, b};
        co_await wait_for_tasks(both, return_when::first_completed, 1h);
    });
    io.poll();
    graph g = seen();
    BOOST_REQUIRE(g.waits.size() == 1u);
    BOOST_TEST(g.waits[0].what == "wait_for_tasks");
    BOOST_TEST(g.waits[0].waiter == waiter.id());
    BOOST_TEST(g.waits[0].limited);
    BOOST_TEST(!g.waits[0].needs_all);
    BOOST_TEST(g.waits[0].tasks == std::vector<std::uint64_t>({a.id(), b.id()}),
               boost::test_tools::per_element());
    waiter.cancel();
    io.restart();
    io.poll();
    BOOST_TEST(seen().waits.empty());
}

BOOST_AUTO_TEST_CASE(every_wait_of_the_family_has_its_name) {
    const auto member = create_task(ex, forever());
    task_set<void> set;
    set.insert(member);
    std::vector<task<void>> waiters;
    const auto start = [&](auto body) { waiters.push_back(create_task(ex, std::move(body))); };
    start([&]() -> awaitable<void> { co_await member.async_wait(asio::use_awaitable); });
    start([&]() -> awaitable<void> { co_await member.async_get(); });
    start([&]() -> awaitable<void> { co_await member.async_join(); });
    start([&]() -> awaitable<void> { co_await set.async_next(); });
    start([&]() -> awaitable<void> { co_await set.async_wait(); });
    start([&]() -> awaitable<void> { co_await gather(member, member); });
    start([&]() -> awaitable<void> { co_await wait_for(forever(), 1h); });
    start([&]() -> awaitable<void> {
        co_await with_task_group([](task_group&) -> awaitable<void> { co_await forever(); });
    });
    start([&]() -> awaitable<void> {
        co_await with_timeout(1h, [](timeout_scope) -> awaitable<void> { co_await forever(); });
    });
    io.poll();
    const graph g = seen();
    for (std::string name :
         {"async_wait", "async_get", "async_join", "async_next", "wait_for_tasks", "gather",
          "wait_for", "with_task_group", "with_timeout"}) {
        std::size_t n = 0;
        for (const auto& w : g.waits)
            if (w.what == name) {
                ++n;
                BOOST_TEST(w.waiter ==
                               waiters.at(static_cast<std::size_t>(&w - g.waits.data())).id(),
                           name);
            }
        BOOST_TEST(n == 1u, name);
    }
    BOOST_TEST(g.waits.size() == waiters.size());
}

BOOST_AUTO_TEST_CASE(a_set_shows_who_is_in_it_now) {
    task_set<void> set;
    set.insert(create_task(ex, []() -> awaitable<void> { co_return; }));
    const auto late = create_task(ex, forever());
    set.insert(late);
    const auto waiter = create_task(
        ex, [&]() -> awaitable<void> { co_await set.async_wait(return_when::all_completed); });
    io.poll();
    graph g = seen();
    BOOST_REQUIRE(g.sets.size() == 1u);
    BOOST_TEST(g.sets[0].finished == 1u);
    BOOST_TEST(g.sets[0].unfinished == std::vector<std::uint64_t>({late.id()}),
               boost::test_tools::per_element());
    BOOST_REQUIRE(g.waits.size() == 1u);
    BOOST_TEST(g.waits[0].set == g.sets[0].id);
    BOOST_TEST(g.waits[0].waiter == waiter.id());
    set.erase(late);
    BOOST_TEST(seen().sets.at(0).unfinished.empty());
    { const task_set<void> gone(std::move(set)); }
    io.restart();
    io.poll(); // the wait has ended, too
    BOOST_TEST(seen().sets.empty());
}

BOOST_AUTO_TEST_CASE(nothing_is_left_of_a_context_that_dies_with_its_tasks) {
    {
        asio::io_context dying(1);
        const auto set = std::make_shared<task_set<void>>();
        const auto t = create_task(dying, forever());
        set->insert(t);
        create_task(dying,
                    [t]() -> awaitable<void> { co_await t.async_wait(asio::use_awaitable); });
        create_task(dying, [set]() -> awaitable<void> { co_await set->async_next(1h); });
        dying.poll();
        const graph g = seen();
        BOOST_TEST((g.tasks.size() == 3u && g.waits.size() == 2u && g.sets.size() == 1u));
    }
    const graph left = seen();
    BOOST_TEST((left.tasks.empty() && left.waits.empty() && left.sets.empty()));
}

BOOST_AUTO_TEST_CASE(tasks_that_wait_for_each_other_are_found) {
    task<void> a, b;
    a = create_task(
        ex, [&]() -> awaitable<void> { co_await b.async_wait(asio::use_awaitable); }, "a");
    b = create_task(
        ex, [&]() -> awaitable<void> { co_await a.async_wait(asio::use_awaitable); }, "b");
    io.poll();
    BOOST_TEST(dump().find("DEADLOCK: a (" + std::to_string(a.id()) + ") -> b (") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_finished_but_kept_task_is_not_waited_for_any_more) {
    const auto quick = create_task(ex, []() -> awaitable<void> { co_return; });
    const auto slow = create_task(ex, forever());
    const auto waiter = create_task(ex, [&]() -> awaitable<void> {
        std::vector<task<void>> both{quick, slow};
        co_await wait_for_tasks(both);
    });
    io.poll();
    BOOST_TEST(seen().waits.at(0).tasks == std::vector<std::uint64_t>({slow.id()}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_watched_task_keeps_its_context_its_strand_and_its_pool) {
    asio::thread_pool pool(2);
    const auto strand = asio::make_strand(pool);
    auto in_strand = create_task(asio::any_io_executor(strand), [&]() -> awaitable<bool> {
        co_await asio::post(asio::use_awaitable);
        co_return strand.running_in_this_thread() &&
            &asio::query(co_await asio::this_coro::executor, asio::execution::context) == &pool;
    });
    // A strand is put around a pool's executor, and who is on it may go on at once.
    auto in_pool = create_task(pool, []() -> awaitable<bool> {
        bool at_once = false;
        asio::dispatch(co_await asio::this_coro::executor, [&] { at_once = true; });
        co_return at_once;
    });
    pool.join();
    BOOST_TEST(in_strand.result());
    BOOST_TEST(in_pool.result());
}

BOOST_AUTO_TEST_CASE(a_watched_executor_is_equal_to_itself_only) {
    asio::any_io_executor first, again, other;
    create_task(ex, [&]() -> awaitable<void> {
        first = co_await asio::this_coro::executor;
        again = co_await asio::this_coro::executor;
    });
    create_task(ex, [&]() -> awaitable<void> { other = co_await asio::this_coro::executor; });
    io.run();
    BOOST_TEST((first == again));
    BOOST_TEST((first != other));
    BOOST_TEST((first != ex));
    const auto tracked = asio::prefer(first, asio::execution::outstanding_work.tracked);
    BOOST_TEST((tracked != first));
    BOOST_TEST((asio::prefer(tracked, asio::execution::outstanding_work.untracked) == first));
    BOOST_TEST((asio::prefer(tracked, asio::execution::outstanding_work.untracked) != other));
    const auto* const mark = first.target<detail::watched_executor>();
    const auto* const another = other.target<detail::watched_executor>();
    BOOST_REQUIRE((mark && another));
    BOOST_TEST((*mark != *another));
    BOOST_TEST(!(*mark != *mark));
}

BOOST_AUTO_TEST_CASE(a_callback_on_the_executor_of_another_task_is_not_that_tasks_wait) {
    const auto child = create_task(ex, forever());
    asio::any_io_executor lent;
    const auto lender = create_task(ex, [&]() -> awaitable<void> {
        lent = co_await asio::this_coro::executor;
        co_await forever();
    });
    io.poll();
    const auto borrower = create_task(ex, [&]() -> awaitable<void> {
        child.async_wait(asio::bind_executor(lent, [](boost::system::error_code) {}));
        co_await forever();
    });
    io.restart();
    io.poll();
    const graph g = seen();
    BOOST_TEST_REQUIRE(g.waits.size() == 1u);
    BOOST_TEST(g.waits[0].waiter == 0u);
}

BOOST_AUTO_TEST_CASE(a_callback_that_a_task_starts_waits_for_nobody) {
    task<void> t;
    t = create_task(ex, [&]() -> awaitable<void> {
        co_await asio::post(asio::use_awaitable);
        t.async_wait([](boost::system::error_code) {});
        co_await forever();
    });
    io.poll();
    const graph g = seen();
    BOOST_REQUIRE(g.waits.size() == 1u);
    BOOST_TEST(g.waits[0].waiter == 0u);
    BOOST_TEST(g.deadlocks().empty());
}

BOOST_AUTO_TEST_CASE(a_child_does_not_run_as_its_parent) {
    std::uint64_t in_callback = 77;
    const auto parent = create_task(ex, [&]() -> awaitable<void> {
        const auto child =
            create_task(co_await asio::this_coro::executor, []() -> awaitable<void> { co_return; });
        child.async_wait([&](boost::system::error_code) { in_callback = this_task_id(); });
        co_await asio::post(asio::use_awaitable);
    });
    io.run();
    BOOST_TEST(in_callback != parent.id());
}

BOOST_AUTO_TEST_CASE(children_of_other_executor_types_are_at_home_in_a_group) {
    using io_executor = asio::io_context::executor_type;
    bool ran = false;
    const auto parent = create_task(ex, [&]() -> awaitable<void> {
        co_await with_task_group([&](task_group& group) -> awaitable<void> {
            group.spawn([&]() -> asio::awaitable<void, io_executor> {
                ran = true;
                co_return;
            });
            co_return;
        });
    });
    io.run();
    BOOST_TEST(ran);
    BOOST_TEST(!parent.failed());
}

BOOST_AUTO_TEST_CASE(what_was_watched_goes_on_when_watching_ends) {
    task<void> child;
    const auto parent = create_task(ex, [&]() -> awaitable<void> {
        co_await asio::post(asio::use_awaitable);
        child = create_task(co_await asio::this_coro::executor, forever());
        co_await child.async_wait(asio::use_awaitable);
    });
    io.poll_one();
    watch_tasks(false);
    io.poll();
    const graph g = seen();
    BOOST_TEST(g.tasks.size() == 1u); // the parent
    BOOST_TEST(g.waits.empty());
    BOOST_TEST((child.get_executor() == ex)); // without a mark
    child.cancel();
    io.restart();
    io.run();
    BOOST_TEST(parent.done());
}

BOOST_AUTO_TEST_CASE(json_and_dot_come_of_the_same) {
    const auto t = create_task(ex, forever(), "it");
    std::ostringstream json, dot;
    dump_tasks(json, dump_format::json);
    dump_tasks(dot, dump_format::dot);
    BOOST_TEST(json.str().find("\"name\":\"it\"") != std::string::npos);
    BOOST_TEST(dot.str().find("\"it, not started\"") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace watch
