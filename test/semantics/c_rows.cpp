// SPDX-License-Identifier: BSL-1.0

// Done callbacks, rows C1 to C7. A callback is `async_wait(handler)`, removing it is cancelling
// that wait (D13).

#include "semantics.hpp"

#include "support/tracker_executor.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>

#include <string>

namespace semantics {
namespace {
struct callback_log {
    std::string text;

    auto add(const char* what) {
        return [this, what](error_code ec) {
            text += what;
            if (test::initiating())
                text += "(inline)";
            if (ec)
                text +=
                    "(" + std::string(ec == asio::error::operation_aborted ? "removed" : "?") + ")";
        };
    }
};
} // namespace

BOOST_AUTO_TEST_SUITE(semantics_callbacks)

CO_TEST_CASE(C1_a_callback_is_called_through_the_executor_once_for_each_registration) {
    auto ex = co_await asio::this_coro::executor;
    manual_future<int> f(ex);
    callback_log log;
    auto t = create_task(ex, f.get());
    t.async_wait(log.add("a"));
    t.async_wait(log.add("a"));
    co_await yield_times(settle);
    f.set_result(1);
    BOOST_TEST(log.text == "");
    while (!t.done())
        co_await yield_once();
    BOOST_TEST(log.text == ""); // not inside the task's last step either
    co_await yield_times(settle);
    BOOST_TEST(log.text == "aa");
}

CO_TEST_CASE(C2_awaiters_and_callbacks_form_one_queue_in_order_of_registration) {
    auto ex = co_await asio::this_coro::executor;
    manual_future<int> f(ex);
    callback_log log;
    auto t = create_task(ex, f.get());
    const auto awaits = [](task<int> awaited, callback_log& out,
                           const char* what) -> asio::awaitable<void> {
        co_await awaited.async_get();
        out.text += what;
    };
    t.async_wait(log.add("a"));
    auto b = create_task(ex, awaits(t, log, "b"));
    t.async_wait(log.add("c"));
    auto d = create_task(ex, awaits(t, log, "d"));
    wait_for_tasks(t, [&](error_code, wait_result<task<int>>) { log.text += "e"; });
    co_await yield_times(settle);
    f.set_result(1);
    co_await yield_times(settle);
    BOOST_TEST(log.text == "abcde");
}

CO_TEST_CASE(C3_a_callback_added_to_a_done_task_is_scheduled) {
    auto ex = co_await asio::this_coro::executor;
    auto t = co_await finished(1, "a");
    callback_log log;
    // A done task has let go of its executor, so the handler brings its own.
    test::initiate([&] { t.async_wait(asio::bind_executor(ex, log.add("a"))); });
    BOOST_TEST(log.text == "");
    co_await yield_times(settle);
    BOOST_TEST(log.text == "a");
}

// Asio's way to report: what a handler throws comes out of run(), and run() may be called again.
BOOST_AUTO_TEST_CASE(C4_a_callback_that_throws_is_reported_and_the_others_still_run) {
    asio::io_context io;
    callback_log log;
    auto t = create_task(io, yield_once());
    t.async_wait(log.add("a"));
    t.async_wait([](error_code) { throw boom("callback"); });
    t.async_wait(log.add("c"));
    BOOST_CHECK_EXCEPTION(io.run(), boom,
                          [](const boom& e) { return e.what() == std::string("callback"); });
    BOOST_TEST(t.succeeded());
    io.run();
    BOOST_TEST(log.text == "ac");
}

CO_TEST_CASE(C5_removing_a_callback_is_cancelling_its_wait) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, sleeper(10ms, 1));
    callback_log log;
    asio::cancellation_signal signal;
    t.async_wait(log.add("a"));
    t.async_wait(asio::bind_cancellation_slot(signal.slot(), log.add("b")));
    t.async_wait(log.add("c"));
    signal.emit(asio::cancellation_type::total);
    BOOST_TEST(log.text == ""); // not inside the removal
    co_await yield_times(settle);
    BOOST_TEST(log.text == "b(removed)");
    BOOST_TEST(!t.cancel_requested());
    co_await sleep_for(20ms);
    BOOST_TEST(log.text == "b(removed)ac");
    BOOST_TEST(t.succeeded());
}

CO_TEST_CASE(C6_a_removal_after_the_end_does_not_stop_the_call) {
    auto ex = co_await asio::this_coro::executor;
    manual_future<int> f(ex);
    auto t = create_task(ex, f.get());
    int calls = 0;
    asio::cancellation_signal signal;
    t.async_wait(asio::bind_cancellation_slot(signal.slot(), [&](error_code) { ++calls; }));
    f.set_result(1);
    while (!t.done())
        co_await yield_once();
    BOOST_TEST(calls == 0);
    signal.emit(asio::cancellation_type::terminal);
    co_await yield_times(settle);
    BOOST_TEST(calls == 1);
    signal.emit(asio::cancellation_type::terminal); // and long after it: harmless
    co_await yield_times(settle);
    BOOST_TEST(calls == 1);
}

CO_TEST_CASE(C7_adding_and_removing_from_inside_a_callback_is_safe) {
    auto ex = co_await asio::this_coro::executor;
    manual_future<int> f(ex);
    auto t = create_task(ex, f.get());
    callback_log log;
    asio::cancellation_signal mine;
    asio::cancellation_signal late;
    t.async_wait(asio::bind_cancellation_slot(mine.slot(), [&](error_code) {
        log.text += "a";
        mine.emit(asio::cancellation_type::terminal); // itself
        late.emit(asio::cancellation_type::terminal); // one that is about to be called
        t.async_wait(asio::bind_executor(ex, log.add("d")));
        t.name("renamed");
    }));
    t.async_wait(log.add("b"));
    t.async_wait(asio::bind_cancellation_slot(late.slot(), log.add("c")));
    f.set_result(1);
    co_await yield_times(settle);
    BOOST_TEST(log.text == "abc(removed)d");
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace semantics
