// SPDX-License-Identifier: BSL-1.0

// Task.cancel, rows K1 to K10: the request, its delivery, and what it meets on the way.

#include "semantics.hpp"

#include <boost/asio/io_context.hpp>

#include <string>

namespace semantics {
namespace {
asio::awaitable<int> enters(bool& entered) {
    entered = true;
    co_await sleep_for(10ms);
    co_return 1;
}

asio::awaitable<int> joins(task<int> t) {
    co_return co_await t.async_join();
}
asio::awaitable<int> gets(task<int> t) {
    co_return co_await t.async_get();
}

asio::awaitable<void> waits(task<int> t) {
    co_await t.async_wait();
}

// Its last step: cancels the one that awaits it, and ends.
asio::awaitable<int> cancels_and_returns(task<int>& victim, manual_future<int> f) {
    const int value = co_await f.get();
    victim.cancel();
    co_return value;
}

asio::awaitable<int> cancels_and_throws(task<int>& victim, manual_future<int> f) {
    co_await f.get();
    victim.cancel();
    throw boom();
}

asio::awaitable<int> cancels_itself_and_returns(task<int>& self) {
    co_await yield_once();
    self.cancel();
    co_return 42;
}
} // namespace

BOOST_AUTO_TEST_SUITE(semantics_cancel)

CO_TEST_CASE(K1_a_cancel_before_the_first_step_means_the_body_is_never_entered) {
    auto ex = lazy(co_await asio::this_coro::executor);
    bool entered = false;
    auto t = create_task(ex, enters(entered));
    BOOST_TEST(t.cancel());
    co_await yield_times(settle);
    BOOST_TEST(!entered);
    BOOST_TEST(t.cancelled());
    BOOST_TEST(is_cancelled_error(t.exception()));
}

BOOST_AUTO_TEST_CASE(K1_the_same_for_a_task_made_outside_of_run) {
    asio::io_context io;
    bool entered = false;
    auto t = create_task(io, enters(entered));
    auto u = create_task(io, [&] { return enters(entered); }); // a callable
    t.cancel();
    u.cancel();
    io.run();
    BOOST_TEST(!entered);
    BOOST_TEST(t.cancelled());
    BOOST_TEST(u.cancelled());
}

CO_TEST_CASE(K2_nothing_happens_inside_cancel) {
    auto ex = co_await asio::this_coro::executor;
    int seen = 0;
    auto t = create_task(ex, swallows_cancels(1, seen));
    BOOST_TEST(t.cancel());
    BOOST_TEST(seen == 0);
    BOOST_TEST(!t.done());
    BOOST_TEST(!t.cancelled());
    BOOST_TEST(t.cancel_requested());
    co_await yield_times(settle);
    BOOST_TEST(seen == 1);
    BOOST_TEST(t.done());
}

CO_TEST_CASE(K3_cancelling_a_done_task_is_refused) {
    auto t = co_await finished(5, "a");
    BOOST_TEST(!t.cancel());
    BOOST_TEST(!t.cancel_requested());
    BOOST_TEST(t.succeeded());
    BOOST_TEST(t.result() == 5);
}

// D19: the request is seen, not counted.
CO_TEST_CASE(K4_each_request_before_the_end_is_accepted) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, forever());
    BOOST_TEST(!t.cancel_requested());
    for (int i = 0; i < 3; ++i) {
        BOOST_TEST(t.cancel());
        BOOST_TEST(t.cancel_requested());
    }
    co_await yield_times(settle);
    BOOST_TEST(t.cancelled());
    BOOST_TEST(!t.cancel());
}

CO_TEST_CASE(K5_two_cancels_before_delivery_are_delivered_once) {
    auto ex = co_await asio::this_coro::executor;
    int seen = 0;
    auto t = create_task(ex, swallows_cancels(2, seen));
    BOOST_TEST(t.cancel());
    BOOST_TEST(t.cancel());
    co_await yield_times(settle);
    BOOST_TEST(seen == 1);
    BOOST_TEST(!t.done());
    BOOST_TEST(t.cancel()); // after the delivery: delivered again
    co_await yield_times(settle);
    BOOST_TEST(seen == 2);
    BOOST_TEST(t.result() == 42);
}

// D18: joining is asyncio's `await task`; get, wait and wait_for_tasks cut.
CO_TEST_CASE(K6_a_cancel_goes_down_through_join_and_hits_other_awaiters) {
    auto ex = co_await asio::this_coro::executor;
    manual_future<int> f(ex);
    auto inner = create_task(ex, f.get());
    auto middle = create_task(ex, joins(inner));
    auto outer = create_task(ex, joins(middle));
    auto bystander = create_task(ex, gets(inner));
    co_await yield_times(settle);
    outer.cancel();
    co_await yield_times(3 * settle);
    BOOST_TEST(f.cancelled());
    BOOST_TEST(inner.cancelled());
    BOOST_TEST(middle.cancelled());
    BOOST_TEST(outer.cancelled());
    BOOST_TEST(bystander.failed());
    BOOST_TEST(is_cancelled_error(bystander.exception()));
}

CO_TEST_CASE(K6_get_and_wait_leave_the_awaited_task_alone) {
    auto ex = co_await asio::this_coro::executor;
    auto inner = create_task(ex, sleeper(10ms, 7));
    auto reader = create_task(ex, gets(inner));
    auto waiter = create_task(ex, waits(inner));
    co_await yield_times(settle);
    reader.cancel();
    waiter.cancel();
    co_await yield_times(settle);
    BOOST_TEST(reader.cancelled());
    BOOST_TEST(waiter.cancelled());
    BOOST_TEST(!inner.cancel_requested());
    co_await until_done(inner);
    BOOST_TEST(inner.result() == 7);
}

CO_TEST_CASE(K7_an_awaited_task_that_swallows_the_cancel_still_gives_its_value) {
    auto ex = co_await asio::this_coro::executor;
    int seen = 0;
    auto inner = create_task(ex, swallows_cancels(1, seen));
    auto outer = create_task(ex, joins(inner));
    co_await yield_times(settle);
    outer.cancel();
    co_await yield_times(2 * settle);
    BOOST_TEST(seen == 1);
    BOOST_TEST(inner.result() == 42);
    BOOST_TEST(outer.succeeded());
    BOOST_TEST(outer.result() == 42);
    BOOST_TEST(outer.cancel_requested());
}

CO_TEST_CASE(K8_a_cancel_that_reaches_the_awaiter_before_the_value_wins) {
    auto ex = co_await asio::this_coro::executor;
    manual_future<int> f(ex);
    task<int> outer;
    auto inner = create_task(ex, cancels_and_returns(outer, f));
    outer = create_task(ex, gets(inner));
    co_await yield_times(settle);
    f.set_result(5);
    co_await yield_times(settle);
    BOOST_TEST(outer.cancelled());
    BOOST_TEST(inner.result() == 5); // keeps it
}

// The request arrives behind the value: D8, the value is not thrown away, and D9, the cancel is met
// at the next co_await.
CO_TEST_CASE(K8_a_value_on_its_way_before_the_request_is_delivered_first) {
    auto ex = co_await asio::this_coro::executor;
    manual_future<int> f(ex);
    auto inner = create_task(ex, f.get());
    int got = 0;
    auto goes_on = create_task(ex, [](task<int> t, int& out) -> asio::awaitable<void> {
        out = co_await t.async_get();
        co_await yield_times(settle);
        out = -1;
    }(inner, got));
    auto returns = create_task(ex, gets(inner));
    co_await yield_times(settle);
    f.set_result(5);
    while (!inner.done())
        co_await yield_once();
    goes_on.cancel();
    returns.cancel();
    co_await yield_times(settle);
    BOOST_TEST(got == 5);
    BOOST_TEST(goes_on.cancelled());
    BOOST_TEST(returns.result() == 5);
}

CO_TEST_CASE(K9_a_cancel_that_reaches_the_awaiter_before_the_error_wins) {
    auto ex = co_await asio::this_coro::executor;
    manual_future<int> f(ex);
    task<int> outer;
    auto inner = create_task(ex, cancels_and_throws(outer, f));
    outer = create_task(ex, gets(inner));
    co_await yield_times(settle);
    f.set_result(5);
    co_await yield_times(settle);
    BOOST_TEST(what_of(inner.exception()) == "boom"); // keeps it
    BOOST_TEST(outer.cancelled());
}

CO_TEST_CASE(K9_an_error_on_its_way_before_the_request_is_delivered) {
    auto ex = co_await asio::this_coro::executor;
    manual_future<int> f(ex);
    auto inner = create_task(ex, f.get());
    auto outer = create_task(ex, gets(inner));
    co_await yield_times(settle);
    f.set_exception(std::make_exception_ptr(boom("first")));
    while (!inner.done())
        co_await yield_once();
    outer.cancel();
    co_await yield_times(settle);
    BOOST_TEST(outer.failed());
    BOOST_TEST(what_of(outer.exception()) == "first");
}

// D8: asyncio throws the value away.
CO_TEST_CASE(K10_a_task_that_cancels_itself_and_returns_has_succeeded) {
    auto ex = co_await asio::this_coro::executor;
    task<int> self;
    self = create_task(ex, cancels_itself_and_returns(self));
    co_await until_done(self);
    BOOST_TEST(self.succeeded());
    BOOST_TEST(self.result() == 42);
    BOOST_TEST(self.cancel_requested());
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace semantics
