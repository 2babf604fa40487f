// SPDX-License-Identifier: BSL-1.0

// shield, rows S1 to S9 of the comparison with asyncio.

#include "scopes.hpp"

#include "support/unobserved_log.hpp"

#include <string>

namespace family {
namespace {

template<class T>
asio::awaitable<T> shielded(task<T> t) {
    co_return co_await shield(t);
}

asio::awaitable<int> sets_off(manual_future<int> f, task<std::string>& victim) {
    const int value = co_await f.get();
    victim.cancel();
    co_return value;
}

asio::awaitable<void> finishes(bool& finished) {
    co_await sleep_for(30ms);
    finished = true;
}

} // namespace

BOOST_AUTO_TEST_SUITE(family_shield)

CO_TEST_CASE(S1_value_and_error_are_passed_on) {
    auto ex = co_await asio::this_coro::executor;
    auto good = create_task(ex, sleeper(10ms, std::string("ten")));
    auto bad = create_task(ex, failing<int>(10ms, "own error"));
    const std::string value = co_await shield(good);
    BOOST_TEST(value == "ten");
    std::exception_ptr error;
    try {
        co_await shield(bad);
    } catch (...) {
        error = std::current_exception();
    }
    BOOST_TEST((error == bad.exception()));
    BOOST_TEST(now() == 10);
}

CO_TEST_CASE(S2_a_cancelled_caller_leaves_promptly_and_the_task_runs_on) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, sleeper(10ms, 7));
    auto caller = create_task(ex, shielded(t));
    co_await sleep_for(5ms);
    caller.cancel();
    co_await until_done(caller);
    BOOST_TEST(now() == 5);
    BOOST_TEST(caller.cancelled());
    BOOST_TEST(!t.cancel_requested());
    co_await until_done(t);
    BOOST_TEST(t.result() == 7);
    BOOST_TEST(now() == 10);
}

// What the caller gets is the same; the task tells which of the two was cancelled.
CO_TEST_CASE(S3_somebody_elses_cancel_of_the_task_comes_through) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, forever());
    auto caller = create_task(ex, shielded(t));
    co_await yield_times(settle);
    t.cancel();
    co_await until_done(caller);
    BOOST_TEST(t.cancelled());
    BOOST_TEST(caller.failed()); // nobody cancelled the caller
    BOOST_TEST(ending_of(caller.exception()) == "cancelled");
}

CO_TEST_CASE(S4_a_finished_task_gives_its_outcome_at_once) {
    auto ex = co_await asio::this_coro::executor;
    auto good = co_await finished(7, "good");
    auto bad = create_task(ex, failing<int>(0ms, "own error"));
    const int value = co_await shield(good);
    const std::string error = co_await ending(shield(bad));
    BOOST_TEST(value == 7);
    BOOST_TEST(error == "own error");
    BOOST_TEST(now() == 0);
}

// D12: nobody has a handle to what the shield started, and it runs on all the same.
CO_TEST_CASE(S5_a_coroutine_becomes_a_task_that_owns_itself) {
    auto ex = co_await asio::this_coro::executor;
    bool done = false;
    auto caller = create_task(ex, ending(shield(finishes(done))));
    co_await sleep_for(5ms);
    caller.cancel();
    co_await until_done(caller);
    BOOST_TEST(caller.result() == "cancelled");
    BOOST_TEST(now() == 5);
    BOOST_TEST(!done);
    co_await sleep_for(30ms);
    BOOST_TEST(done);
}

CO_TEST_CASE(S6_a_failure_after_the_caller_left_is_reported_once) {
    const test::unobserved_log log;
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, failing<int>(10ms, "late"), "inner");
    auto first = create_task(ex, ending(shield(t)));
    auto second = create_task(ex, ending(shield(t)));
    co_await sleep_for(5ms);
    first.cancel();
    second.cancel();
    t = {};
    co_await sleep_for(10ms);
    BOOST_TEST(first.result() == "cancelled");
    BOOST_TEST(second.result() == "cancelled");
    BOOST_TEST_REQUIRE(log.size() == 1u);
    BOOST_TEST(what_of(log.at(0).exception) == "late");
}

CO_TEST_CASE(S6_what_the_caller_saw_is_not_reported) {
    const test::unobserved_log log;
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, failing<int>(10ms, "seen"));
    const std::string how = co_await ending(shield(t));
    const std::string started = co_await ending(shield(failing<int>(10ms, "seen")));
    t = {};
    co_await yield_times(settle);
    BOOST_TEST(how == "seen");
    BOOST_TEST(started == "seen");
    BOOST_TEST(log.size() == 0u);
}

CO_TEST_CASE(S6_the_failure_of_what_the_shield_started_is_reported) {
    const test::unobserved_log log;
    auto ex = co_await asio::this_coro::executor;
    auto caller = create_task(ex, ending(shield(failing<int>(10ms, "nobody looks"))));
    co_await sleep_for(5ms);
    caller.cancel();
    co_await sleep_for(10ms);
    BOOST_TEST(caller.result() == "cancelled");
    BOOST_TEST_REQUIRE(log.size() == 1u);
    BOOST_TEST(what_of(log.at(0).exception) == "nobody looks");
}

CO_TEST_CASE(S7_a_cancel_in_the_turn_of_the_end_wins_and_the_task_keeps_its_value) {
    auto ex = co_await asio::this_coro::executor;
    manual_future<int> f(ex);
    task<std::string> caller;
    auto t = create_task(ex, sets_off(f, caller));
    caller = create_task(ex, ending(shield(t)));
    co_await yield_times(settle);
    f.set_result(5);
    co_await until_done(caller);
    BOOST_TEST(caller.result() == "cancelled");
    BOOST_TEST(t.result() == 5);
}

CO_TEST_CASE(S8_repeated_cancels_never_reach_the_task) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, sleeper(30ms, 7));
    // Comes back to the shield after each cancel.
    auto stubborn = create_task(ex, [](task<int> inner) -> asio::awaitable<int> {
        int left = 0;
        while (!inner.done()) {
            const std::string how = co_await ending(shield(inner));
            left += how == "cancelled";
            co_await asio::this_coro::reset_cancellation_state();
        }
        co_return left;
    }(t));
    for (int i = 0; i < 3; ++i) {
        co_await sleep_for(5ms);
        stubborn.cancel();
        stubborn.cancel();
    }
    co_await until_done(stubborn);
    BOOST_TEST(!t.cancel_requested());
    BOOST_TEST(t.result() == 7);
    BOOST_TEST(stubborn.result() == 3); // two before delivery count as one
    BOOST_TEST(now() == 30);
}

CO_TEST_CASE(S9_a_shielded_gather_is_left_alone) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, sleeper(10ms, 1));
    auto b = create_task(ex, sleeper(20ms, 2));
    auto caller = create_task(ex, ending(shield(gather(a, b))));
    co_await sleep_for(5ms);
    caller.cancel();
    co_await until_done(caller);
    BOOST_TEST(caller.result() == "cancelled");
    BOOST_TEST(now() == 5);
    BOOST_TEST(!a.cancel_requested());
    BOOST_TEST(!b.cancel_requested());
    co_await sleep_for(20ms);
    BOOST_TEST(a.result() + b.result() == 3);
}

CO_TEST_CASE(S9_a_gather_of_shields_cancels_the_shields_only) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, sleeper(10ms, 1));
    auto b = create_task(ex, sleeper(20ms, 2));
    auto caller = create_task(ex, ending(gather(shield(a), shield(b))));
    co_await sleep_for(5ms);
    caller.cancel();
    co_await until_done(caller);
    BOOST_TEST(caller.result() == "cancelled");
    BOOST_TEST(now() == 5);
    BOOST_TEST(!a.cancel_requested());
    BOOST_TEST(!b.cancel_requested());
    co_await until_done(b);
    BOOST_TEST(a.result() + b.result() == 3);
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace family
