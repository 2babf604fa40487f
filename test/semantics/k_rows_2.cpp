// SPDX-License-Identifier: BSL-1.0

// Task.cancel, rows K11 to K21: how a cancelled task may end, and who may ask. asyncio counts the
// requests and can withdraw them (uncancel); we do neither (D19), so K14 to K18 say what holds
// without the count.

#include "semantics.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <array>
#include <future>
#include <memory>
#include <string>
#include <thread>

namespace semantics {
namespace {
asio::awaitable<int> swallows_then_sleeps(bool reset) {
    bool caught = false;
    try {
        co_await forever();
    } catch (const boost::system::system_error&) {
        caught = true;
    }
    if (reset)
        co_await asio::this_coro::reset_cancellation_state();
    co_await sleep_for(10ms);
    co_return caught ? 42 : -1;
}

asio::awaitable<void> fails_when_cancelled() {
    try {
        co_await forever();
    } catch (const boost::system::system_error&) {
        throw boom("while handling the cancel");
    }
}

asio::awaitable<std::string> waits_for(std::vector<task<int>> ts) {
    auto r = co_await wait_for_tasks(ts);
    co_return names(r.done);
}
} // namespace

BOOST_AUTO_TEST_SUITE(semantics_cancel)

CO_TEST_CASE(K11_a_task_that_cancels_itself_and_throws_has_failed) {
    auto ex = co_await asio::this_coro::executor;
    task<int> self;
    self = create_task(ex, [](task<int>& me) -> asio::awaitable<int> {
        co_await yield_once();
        me.cancel();
        throw boom("own error");
    }(self));
    co_await until_done(self);
    BOOST_TEST(self.failed());
    BOOST_TEST(what_of(self.exception()) == "own error");
}

CO_TEST_CASE(K12_a_request_on_its_way_does_not_spoil_reading_something_done) {
    auto ex = co_await asio::this_coro::executor;
    auto ready = co_await finished(5, "ready");
    int got = 0;
    task<void> self;
    self = create_task(ex, [](task<void>& me, task<int> done, int& out) -> asio::awaitable<void> {
        co_await yield_once();
        me.cancel();
        out = done.result();          // does not suspend
        co_await yield_times(settle); // here it is met
        out = -1;
    }(self, ready, got));
    co_await until_done(self);
    BOOST_TEST(got == 5);
    BOOST_TEST(self.cancelled());
}

// Awaiting something done goes through the executor here (as in M3, "suspends or not" is open), but
// a request that is on its way does not take its value: there was nothing to wait for.
CO_TEST_CASE(K12_awaiting_something_done_gives_its_value_all_the_same) {
    auto ex = co_await asio::this_coro::executor;
    auto ready = co_await finished(5, "ready");
    int got = 0;
    task<void> self;
    self = create_task(ex, [](task<void>& me, task<int> done, int& out) -> asio::awaitable<void> {
        co_await yield_once();
        me.cancel();
        out = co_await done.async_get();
        co_await yield_times(settle); // here it is met
        out = -1;
    }(self, ready, got));
    co_await until_done(self);
    BOOST_TEST(got == 5);
    BOOST_TEST(self.cancelled());
    BOOST_TEST(ready.result() == 5);
}

// T12: asyncio refuses a task that awaits itself. Here it waits for ever, as in a cycle of two, but
// a request to cancel goes round once and not for ever.
CO_TEST_CASE(T12_tasks_that_join_each_other_pass_a_request_round_once) {
    auto ex = co_await asio::this_coro::executor;
    auto both = std::make_shared<std::array<task<void>, 2>>();
    const auto join = [](std::shared_ptr<std::array<task<void>, 2>> all,
                         std::size_t other) -> asio::awaitable<void> {
        co_await yield_once();
        co_await (*all)[other].async_join();
    };
    (*both)[0] = create_task(ex, join(both, 1));
    (*both)[1] = create_task(ex, join(both, 0));
    co_await yield_times(settle);
    (*both)[0].cancel();
    co_await yield_times(settle); // a request without end would never let this finish the test
    BOOST_TEST((*both)[1].cancel_requested());
    BOOST_TEST(!(*both)[0].done());
    BOOST_TEST(!(*both)[1].done());
}

// D9: Asio's rule inside a coroutine: it stays cancelled until it resets its state.
CO_TEST_CASE(K13_after_swallowing_a_cancel_awaits_work_again_once_the_state_is_reset) {
    auto ex = co_await asio::this_coro::executor;
    auto resets = create_task(ex, swallows_then_sleeps(true));
    auto does_not = create_task(ex, swallows_then_sleeps(false));
    co_await yield_once();
    resets.cancel();
    does_not.cancel();
    auto r = co_await wait_for_tasks(resets, does_not);
    BOOST_TEST(now() == 10);
    BOOST_TEST(resets.result() == 42);
    BOOST_TEST(does_not.cancelled());
}

// D19: there is no uncancel; that the cancel was swallowed does not unsay the request.
CO_TEST_CASE(K14_a_swallowed_request_stays_requested) {
    auto ex = co_await asio::this_coro::executor;
    int seen = 0;
    auto t = create_task(ex, swallows_cancels(1, seen));
    t.cancel();
    co_await until_done(t);
    BOOST_TEST(seen == 1);
    BOOST_TEST(t.succeeded());
    BOOST_TEST(t.cancel_requested());
}

// D19: a request that has not been delivered cannot be withdrawn, neither before the start ...
CO_TEST_CASE(K15_a_pending_request_cannot_be_withdrawn) {
    auto ex = co_await asio::this_coro::executor;
    auto unstarted = create_task(lazy(ex), sleeper(10ms, 1));
    unstarted.cancel();
    // ... nor while the body runs: the reset clears what was delivered, and this was not.
    task<int> running;
    running = create_task(ex, [](task<int>& me) -> asio::awaitable<int> {
        co_await yield_once();
        me.cancel();
        co_await asio::this_coro::reset_cancellation_state();
        co_await sleep_for(10ms);
        co_return 1;
    }(running));
    co_await yield_times(settle);
    BOOST_TEST(unstarted.cancelled());
    BOOST_TEST(running.cancelled());
    BOOST_TEST(now() == 0);
}

// D8, D19: what decides is whether a value came out, not whether a request was counted.
CO_TEST_CASE(K16_a_suspended_task_that_gets_its_value_before_the_request_keeps_it) {
    auto ex = co_await asio::this_coro::executor;
    manual_future<int> f(ex);
    auto t = create_task(ex, f.get());
    co_await yield_times(settle);
    f.set_result(5);
    t.cancel();
    co_await yield_times(settle);
    BOOST_TEST(t.succeeded());
    BOOST_TEST(t.result() == 5);
    BOOST_TEST(!f.cancelled());
}

CO_TEST_CASE(K17_another_error_while_handling_the_cancel_is_a_failure) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, fails_when_cancelled());
    t.cancel();
    co_await until_done(t);
    BOOST_TEST(t.failed());
    BOOST_TEST(!t.cancelled());
    BOOST_TEST(what_of(t.exception()) == "while handling the cancel");
}

CO_TEST_CASE(K18_the_request_stays_readable_after_the_end) {
    auto ex = co_await asio::this_coro::executor;
    auto asked = create_task(ex, forever());
    auto spared = create_task(ex, yield_once());
    asked.cancel();
    co_await yield_times(settle);
    BOOST_TEST(asked.cancelled());
    BOOST_TEST(asked.cancel_requested());
    BOOST_TEST(!asked.cancel());
    BOOST_TEST(asked.cancel_requested());
    BOOST_TEST(spared.done());
    BOOST_TEST(!spared.cancel());
    BOOST_TEST(!spared.cancel_requested());
}

// D11: no message travels with a cancel; the awaiter sees the code.
CO_TEST_CASE(K19_a_cancel_carries_a_code_and_no_message) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(lazy(ex), forever());
    t.cancel();
    co_await yield_times(settle);
    error_code seen;
    try {
        t.result();
    } catch (const boost::system::system_error& e) {
        seen = e.code();
    }
    BOOST_TEST(seen == boost::system::errc::operation_canceled);
}

// D2: asyncio's cancel() is for the loop's own thread only.
BOOST_AUTO_TEST_CASE(K20_cancel_may_be_called_from_any_thread) {
    asio::io_context io;
    auto t = create_task(io, forever());
    std::promise<void> started;
    asio::post(io, [&] { started.set_value(); });
    std::thread runner([&] { io.run(); });
    started.get_future().wait();
    bool accepted[2] = {};
    std::thread a([&] { accepted[0] = t.cancel(); });
    const bool mine = t.cancel();
    a.join();
    runner.join(); // run() returns because the task ended
    BOOST_TEST((mine || accepted[0]));
    BOOST_TEST(t.cancelled());
    BOOST_TEST(!t.cancel());
}

CO_TEST_CASE(K21_cancelling_a_task_that_waits_ends_the_wait_only) {
    auto ex = co_await asio::this_coro::executor;
    std::vector<task<int>> ts;
    ts.push_back(create_task(ex, sleeper(10ms, 1), "a"));
    auto waiter = create_task(ex, waits_for(ts));
    waiter.cancel();
    co_await yield_times(settle);
    BOOST_TEST(waiter.cancelled());
    BOOST_TEST(now() == 0);
    BOOST_TEST(!ts[0].cancel_requested());
    co_await until_done(ts[0]);
    BOOST_TEST(ts[0].result() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace semantics
