// SPDX-License-Identifier: BSL-1.0

// wait_for, rows F1 to F23 of the comparison with asyncio.

#include "scopes.hpp"

#include <boost/asio/co_spawn.hpp>

#include <string>

namespace family {
namespace {

template<class Timeout>
asio::awaitable<int> waits_for(task<int> t, Timeout timeout) {
    co_return co_await wait_for(t, timeout);
}

asio::awaitable<int> sets_off(manual_future<int> f, task<std::string>& victim) {
    const int value = co_await f.get();
    victim.cancel();
    co_return value;
}

asio::awaitable<void> records_executor(asio::any_io_executor& seen) {
    seen = co_await asio::this_coro::executor;
}

} // namespace

BOOST_AUTO_TEST_SUITE(family_wait_for)

CO_TEST_CASE(F1_value_and_error_come_through_unchanged) {
    auto ex = co_await asio::this_coro::executor;
    auto good = create_task(ex, sleeper(10ms, std::string("ten")));
    auto bad = create_task(ex, failing<int>(10ms, "own error"));
    const std::string value = co_await wait_for(good, in(20ms));
    BOOST_TEST(value == "ten");
    BOOST_TEST(good.result() == "ten"); // a handle keeps its value
    std::exception_ptr error;
    try {
        co_await wait_for(bad, in(20ms));
    } catch (...) {
        error = std::current_exception();
    }
    BOOST_TEST((error == bad.exception())); // the very object
    const int from_coroutine = co_await wait_for(sleeper(5ms, 5), in(20ms));
    BOOST_TEST(from_coroutine == 5);
    const std::string from_failure = co_await ending(wait_for(failing<int>(5ms), in(20ms)));
    BOOST_TEST(from_failure == "boom");
    BOOST_TEST(now() == 20);
}

CO_TEST_CASE(F2_without_a_limit_it_is_a_plain_await) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, sleeper(1h, 7));
    const int a = co_await wait_for(t, std::chrono::steady_clock::duration::max());
    const int b = co_await wait_for(sleeper(1h, 8), test::virtual_clock::time_point::max());
    const int c = co_await wait_for(t, std::chrono::steady_clock::time_point::max());
    BOOST_TEST(a == 7);
    BOOST_TEST(b == 8);
    BOOST_TEST(c == 7);
    BOOST_TEST(now() == 7'200'000);
}

CO_TEST_CASE(F3_a_coroutine_runs_on_the_callers_executor_with_its_own_cancellation) {
    const asio::any_io_executor ex = co_await asio::this_coro::executor;
    asio::any_io_executor seen;
    co_await wait_for(records_executor(seen), in(10ms));
    BOOST_TEST((seen == ex));
    // The limit hits the coroutine, not its caller.
    const std::string how = co_await ending(wait_for(forever(), in(10ms)));
    BOOST_TEST(how == "timeout_error");
    const bool asked = co_await asked_to_end();
    BOOST_TEST(!asked);
    seen = {};
}

CO_TEST_CASE(F4_what_has_ended_gives_its_outcome_whatever_the_limit) {
    auto ex = co_await asio::this_coro::executor;
    auto good = co_await finished(7, "good");
    auto bad = create_task(ex, failing<int>(0ms, "own error"));
    auto gone = create_task(ex, forever());
    gone.cancel();
    co_await until_done(gone);
    for (const auto limit : {-1ms, 0ms, 10ms}) {
        const int value = co_await wait_for(good, in(limit));
        BOOST_TEST(value == 7);
        const std::string failed = co_await ending(wait_for(bad, in(limit)));
        BOOST_TEST(failed == "own error");
        const std::string cancelled = co_await ending(wait_for(gone, in(limit)));
        BOOST_TEST(cancelled == "cancelled"); // not a timeout
    }
    const int value = co_await wait_for(good, 0s);
    BOOST_TEST(value == 7);
    BOOST_TEST(now() == 0);
}

CO_TEST_CASE(F5_a_poll_cancels_a_running_task_and_waits_for_it) {
    auto ex = co_await asio::this_coro::executor;
    for (const auto limit : {0ms, -1ms}) {
        const auto start = now();
        bool cleaned = false;
        auto t = create_task(ex, slow_to_die(5ms, cleaned));
        const std::string how = co_await ending(wait_for(t, limit));
        BOOST_TEST(how == "timeout_error");
        BOOST_TEST(cleaned);
        BOOST_TEST(t.cancelled());
        BOOST_TEST(now() - start == 5);
    }
}

CO_TEST_CASE(F5_a_poll_never_starts_what_was_not_started) {
    auto ex = co_await asio::this_coro::executor;
    bool begun = false;
    const std::string zero = co_await ending(wait_for(notes_start(begun), 0ms));
    const std::string negative = co_await ending(wait_for(notes_start(begun), -1s));
    const std::string past = co_await ending(wait_for(notes_start(begun), in(-1ms)));
    const std::string named = co_await ending(wait_for(ex, notes_start(begun), 0ms));
    BOOST_TEST(zero == "timeout_error");
    BOOST_TEST(negative == "timeout_error");
    BOOST_TEST(past == "timeout_error");
    BOOST_TEST(named == "timeout_error");
    auto operation = asio::co_spawn(ex, notes_start(begun), asio::deferred);
    const std::string deferred = co_await ending(wait_for(std::move(operation), 0ms));
    BOOST_TEST(deferred == "timeout_error");
    co_await yield_times(settle);
    BOOST_TEST(!begun);
    BOOST_TEST(now() == 0);
}

CO_TEST_CASE(F6_a_fresh_task_with_no_time_is_cancelled_before_it_starts) {
    auto ex = lazy(co_await asio::this_coro::executor);
    bool begun = false;
    auto t = create_task(ex, notes_start(begun));
    const std::string how = co_await ending(wait_for(t, 0ms));
    BOOST_TEST(how == "timeout_error");
    BOOST_TEST(!begun);
    BOOST_TEST(t.cancelled());
}

CO_TEST_CASE(F7_after_the_limit_the_end_of_the_task_is_awaited) {
    auto ex = co_await asio::this_coro::executor;
    bool cleaned = false;
    auto t = create_task(ex, slow_to_die(20ms, cleaned));
    const std::string how = co_await ending(wait_for(t, in(10ms)));
    BOOST_TEST(how == "timeout_error");
    BOOST_TEST(cleaned);
    BOOST_TEST(t.cancelled());
    BOOST_TEST(now() == 30);
    cleaned = false;
    const std::string started = co_await ending(wait_for(slow_to_die(20ms, cleaned), in(10ms)));
    BOOST_TEST(started == "timeout_error");
    BOOST_TEST(cleaned);
    BOOST_TEST(now() == 60);
}

CO_TEST_CASE(F8_a_task_that_swallows_the_limits_cancel_gives_its_value) {
    auto ex = co_await asio::this_coro::executor;
    int seen = 0;
    auto t = create_task(ex, swallows_cancels(1, seen));
    const int a = co_await wait_for(t, in(10ms));
    const int b = co_await wait_for(swallows_cancels(1, seen), in(10ms));
    BOOST_TEST(a == 42);
    BOOST_TEST(b == 42);
    BOOST_TEST(seen == 2);
    BOOST_TEST(t.succeeded());
    BOOST_TEST(now() == 20);
}

CO_TEST_CASE(F9_another_error_during_the_cancellation_comes_out) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, fails_when_cancelled("crashed while cleaning up"));
    const std::string how = co_await ending(wait_for(t, in(10ms)));
    BOOST_TEST(how == "crashed while cleaning up");
    BOOST_TEST(t.failed());
}

// D11: an error of its own, with nothing chained to it.
CO_TEST_CASE(F10_the_timeout_error_stands_alone) {
    std::exception_ptr error;
    try {
        co_await wait_for(forever(), in(10ms));
    } catch (const std::exception& e) {
        BOOST_TEST(dynamic_cast<const std::nested_exception*>(&e) == nullptr);
        error = std::current_exception();
    }
    BOOST_TEST(ending_of(error) == "timeout_error");
}

CO_TEST_CASE(F11_somebody_elses_cancel_is_no_timeout_and_does_not_hit_the_caller) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, forever());
    auto killer = create_task(ex, [](task<> victim) -> asio::awaitable<void> {
        co_await sleep_for(5ms);
        victim.cancel();
    }(t));
    const std::string how = co_await ending(wait_for(t, in(10ms)));
    BOOST_TEST(how == "cancelled");
    BOOST_TEST(now() == 5);
    const bool asked = co_await asked_to_end();
    BOOST_TEST(!asked);
    co_await sleep_for(10ms); // the limit is gone
    BOOST_TEST(now() == 15);
}

CO_TEST_CASE(F12_a_cancelled_caller_cancels_the_task_and_waits_for_it) {
    auto ex = co_await asio::this_coro::executor;
    bool cleaned = false;
    auto t = create_task(ex, slow_to_die(20ms, cleaned));
    auto caller = create_task(ex, waits_for(t, in(1h)));
    co_await sleep_for(5ms);
    caller.cancel();
    co_await sleep_for(10ms);
    BOOST_TEST(!caller.done());
    BOOST_TEST(!cleaned);
    co_await until_done(caller);
    BOOST_TEST(now() == 25);
    BOOST_TEST(cleaned);
    BOOST_TEST(t.cancelled());
    BOOST_TEST(caller.cancelled());
    BOOST_TEST(ending_of(caller.exception()) == "cancelled");
}

CO_TEST_CASE(F12_the_same_for_a_coroutine_it_started) {
    auto ex = co_await asio::this_coro::executor;
    bool cleaned = false;
    auto caller = create_task(ex, ending(wait_for(slow_to_die(20ms, cleaned), in(1h))));
    co_await sleep_for(5ms);
    caller.cancel();
    co_await until_done(caller);
    BOOST_TEST(cleaned);
    BOOST_TEST(caller.result() == "cancelled");
    BOOST_TEST(now() == 25);
}

// D19: restated without the count.
CO_TEST_CASE(F13_a_value_in_spite_of_the_callers_cancel_is_returned) {
    auto ex = co_await asio::this_coro::executor;
    int seen = 0;
    auto t = create_task(ex, swallows_cancels(1, seen));
    auto caller = create_task(ex, waits_for(t, in(1h)));
    auto second = create_task(ex, waits_for(t, std::chrono::steady_clock::duration::max()));
    co_await sleep_for(5ms);
    caller.cancel();
    co_await until_done(second);
    BOOST_TEST(seen == 1);
    BOOST_TEST(caller.result() == 42);
    BOOST_TEST(second.result() == 42);
    BOOST_TEST(caller.cancel_requested());
}

CO_TEST_CASE(F14_a_cancel_in_the_turn_of_the_end_wins_and_the_task_keeps_its_value) {
    auto ex = co_await asio::this_coro::executor;
    manual_future<int> f(ex);
    task<std::string> caller;
    auto t = create_task(ex, sets_off(f, caller));
    caller = create_task(ex, ending(wait_for(t, in(1h))));
    co_await yield_times(settle);
    f.set_result(5);
    co_await until_done(caller);
    BOOST_TEST(caller.result() == "cancelled");
    BOOST_TEST(t.result() == 5);
}

// D5: asyncio throws, and leaves the result in the future.
CO_TEST_CASE(F15_a_finished_result_beats_the_timer) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, sleeper(10ms, 7)); // both timers at one instant
    const int same_instant = co_await wait_for(t, in(10ms));
    BOOST_TEST(same_instant == 7);
    BOOST_TEST(now() == 10);
    const int started = co_await wait_for(sleeper(10ms, 8), in(10ms));
    BOOST_TEST(started == 8);
    BOOST_TEST(now() == 20);
}

CO_TEST_CASE(F15_whichever_of_the_two_comes_first_in_a_turn) {
    auto ex = co_await asio::this_coro::executor;
    for (const bool limit_first : {false, true}) {
        manual_future<int> f(ex);
        test::virtual_timer limit(ex, 1h);
        auto t = create_task(ex, f.get());
        auto caller = create_task(ex, ending(wait_for(t, limit)));
        co_await yield_times(settle);
        if (limit_first)
            limit.cancel(); // ends the limit at once
        f.set_result(5);
        if (!limit_first)
            limit.cancel();
        co_await until_done(caller);
        BOOST_TEST(caller.result() == "value");
        BOOST_TEST(t.result() == 5);
    }
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace family
