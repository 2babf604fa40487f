// SPDX-License-Identifier: BSL-1.0

// CPython's tests of shield, by their own names.

#include "scopes.hpp"

#include "support/unobserved_log.hpp"

#include <string>

namespace family {
BOOST_AUTO_TEST_SUITE(cpython_shield)

CO_TEST_CASE(BaseTaskTests__test_shield_result) {
    auto ex = co_await asio::this_coro::executor;
    manual_future<int> f(ex);
    auto inner = create_task(ex, f.get());
    auto outer = create_task(ex, ending(shield(inner)));
    co_await yield_times(settle);
    f.set_result(42);
    const int value = co_await shield(inner);
    co_await until_done(outer);
    BOOST_TEST(value == 42);
    BOOST_TEST(outer.result() == "value");
}

CO_TEST_CASE(BaseTaskTests__test_shield_exception) {
    auto ex = co_await asio::this_coro::executor;
    manual_future<int> f(ex);
    auto inner = create_task(ex, f.get());
    const auto error = std::make_exception_ptr(boom("expected"));
    auto outer = create_task(ex, [](task<int> t) -> asio::awaitable<std::exception_ptr> {
        std::exception_ptr got;
        try {
            co_await shield(t);
        } catch (...) {
            got = std::current_exception();
        }
        co_return got;
    }(inner));
    co_await yield_times(settle);
    f.set_exception(error);
    co_await until_done(outer);
    BOOST_TEST((outer.result() == error)); // the very object
}

CO_TEST_CASE(BaseTaskTests__test_shield_cancel_outer) {
    auto ex = co_await asio::this_coro::executor;
    auto inner = create_task(ex, sleeper(10ms, test::lifetime_tracker(1)));
    auto outer = create_task(ex, ending(shield(inner)));
    co_await yield_times(settle);
    outer.cancel();
    co_await until_done(outer);
    BOOST_TEST(outer.result() == "cancelled");
    BOOST_TEST(!inner.done());
    inner = {};
    co_await sleep_for(20ms);
    BOOST_TEST(test::lifetime_tracker::live() == 0); // nobody holds on to it
}

CO_TEST_CASE(BaseTaskTests__test_shield_cancel_outer_result) {
    const test::unobserved_log log;
    auto ex = co_await asio::this_coro::executor;
    manual_future<int> f(ex);
    auto inner = create_task(ex, f.get());
    auto outer = create_task(ex, ending(shield(inner)));
    co_await yield_times(settle);
    outer.cancel();
    co_await until_done(outer);
    f.set_result(1);
    co_await until_done(inner);
    inner = {};
    outer = {};
    co_await yield_times(settle);
    BOOST_TEST(log.size() == 0u);
}

CO_TEST_CASE(BaseTaskTests__test_shield_duplicate_log_once) {
    const test::unobserved_log log;
    auto ex = co_await asio::this_coro::executor;
    manual_future<int> f(ex);
    auto inner = create_task(ex, f.get());
    auto first = create_task(ex, ending(shield(inner)));
    auto second = create_task(ex, ending(shield(inner)));
    co_await yield_times(settle);
    first.cancel();
    second.cancel();
    co_await until_done(second);
    f.set_exception(std::make_exception_ptr(boom("foo")));
    inner = {};
    co_await yield_times(settle);
    BOOST_TEST(first.result() == "cancelled");
    BOOST_TEST(log.size() == 1u);
}

CO_TEST_CASE(BaseTaskTests__test_shield_shortcut) {
    auto t = co_await finished(42, "t");
    const int value = co_await shield(t);
    BOOST_TEST(value == 42);
    BOOST_TEST(now() == 0);
}

CO_TEST_CASE(BaseTaskTests__test_gather_shield) {
    auto ex = co_await asio::this_coro::executor;
    manual_future<int> f(ex);
    manual_future<int> g(ex);
    auto a = create_task(ex, f.get());
    auto b = create_task(ex, g.get());
    auto inner_a = create_task(
        ex, [](task<int> t) -> asio::awaitable<int> { co_return co_await shield(t); }(a));
    auto inner_b = create_task(
        ex, [](task<int> t) -> asio::awaitable<int> { co_return co_await shield(t); }(b));
    auto outer = create_task(ex, ending(gather(inner_a, inner_b)));
    co_await yield_times(settle);
    outer.cancel();
    co_await until_done(outer);
    BOOST_TEST(outer.result() == "cancelled");
    BOOST_TEST(inner_a.cancelled());
    BOOST_TEST(inner_b.cancelled());
    BOOST_TEST(!a.done());
    BOOST_TEST(!b.done());
    f.set_result(1);
    g.set_result(2);
    co_await until_done(b);
    BOOST_TEST(a.result() + b.result() == 3);
}

CO_TEST_CASE(BaseTaskTests__test_shield_coroutine_use_running_loop) {
    const int value = co_await shield(sleeper(10ms, 42));
    BOOST_TEST(value == 42);
    BOOST_TEST(now() == 10);
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace family
