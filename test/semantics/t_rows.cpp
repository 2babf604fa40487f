// SPDX-License-Identifier: BSL-1.0

// asyncio.create_task and Task, rows T1 to T16.

#include "semantics.hpp"

#include "support/unobserved_log.hpp"

#include <boost/asio/io_context.hpp>

#include <string>

namespace semantics {
namespace {
asio::awaitable<void> notes(std::string& log, std::string what) {
    log += what;
    co_await yield_once();
    log += what;
}

asio::awaitable<int> aborts_unasked() {
    co_await yield_once();
    throw boost::system::system_error(asio::error::operation_aborted);
}

template<class T>
asio::awaitable<T> gets(task<T> t) {
    co_return co_await t.async_get();
}
} // namespace

BOOST_AUTO_TEST_SUITE(semantics_task)

// D15: from elsewhere a body is scheduled, as asyncio does it everywhere.
CO_TEST_CASE(T1_tasks_made_elsewhere_start_later_in_order_of_creation) {
    auto ex = lazy(co_await asio::this_coro::executor);
    std::string log;
    std::vector<task<void>> ts;
    for (const char* name : {"a", "b", "c"})
        ts.push_back(create_task(ex, notes(log, name)));
    BOOST_TEST(log == "");
    auto r = co_await wait_for_tasks(ts);
    BOOST_TEST(log == "abcabc");
}

BOOST_AUTO_TEST_CASE(T1_a_task_made_outside_of_run_is_scheduled) {
    asio::io_context io;
    std::string log;
    auto a = create_task(io, notes(log, "a"));
    auto b = create_task(io, notes(log, "b"));
    BOOST_TEST(log == "");
    io.run();
    BOOST_TEST(log == "abab");
    BOOST_TEST(b.succeeded());
}

// D15: on the executor's own thread a task starts eagerly.
CO_TEST_CASE(T2_on_its_own_thread_a_body_runs_to_its_first_suspension_at_once) {
    auto ex = co_await asio::this_coro::executor;
    std::string log;
    auto t = create_task(ex, notes(log, "a"));
    BOOST_TEST(log == "a");
    BOOST_TEST(!t.done());
    co_await until_done(t);
    BOOST_TEST(log == "aa");
}

CO_TEST_CASE(T3_result_is_the_value_or_throws_what_there_is_instead) {
    auto ex = co_await asio::this_coro::executor;
    auto value = create_task(ex, sleeper(10ms, 5));
    auto error = create_task(ex, failing<int>(10ms, "mine"));
    auto cancelled = create_task(ex, sleeper(10ms, 6));
    BOOST_CHECK_THROW(value.result(), invalid_task_state);
    BOOST_CHECK_THROW(task<int>().result(), invalid_task_state);
    cancelled.cancel();
    co_await sleep_for(20ms);
    BOOST_TEST(value.result() == 5);
    BOOST_CHECK_THROW(error.result(), boom);
    BOOST_CHECK_EXCEPTION(cancelled.result(), boost::system::system_error,
                          [](const auto& e) { return e.code() == asio::error::operation_aborted; });
}

// D10: the error of a cancelled task is returned, not thrown.
CO_TEST_CASE(T4_exception_is_the_error_or_null) {
    auto ex = co_await asio::this_coro::executor;
    auto value = create_task(ex, sleeper(10ms, 5));
    auto error = create_task(ex, failing<int>(10ms, "mine"));
    auto cancelled = create_task(ex, sleeper(10ms, 6));
    BOOST_CHECK_THROW(value.exception(), invalid_task_state);
    cancelled.cancel();
    co_await sleep_for(20ms);
    BOOST_TEST((value.exception() == nullptr));
    BOOST_TEST(what_of(error.exception()) == "mine");
    BOOST_TEST(is_cancelled_error(cancelled.exception()));
}

CO_TEST_CASE(T5_many_may_await_a_task_again_and_again) {
    auto ex = co_await asio::this_coro::executor;
    auto source = create_task(ex, sleeper(10ms, 5));
    std::vector<task<int>> readers;
    for (int i = 0; i < 3; ++i)
        readers.push_back(create_task(ex, gets(source)));
    auto r = co_await wait_for_tasks(readers);
    for (const task<int>& t : r.done)
        BOOST_TEST(t.result() == 5);
    const int again = co_await source.async_get();
    const int once_more = co_await source.async_get();
    BOOST_TEST(again + once_more == 10);
    BOOST_TEST(now() == 10);
}

CO_TEST_CASE(T5_all_awaiters_see_the_same_exception_object) {
    auto ex = co_await asio::this_coro::executor;
    auto source = create_task(ex, failing<int>(10ms));
    auto a = create_task(ex, gets(source));
    auto b = create_task(ex, gets(source));
    co_await sleep_for(20ms);
    BOOST_TEST(a.failed());
    BOOST_TEST((a.exception() == source.exception()));
    BOOST_TEST((b.exception() == source.exception()));
}

// D10: asyncio calls such a task cancelled; without a request it is a failure here.
CO_TEST_CASE(T6_the_cancellation_error_that_nobody_asked_for_is_a_failure) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, aborts_unasked());
    co_await until_done(t);
    BOOST_TEST(t.failed());
    BOOST_TEST(!t.cancelled());
    BOOST_TEST(!t.cancel_requested());
    BOOST_TEST(is_cancelled_error(t.exception()));
}

// D10: and so is it for the awaiter, of whom nothing was requested.
CO_TEST_CASE(T7_awaiting_a_cancelled_task_throws_the_cancellation_error) {
    auto ex = co_await asio::this_coro::executor;
    auto inner = create_task(ex, sleeper(1h, 1));
    auto passes_it_on = create_task(ex, gets(inner));
    auto catches = create_task(ex, [](task<int> t) -> asio::awaitable<int> {
        int value = 0;
        try {
            value = co_await t.async_get();
        } catch (const boost::system::system_error& e) {
            value = e.code() == asio::error::operation_aborted ? 42 : -1;
        }
        co_return value;
    }(inner));
    inner.cancel();
    co_await yield_times(settle);
    BOOST_TEST(inner.cancelled());
    BOOST_TEST(passes_it_on.failed());
    BOOST_TEST(is_cancelled_error(passes_it_on.exception()));
    BOOST_TEST(catches.result() == 42);
}

CO_TEST_CASE(T8_names_are_unique_by_default_and_can_be_set_at_any_time) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, yield_once());
    auto b = create_task(ex, yield_once());
    auto named = create_task(ex, yield_once(), "mine");
    BOOST_TEST(a.name() == "task-" + std::to_string(a.id()));
    BOOST_TEST(b.name() == "task-" + std::to_string(b.id()));
    BOOST_TEST(a.id() < b.id());
    BOOST_TEST(named.name() == "mine");
    named.name("changed");
    BOOST_TEST(named.name() == "changed");
    co_await until_done(named);
    named.name("changed when done");
    BOOST_TEST(named.name() == "changed when done");
}

// D12: reported when the last handle goes, once; cancel() on the done task is no reading.
CO_TEST_CASE(T10_an_unread_exception_is_reported) {
    auto ex = co_await asio::this_coro::executor;
    const test::unobserved_log log;
    {
        auto unread = create_task(ex, failing(0ms, "unread"), "unread");
        auto only_cancelled = create_task(ex, failing(0ms, "late cancel"), "only cancelled");
        auto by_result = create_task(ex, failing(0ms));
        auto by_exception = create_task(ex, failing(0ms));
        auto by_await = create_task(ex, failing(0ms));
        co_await yield_times(settle);
        BOOST_TEST(!only_cancelled.cancel());
        BOOST_CHECK_THROW(by_result.result(), boom);
        BOOST_TEST(what_of(by_exception.exception()) == "boom");
        bool thrown = false;
        try {
            co_await by_await.async_get();
        } catch (const boom&) {
            thrown = true;
        }
        BOOST_TEST(thrown);
        BOOST_TEST(log.size() == 0u);
    }
    co_await yield_times(settle);
    BOOST_REQUIRE(log.size() == 2u);
    const std::string both = log.at(0).name + "+" + log.at(1).name;
    BOOST_TEST((both == "unread+only cancelled" || both == "only cancelled+unread"));
}

// D12: asyncio may lose a task that nobody holds.
CO_TEST_CASE(T11_dropping_every_handle_detaches_the_task) {
    auto ex = co_await asio::this_coro::executor;
    std::string log;
    {
        auto dropped = create_task(ex, [](std::string& out) -> asio::awaitable<void> {
            co_await sleep_for(10ms);
            out += "ran";
        }(log));
    }
    co_await sleep_for(20ms);
    BOOST_TEST(log == "ran");
}

// The current task is not known, so this is not refused; it waits until it is cancelled.
CO_TEST_CASE(T12_a_task_that_awaits_itself_can_still_be_cancelled) {
    auto ex = co_await asio::this_coro::executor;
    task<int> self;
    self = create_task(ex, [](task<int>& me) -> asio::awaitable<int> {
        co_await yield_once();
        const task<int> copy = me;
        co_return co_await copy.async_get();
    }(self));
    co_await yield_times(settle);
    BOOST_TEST(!self.done());
    self.cancel();
    co_await yield_times(settle);
    BOOST_TEST(self.cancelled());
}

// D2: asyncio raises RuntimeError.
BOOST_AUTO_TEST_CASE(T14_a_task_of_another_executor_can_be_awaited) {
    test::virtual_clock::reset();
    asio::io_context a;
    asio::io_context b;
    auto on_a = create_task(a, sleeper(10ms, 5));
    auto on_b = create_task(b, gets(on_a));
    test::run_virtual(a, b);
    BOOST_TEST(on_b.result() == 5);
}

// D1: no current task is needed, and none is offered: a body that wants itself gets its handle.
CO_TEST_CASE(T15_a_body_knows_itself_through_its_handle) {
    auto ex = co_await asio::this_coro::executor;
    task<std::string> self;
    self = create_task(
        ex,
        [](task<std::string>& me) -> asio::awaitable<std::string> {
            co_await yield_once();
            co_return me.name();
        }(self),
        "myself");
    co_await until_done(self);
    BOOST_TEST(self.result() == "myself");
}

CO_TEST_CASE(T16_a_task_whose_value_is_a_task_is_not_flattened) {
    auto ex = co_await asio::this_coro::executor;
    auto inner = create_task(ex, sleeper(10ms, 5), "inner");
    auto outer =
        create_task(ex, [](task<int> t) -> asio::awaitable<task<int>> { co_return t; }(inner));
    co_await until_done(outer);
    BOOST_TEST(now() == 0);
    BOOST_TEST(!inner.done());
    BOOST_TEST((outer.result() == inner));
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace semantics
