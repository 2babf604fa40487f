// SPDX-License-Identifier: BSL-1.0

// The scenarios of CPython's tests of what its waiting primitives rest on, by the names they have
// there.

#include "collections.hpp"

#include <boost/asio/executor_work_guard.hpp>

#include <chrono>
#include <future>
#include <thread>

namespace family {
namespace {

asio::awaitable<int> adds(int a, int b, bool fails) {
    co_await yield_once();
    if (fails)
        throw boom("Fail!");
    co_return a + b;
}

/// A context with a thread of its own, which ends when nothing is left to do.
class other_thread {
public:
    other_thread() : thread_([this] { io_.run(); }) {}
    other_thread(const other_thread&) = delete;
    other_thread& operator=(const other_thread&) = delete;
    ~other_thread() {
        work_.reset();
        thread_.join();
    }

    asio::io_context& io() { return io_; }

private:
    asio::io_context io_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
    std::thread thread_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(cpython_helpers)

CO_TEST_CASE(BaseTaskTests__test_sleep) {
    auto ex = co_await asio::this_coro::executor;
    const auto sleeps = [](test::milliseconds d,
                           std::string value) -> asio::awaitable<std::string> {
        co_await sleep_for(d / 2);
        co_return co_await sleeper(d / 2, value);
    };
    auto t = create_task(ex, sleeps(100ms, "yeah"));
    co_await until_done(t);
    BOOST_TEST(t.result() == "yeah");
    BOOST_TEST(now() == 100);
}

CO_TEST_CASE(BaseTaskTests__test_ensure_future_coroutine) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, sleeper(0ms, std::string("ok")));
    co_await until_done(t);
    BOOST_TEST(t.result() == "ok");
    BOOST_TEST(!t.get_executor()); // a done task lets go of it
}

// A handle is copied, and refers to the same task: also one of what is no coroutine.
CO_TEST_CASE(BaseTaskTests__test_ensure_future_future) {
    auto ex = co_await asio::this_coro::executor;
    virtual_timer timer(ex, 10ms);
    auto operation = timer.async_wait(use_task);
    std::vector<any_task> ts{operation, operation};
    auto r = co_await wait_for_tasks(ts);
    BOOST_TEST_REQUIRE(r.done.size() == 1u);
    BOOST_TEST((r.done[0] == operation));
}

CO_TEST_CASE(BaseTaskTests__test_ensure_future_task) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, sleeper(0ms, std::string("ok")));
    auto same = t;
    BOOST_TEST((same == t));
    BOOST_TEST(same.id() == t.id());
    auto [first, second] = co_await gather(t, same);
    BOOST_TEST(first + second == "okok");
}

// Any deferred operation will do where a task is wanted.
CO_TEST_CASE(BaseTaskTests__test_ensure_future_awaitable) {
    auto ex = co_await asio::this_coro::executor;
    virtual_timer timer(ex, 10ms);
    auto [nothing, text] =
        co_await gather(timer.async_wait(asio::deferred), sleeper(20ms, std::string("ok")));
    BOOST_TEST(text == "ok");
    BOOST_TEST(now() == 20);
}

// There is no current task; a body that wants its own handle is given it.
CO_TEST_CASE(BaseCurrentLoopTests__test_current_task_with_implicit_loop) {
    auto ex = co_await asio::this_coro::executor;
    task<std::string> self;
    const auto body = [](task<std::string>& me) -> asio::awaitable<std::string> {
        co_await yield_once();
        co_return me.name();
    };
    self = create_task(ex, body(self), "me");
    co_await until_done(self);
    BOOST_TEST(self.result() == "me");
}

BOOST_AUTO_TEST_CASE(RunCoroutineThreadsafeTests__test_run_coroutine_threadsafe) {
    other_thread loop;
    auto t = create_task(loop.io(), adds(1, 2, false));
    BOOST_TEST(t.async_get(asio::use_future).get() == 3);
    auto gathered = gather(loop.io(), adds(3, 4, false), asio::use_future);
    BOOST_TEST((gathered.get() == std::tuple(7)));
}

BOOST_AUTO_TEST_CASE(RunCoroutineThreadsafeTests__test_run_coroutine_threadsafe_with_exception) {
    other_thread loop;
    auto t = create_task(loop.io(), adds(1, 2, true));
    const auto says = [](const boom& e) { return std::string(e.what()) == "Fail!"; };
    BOOST_CHECK_EXCEPTION(t.async_get(asio::use_future).get(), boom, says);
    auto both = gather(loop.io(), adds(1, 2, false), adds(1, 2, true), asio::use_future);
    BOOST_CHECK_EXCEPTION(both.get(), boom, says);
}

BOOST_AUTO_TEST_CASE(RunCoroutineThreadsafeTests__test_run_coroutine_threadsafe_with_timeout) {
    other_thread loop;
    auto t = create_task(loop.io(), forever());
    auto ended = t.async_wait(asio::use_future);
    BOOST_TEST((ended.wait_for(0s) == std::future_status::timeout));
    BOOST_TEST(t.cancel());
    ended.get();
    BOOST_TEST(t.cancelled());
    // Likewise in one call, which waits for the task to end.
    auto late = wait_for(loop.io(), forever(), 1ns, asio::use_future);
    BOOST_CHECK_THROW(late.get(), timeout_error);
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace family
