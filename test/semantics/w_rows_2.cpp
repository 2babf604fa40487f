// SPDX-License-Identifier: BSL-1.0

// asyncio.wait, rows W10 to W20: when the wait ends, and limits.

#include "semantics.hpp"

#include "support/counting_allocator.hpp"

#include <boost/asio/bind_allocator.hpp>

#include <limits>

namespace semantics {
namespace {
asio::awaitable<void> aborts_itself(test::milliseconds d) {
    co_await sleep_for(d);
    throw boost::system::system_error(asio::error::operation_aborted);
}

asio::awaitable<void> sleeps_then_steps(test::milliseconds d, int steps) {
    co_await sleep_for(d);
    co_await yield_times(steps);
}
} // namespace

BOOST_AUTO_TEST_SUITE(semantics_wait)

CO_TEST_CASE(W10_first_completed_counts_a_cancelled_task) {
    auto ex = co_await asio::this_coro::executor;
    std::vector<task<void>> ts;
    ts.push_back(create_task(ex, forever(), "cancelled"));
    ts.push_back(create_task(ex, sleep_for(10ms), "slow"));
    co_await yield_once();
    ts[0].cancel();
    auto r = co_await wait_for_tasks(ts, first_completed);
    BOOST_TEST(now() == 0);
    BOOST_REQUIRE(names(r.done) == "cancelled");
    BOOST_TEST(r.done[0].cancelled());
    BOOST_TEST(names(r.pending) == "slow");
}

CO_TEST_CASE(W11_first_exception_is_not_triggered_by_a_cancelled_task) {
    auto ex = co_await asio::this_coro::executor;
    std::vector<task<void>> ts;
    ts.push_back(create_task(ex, forever(), "cancelled"));
    ts.push_back(create_task(ex, failing(20ms), "failed"));
    ts.push_back(create_task(ex, sleep_for(30ms), "slow"));
    ts[0].cancel();
    auto r = co_await wait_for_tasks(ts, first_exception);
    BOOST_TEST(now() == 20);
    BOOST_TEST(names(r.done) == "cancelled failed");
    BOOST_TEST(names(r.pending) == "slow");
}

// D10: the cancellation error that nobody asked for is a failure, so here it does trigger.
CO_TEST_CASE(W11_a_body_that_raises_the_cancellation_error_by_itself_has_failed) {
    auto ex = co_await asio::this_coro::executor;
    std::vector<task<void>> ts;
    ts.push_back(create_task(ex, aborts_itself(10ms), "aborted"));
    ts.push_back(create_task(ex, sleep_for(30ms), "slow"));
    auto r = co_await wait_for_tasks(ts, first_exception);
    BOOST_TEST(now() == 10);
    BOOST_REQUIRE(names(r.done) == "aborted");
    BOOST_TEST(r.done[0].failed());
}

CO_TEST_CASE(W12_first_exception_without_a_failure_is_all_completed) {
    auto ex = co_await asio::this_coro::executor;
    std::vector<task<void>> ts;
    ts.push_back(create_task(ex, sleep_for(30ms), "slow"));
    ts.push_back(create_task(ex, forever(), "cancelled"));
    ts.push_back(create_task(ex, sleep_for(10ms), "fast"));
    ts[1].cancel();
    auto r = co_await wait_for_tasks(ts, first_exception);
    BOOST_TEST(now() == 30);
    BOOST_TEST(names(r.done) == "cancelled fast slow");
    BOOST_TEST(r.pending.empty());
}

CO_TEST_CASE(W13_an_input_that_failed_earlier_ends_first_exception_at_once) {
    auto ex = co_await asio::this_coro::executor;
    std::vector<task<void>> ts;
    ts.push_back(create_task(ex, sleep_for(30ms), "slow"));
    ts.push_back(create_task(ex, failing(0ms), "failed"));
    co_await until_done(ts[1]);
    bool other_work = false;
    asio::post(ex, [&] { other_work = true; });
    auto r = co_await wait_for_tasks(ts, first_exception);
    BOOST_TEST(other_work);
    BOOST_TEST(now() == 0);
    BOOST_TEST(names(r.done) == "failed");
    BOOST_TEST(names(r.pending) == "slow");
}

CO_TEST_CASE(W14_the_error_of_a_task_is_never_thrown_by_the_wait) {
    auto ex = co_await asio::this_coro::executor;
    for (return_when condition : {first_completed, first_exception, all_completed}) {
        std::vector<task<void>> ts;
        ts.push_back(create_task(ex, failing(10ms, "mine"), "failed"));
        auto [ec, r] = co_await wait_for_tasks(ts, condition, as_tuple_awaitable);
        BOOST_TEST(!ec);
        BOOST_REQUIRE(r.done.size() == 1u);
        BOOST_TEST(what_of(r.done[0].exception()) == "mine");
    }
}

CO_TEST_CASE(W15_without_a_limit_the_wait_takes_as_long_as_it_takes) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, sleep_for(std::chrono::hours(1000)));
    auto r = co_await wait_for_tasks(t);
    BOOST_TEST(now() == 3'600'000'000);
    BOOST_TEST(r.done.size() == 1u);
}

CO_TEST_CASE(W15_a_limit_that_ran_out_is_no_error_and_done_may_be_empty) {
    auto ex = co_await asio::this_coro::executor;
    std::vector<task<void>> ts;
    ts.push_back(create_task(ex, forever(), "never"));
    for (return_when condition : {first_completed, first_exception, all_completed}) {
        auto [ec, r] = co_await wait_for_tasks(ts, condition, in(10ms), as_tuple_awaitable);
        BOOST_TEST(!ec);
        BOOST_TEST(r.done.empty());
        BOOST_TEST(names(r.pending) == "never");
    }
    BOOST_TEST(now() == 30);
}

CO_TEST_CASE(W16_a_limit_of_zero_or_less_polls_but_lets_the_ready_queue_run) {
    auto ex = co_await asio::this_coro::executor;
    for (auto limit : {0ms, -1ms, -100'000ms}) {
        std::vector<task<void>> ts;
        ts.push_back(create_task(ex, yield_once(), "one step"));
        ts.push_back(create_task(ex, yield_times(50), "long"));
        BOOST_TEST(!ts[0].done());
        auto r = co_await wait_for_tasks(ts, all_completed, limit);
        BOOST_TEST(names(r.done) == "one step");
        BOOST_TEST(names(r.pending) == "long");
        auto r2 = co_await wait_for_tasks(ts, first_exception, in(limit));
        BOOST_TEST(names(r2.pending) == "long");
        BOOST_TEST(now() == 0);
        co_await until_done(ts[1]);
    }
}

// asyncio takes NaN for 0 and inf for none; chrono's counterparts clamp instead of overflowing.
CO_TEST_CASE(W17_limits_without_end_are_none) {
    using seconds = std::chrono::duration<double>;
    auto ex = co_await asio::this_coro::executor;
    std::vector<task<void>> ts;
    ts.push_back(create_task(ex, sleep_for(10ms), "a"));
    auto r = co_await wait_for_tasks(ts, all_completed, std::chrono::hours::max());
    BOOST_TEST(names(r.done) == "a");
    ts[0] = create_task(ex, sleep_for(10ms), "b");
    auto r2 = co_await wait_for_tasks(ts, all_completed,
                                      seconds(std::numeric_limits<double>::infinity()));
    BOOST_TEST(names(r2.done) == "b");
    ts[0] = create_task(ex, sleep_for(10ms), "c");
    auto r3 = co_await wait_for_tasks(ts, all_completed, test::virtual_clock::time_point::max());
    BOOST_TEST(names(r3.done) == "c");
    BOOST_TEST(now() == 30);
}

CO_TEST_CASE(W18_a_task_that_ends_together_with_the_limit_is_done) {
    auto ex = co_await asio::this_coro::executor;
    std::vector<task<void>> ts;
    ts.push_back(create_task(ex, sleep_for(10ms), "a"));
    ts.push_back(create_task(ex, sleep_for(10ms), "b"));
    // Which of the three timers fires first is not fixed, and makes no difference.
    auto r = co_await wait_for_tasks(ts, all_completed, in(10ms));
    BOOST_TEST(now() == 10);
    BOOST_TEST(r.done.size() == 2u);
    BOOST_TEST(r.pending.empty());
}

CO_TEST_CASE(W18_even_when_the_limit_comes_first) {
    auto ex = co_await asio::this_coro::executor;
    manual_future<int> f(ex);
    auto t = create_task(ex, f.get(), "a");
    test::virtual_timer limit(ex, 1h);
    asio::post(ex, [&limit, f]() mutable {
        limit.cancel();
        f.set_result(1);
    });
    auto r = co_await wait_for_tasks(t, all_completed, limit);
    BOOST_TEST(now() == 0);
    BOOST_TEST(names(r.done) == "a");
}

CO_TEST_CASE(W19_a_last_step_after_the_limit_leaves_the_task_pending) {
    auto ex = co_await asio::this_coro::executor;
    std::vector<task<void>> ts;
    ts.push_back(create_task(ex, sleeps_then_steps(10ms, 20), "steps"));
    auto r = co_await wait_for_tasks(ts, all_completed, in(10ms));
    BOOST_TEST(now() == 10);
    BOOST_TEST(!ts[0].done());
    BOOST_TEST(names(r.pending) == "steps");
    co_await until_done(ts[0]);
    BOOST_TEST(now() == 10);
}

CO_TEST_CASE(W20_neither_limit_nor_early_return_cancels_anything) {
    auto ex = co_await asio::this_coro::executor;
    std::vector<task<int>> ts;
    ts.push_back(create_task(ex, sleeper(10ms, 1), "a"));
    ts.push_back(create_task(ex, sleeper(50ms, 2), "b"));
    auto early = co_await wait_for_tasks(ts, first_completed);
    auto late = co_await wait_for_tasks(early.pending, all_completed, in(10ms));
    BOOST_TEST(now() == 20);
    BOOST_TEST(!ts[1].cancel_requested());
    auto rest = co_await wait_for_tasks(late.pending);
    BOOST_TEST(now() == 50);
    BOOST_TEST(rest.done.at(0).result() == 2);
}

CO_TEST_CASE(W20_the_registrations_are_gone_when_the_wait_ends) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, forever(), "never");
    test::allocation_tally tally;
    int calls = 0;
    wait_for_tasks(t, all_completed, in(10ms),
                   asio::bind_allocator(test::counting_allocator<>(tally),
                                        [&](error_code, wait_result<task<void>> r) {
                                            ++calls;
                                            BOOST_TEST(tally.live == 0);
                                            BOOST_TEST(names(r.pending) == "never");
                                        }));
    BOOST_TEST(tally.live > 0);
    co_await sleep_for(20ms);
    BOOST_TEST(calls == 1);
    BOOST_TEST(tally.live == 0);
    BOOST_TEST(!t.done());
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace semantics
