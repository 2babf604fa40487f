// SPDX-License-Identifier: BSL-1.0

// The scenarios of CPython's tests of asyncio.wait, by the names they have there.

#include "semantics.hpp"

namespace semantics {
BOOST_AUTO_TEST_SUITE(cpython_wait)

CO_TEST_CASE(BaseTaskTests__test_wait) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, sleep_for(100ms), "a");
    auto b = create_task(ex, sleep_for(150ms), "b");
    auto r = co_await wait_for_tasks(b, a, all_completed);
    BOOST_TEST(names(r.done) == "a b");
    BOOST_TEST(r.pending.empty());
    BOOST_TEST(now() == 150);
    auto again = co_await wait_for_tasks(b, a, all_completed);
    BOOST_TEST(names(again.done) == "b a");
    BOOST_TEST(now() == 150);
}

CO_TEST_CASE(BaseTaskTests__test_wait_duplicate_coroutines) {
    auto ex = co_await asio::this_coro::executor;
    auto once = create_task(ex, sleeper(0ms, std::string("once")));
    auto twice = create_task(ex, sleeper(0ms, std::string("twice")));
    std::vector<task<std::string>> ts{twice, once, twice};
    auto r = co_await wait_for_tasks(ts);
    BOOST_TEST(r.done.size() == 2u);
    BOOST_TEST(r.pending.empty());
    BOOST_TEST(once.result() == "once");
    BOOST_TEST(twice.result() == "twice");
}

// A value that is none of return_when's is not refused: the type says what is allowed.
CO_TEST_CASE(BaseTaskTests__test_wait_errors) {
    const std::vector<task<int>> none;
    error_code thrown;
    try {
        co_await wait_for_tasks(none);
    } catch (const boost::system::system_error& e) {
        thrown = e.code();
    }
    BOOST_TEST(thrown == asio::error::invalid_argument);
}

CO_TEST_CASE(BaseTaskTests__test_wait_first_completed) {
    auto ex = co_await asio::this_coro::executor;
    auto slow = create_task(ex, sleep_for(10s), "slow");
    auto fast = create_task(ex, sleep_for(100ms), "fast");
    auto r = co_await wait_for_tasks(slow, fast, first_completed);
    BOOST_TEST(names(r.done) == "fast");
    BOOST_TEST(names(r.pending) == "slow");
    BOOST_TEST(!slow.done());
    BOOST_TEST(now() == 100);
}

CO_TEST_CASE(BaseTaskTests__test_wait_first_exception) {
    auto ex = co_await asio::this_coro::executor;
    auto sleeps = create_task(ex, sleep_for(10s), "sleeps");
    auto fails = create_task(ex, failing(0ms), "fails");
    auto r = co_await wait_for_tasks(fails, sleeps, first_exception);
    BOOST_TEST(names(r.done) == "fails");
    BOOST_TEST(names(r.pending) == "sleeps");
    BOOST_TEST(now() == 0);
}

CO_TEST_CASE(BaseTaskTests__test_wait_first_exception_in_wait) {
    auto ex = co_await asio::this_coro::executor;
    auto sleeps = create_task(ex, sleep_for(10s), "sleeps");
    auto fails = create_task(ex, failing(10ms), "fails");
    auto r = co_await wait_for_tasks(sleeps, fails, first_exception);
    BOOST_TEST(names(r.done) == "fails");
    BOOST_TEST(names(r.pending) == "sleeps");
    BOOST_TEST(now() == 10);
}

CO_TEST_CASE(BaseTaskTests__test_wait_with_exception) {
    auto ex = co_await asio::this_coro::executor;
    auto sleeps = create_task(ex, sleep_for(100ms), "sleeps");
    auto fails = create_task(ex, failing(150ms), "fails");
    for (int round = 0; round < 2; ++round) {
        auto r = co_await wait_for_tasks(sleeps, fails);
        BOOST_TEST(r.done.size() == 2u);
        BOOST_TEST(r.pending.empty());
        int errors = 0;
        for (const task<void>& t : r.done)
            errors += t.exception() ? 1 : 0;
        BOOST_TEST(errors == 1);
        BOOST_TEST(now() == 150);
    }
}

CO_TEST_CASE(BaseTaskTests__test_wait_with_timeout) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, sleep_for(100ms), "a");
    auto b = create_task(ex, sleep_for(150ms), "b");
    auto r = co_await wait_for_tasks(b, a, all_completed, in(110ms));
    BOOST_TEST(names(r.done) == "a");
    BOOST_TEST(names(r.pending) == "b");
    BOOST_TEST(now() == 110);
    co_await until_done(b);
    BOOST_TEST(b.succeeded());
}

CO_TEST_CASE(BaseTaskTests__test_wait_generator) {
    auto ex = co_await asio::this_coro::executor;
    one_shot<task<int>> ten(10, [ex](int i) { return create_task(ex, sleeper(0ms, int(i))); });
    auto r = co_await wait_for_tasks(ten);
    BOOST_TEST(r.done.size() == 10u);
    BOOST_TEST(r.pending.empty());
    int sum = 0;
    for (const task<int>& t : r.done)
        sum += t.result();
    BOOST_TEST(sum == 45);
}

// A lone future is a mistake in asyncio; here one handle is a list of one. What is neither a handle
// nor a range of handles does not compile (checked by the compile_fail tests).
CO_TEST_CASE(BaseTaskTests__test_wait_invalid_args) {
    auto ex = co_await asio::this_coro::executor;
    auto lone = create_task(ex, sleep_for(10ms), "lone");
    auto r = co_await wait_for_tasks(lone);
    BOOST_TEST(names(r.done) == "lone");
    std::vector<task<void>> none;
    auto [ec, nothing] = co_await wait_for_tasks(none, as_tuple_awaitable);
    BOOST_TEST(ec == asio::error::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace semantics
