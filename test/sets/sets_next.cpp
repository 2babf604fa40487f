// SPDX-License-Identifier: BSL-1.0

// async_next: one finished member at a time.

#include "unit/contract.hpp"

#include <asio_wait/task_set.hpp>

namespace unit {
namespace {

using test::virtual_clock;
using next_record = record<error_code, task<int>>;

BOOST_AUTO_TEST_SUITE(sets_next)

CO_TEST_CASE(the_drain_loop_gives_all_in_order_of_completion) {
    auto ex = co_await asio::this_coro::executor;
    task_set<int> set;
    for (int i : {30, 10, 20})
        set.spawn(ex, sleeper(milliseconds(i), i));
    std::string order;
    while (!set.empty()) {
        auto t = co_await set.async_next();
        order += std::to_string(t.result()) + "@" + std::to_string(now()) + " ";
    }
    BOOST_TEST(order == "10@10 20@20 30@30 ");
}

CO_TEST_CASE(a_finished_member_comes_without_waiting_but_not_inline) {
    auto ex = co_await asio::this_coro::executor;
    task_set<int> set;
    auto a = set.spawn(ex, give(1), "a");
    co_await a.async_wait();
    next_record r;
    test::initiate([&] { set.async_next(asio::bind_executor(ex, r.handler())); });
    BOOST_TEST(r.calls == 0);
    BOOST_TEST(set.size() == 1u); // promised, but a member until it is delivered
    BOOST_TEST(!set.try_next());
    co_await yield_once();
    BOOST_TEST(r.calls == 1);
    BOOST_TEST(!r.inside_initiation);
    BOOST_TEST(r.get<1>().result() == 1);
    BOOST_TEST(set.empty());
}

CO_TEST_CASE(a_failed_and_a_cancelled_member_are_members_like_others) {
    auto ex = co_await asio::this_coro::executor;
    task_set<int> set;
    set.spawn(ex, failing<int>(1ms), "bad");
    auto c = set.spawn(
        ex,
        []() -> awaitable<int> {
            co_await forever();
            co_return 1;
        },
        "stopped");
    auto bad = co_await set.async_next();
    BOOST_TEST(bad.failed());
    BOOST_TEST(what_of(bad.exception()) == "boom");
    c.cancel();
    auto stopped = co_await set.async_next();
    BOOST_TEST(stopped.cancelled());
}

CO_TEST_CASE(an_empty_set_is_an_invalid_argument) {
    auto ex = co_await asio::this_coro::executor;
    task_set<int> set;
    next_record r;
    set.async_next(asio::bind_executor(ex, r.handler()));
    BOOST_TEST(r.calls == 0);
    co_await yield_once();
    BOOST_TEST((r.get<0>() == asio::error::invalid_argument));
    BOOST_TEST(!r.get<1>());
}

CO_TEST_CASE(a_set_that_is_emptied_meanwhile_is_an_invalid_argument) {
    auto ex = co_await asio::this_coro::executor;
    task_set<int> set;
    auto a = set.spawn(ex, sleeper(5ms, 1), "a");
    auto b = set.spawn(ex, sleeper(6ms, 1), "b");
    next_record r, s;
    set.async_next(asio::bind_executor(ex, r.handler()));
    set.async_next(asio::bind_executor(ex, s.handler()));
    set.erase(a);
    co_await yield_once();
    BOOST_TEST(r.calls == 0);
    set.erase(b);
    BOOST_TEST(r.calls == 0);
    co_await yield_times(2);
    BOOST_TEST((r.get<0>() == asio::error::invalid_argument));
    BOOST_TEST((s.get<0>() == asio::error::invalid_argument));
}

CO_TEST_CASE(more_waiters_than_members) {
    auto ex = co_await asio::this_coro::executor;
    task_set<int> set;
    set.spawn(ex, sleeper(5ms, 1), "a");
    next_record r, s;
    set.async_next(asio::bind_executor(ex, r.handler()));
    set.async_next(asio::bind_executor(ex, s.handler()));
    co_await sleep_for(6ms);
    BOOST_TEST(r.get<1>().name() == "a");
    BOOST_TEST((s.get<0>() == asio::error::invalid_argument));
}

CO_TEST_CASE(several_waiters_are_served_first_come_first_served) {
    auto ex = co_await asio::this_coro::executor;
    task_set<int> set;
    std::string log;
    for (int i = 1; i != 5; ++i)
        set.spawn(ex, sleeper(milliseconds(10 - i), i));
    std::vector<task<>> waiters;
    for (char w : std::string("ABCD"))
        waiters.push_back(create_task(ex, [&, w]() -> awaitable<void> {
            auto t = co_await set.async_next();
            log += w + std::to_string(t.result()) + " ";
        }));
    co_await wait_for_tasks(waiters);
    BOOST_TEST(log == "A4 B3 C2 D1 ");
}

CO_TEST_CASE(a_member_added_while_waiting_is_served) {
    auto ex = co_await asio::this_coro::executor;
    task_set<int> set;
    auto never = set.spawn(
        ex,
        []() -> awaitable<int> {
            co_await forever();
            co_return 0;
        },
        "never");
    auto adder = create_task(ex, [&]() -> awaitable<void> {
        co_await sleep_for(5ms);
        set.spawn(co_await asio::this_coro::executor, sleeper(2ms, 7), "late");
    });
    auto t = co_await set.async_next();
    BOOST_TEST(t.name() == "late");
    BOOST_TEST(now() == 7);
    auto done = create_task(ex, give(8), "done");
    co_await done.async_wait();
    next_record r;
    set.async_next(asio::bind_executor(ex, r.handler()));
    set.insert(done); // had ended before
    co_await yield_once();
    BOOST_TEST(r.get<1>().name() == "done");
    never.cancel();
    co_await adder.async_wait();
}

CO_TEST_CASE(a_member_adds_erases_and_cancels_others_while_the_set_is_waited_for) {
    auto ex = co_await asio::this_coro::executor;
    task_set<int> set;
    auto victim = set.spawn(
        ex,
        []() -> awaitable<int> {
            co_await forever();
            co_return 0;
        },
        "victim");
    auto gone = set.spawn(ex, sleeper(3ms, 1), "gone");
    set.spawn(
        ex,
        [&]() -> awaitable<int> {
            co_await sleep_for(1ms);
            set.erase(gone);
            victim.cancel();
            set.spawn(co_await asio::this_coro::executor, sleeper(1ms, 9), "new");
            co_return 5;
        },
        "busy");
    std::string order;
    while (!set.empty()) {
        auto t = co_await set.async_next();
        order += t.name() + " ";
    }
    BOOST_TEST(order == "busy victim new ");
    co_await gone.async_wait();
}

CO_TEST_CASE(a_member_waits_for_the_next_of_its_own_set) {
    auto ex = co_await asio::this_coro::executor;
    task_set<int> set;
    set.spawn(ex, sleeper(5ms, 1), "other");
    auto self = set.spawn(
        ex,
        [&]() -> awaitable<int> {
            auto t = co_await set.async_next();
            co_return t.result() + 1;
        },
        "self");
    auto t = co_await set.async_next(); // comes second: self was first in line
    BOOST_TEST((t == self));
    BOOST_TEST(t.result() == 2);
}

// limits

CO_TEST_CASE(a_limit_that_runs_out_is_timed_out) {
    auto ex = co_await asio::this_coro::executor;
    task_set<int> set;
    set.spawn(ex, sleeper(50ms, 1), "a");
    auto [ec, t] = co_await set.async_next(virtual_clock::now() + 10ms, as_tuple_awaitable);
    BOOST_TEST((ec == asio::error::timed_out));
    BOOST_TEST(!t);
    BOOST_TEST(now() == 10);
    BOOST_TEST(set.size() == 1u);
    auto again = co_await set.async_next(virtual_clock::now() + 100ms);
    BOOST_TEST(again.name() == "a");
    BOOST_TEST(now() == 50);
}

CO_TEST_CASE(a_limit_of_somebody_elses_timer) {
    auto ex = co_await asio::this_coro::executor;
    task_set<int> set;
    set.spawn(ex, sleeper(50ms, 1), "a");
    test::virtual_timer timer(ex, 20ms);
    auto [ec, t] = co_await set.async_next(timer, as_tuple_awaitable);
    BOOST_TEST((ec == asio::error::timed_out));
    BOOST_TEST(now() == 20);
}

CO_TEST_CASE(a_poll_gives_what_is_there) {
    auto ex = co_await asio::this_coro::executor;
    task_set<int> set;
    auto a = set.spawn(ex, sleeper(5ms, 1), "a");
    auto [ec, t] = co_await set.async_next(0s, as_tuple_awaitable);
    BOOST_TEST((ec == asio::error::timed_out));
    co_await a.async_wait();
    auto [ec2, u] = co_await set.async_next(-1s, as_tuple_awaitable);
    BOOST_TEST(!ec2);
    BOOST_TEST((u == a));
}

CO_TEST_CASE(a_member_that_ends_together_with_the_limit_is_delivered) {
    auto ex = co_await asio::this_coro::executor;
    task_set<int> set;
    auto a = set.spawn(ex, sleeper(10ms, 1), "a");
    auto [ec, t] = co_await set.async_next(virtual_clock::now() + 10ms, as_tuple_awaitable);
    // Which of the two timers fires first is open, but nothing may be lost.
    BOOST_TEST((ec ? set.contains(a) : t == a));
}

// cancellation

CO_TEST_CASE(a_cancelled_wait_leaves_the_set_as_it_was) {
    auto ex = co_await asio::this_coro::executor;
    task_set<int> set;
    auto a = set.spawn(ex, sleeper(5ms, 1), "a");
    auto waiter = create_task(ex, [&]() -> awaitable<void> {
        auto [ec, t] = co_await set.async_next(as_tuple_awaitable);
        BOOST_TEST((ec == asio::error::operation_aborted));
        BOOST_TEST(!t);
        throw boom("seen");
    });
    co_await sleep_for(1ms);
    waiter.cancel();
    co_await waiter.async_wait();
    BOOST_TEST(what_of(waiter.exception()) == "seen");
    BOOST_TEST(!a.cancel_requested());
    auto t = co_await set.async_next();
    BOOST_TEST((t == a));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(sets_next_cancelled, fixture)

BOOST_AUTO_TEST_CASE(every_type_of_cancellation_ends_it) {
    task_set<int> set;
    auto a = set.spawn(ex, sleeper(50ms, 1), "a");
    for (const auto type : {asio::cancellation_type::terminal, asio::cancellation_type::partial,
                            asio::cancellation_type::total}) {
        asio::cancellation_signal signal;
        next_record r;
        set.async_next(asio::bind_cancellation_slot(signal.slot(), r.handler()));
        signal.emit(asio::cancellation_type::none);
        poll();
        BOOST_TEST(r.calls == 0);
        signal.emit(type);
        BOOST_TEST(r.calls == 0); // never inline
        poll();
        BOOST_TEST((r.get<0>() == asio::error::operation_aborted));
    }
    BOOST_TEST(set.contains(a));
}

// Where the handlers run; nothing arrives there before it is polled.
struct two_contexts : fixture {
    asio::io_context home;

    void start(task_set<int>& set, asio::cancellation_signal& signal, next_record& r) {
        set.async_next(
            asio::bind_cancellation_slot(signal.slot(), asio::bind_executor(home, r.handler())));
    }
};

BOOST_FIXTURE_TEST_CASE(a_cancel_between_release_and_delivery_gives_the_member_back_to_the_head,
                        two_contexts) {
    task_set<int> set;
    set.spawn(ex, sleeper(1ms, 1), "a");
    set.spawn(ex, sleeper(2ms, 2), "b");
    asio::cancellation_signal signal;
    next_record r;
    start(set, signal, r);
    run();
    signal.emit(asio::cancellation_type::total);
    home.poll();
    BOOST_TEST((r.get<0>() == asio::error::operation_aborted));
    BOOST_TEST(set.try_next()->name() == "a");
    BOOST_TEST(set.try_next()->name() == "b");
}

BOOST_FIXTURE_TEST_CASE(what_a_cancelled_wait_gives_back_serves_the_next_in_line, two_contexts) {
    task_set<int> set;
    set.spawn(ex, sleeper(1ms, 1), "a");
    asio::cancellation_signal signal, other;
    next_record r, s;
    start(set, signal, r);
    start(set, other, s);
    run();
    signal.emit(asio::cancellation_type::terminal);
    home.poll();
    BOOST_TEST((r.get<0>() == asio::error::operation_aborted));
    home.restart();
    home.poll();
    BOOST_TEST(s.get<1>().name() == "a");
}

BOOST_FIXTURE_TEST_CASE(a_context_that_dies_with_a_delivery_gives_the_member_back, two_contexts) {
    task_set<int> set;
    auto a = set.spawn(ex, sleeper(1ms, 1), "a");
    next_record r, s;
    {
        asio::io_context dying;
        set.async_next(asio::bind_executor(dying, r.handler()));
        set.async_next(asio::bind_executor(ex, s.handler()));
        run();
        BOOST_TEST(!set.try_next()); // r has a claim
    }
    BOOST_TEST(r.calls == 0);
    run();
    BOOST_TEST((s.get<1>() == a));
}

BOOST_AUTO_TEST_CASE(a_member_that_is_erased_on_its_way_is_replaced) {
    task_set<int> set;
    auto a = set.spawn(ex, give(1), "a");
    set.spawn(ex, sleeper(5ms, 2), "b");
    poll();
    next_record r;
    set.async_next(asio::bind_executor(ex, r.handler()));
    BOOST_TEST(set.erase(a)); // promised to r
    poll();
    BOOST_TEST(r.calls == 0);
    run();
    BOOST_TEST(r.get<1>().name() == "b");
}

BOOST_AUTO_TEST_CASE(the_last_member_is_erased_on_its_way) {
    task_set<int> set;
    auto a = set.spawn(ex, give(1), "a");
    poll();
    next_record r;
    set.async_next(asio::bind_executor(ex, r.handler()));
    set.erase(a);
    run();
    BOOST_TEST((r.get<0>() == asio::error::invalid_argument));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace unit
