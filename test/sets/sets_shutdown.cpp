// SPDX-License-Identifier: BSL-1.0

// async_shutdown, and async_spawn with its limit.

#include "unit/contract.hpp"

#include <asio_wait/task_set.hpp>

namespace unit {
namespace {

using test::virtual_clock;

/// Goes on for a while after it has been cancelled.
awaitable<void> stubborn(milliseconds d) {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await sleep_for(d);
}

BOOST_AUTO_TEST_SUITE(sets_shutdown)

CO_TEST_CASE(shutdown_cancels_all_and_waits_for_the_last) {
    auto ex = co_await asio::this_coro::executor;
    task_set<> set;
    auto a = set.spawn(ex, forever(), "a");
    auto b = set.spawn(ex, stubborn(5ms), "b");
    auto c = set.spawn(ex, nothing(), "c");
    co_await sleep_for(1ms);
    auto stuck = co_await set.async_shutdown();
    BOOST_TEST(stuck.empty());
    BOOST_TEST(now() == 5);
    BOOST_TEST((a.cancelled() && b.done() && c.succeeded()));
    BOOST_TEST(names(set) == "a b c"); // all stay, to be looked at
    BOOST_TEST(set.try_next()->name() == "c");
}

CO_TEST_CASE(after_the_grace_period_the_stuck_are_named) {
    auto ex = co_await asio::this_coro::executor;
    any_task_set set;
    set.spawn(ex, stubborn(50ms), "stuck two");
    set.spawn(ex, forever(), "polite");
    set.spawn(ex, stubborn(40ms), "stuck one");
    co_await sleep_for(1ms);
    auto [ec, stuck] = co_await set.async_shutdown(virtual_clock::now() + 10ms, as_tuple_awaitable);
    BOOST_TEST(!ec);
    BOOST_TEST(names(stuck) == "stuck two stuck one");
    BOOST_TEST(now() == 11);
    BOOST_TEST(set.size() == 3u);
    test::virtual_timer timer(ex, 5ms);
    auto again = co_await set.async_shutdown(timer);
    BOOST_TEST(again.size() == 2u);
    auto polled = co_await set.async_shutdown(0s);
    BOOST_TEST(polled.size() == 2u);
    auto last = co_await set.async_shutdown(virtual_clock::now() + 1h);
    BOOST_TEST(last.empty());
    BOOST_TEST(now() == 50);
}

CO_TEST_CASE(an_empty_set_is_shut_down_already) {
    task_set<> set;
    auto stuck = co_await set.async_shutdown();
    BOOST_TEST(stuck.empty());
    set.spawn(co_await asio::this_coro::executor, nothing());
    co_await yield_times(2);
    auto none = co_await set.async_shutdown(0s);
    BOOST_TEST(none.empty());
}

CO_TEST_CASE(members_added_meanwhile_are_waited_for_but_not_cancelled) {
    auto ex = co_await asio::this_coro::executor;
    task_set<> set;
    task<> child;
    set.spawn(
        ex,
        [&]() -> awaitable<void> {
            test::virtual_timer timer(co_await asio::this_coro::executor, 1h);
            co_await timer.async_wait(as_tuple_awaitable);
            co_await asio::this_coro::reset_cancellation_state();
            child = set.spawn(co_await asio::this_coro::executor, sleep_for(3ms), "child");
        },
        "parent");
    co_await sleep_for(1ms);
    auto stuck = co_await set.async_shutdown();
    BOOST_TEST(stuck.empty());
    BOOST_TEST(child.succeeded());
    BOOST_TEST(now() == 4);
}

CO_TEST_CASE(a_cancelled_shutdown_has_cancelled_all_the_same) {
    auto ex = co_await asio::this_coro::executor;
    task_set<> set;
    auto a = set.spawn(ex, stubborn(20ms), "a");
    co_await sleep_for(1ms);
    std::string seen;
    auto waiter = create_task(ex, [&]() -> awaitable<void> {
        auto [ec, stuck] = co_await set.async_shutdown(as_tuple_awaitable);
        seen = (ec == asio::error::operation_aborted ? aborted : "") + names(stuck);
    });
    co_await sleep_for(1ms);
    waiter.cancel();
    co_await waiter.async_wait();
    BOOST_TEST(seen == aborted + "a");
    BOOST_TEST(a.cancel_requested());
    BOOST_TEST(set.contains(a));
    co_await a.async_wait();
}

CO_TEST_CASE(a_deferred_shutdown_cancels_nobody_before_it_starts) {
    auto ex = co_await asio::this_coro::executor;
    task_set<> set;
    auto a = set.spawn(ex, forever(), "a");
    auto operation = set.async_shutdown(asio::deferred);
    co_await yield_times(3);
    BOOST_TEST(!a.cancel_requested());
    co_await std::move(operation);
    BOOST_TEST(a.cancelled());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(sets_spawn)

CO_TEST_CASE(without_a_limit_there_is_always_a_place) {
    auto ex = co_await asio::this_coro::executor;
    task_set<> set;
    for (int i = 0; i != 20; ++i) {
        auto t = co_await set.async_spawn(ex, forever());
        BOOST_TEST_REQUIRE(set.contains(t));
    }
    set.cancel_all();
}

CO_TEST_CASE(it_suspends_while_the_set_is_full) {
    auto ex = co_await asio::this_coro::executor;
    task_set<int> set;
    set.limit(2);
    int running = 0, most = 0;
    std::string started;
    for (int i = 1; i != 6; ++i) {
        auto body = [&, i]() -> awaitable<int> {
            most = std::max(most, ++running);
            co_await sleep_for(10ms);
            --running;
            co_return i;
        };
        auto t = co_await set.async_spawn(ex, body, std::to_string(i));
        BOOST_TEST(t.name() == std::to_string(i));
        started += t.name() + "@" + std::to_string(now()) + " ";
    }
    BOOST_TEST(started == "1@0 2@0 3@10 4@10 5@20 ");
    BOOST_TEST(most == 2);
    auto done = co_await set.async_wait(); // finished ones take no place, but stay
    BOOST_TEST(done.size() == 5u);
}

CO_TEST_CASE(name_and_token_may_each_be_left_out) {
    auto ex = co_await asio::this_coro::executor;
    any_task_set set;
    auto a = co_await set.async_spawn(ex, give(1), "a", asio::use_awaitable);
    auto b = co_await set.async_spawn(ex, give(std::string("x")), asio::use_awaitable);
    auto c = co_await set.async_spawn(ex, nothing(), std::string("c"));
    auto d = co_await set.async_spawn(ex, sleep_for(1ms));
    static_assert(std::is_same_v<decltype(a), task<int>>);
    static_assert(std::is_same_v<decltype(b), task<std::string>>);
    auto [error, e] = co_await set.async_spawn(ex, nothing(), "e", as_tuple_awaitable);
    BOOST_TEST(!error);
    int called = 0;
    set.async_spawn(ex, nothing(), "f",
                    asio::bind_executor(ex, [&](std::exception_ptr p, task<> t) {
                        BOOST_TEST(!p);
                        BOOST_TEST(t.name() == "f");
                        ++called;
                    }));
    set.async_spawn(ex, nothing(), asio::bind_executor(ex, asio::detached));
    co_await sleep_for(2ms);
    BOOST_TEST(called == 1);
    BOOST_TEST(set.size() == 7u);
    BOOST_TEST(a.name() + c.name() + e.name() == "ace");
    BOOST_TEST((b.spawned_at().line() != 0 && d.done()));
}

CO_TEST_CASE(waiters_for_a_place_are_served_in_order) {
    auto ex = co_await asio::this_coro::executor;
    task_set<> set;
    set.limit(1);
    std::string order;
    std::vector<task<>> spawners;
    for (char c : std::string("abc"))
        spawners.push_back(create_task(ex, [&, c]() -> awaitable<void> {
            auto body = [&, c]() -> awaitable<void> {
                order += c;
                co_await sleep_for(1ms);
            };
            co_await set.async_spawn(co_await asio::this_coro::executor, body);
        }));
    co_await wait_for_tasks(spawners);
    co_await set.async_wait();
    BOOST_TEST(order == "abc");
    BOOST_TEST(now() == 3);
}

CO_TEST_CASE(a_cancelled_spawn_starts_nothing_and_lets_the_body_go) {
    auto ex = co_await asio::this_coro::executor;
    task_set<> set;
    set.limit(1);
    set.spawn(ex, sleep_for(10ms), "a"); // not stopped by the limit
    bool ran = false;
    auto spawner = create_task(ex, [&]() -> awaitable<void> {
        auto body = [&ran, tracker = test::lifetime_tracker(1)]() -> awaitable<void> {
            ran = true;
            co_return;
        };
        auto [error, t] = co_await set.async_spawn(co_await asio::this_coro::executor,
                                                   std::move(body), "b", as_tuple_awaitable);
        BOOST_TEST(is_cancelled_error(error));
        BOOST_TEST(!t);
    });
    co_await sleep_for(1ms);
    spawner.cancel();
    co_await spawner.async_wait();
    BOOST_TEST(test::lifetime_tracker::live() == 0);
    auto c = co_await set.async_spawn(ex, nothing(), "c"); // the place is not lost
    BOOST_TEST(now() == 10);
    co_await c.async_wait();
    BOOST_TEST(!ran);
}

CO_TEST_CASE(a_raised_limit_lets_waiters_in_and_a_lowered_one_keeps_them_out) {
    auto ex = co_await asio::this_coro::executor;
    task_set<> set;
    set.limit(0);
    auto spawner = create_task(ex, [&]() -> awaitable<void> {
        for (int i = 0; i != 3; ++i)
            co_await set.async_spawn(co_await asio::this_coro::executor, sleep_for(10ms));
    });
    co_await sleep_for(1ms);
    BOOST_TEST(set.empty());
    set.limit(2);
    co_await sleep_for(1ms);
    BOOST_TEST(set.unfinished() == 2u);
    set.limit(1);
    co_await sleep_for(15ms);
    BOOST_TEST(set.unfinished() == 1u);
    co_await set.async_wait();
    BOOST_TEST(spawner.succeeded());
}

CO_TEST_CASE(an_erased_or_cancelled_member_makes_room) {
    auto ex = co_await asio::this_coro::executor;
    task_set<> set;
    set.limit(1);
    auto a = co_await set.async_spawn(ex, forever(), "a");
    auto spawner = create_task(ex, [&]() -> awaitable<void> {
        for (auto name : {"b", "c"})
            co_await set.async_spawn(co_await asio::this_coro::executor, forever(), name);
    });
    co_await sleep_for(1ms);
    set.erase(a);
    co_await sleep_for(1ms);
    BOOST_TEST(names(set) == "b");
    set.cancel_all();
    co_await sleep_for(1ms);
    BOOST_TEST(names(set) == "b c");
    set.cancel_all();
    a.cancel();
}

CO_TEST_CASE(with_discarded_results_a_bounded_loop_does_not_grow) {
    auto ex = co_await asio::this_coro::executor;
    task_set<> set;
    set.limit(3);
    set.discard_results();
    std::size_t most = 0;
    for (int i = 0; i != 30; ++i) {
        co_await set.async_spawn(ex, sleep_for(milliseconds(1 + i % 3)));
        most = std::max(most, set.size());
    }
    BOOST_TEST(most == 3u);
    auto stuck = co_await set.async_shutdown();
    BOOST_TEST((stuck.empty() && set.empty()));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace unit
