// SPDX-License-Identifier: BSL-1.0

// CPython's tests of wait_for, by their own names.

#include "scopes.hpp"

#include <memory>
#include <string>
#include <utility>

namespace family {
namespace {

/// Deaf to cancels for a while.
asio::awaitable<void> ignores_cancels(test::milliseconds d, std::int64_t& ended_at) {
    const auto until = in(d);
    while (test::virtual_clock::now() < until) {
        test::virtual_timer timer(co_await asio::this_coro::executor, until);
        co_await timer.async_wait(as_tuple_awaitable);
        co_await asio::this_coro::reset_cancellation_state();
    }
    ended_at = now();
}

// Shared: when the context is destroyed, this may outlive the coroutine that asks.
asio::awaitable<void> notes_end(std::shared_ptr<bool> ended) {
    struct at_end {
        std::shared_ptr<bool> flag;
        ~at_end() { *flag = true; }
    } const on_exit{std::move(ended)};
    co_await forever();
}

template<class Timeout>
asio::awaitable<void> cancels_a_waiter(Timeout limit) {
    auto ex = co_await asio::this_coro::executor;
    const auto cleaned = std::make_shared<bool>(false);
    auto inner = create_task(ex, notes_end(cleaned));
    auto waiter = create_task(ex, ending(wait_for(inner, limit)));
    co_await yield_times(settle);
    waiter.cancel();
    co_await until_done(waiter);
    BOOST_TEST(waiter.result() == "cancelled");
    BOOST_TEST(inner.cancelled());
    BOOST_TEST(*cleaned);
    BOOST_TEST(now() == 0);
}

} // namespace

BOOST_AUTO_TEST_SUITE(cpython_wait_for)

CO_TEST_CASE(AsyncioWaitForTest__test_asyncio_wait_for_cancelled) {
    auto ex = co_await asio::this_coro::executor;
    std::int64_t ended_at = 0;
    auto waiter = create_task(ex, ending(wait_for(ignores_cancels(200ms, ended_at), in(1s))));
    co_await sleep_for(100ms);
    waiter.cancel();
    co_await until_done(waiter);
    BOOST_TEST(ended_at == 200);
    BOOST_TEST(now() == 200);
    BOOST_TEST(waiter.result() == "value"); // F13: it came out all the same
}

CO_TEST_CASE(AsyncioWaitForTest__test_asyncio_wait_for_timeout) {
    std::int64_t ended_at = 0;
    const std::string how = co_await ending(wait_for(ignores_cancels(200ms, ended_at), in(100ms)));
    BOOST_TEST(ended_at == 200);
    BOOST_TEST(now() == 200);
    BOOST_TEST(how == "value"); // F8
}

CO_TEST_CASE(AsyncioWaitForTest__test_wait_for_timeout_less_then_0_or_0_future_done) {
    auto t = co_await finished(std::string("done"), "t");
    const std::string value = co_await wait_for(t, 0s);
    BOOST_TEST(value == "done");
    BOOST_TEST(now() == 0);
}

CO_TEST_CASE(AsyncioWaitForTest__test_wait_for_timeout_less_then_0_or_0) {
    auto ex = co_await asio::this_coro::executor;
    for (const auto limit : {0s, -1s}) {
        const auto cleaned = std::make_shared<bool>(false);
        auto t = create_task(ex, notes_end(cleaned));
        co_await yield_times(settle);
        BOOST_TEST(!*cleaned);
        const std::string how = co_await ending(wait_for(t, limit));
        BOOST_TEST(how == "timeout_error");
        BOOST_TEST(t.done());
        BOOST_TEST(t.cancelled());
        BOOST_TEST(*cleaned);
    }
    BOOST_TEST(now() == 0);
}

CO_TEST_CASE(AsyncioWaitForTest__test_wait_for) {
    auto ex = co_await asio::this_coro::executor;
    const auto cleaned = std::make_shared<bool>(false);
    auto t = create_task(ex, notes_end(cleaned));
    const std::string how = co_await ending(wait_for(t, in(100ms)));
    BOOST_TEST(how == "timeout_error");
    BOOST_TEST(t.cancelled());
    BOOST_TEST(*cleaned);
    BOOST_TEST(now() == 100);
}

CO_TEST_CASE(AsyncioWaitForTest__test_wait_for_blocking) {
    const std::string value = co_await wait_for(sleeper(1h, std::string("done")),
                                                std::chrono::steady_clock::duration::max());
    BOOST_TEST(value == "done");
}

CO_TEST_CASE(AsyncioWaitForTest__test_wait_for_race_condition) {
    auto ex = co_await asio::this_coro::executor;
    manual_future<std::string> f(ex);
    asio::post(ex, [f]() mutable { f.set_result("done"); });
    const std::string value = co_await wait_for(f.get(), in(200ms));
    BOOST_TEST(value == "done");
    BOOST_TEST(now() == 0);
}

CO_TEST_CASE(AsyncioWaitForTest__test_cancel_blocking_wait_for) {
    co_await cancels_a_waiter(test::virtual_clock::time_point::max());
}

CO_TEST_CASE(AsyncioWaitForTest__test_cancel_wait_for) {
    co_await cancels_a_waiter(in(60s));
}

CO_TEST_CASE(AsyncioWaitForTest__test_wait_for_cancel_suppressed) {
    int seen = 0;
    const int value = co_await wait_for(swallows_cancels(1, seen), in(100ms));
    BOOST_TEST(value == 42);
    BOOST_TEST(seen == 1);
    BOOST_TEST(now() == 100);
}

CO_TEST_CASE(WaitForShieldTests__test_none_timeout) {
    auto ex = co_await asio::this_coro::executor;
    auto inner = create_task(ex, sleeper(100ms, std::string("done")));
    const std::string value =
        co_await wait_for(shield(inner), test::virtual_clock::time_point::max());
    BOOST_TEST(value == "done");
    BOOST_TEST(inner.succeeded());
    BOOST_TEST(now() == 100);
}

CO_TEST_CASE(WaitForShieldTests__test_shielded_timeout) {
    auto ex = co_await asio::this_coro::executor;
    auto inner = create_task(ex, sleeper(100ms, std::string("done")));
    const std::string how = co_await ending(wait_for(shield(inner), in(10ms)));
    BOOST_TEST(how == "timeout_error");
    BOOST_TEST(!inner.done());
    BOOST_TEST(!inner.cancelled());
    co_await until_done(inner);
    BOOST_TEST(inner.result() == "done");
    BOOST_TEST(now() == 100);
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace family
