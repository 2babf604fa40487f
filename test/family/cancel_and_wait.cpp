// SPDX-License-Identifier: BSL-1.0

// cancel_and_wait: what it cancels, what it waits for, and who is stuck.

#include "collections.hpp"

namespace family {

BOOST_AUTO_TEST_SUITE(family_cancel_and_wait)

CO_TEST_CASE(all_are_cancelled_and_waited_for) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, forever(), "a");
    auto b = create_task(ex, cleans_up_for(20ms), "b");
    std::vector<task<>> ts{a, b};
    auto [done, pending] = co_await cancel_and_wait(ts);
    BOOST_TEST(names(done) == "a b");
    BOOST_TEST(pending.empty());
    BOOST_TEST(a.cancelled());
    BOOST_TEST(b.cancelled());
    BOOST_TEST(now() == 20);
}

CO_TEST_CASE(who_does_not_end_within_the_grace_period_is_pending) {
    auto ex = co_await asio::this_coro::executor;
    auto quick = create_task(ex, forever(), "quick");
    auto stuck = create_task(ex, cleans_up_for(1s), "stuck");
    auto r = co_await cancel_and_wait(stuck, quick, in(50ms));
    BOOST_TEST(names(r.done) == "quick");
    BOOST_TEST(names(r.pending) == "stuck");
    BOOST_TEST(now() == 50);
    co_await until_done(stuck);
    BOOST_TEST(stuck.cancelled());
}

CO_TEST_CASE(every_outcome_is_in_done) {
    auto ex = co_await asio::this_coro::executor;
    auto done = co_await finished(1, "done");
    auto returns = create_task(ex, swallows_and_returns(0ms, 2), "returns");
    auto fails = create_task(ex, fails_when_cancelled(10ms, "bad"), "fails");
    auto stops = create_task(ex, sleeper(1h, 3), "stops");
    auto r = co_await cancel_and_wait(done, returns, fails, stops);
    BOOST_TEST(r.done.size() == 4u);
    BOOST_TEST((r.done[0] == done));
    BOOST_TEST((r.done[3] == fails));
    BOOST_TEST(!done.cancel_requested());
    BOOST_TEST(returns.result() == 2);
    BOOST_TEST(fails.failed());
    BOOST_TEST(stops.cancelled());
}

CO_TEST_CASE(mixed_types_are_any_task) {
    auto ex = co_await asio::this_coro::executor;
    auto number = create_task(ex, sleeper(1h, 3), "number");
    auto nothing = create_task(ex, forever(), "nothing");
    auto r = co_await cancel_and_wait(number, nothing);
    static_assert(std::is_same_v<decltype(r), wait_result<any_task>>);
    BOOST_TEST(r.done.size() == 2u);
}

CO_TEST_CASE(the_follow_up_to_pending) {
    auto ex = co_await asio::this_coro::executor;
    std::vector<task<int>> ts;
    for (int i = 1; i < 6; ++i)
        ts.push_back(create_task(ex, sleeper(i * 10ms, int(i)), std::to_string(i)));
    auto [done, pending] = co_await wait_for_tasks(ts, at_least(2));
    auto r = co_await cancel_and_wait(pending);
    BOOST_TEST(names(done) == "1 2");
    BOOST_TEST(r.done.size() == 3u);
    for (const auto& t : r.done)
        BOOST_TEST(t.cancelled());
    BOOST_TEST(now() == 20);
}

CO_TEST_CASE(nothing_and_empty_handles_are_refused) {
    const std::vector<task<int>> none;
    auto [ec, r] = co_await cancel_and_wait(none, as_tuple_awaitable);
    BOOST_TEST(ec == asio::error::invalid_argument);
    std::vector<task<int>> with_empty(1);
    auto [ec2, r2] = co_await cancel_and_wait(with_empty, 1s, as_tuple_awaitable);
    BOOST_TEST(ec2 == asio::error::invalid_argument);
}

CO_TEST_CASE(duplicates_collapse_and_get_one_cancel) {
    auto ex = co_await asio::this_coro::executor;
    int seen = 0;
    auto t = create_task(ex, swallows_cancels(1, seen), "t");
    std::vector<task<int>> ts{t, t, t};
    auto r = co_await cancel_and_wait(ts);
    BOOST_TEST(names(r.done) == "t");
    BOOST_TEST(seen == 1);
}

CO_TEST_CASE(nothing_is_cancelled_before_the_start) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, forever(), "t");
    auto operation = cancel_and_wait(t);
    co_await yield_times(settle);
    BOOST_TEST(!t.cancel_requested());
    co_await std::move(operation);
    BOOST_TEST(t.cancelled());
}

CO_TEST_CASE(a_cancelled_wait_has_cancelled_the_tasks_all_the_same) {
    auto ex = co_await asio::this_coro::executor;
    auto stuck = create_task(ex, cleans_up_for(50ms), "stuck");
    asio::cancellation_signal signal;
    error_code got;
    std::string split;
    cancel_and_wait(
        ex, stuck,
        asio::bind_cancellation_slot(signal.slot(), [&](error_code ec, wait_result<task<>> r) {
            got = ec;
            split = names(r.done) + ":" + names(r.pending);
        }));
    co_await sleep_for(10ms);
    signal.emit(asio::cancellation_type::total);
    co_await yield_times(settle);
    BOOST_TEST(got == asio::error::operation_aborted);
    BOOST_TEST(split == ":stuck");
    BOOST_TEST(stuck.cancel_requested());
    co_await until_done(stuck);
    BOOST_TEST(stuck.cancelled());
}

CO_TEST_CASE(a_grace_period_of_zero_is_a_poll) {
    auto ex = co_await asio::this_coro::executor;
    auto done = co_await finished(1, "done");
    auto running = create_task(ex, swallows_and_returns(10ms, 1), "running");
    auto r = co_await cancel_and_wait(done, running, 0s);
    BOOST_TEST(names(r.done) == "done");
    BOOST_TEST(names(r.pending) == "running");
    BOOST_TEST(running.cancel_requested());
    co_await until_done(running);
}

CO_TEST_CASE(coroutines_that_have_not_begun_are_started_and_cancelled) {
    auto ex = co_await asio::this_coro::executor;
    std::vector<asio::awaitable<int>> coroutines;
    coroutines.push_back(sleeper(1h, 1));
    coroutines.push_back(sleeper(2h, 2));
    auto r = co_await cancel_and_wait(ex, std::move(coroutines));
    BOOST_TEST_REQUIRE(r.done.size() == 2u);
    BOOST_TEST(r.done[0].cancelled());
    BOOST_TEST(r.done[1].cancelled());
    BOOST_TEST(now() == 0);
    // Made elsewhere, the body is never entered.
    bool ran = false;
    const auto body = [](bool& flag) -> asio::awaitable<int> {
        flag = true;
        co_return 1;
    };
    std::vector<asio::awaitable<int>> later;
    later.push_back(body(ran));
    auto r2 = co_await cancel_and_wait(lazy(ex), std::move(later));
    BOOST_TEST_REQUIRE(r2.done.size() == 1u);
    BOOST_TEST(r2.done[0].cancelled());
    BOOST_TEST(!ran);
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace family
