// SPDX-License-Identifier: BSL-1.0

// The scenarios of CPython's tests of Task: creation, result and name, by the names they have
// there.

#include "semantics.hpp"

#include "support/unobserved_log.hpp"

#include <boost/asio/io_context.hpp>

#include <string>

namespace semantics {
namespace {
asio::awaitable<std::string> returns(std::string value) {
    co_return value;
}

asio::awaitable<int> inner_value(int value) {
    co_await yield_once();
    co_return value;
}

asio::awaitable<int> adds_up() {
    const int a = co_await inner_value(10);
    const int b = co_await inner_value(20);
    co_return a + b;
}

// asyncio shows the state in repr(); the handle answers these questions.
template<class T>
std::string state(const task<T>& t) {
    if (t.succeeded())
        return "finished";
    if (t.failed())
        return "failed";
    if (t.cancelled())
        return "cancelled";
    return t.cancel_requested() ? "cancelling" : "pending";
}
} // namespace

BOOST_AUTO_TEST_SUITE(cpython_task)

CO_TEST_CASE(BaseTaskTests__test_task_basics) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, adds_up());
    const int sum = co_await t.async_get();
    BOOST_TEST(sum == 30);
}

BOOST_AUTO_TEST_CASE(BaseTaskTests__test_task_class) {
    asio::io_context io;
    auto t = create_task(io, returns("ok"));
    BOOST_TEST((t.get_executor() == io.get_executor()));
    io.run();
    BOOST_TEST(t.done());
    BOOST_TEST(t.result() == "ok");
    BOOST_TEST(!t.get_executor()); // a done task lets go of it
}

CO_TEST_CASE(BaseTaskTests__test_bare_create_task) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, returns("inner"));
    auto value = co_await t.async_get();
    BOOST_TEST(value == "inner");
}

CO_TEST_CASE(BaseTaskTests__test_bare_create_named_task) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, sleeper(0ms), "named");
    BOOST_TEST(t.name() == "named");
    co_await until_done(t);
}

// Names are strings to begin with; a number is turned into one by its owner.
CO_TEST_CASE(BaseTaskTests__test_task_set_name_pylong) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, sleeper(0ms), std::to_string(987654321));
    BOOST_TEST(t.name() == "987654321");
    t.name(std::to_string(123456789));
    BOOST_TEST(t.name() == "123456789");
    co_await until_done(t);
}

CO_TEST_CASE(BaseTaskTests__test_task_repr) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, sleeper(10ms, 1), "shown");
    auto u = create_task(ex, sleeper(10ms, 2));
    BOOST_TEST(t.name() == "shown");
    BOOST_TEST(t.spawned_at().line() != 0u);
    BOOST_TEST(std::string(t.spawned_at().file_name()).find("cpython_task.cpp") !=
               std::string::npos);
    BOOST_TEST(state(t) == "pending");
    t.cancel();
    BOOST_TEST(state(t) == "cancelling");
    co_await yield_times(settle);
    BOOST_TEST(state(t) == "cancelled");
    co_await until_done(u);
    BOOST_TEST(state(u) == "finished");
}

CO_TEST_CASE(BaseTaskTests__test_create_task_with_async_function) {
    auto ex = co_await asio::this_coro::executor;
    for (int i = 0; i < 2; ++i) {
        auto t = create_task(ex, [] { return returns("async"); });
        auto value = co_await t.async_get();
        BOOST_TEST(value == "async");
    }
}

CO_TEST_CASE(BaseTaskTests__test_coroutine_non_gen_function) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, returns("never suspends"));
    co_await until_done(t);
    BOOST_TEST(t.result() == "never suspends");
}

CO_TEST_CASE(BaseTaskTests__test_step_result_future) {
    auto ex = co_await asio::this_coro::executor;
    manual_future<int> f(ex);
    auto t = create_task(ex, f.get());
    co_await yield_once();
    BOOST_TEST(f.waiters() == 1); // registered with the awaited thing
    f.set_result(10);
    auto value = co_await t.async_get();
    BOOST_TEST(value == 10);
}

BOOST_AUTO_TEST_CASE(BaseTaskTests__test_stop_while_run_in_complete) {
    test::virtual_clock::reset();
    asio::io_context io;
    int steps = 0;
    auto t = create_task(io, [](asio::io_context& loop, int& n) -> asio::awaitable<void> {
        for (; n < 10; ++n) {
            co_await yield_once();
            if (n == 2)
                loop.stop();
        }
    }(io, steps));
    io.run();
    BOOST_TEST(!t.done());
    BOOST_TEST(steps == 3);
    BOOST_TEST(t.cancel());
    io.restart();
    io.run();
    BOOST_TEST(t.cancelled());
    BOOST_TEST(steps < 10);
}

// There is no current task; a body that wants its own handle is given it.
CO_TEST_CASE(BaseTaskTests__test_current_task) {
    auto ex = co_await asio::this_coro::executor;
    task<bool> self;
    self = create_task(ex, [](task<bool>& me) -> asio::awaitable<bool> {
        co_await yield_once();
        co_return me.valid() && !me.done();
    }(self));
    co_await until_done(self);
    BOOST_TEST(self.result());
}

// D15: eager on the executor's own thread; an executor that never blocks is the way to say "later".
CO_TEST_CASE(BaseTaskTests__test_eager_start_false) {
    auto ex = co_await asio::this_coro::executor;
    bool ran = false;
    auto body = [&ran]() -> asio::awaitable<void> {
        ran = true;
        co_await yield_once();
    };
    auto t = create_task(lazy(ex), body);
    BOOST_TEST(!ran);
    co_await until_done(t);
    BOOST_TEST(ran);
}

// D12: asyncio's quirk is not kept: cancel() on the failed task does not count as reading.
CO_TEST_CASE(BaseTaskTests__test_tb_logger_not_called_after_cancel) {
    auto ex = co_await asio::this_coro::executor;
    const test::unobserved_log log;
    {
        auto t = create_task(ex, failing(0ms), "failed");
        co_await until_done(t);
        BOOST_TEST(!t.cancel());
    }
    co_await yield_times(settle);
    BOOST_REQUIRE(log.size() == 1u);
    BOOST_TEST(log.at(0).name == "failed");
}

// Whatever makes a task, it is the same kind of handle: of a coroutine, a callable or an operation.
CO_TEST_CASE(GenericTaskTests__test_future_subclass) {
    auto ex = co_await asio::this_coro::executor;
    auto of_coroutine = create_task(ex, sleep_for(10ms), "coroutine");
    auto of_callable = create_task(
        ex, [] { return sleep_for(20ms); }, "callable");
    auto of_spawn = asio::co_spawn(ex, sleep_for(30ms), use_task);
    test::virtual_timer timer(ex, 40ms);
    auto of_operation = timer.async_wait(use_task);
    of_spawn.name("spawn");
    of_operation.name("operation");
    auto r = co_await wait_for_tasks(of_operation, of_spawn, of_callable, of_coroutine);
    BOOST_TEST(names(r.done) == "coroutine callable spawn operation");
    BOOST_TEST(now() == 40);
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace semantics
