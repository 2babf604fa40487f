// SPDX-License-Identifier: BSL-1.0

// The scenarios of CPython's tests of Task.cancel, by the names they have there.

#include "semantics.hpp"

#include <string>

namespace semantics {
namespace {
asio::awaitable<int> joins(task<int> t) {
    co_return co_await t.async_join();
}

asio::awaitable<int> catches_and_returns(manual_future<int> f) {
    int value = 0;
    try {
        value = co_await f.get();
    } catch (const boost::system::system_error&) {
        value = 42;
    }
    co_return value;
}

// D9: swallowing a cancel and going on needs the reset.
asio::awaitable<int> ignores_and_waits(manual_future<int> first, manual_future<int> second) {
    int value = 0;
    try {
        value = co_await first.get();
    } catch (const boost::system::system_error&) {
        value = -1;
    }
    co_await asio::this_coro::reset_cancellation_state();
    value += co_await second.get();
    co_return value;
}
} // namespace

BOOST_AUTO_TEST_SUITE(cpython_cancel)

CO_TEST_CASE(BaseTaskTests__test_cancel) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, sleeper(10s, 12));
    asio::post(ex, [&] { t.cancel(); });
    error_code thrown;
    try {
        co_await t.async_get();
    } catch (const boost::system::system_error& e) {
        thrown = e.code();
    }
    BOOST_TEST(thrown == asio::error::operation_aborted);
    BOOST_TEST(t.done());
    BOOST_TEST(t.cancelled());
    BOOST_TEST(!t.cancel());
    BOOST_TEST(now() == 0);
}

CO_TEST_CASE(BaseTaskTests__test_cancel_yield) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, yield_times(50));
    co_await yield_once();
    t.cancel();
    co_await yield_times(settle);
    BOOST_TEST(t.cancelled());
}

CO_TEST_CASE(BaseTaskTests__test_cancel_both_task_and_inner_future) {
    auto ex = co_await asio::this_coro::executor;
    manual_future<int> f(ex);
    auto t = create_task(ex, f.get());
    co_await yield_times(settle);
    f.cancel();
    t.cancel();
    co_await yield_times(settle);
    BOOST_TEST(f.cancelled());
    BOOST_TEST(t.done());
    BOOST_TEST(t.cancelled());
}

CO_TEST_CASE(BaseTaskTests__test_cancel_task_catching) {
    auto ex = co_await asio::this_coro::executor;
    manual_future<int> f(ex);
    auto t = create_task(ex, catches_and_returns(f));
    co_await yield_times(settle);
    t.cancel();
    co_await yield_times(settle);
    BOOST_TEST(f.cancelled());
    BOOST_TEST(!t.cancelled());
    BOOST_TEST(t.result() == 42);
}

CO_TEST_CASE(BaseTaskTests__test_cancel_task_ignoring) {
    auto ex = co_await asio::this_coro::executor;
    manual_future<int> first(ex);
    manual_future<int> second(ex);
    auto t = create_task(ex, ignores_and_waits(first, second));
    co_await yield_times(settle);
    t.cancel();
    co_await yield_times(settle);
    BOOST_TEST(first.cancelled());
    BOOST_TEST(!second.cancelled());
    BOOST_TEST(!t.done());
    second.set_result(43);
    auto value = co_await t.async_get();
    BOOST_TEST(value == 42);
    BOOST_TEST(!t.cancelled());
}

// D8: asyncio ends it as cancelled and loses the value.
CO_TEST_CASE(BaseTaskTests__test_cancel_at_end) {
    auto ex = co_await asio::this_coro::executor;
    task<int> self;
    self = create_task(ex, [](task<int>& me) -> asio::awaitable<int> {
        co_await yield_once();
        me.cancel();
        co_return 12;
    }(self));
    co_await until_done(self);
    BOOST_TEST(!self.cancelled());
    BOOST_TEST(self.result() == 12);
}

CO_TEST_CASE(BaseTaskTests__test_task_cancel_sleeping_task) {
    auto ex = co_await asio::this_coro::executor;
    auto child = create_task(ex, sleeper(5'000s, 1));
    test::virtual_timer timer(ex, 100ms);
    timer.async_wait([&](error_code) { child.cancel(); });
    error_code thrown;
    try {
        co_await child.async_get();
    } catch (const boost::system::system_error& e) {
        thrown = e.code();
    }
    BOOST_TEST(thrown == asio::error::operation_aborted);
    BOOST_TEST(now() == 100);
}

CO_TEST_CASE(BaseTaskTests__test_task_cancel_waiter_future) {
    auto ex = co_await asio::this_coro::executor;
    manual_future<int> f(ex);
    auto t = create_task(ex, f.get());
    co_await yield_times(settle);
    BOOST_TEST(f.waiters() == 1);
    t.cancel();
    co_await yield_times(settle);
    BOOST_TEST(t.cancelled());
    BOOST_TEST(f.waiters() == 0);
    BOOST_TEST(f.cancelled());
}

CO_TEST_CASE(BaseTaskTests__test_yield_future_passes_cancel) {
    auto ex = co_await asio::this_coro::executor;
    manual_future<int> f(ex);
    int rethrown = 0;
    auto inner = create_task(ex, [](manual_future<int> g, int& n) -> asio::awaitable<int> {
        int value = 0;
        try {
            value = co_await g.get();
        } catch (const boost::system::system_error&) {
            ++n;
            throw;
        }
        co_return value;
    }(f, rethrown));
    auto outer = create_task(ex, [](task<int> t) -> asio::awaitable<std::string> {
        std::string said = "nothing";
        try {
            co_await t.async_join();
        } catch (const boost::system::system_error&) {
            said = "swallowed";
        }
        co_return said;
    }(inner));
    co_await yield_times(settle);
    outer.cancel();
    co_await yield_times(2 * settle);
    BOOST_TEST(f.cancelled());
    BOOST_TEST(inner.cancelled());
    BOOST_TEST(rethrown == 1);
    BOOST_TEST(!outer.cancelled());
    BOOST_TEST(outer.result() == "swallowed");
}

// D19: asked or not is all there is; there is no number to count.
CO_TEST_CASE(BaseTaskTests__test_cancelling) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, sleeper(10s, 1));
    BOOST_TEST(!t.cancel_requested());
    BOOST_TEST(t.cancel());
    BOOST_TEST(t.cancel_requested());
    BOOST_TEST(t.cancel());
    BOOST_TEST(t.cancel_requested());
    co_await yield_times(settle);
    BOOST_TEST(t.cancelled());
}

// D19: without a counter a hand-made time limit puts its block into a task of its own: then the
// block's cancel is not the caller's, and nothing has to be counted down.
CO_TEST_CASE(BaseTaskTests__test_uncancel_structured_blocks) {
    auto ex = co_await asio::this_coro::executor;
    const auto limited = [](test::milliseconds limit,
                            test::milliseconds work) -> asio::awaitable<std::string> {
        auto block = create_task(co_await asio::this_coro::executor, sleeper(work, 1));
        auto r = co_await wait_for_tasks(block, all_completed, in(limit));
        if (r.pending.empty())
            co_return "in time";
        block.cancel();
        co_await wait_for_tasks(block);
        co_await sleep_for(10ms); // code outside of the block is not affected
        co_return "timeout";
    };
    auto fits = create_task(ex, limited(100ms, 50ms));
    auto runs_over = create_task(ex, limited(100ms, 500ms));
    auto cancelled_from_outside = create_task(ex, limited(100ms, 500ms));
    co_await sleep_for(20ms);
    cancelled_from_outside.cancel();
    auto r = co_await wait_for_tasks(fits, runs_over, cancelled_from_outside);
    BOOST_TEST(fits.result() == "in time");
    BOOST_TEST(runs_over.result() == "timeout");
    BOOST_TEST(cancelled_from_outside.cancelled());
    BOOST_TEST(now() == 110);
}

// D11: no message; the code says it, to whoever asks for the result ...
CO_TEST_CASE(BaseTaskTests__test_cancel_with_message_then_future_result) {
    auto ex = co_await asio::this_coro::executor;
    auto inner = create_task(ex, sleeper(10s, 1));
    auto outer = create_task(ex, joins(inner));
    co_await yield_times(settle);
    outer.cancel();
    co_await yield_times(2 * settle);
    for (const task<int>& t : {inner, outer})
        BOOST_CHECK_EXCEPTION(t.result(), boost::system::system_error, [](const auto& e) {
            return e.code() == asio::error::operation_aborted;
        });
}

// ... and (D10) exception() of a cancelled task returns it, where asyncio throws.
CO_TEST_CASE(BaseTaskTests__test_cancel_with_message_then_future_exception) {
    auto ex = co_await asio::this_coro::executor;
    auto inner = create_task(ex, sleeper(10s, 1));
    auto outer = create_task(ex, joins(inner));
    co_await yield_times(settle);
    outer.cancel();
    co_await yield_times(2 * settle);
    BOOST_TEST(is_cancelled_error(inner.exception()));
    BOOST_TEST(is_cancelled_error(outer.exception()));
}

CO_TEST_CASE(BaseTaskTests__test_task_cancel_message_getter) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, forever());
    BOOST_TEST(!t.cancel_requested());
    t.cancel();
    BOOST_TEST(t.cancel_requested());
    co_await yield_times(settle);
    error_code code;
    try {
        std::rethrow_exception(t.exception());
    } catch (const boost::system::system_error& e) {
        code = e.code();
    }
    BOOST_TEST(code == boost::system::errc::operation_canceled);
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace semantics
