// SPDX-License-Identifier: BSL-1.0

// asyncio.as_completed, rows A1 to A21.

#include "collections.hpp"

#include <boost/asio/co_spawn.hpp>

namespace family {
namespace {

asio::awaitable<int> notes_its_start(std::string& log, std::string name) {
    log += name;
    co_await yield_once();
    co_return 0;
}

template<class Stream>
asio::awaitable<std::string> next_name(Stream& stream) {
    auto t = co_await stream.async_next();
    co_return t ? t->name() : std::string("end");
}

} // namespace

BOOST_AUTO_TEST_SUITE(family_as_completed)

CO_TEST_CASE(A1_steps_come_in_order_of_completion) {
    auto ex = co_await asio::this_coro::executor;
    std::vector<task<int>> ts;
    for (const int ms : {30, 10, 40, 20})
        ts.push_back(create_task(ex, sleeper(test::milliseconds(ms), int(ms)), std::to_string(ms)));
    auto s = as_completed(ts);
    BOOST_TEST(s.remaining() == 4u);
    auto order = co_await drain(s);
    BOOST_TEST(order == "10 20 30 40");
    BOOST_TEST(now() == 40);
    BOOST_TEST(s.remaining() == 0u);
}

CO_TEST_CASE(A1_completions_of_one_turn_keep_their_order) {
    auto ex = co_await asio::this_coro::executor;
    std::vector<manual_future<int>> futures;
    std::vector<task<int>> ts;
    for (int i = 0; i < 5; ++i) {
        futures.emplace_back(ex);
        ts.push_back(create_task(ex, futures.back().get(), std::to_string(i)));
    }
    auto s = as_completed(ts);
    co_await yield_once();
    asio::post(ex, [futures]() mutable {
        for (const int i : {3, 1, 4, 0, 2})
            futures[static_cast<std::size_t>(i)].set_result(i);
    });
    auto order = co_await drain(s);
    BOOST_TEST(order == "3 1 4 0 2");
}

CO_TEST_CASE(A2_duplicates_collapse) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, sleeper(10ms, 1), "a");
    auto b = create_task(ex, sleeper(20ms, 1), "b");
    std::vector<task<int>> ts{b, a, b, a, a};
    auto s = as_completed(ts);
    BOOST_TEST(s.remaining() == 2u);
    auto order = co_await drain(s);
    BOOST_TEST(order == "a b");
    auto listed = as_completed(b, a, b);
    BOOST_TEST(listed.remaining() == 2u);
}

CO_TEST_CASE(A3_nothing_has_no_step_and_no_limit) {
    auto ex = co_await asio::this_coro::executor;
    const std::vector<task<int>> none;
    auto s = as_completed(none, in(10ms));
    auto first = co_await s.async_next();
    BOOST_TEST(!first.has_value());
    auto late = as_completed(none, -1s);
    auto of_late = co_await late.async_next();
    BOOST_TEST(!of_late.has_value());
    std::vector<asio::awaitable<int>> no_coroutines;
    auto coroutines = as_completed(ex, std::move(no_coroutines));
    auto of_coroutines = co_await coroutines.async_next();
    BOOST_TEST(!of_coroutines.has_value());
    auto again = co_await s.async_next();
    BOOST_TEST(!again.has_value());
    BOOST_TEST(now() == 0);
}

CO_TEST_CASE(A4_every_remaining_step_is_a_timeout_then_comes_the_end) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, sleep_for(10ms), "a");
    auto b = create_task(ex, sleep_for(30ms), "b");
    auto c = create_task(ex, sleep_for(40ms), "c");
    auto s = as_completed(c, b, a, in(20ms));
    auto order = co_await drain(s);
    BOOST_TEST(order == "a timeout timeout");
    BOOST_TEST(now() == 20);
    BOOST_TEST(s.remaining() == 0u);
    auto again = co_await drain(s);
    BOOST_TEST(again == "");
}

CO_TEST_CASE(A4_the_error_is_a_timeout_error_and_a_loop_stops_at_it) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, sleep_for(10ms), "a");
    auto b = create_task(ex, sleep_for(30ms), "b");
    auto s = as_completed(a, b, in(20ms));
    int steps = 0;
    error_code ec;
    try {
        while (s.remaining() != 0) {
            co_await s.async_next();
            ++steps;
        }
    } catch (const timeout_error& e) {
        ec = e.code();
    }
    BOOST_TEST(steps == 1);
    BOOST_TEST(ec == asio::error::timed_out);
    BOOST_TEST(now() == 20);
}

// The expiry is asked for once, at the call: what happens to the timer later is of no matter, nor
// is the time of the first step.
CO_TEST_CASE(A5_the_clock_starts_at_the_call) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, sleep_for(30ms), "a");
    virtual_timer limit(ex, 20ms);
    auto s = as_completed(a, limit);
    limit.expires_after(1h);
    co_await sleep_for(15ms);
    auto order = co_await drain(s);
    BOOST_TEST(order == "timeout");
    BOOST_TEST(now() == 20);
    BOOST_TEST(!a.done());
}

CO_TEST_CASE(A6_coroutines_start_at_the_call) {
    auto ex = co_await asio::this_coro::executor;
    std::vector<asio::awaitable<int>> coroutines;
    coroutines.push_back(sleeper(20ms, 2));
    coroutines.push_back(sleeper(10ms, 1));
    auto s = as_completed(ex, std::move(coroutines));
    co_await sleep_for(50ms);
    auto first = s.try_next();
    auto second = s.try_next();
    BOOST_TEST_REQUIRE(first.has_value());
    BOOST_TEST_REQUIRE(second.has_value());
    BOOST_TEST(first->result() == 1);
    BOOST_TEST(second->result() == 2);
}

CO_TEST_CASE(A7_the_limit_cancels_nothing) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, sleeper(30ms, 3), "a");
    auto s = as_completed(a, in(10ms));
    auto order = co_await drain(s);
    BOOST_TEST(order == "timeout");
    BOOST_TEST(!a.cancel_requested());
    const int value = co_await a.async_get();
    BOOST_TEST(value == 3);
    BOOST_TEST(now() == 30);
}

CO_TEST_CASE(A8_what_ended_before_the_deadline_is_still_given_after_it) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, sleep_for(10ms), "a");
    auto b = create_task(ex, sleep_for(15ms), "b");
    auto c = create_task(ex, sleep_for(90ms), "c");
    auto s = as_completed(c, b, a, in(20ms));
    co_await sleep_for(50ms);
    auto order = co_await drain(s);
    BOOST_TEST(order == "a b timeout");
    BOOST_TEST(now() == 50);
}

CO_TEST_CASE(A9_what_ended_after_the_deadline_is_never_given) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, sleep_for(10ms), "a");
    auto b = create_task(ex, sleep_for(30ms), "b");
    auto s = as_completed(a, b, in(20ms));
    co_await sleep_for(50ms);
    BOOST_TEST(b.succeeded());
    BOOST_TEST(s.remaining() == 2u);
    auto first = s.try_next();
    BOOST_TEST(first.has_value());
    auto second = s.try_next();
    BOOST_TEST(!second.has_value());
    auto order = co_await drain(s);
    BOOST_TEST(order == "timeout");
}

CO_TEST_CASE(A10_a_limit_of_zero_gives_what_is_done) {
    auto ex = co_await asio::this_coro::executor;
    auto done = co_await finished(1, "done");
    auto running = create_task(ex, sleeper(10ms, 2), "running");
    auto zero = as_completed(running, done, 0s);
    auto negative = as_completed(running, done, -5ms);
    auto instant = as_completed(running, done, in(0ms));
    auto past = as_completed(running, done, virtual_clock::time_point::min());
    auto of_zero = co_await drain(zero);
    auto of_negative = co_await drain(negative);
    auto of_instant = co_await drain(instant);
    auto of_past = co_await drain(past);
    BOOST_TEST(of_zero == "done timeout");
    BOOST_TEST(of_negative == "done timeout");
    BOOST_TEST(of_instant == "done timeout");
    BOOST_TEST(of_past == "done timeout");
    BOOST_TEST(now() == 0);
}

CO_TEST_CASE(A11_the_original_tasks_are_given_whatever_their_outcome) {
    auto ex = co_await asio::this_coro::executor;
    auto fails = create_task(ex, failing<int>(10ms), "fails");
    auto stops = create_task(ex, sleeper(1h, 1), "stops");
    auto works = create_task(ex, sleeper(30ms, 1), "works");
    asio::post(ex, [&] { stops.cancel(); });
    auto s = as_completed(fails, works, stops);
    auto first = co_await s.async_next();
    auto second = co_await s.async_next();
    auto third = co_await s.async_next();
    BOOST_TEST((first == stops));
    BOOST_TEST((second == fails));
    BOOST_TEST((third == works));
    BOOST_TEST(first->cancelled());
    BOOST_TEST(second->failed());
    BOOST_TEST(third->succeeded());
}

CO_TEST_CASE(A13_outstanding_steps_are_served_in_order_of_their_start) {
    auto ex = co_await asio::this_coro::executor;
    auto slow = create_task(ex, sleep_for(20ms), "slow");
    auto fast = create_task(ex, sleep_for(10ms), "fast");
    auto s = as_completed(slow, fast);
    auto one = create_task(ex, next_name(s));
    auto two = create_task(ex, next_name(s));
    auto three = create_task(ex, next_name(s));
    co_await wait_for_tasks(three, two, one);
    BOOST_TEST(one.result() == "fast");
    BOOST_TEST(two.result() == "slow");
    BOOST_TEST(three.result() == "end");
}

// D6: in asyncio a cancelled step uses up a task.
CO_TEST_CASE(A14_a_cancelled_step_uses_nothing_up) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, sleep_for(10ms), "a");
    auto b = create_task(ex, sleep_for(20ms), "b");
    auto s = as_completed(a, b);
    for (int i = 0; i < 3; ++i) {
        auto step = create_task(ex, next_name(s));
        co_await yield_times(settle);
        step.cancel();
        co_await until_done(step);
        BOOST_TEST(step.cancelled());
    }
    BOOST_TEST(s.remaining() == 2u);
    auto order = co_await drain(s);
    BOOST_TEST(order == "a b");
}

CO_TEST_CASE(A15_a_task_meant_for_a_cancelled_step_stays_for_the_next) {
    auto ex = co_await asio::this_coro::executor;
    manual_future<int> f(ex);
    auto a = create_task(ex, f.get(), "a");
    auto s = as_completed(a);
    asio::cancellation_signal signal;
    std::string got;
    s.async_next(asio::bind_cancellation_slot(
        signal.slot(),
        [&](std::exception_ptr e, std::optional<task<int>> t) { got = t ? t->name() : word(e); }));
    co_await yield_once();
    f.set_result(1);
    while (!a.done())
        co_await yield_once();
    BOOST_TEST(got == ""); // on its way
    signal.emit(asio::cancellation_type::terminal);
    auto order = co_await drain(s);
    BOOST_TEST(got == "aborted");
    BOOST_TEST(order == "a");
}

CO_TEST_CASE(A16_a_loop_that_was_left_can_be_taken_up_again) {
    auto ex = co_await asio::this_coro::executor;
    std::vector<task<void>> ts;
    for (int i = 0; i < 4; ++i)
        ts.push_back(create_task(ex, sleep_for(10ms * (i + 1)), std::to_string(i)));
    auto s = as_completed(ts);
    std::string first;
    while (s.remaining() > 2) {
        auto t = co_await s.async_next();
        first += t->name();
    }
    co_await sleep_for(100ms);
    auto rest = co_await drain(s);
    BOOST_TEST(first == "01");
    BOOST_TEST(rest == "2 3");
}

CO_TEST_CASE(A17_tasks_of_an_abandoned_stream_run_on) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, sleeper(10ms, 1), "a");
    auto b = create_task(ex, sleeper(20ms, 2), "b");
    std::optional s = as_completed(a, b);
    co_await s->async_next();
    s.reset();
    const int value = co_await b.async_get();
    BOOST_TEST(value == 2);
    BOOST_TEST(!b.cancel_requested());
}

CO_TEST_CASE(A18_cancelling_who_iterates_leaves_the_tasks_alone) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, sleep_for(10ms), "a");
    auto b = create_task(ex, sleep_for(20ms), "b");
    auto s = as_completed(a, b);
    auto loop = create_task(ex, drain(s));
    co_await sleep_for(5ms);
    loop.cancel();
    co_await until_done(loop);
    BOOST_TEST(!a.cancel_requested());
    co_await wait_for_tasks(a, b);
    BOOST_TEST(a.succeeded());
    BOOST_TEST(b.succeeded());
}

// D3: asyncio leaves both orders open.
CO_TEST_CASE(A19_done_inputs_come_in_input_order_and_coroutines_start_in_order) {
    auto ex = co_await asio::this_coro::executor;
    auto a = co_await finished(1, "a");
    auto b = co_await finished(2, "b");
    auto c = co_await finished(3, "c");
    auto s = as_completed(b, c, a);
    auto order = co_await drain(s);
    BOOST_TEST(order == "b c a");

    std::string log;
    std::vector<asio::awaitable<int>> coroutines;
    for (const char* name : {"x", "y", "z"})
        coroutines.push_back(notes_its_start(log, name));
    auto started = as_completed(ex, std::move(coroutines));
    co_await yield_times(settle);
    BOOST_TEST(log == "xyz");
    co_await drain(started);
}

BOOST_AUTO_TEST_CASE(A21_the_timer_goes_with_the_last_task) {
    virtual_clock::reset();
    asio::io_context io;
    bool over = false;
    const auto body = [&]() -> asio::awaitable<void> {
        auto a = create_task(io, sleep_for(10ms), "a");
        auto s = as_completed(a, in(1h));
        co_await drain(s);
        over = true;
    };
    asio::co_spawn(io, body(), asio::detached);
    run_virtual(io); // until nothing is left, timers included
    BOOST_TEST(over);
    BOOST_TEST(now() == 10);
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace family
