// SPDX-License-Identifier: BSL-1.0

// asyncio.wait, rows W21 to W29: cancelling the wait, and many waits at once.

#include "semantics.hpp"

#include "support/counting_allocator.hpp"
#include "support/drained_context.hpp"
#include "support/unobserved_log.hpp"

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/strand.hpp>

#include <algorithm>

namespace semantics {
namespace {
asio::awaitable<std::string> waits_for(std::vector<task<int>> ts) {
    auto r = co_await wait_for_tasks(ts);
    co_return names(r.done);
}

asio::awaitable<int> cancels_and_returns(task<std::string>& victim, manual_future<int> f) {
    const int value = co_await f.get();
    victim.cancel();
    co_return value;
}
} // namespace

BOOST_AUTO_TEST_SUITE(semantics_wait)

CO_TEST_CASE(W21_cancelling_the_waiter_leaves_the_tasks_alone) {
    auto ex = co_await asio::this_coro::executor;
    std::vector<task<int>> ts;
    ts.push_back(create_task(ex, sleeper(10ms, 1), "a"));
    ts.push_back(create_task(ex, sleeper(30ms, 3), "b"));
    auto waiter = create_task(ex, waits_for(ts));
    co_await sleep_for(20ms);
    waiter.cancel();
    co_await yield_times(settle);
    BOOST_TEST(waiter.cancelled());
    BOOST_TEST(is_cancelled_error(waiter.exception()));
    BOOST_TEST(!ts[1].cancel_requested());
    co_await sleep_for(20ms);
    BOOST_TEST(ts[0].result() == 1);
    BOOST_TEST(ts[1].result() == 3);
}

CO_TEST_CASE(W21_every_type_of_cancellation_ends_the_wait_and_keeps_the_split) {
    auto ex = co_await asio::this_coro::executor;
    auto a = co_await finished(1, "a");
    auto b = create_task(ex, sleeper(50ms, 2), "b");
    for (auto type : {asio::cancellation_type::terminal, asio::cancellation_type::partial,
                      asio::cancellation_type::total}) {
        test::allocation_tally tally;
        asio::cancellation_signal signal;
        error_code seen;
        std::string split;
        auto handler = [&](error_code ec, wait_result<task<int>> r) {
            seen = ec;
            split = names(r.done) + "|" + names(r.pending);
        };
        wait_for_tasks(
            std::vector<task<int>>{b, a},
            asio::bind_cancellation_slot(
                signal.slot(), asio::bind_allocator(test::counting_allocator<>(tally), handler)));
        co_await yield_times(3);
        signal.emit(type);
        BOOST_TEST(split == ""); // never from inside emit
        co_await yield_times(settle);
        BOOST_TEST(seen == asio::error::operation_aborted);
        BOOST_TEST(split == "a|b");
        BOOST_TEST(tally.live == 0);
    }
    BOOST_TEST(!b.cancel_requested());
    co_await until_done(b);
    BOOST_TEST(now() == 50);
}

CO_TEST_CASE(W22_a_cancel_between_release_and_resume_beats_the_result) {
    auto ex = co_await asio::this_coro::executor;
    manual_future<int> f(ex);
    task<std::string> waiter;
    std::vector<task<int>> ts;
    ts.push_back(create_task(ex, cancels_and_returns(waiter, f), "a"));
    waiter = create_task(ex, waits_for(ts));
    co_await yield_times(settle);
    f.set_result(4);
    co_await yield_times(settle);
    BOOST_TEST(waiter.cancelled());
    BOOST_TEST(ts[0].result() == 4);
}

CO_TEST_CASE(W22_the_split_of_a_wait_cancelled_after_its_release_is_not_lost) {
    auto ex = co_await asio::this_coro::executor;
    manual_future<int> f(ex);
    auto a = create_task(ex, f.get(), "a");
    auto b = create_task(ex, sleeper(10ms, 1), "b");
    asio::cancellation_signal signal;
    error_code seen;
    std::string split;
    wait_for_tasks(
        a, b, first_completed,
        asio::bind_cancellation_slot(signal.slot(), [&](error_code ec, wait_result<task<int>> r) {
            seen = ec;
            split = names(r.done) + "|" + names(r.pending);
        }));
    f.set_result(4);
    while (!a.done())
        co_await yield_once();
    BOOST_TEST(split == "");
    signal.emit(asio::cancellation_type::terminal);
    co_await yield_times(settle);
    BOOST_TEST(seen == asio::error::operation_aborted);
    BOOST_TEST(split == "a|b");
    BOOST_TEST(a.result() == 4);
}

CO_TEST_CASE(W23_the_input_is_copied_at_the_call) {
    auto ex = co_await asio::this_coro::executor;
    std::vector<task<int>> ts;
    ts.push_back(create_task(ex, sleeper(10ms, 1), "a"));
    ts.push_back(create_task(ex, sleeper(20ms, 2), "b"));
    auto waiting = wait_for_tasks(ts, asio::use_awaitable);
    ts.clear();
    ts.push_back(create_task(ex, sleeper(1h, 3), "never"));
    auto r = co_await std::move(waiting);
    BOOST_TEST(names(r.done) == "a b");
    BOOST_TEST(r.pending.empty());
    BOOST_TEST(now() == 20);
}

// D3: vectors in a fixed order where asyncio has sets.
CO_TEST_CASE(W24_done_and_pending_are_ordered_disjoint_and_complete) {
    auto ex = co_await asio::this_coro::executor;
    std::vector<task<int>> ts;
    ts.push_back(create_task(ex, sleeper(90ms, 0), "p1"));
    ts.push_back(create_task(ex, sleeper(20ms, 0), "d1"));
    ts.push_back(create_task(ex, sleeper(40ms, 0), "t2"));
    ts.push_back(create_task(ex, sleeper(80ms, 0), "p2"));
    ts.push_back(create_task(ex, sleeper(10ms, 0), "d2"));
    ts.push_back(create_task(ex, sleeper(30ms, 0), "t1"));
    co_await sleep_for(25ms);
    auto r = co_await wait_for_tasks(ts, all_completed, in(25ms));
    BOOST_TEST(now() == 50);
    // d1 and d2 were done at the call: input order, although d2 ended first.
    BOOST_TEST(names(r.done) == "d1 d2 t1 t2");
    BOOST_TEST(names(r.pending) == "p1 p2");
    auto all = r.done;
    all.insert(all.end(), r.pending.begin(), r.pending.end());
    for (const task<int>& t : ts)
        BOOST_TEST(std::count(all.begin(), all.end(), t) == 1); // the same objects
}

CO_TEST_CASE(W25_any_number_of_waits_may_watch_one_task) {
    auto ex = co_await asio::this_coro::executor;
    std::vector<task<int>> one;
    one.push_back(create_task(ex, sleeper(10ms, 1), "a"));
    std::vector<task<std::string>> waiters;
    for (int i = 0; i < 5; ++i)
        waiters.push_back(create_task(ex, waits_for(one)));
    waiters[2].cancel();
    auto r = co_await wait_for_tasks(waiters);
    BOOST_TEST(now() == 10);
    BOOST_TEST(r.done.size() == 5u);
    for (std::size_t i = 0; i < waiters.size(); ++i) {
        if (i == 2)
            BOOST_TEST(waiters[i].cancelled());
        else
            BOOST_TEST(waiters[i].result() == "a");
    }
}

CO_TEST_CASE(W26_a_task_waiting_for_itself_is_never_done) {
    auto ex = co_await asio::this_coro::executor;
    task<std::string> self;
    self = create_task(ex, [](task<std::string>& me) -> asio::awaitable<std::string> {
        co_await yield_once();
        std::vector<task<std::string>> only_me{me}; // holds the handle: a ring until it ends
        auto r = co_await wait_for_tasks(only_me, all_completed, in(10ms));
        co_return std::to_string(r.done.size()) + std::to_string(r.pending.size());
    }(self));
    co_await until_done(self);
    BOOST_TEST(self.result() == "01");
    BOOST_TEST(now() == 10);
}

// D2: asyncio leaves futures of another loop unchecked and unsafe.
BOOST_AUTO_TEST_CASE(W27_tasks_of_other_executors_are_welcome) {
    test::virtual_clock::reset();
    asio::io_context a;
    asio::io_context b;
    auto on_strand = asio::make_strand(b);
    std::vector<task<int>> ts;
    ts.push_back(create_task(a, sleeper(30ms, 1), "a"));
    ts.push_back(create_task(b, sleeper(20ms, 2), "b"));
    ts.push_back(create_task(on_strand, sleeper(10ms, 3), "strand"));
    std::string done;
    asio::co_spawn(
        a,
        [](std::vector<task<int>> all, std::string& out) -> asio::awaitable<void> {
            auto first = co_await wait_for_tasks(all, first_completed);
            out = names(first.done) + "|";
            auto rest = co_await wait_for_tasks(first.pending);
            out += names(rest.done);
        }(ts, done),
        asio::detached);
    test::run_virtual(a, b);
    BOOST_TEST(done == "strand|b a");
    BOOST_TEST(now() == 30);
}

// D12: asyncio marks some of the exceptions it looked at as read.
CO_TEST_CASE(W28_waiting_does_not_count_as_reading_an_exception) {
    auto ex = co_await asio::this_coro::executor;
    const test::unobserved_log log;
    {
        std::vector<task<void>> ts;
        ts.push_back(create_task(ex, failing(10ms, "one"), "first"));
        ts.push_back(create_task(ex, failing(20ms, "two"), "second"));
        auto r = co_await wait_for_tasks(ts, first_exception);
        auto r2 = co_await wait_for_tasks(ts);
        BOOST_TEST(r2.done.size() == 2u);
        BOOST_TEST(log.size() == 0u);
        BOOST_TEST(what_of(ts[1].exception()) == "two"); // this is reading
    }
    co_await yield_times(settle);
    BOOST_REQUIRE(log.size() == 1u);
    BOOST_TEST(log.at(0).name == "first");
}

CO_TEST_CASE(W29_a_loop_over_pending_must_take_all_of_done) {
    auto ex = co_await asio::this_coro::executor;
    std::vector<task<int>> pending;
    for (int i = 1; i <= 3; ++i)
        pending.push_back(create_task(ex, sleeper(10ms, int(i))));
    pending.push_back(create_task(ex, sleeper(20ms, 4)));
    int rounds = 0;
    std::vector<int> values;
    while (!pending.empty()) {
        auto r = co_await wait_for_tasks(pending, first_completed);
        for (const task<int>& t : r.done)
            values.push_back(t.result());
        pending = std::move(r.pending);
        ++rounds;
    }
    std::sort(values.begin(), values.end());
    const std::vector<int> expected{1, 2, 3, 4};
    BOOST_TEST(values == expected, boost::test_tools::per_element());
    BOOST_TEST(rounds == 2);
    BOOST_TEST(now() == 20);
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace semantics
