// SPDX-License-Identifier: BSL-1.0

// async_wait, async_get, async_join and the handle called as an operation.

#include "contract.hpp"

namespace unit {
namespace {

BOOST_FIXTURE_TEST_SUITE(unit_handle_wait, fixture)

using got_int = record<std::exception_ptr, int>;
using got_void = record<std::exception_ptr>;
using waited = record<error_code>;

BOOST_AUTO_TEST_CASE(async_wait_completes_when_the_task_is_done_and_says_nothing_of_how) {
    waited value, failure, cancelled;
    auto a = create_task(ex, sleeper(3ms, 1));
    auto b = create_task(ex, failing(5ms));
    auto c = create_task(ex, forever());
    a.async_wait(value.handler());
    b.async_wait(failure.handler());
    any_task(c).async_wait(cancelled.handler());
    poll();
    BOOST_TEST(value.calls == 0);
    c.cancel();
    run();
    for (waited* w : {&value, &failure, &cancelled}) {
        BOOST_TEST(w->calls == 1);
        BOOST_TEST(!w->get());
    }
    BOOST_TEST(c.cancelled());
}

BOOST_AUTO_TEST_CASE(async_get_gives_the_value_or_the_error) {
    got_int value, failure;
    auto a = create_task(ex, sleeper(3ms, 42));
    const auto error = std::make_exception_ptr(boom());
    auto b = create_task(ex, fail_with<int>(error));
    a.async_get(value.handler());
    b.async_get(failure.handler());
    run();
    BOOST_TEST(!value.get<0>());
    BOOST_TEST(value.get<1>() == 42);
    BOOST_TEST((failure.get<0>() == error));
    BOOST_TEST(a.result() == 42); // copied, not taken
}

BOOST_AUTO_TEST_CASE(every_form_works_on_a_task_that_is_done_and_never_inside_the_call) {
    auto t = ended(give(7));
    got_int get, join, call;
    waited wait;
    const auto on_io = [this](auto handler) { return asio::bind_executor(ex, std::move(handler)); };
    test::initiate([&] {
        t.async_get(on_io(get.handler()));
        t.async_join(on_io(join.handler()));
        t(on_io(call.handler()));
        t.async_wait(on_io(wait.handler()));
    });
    BOOST_TEST(get.calls + join.calls + call.calls + wait.calls == 0);
    run();
    for (got_int* g : {&get, &join, &call}) {
        BOOST_TEST(g->calls == 1);
        BOOST_TEST(g->get<1>() == 7);
        BOOST_TEST(!g->inside_initiation);
    }
    BOOST_TEST(wait.calls == 1);
}

BOOST_AUTO_TEST_CASE(called_on_the_executors_own_thread_nothing_completes_inside_either) {
    auto t = ended(give(7));
    got_int get;
    asio::post(io, [&] {
        test::initiate([&] { t.async_get(asio::bind_executor(ex, get.handler())); });
        BOOST_TEST(get.calls == 0);
    });
    run();
    BOOST_TEST(get.calls == 1);
}

BOOST_AUTO_TEST_CASE(cancelling_async_get_and_async_wait_leaves_the_task_alone) {
    for (const auto type : {asio::cancellation_type::terminal, asio::cancellation_type::partial,
                            asio::cancellation_type::total}) {
        asio::cancellation_signal stop_get, stop_wait;
        got_int get;
        waited wait;
        auto t = create_task(ex, sleeper(5ms, 1));
        t.async_get(asio::bind_cancellation_slot(stop_get.slot(), get.handler()));
        t.async_wait(asio::bind_cancellation_slot(stop_wait.slot(), wait.handler()));
        poll();
        stop_get.emit(type);
        stop_wait.emit(type);
        BOOST_TEST(get.calls == 0); // never inline
        poll();
        BOOST_TEST(is_cancelled_error(get.get<0>()));
        BOOST_TEST((wait.get() == asio::error::operation_aborted));
        BOOST_TEST(!t.done());
        BOOST_TEST(!t.cancel_requested());
        run();
        BOOST_TEST(t.result() == 1);
        BOOST_TEST(get.calls == 1);
    }
}

BOOST_AUTO_TEST_CASE(cancelling_async_join_is_passed_on_and_waits_for_the_end) {
    for (const bool as_operation : {false, true}) {
        asio::cancellation_signal stop;
        got_void join;
        auto t = create_task(ex, []() -> awaitable<void> {
            try {
                co_await forever();
            } catch (const system_error&) {
            }
            co_await asio::this_coro::reset_cancellation_state();
            co_await sleep_for(20ms); // takes its time to clean up
            throw system_error(asio::error::operation_aborted);
        });
        auto handler = asio::bind_cancellation_slot(stop.slot(), join.handler());
        if (as_operation)
            t(handler);
        else
            t.async_join(handler);
        poll();
        const auto before = now();
        stop.emit(asio::cancellation_type::terminal);
        run();
        BOOST_TEST(now() == before + 20);
        BOOST_TEST(t.cancelled());
        BOOST_TEST(is_cancelled_error(join.get()));
    }
}

BOOST_AUTO_TEST_CASE(a_value_produced_in_spite_of_a_joined_cancel_is_delivered) {
    asio::cancellation_signal stop;
    got_int join;
    auto t = create_task(ex, []() -> awaitable<int> {
        try {
            co_await forever();
        } catch (const system_error&) {
        }
        co_return 9;
    });
    t.async_join(asio::bind_cancellation_slot(stop.slot(), join.handler()));
    poll();
    stop.emit(asio::cancellation_type::terminal);
    run();
    BOOST_TEST(!join.get<0>());
    BOOST_TEST(join.get<1>() == 9);
}

BOOST_AUTO_TEST_CASE(any_number_of_waits_on_one_task_first_come_first_served) {
    std::string order;
    auto t = create_task(ex, sleeper(1ms, 1));
    for (const char letter : std::string("abcdef"))
        t.async_wait(asio::bind_executor(ex, [&order, letter](error_code) { order += letter; }));
    run();
    BOOST_TEST(order == "abcdef");
}

BOOST_AUTO_TEST_CASE(without_an_executor_the_handler_runs_on_the_tasks) {
    asio::io_context other;
    const test::tracker_executor on_other(other.get_executor(), 5);
    waited w;
    auto t = create_task(asio::any_io_executor(on_other), nothing());
    t.async_wait(w.handler());
    other.run();
    BOOST_TEST(w.calls == 1);
    BOOST_TEST(w.on_executor == 5);
}

BOOST_AUTO_TEST_CASE(a_value_taken_before_is_an_error_for_the_getter) {
    auto t = ended(give(1));
    t.take();
    got_int get;
    t.async_get(asio::bind_executor(ex, get.handler()));
    run();
    BOOST_CHECK_THROW(std::rethrow_exception(get.get<0>()), invalid_task_state);
}

BOOST_AUTO_TEST_CASE(an_unfinished_wait_keeps_the_state_but_not_the_handle) {
    got_int get;
    create_task(ex, sleeper(5ms, 3)).async_get(get.handler());
    run();
    BOOST_TEST(get.get<1>() == 3);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(unit_handle_await, test::unobserved_log)

CO_TEST_CASE(co_await_without_a_token) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, sleeper(10ms, std::string("v")));
    auto v = create_task(ex, sleep_for(5ms));
    const std::string value = co_await t.async_get();
    BOOST_TEST(value == "v");
    const std::string again = co_await t.async_join();
    BOOST_TEST(again == "v");
    co_await t.async_wait();
    co_await v.async_get();
    co_await v.async_join();
    BOOST_TEST(now() == 10);
}

CO_TEST_CASE(co_await_throws_the_tasks_error) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, failing<int>(1ms, "mine"));
    auto v = create_task(ex, failing(1ms, "void"));
    std::string what;
    try {
        co_await t.async_get();
    } catch (const boom& e) {
        what = e.what();
    }
    BOOST_TEST(what == "mine");
    try {
        co_await v.async_join();
    } catch (const boom& e) {
        what = e.what();
    }
    BOOST_TEST(what == "void");
    co_await t.async_wait();
}

CO_TEST_CASE(co_await_with_use_awaitable_and_as_tuple) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, sleeper(1ms, 4));
    const int v = co_await t.async_get(asio::use_awaitable);
    BOOST_TEST(v == 4);
    auto [e, w] = co_await t.async_get(as_tuple_awaitable);
    BOOST_TEST(!e);
    BOOST_TEST(w == 4);
    auto [ec] = co_await t.async_wait(as_tuple_awaitable);
    BOOST_TEST(!ec);
}

// Coroutines of a concrete executor type wait for tasks of any.
using io_executor = asio::io_context::executor_type;

awaitable<int, io_executor> typed_waiter(task<int> t) {
    const int a = co_await t.async_get();
    const int b = co_await t.async_join();
    co_await t.async_wait();
    auto r = co_await wait_for_tasks(t);
    co_return a + b + r.done.at(0).result();
}

BOOST_FIXTURE_TEST_CASE(a_coroutine_of_a_concrete_executor_type_waits_too, fixture) {
    auto t = create_task(ex, sleeper(2ms, 10));
    auto w = create_task(io, typed_waiter(t));
    run();
    BOOST_TEST(w.result() == 30);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace unit
