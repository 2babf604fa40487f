// SPDX-License-Identifier: BSL-1.0

// The scenarios of CPython's tests of asyncio.as_completed, by the names they have there. Here it
// is always the style that gives tasks.

#include "collections.hpp"

namespace family {
namespace {

asio::awaitable<std::string> value_of_next(completion_stream<std::string>& s) {
    auto t = co_await s.async_next();
    co_return co_await t->async_get();
}

} // namespace

BOOST_AUTO_TEST_SUITE(cpython_as_completed)

CO_TEST_CASE(BaseTaskTests__test_as_completed) {
    auto ex = co_await asio::this_coro::executor;
    std::vector<asio::awaitable<std::string>> coroutines;
    coroutines.push_back(sleeper(10ms, std::string("a")));
    coroutines.push_back(sleeper(10ms, std::string("b")));
    coroutines.push_back(sleeper(150ms, std::string("c")));
    auto s = as_completed(ex, std::move(coroutines));
    std::vector<std::string> values;
    while (auto t = co_await s.async_next()) {
        values.push_back(t->result());
        BOOST_TEST(now() == (values.size() < 3 ? 10 : 150));
    }
    BOOST_TEST_REQUIRE(values.size() == 3u);
    BOOST_TEST(((values[0] == "a" && values[1] == "b") || (values[0] == "b" && values[1] == "a")));
    BOOST_TEST(values[2] == "c");
}

CO_TEST_CASE(BaseTaskTests__test_as_completed_same_tasks_in_as_out) {
    auto ex = co_await asio::this_coro::executor;
    std::vector<task<std::string>> given;
    given.push_back(create_task(ex, sleeper(0ms, std::string("a"))));
    given.push_back(create_task(ex, sleeper(10ms, std::string("b"))));
    auto s = as_completed(given);
    std::size_t i = 0;
    while (auto t = co_await s.async_next())
        BOOST_TEST((*t == given.at(i++)));
    BOOST_TEST(i == 2u);
    // A coroutine is none, so a new task comes out.
    std::vector<asio::awaitable<std::string>> coroutines;
    coroutines.push_back(sleeper(0ms, std::string("c")));
    auto made = as_completed(ex, std::move(coroutines));
    auto t = co_await made.async_next();
    BOOST_TEST_REQUIRE(t.has_value());
    BOOST_TEST(t->result() == "c");
}

CO_TEST_CASE(BaseTaskTests__test_as_completed_with_unused_timeout) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, sleeper(10ms, std::string("a")), "a");
    auto b = create_task(ex, sleeper(10ms, std::string("b")), "b");
    auto s = as_completed(a, b, in(1s));
    auto order = co_await drain(s);
    BOOST_TEST((order == "a b" || order == "b a"));
    BOOST_TEST(now() == 10);
}

CO_TEST_CASE(BaseTaskTests__test_as_completed_concurrent) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, sleeper(50ms, std::string("a")));
    auto b = create_task(ex, sleeper(100ms, std::string("b")));
    auto s = as_completed(b, a);
    auto one = create_task(ex, value_of_next(s));
    auto two = create_task(ex, value_of_next(s));
    auto r = co_await wait_for_tasks(one, two);
    BOOST_TEST(r.pending.empty());
    BOOST_TEST(one.result() == "a");
    BOOST_TEST(two.result() == "b");
}

// A coroutine can be moved only: handles are what may stand there twice.
CO_TEST_CASE(BaseTaskTests__test_as_completed_duplicate_coroutines) {
    auto ex = co_await asio::this_coro::executor;
    auto ham = create_task(ex, sleeper(0ms, std::string("ham")));
    auto spam = create_task(ex, sleeper(0ms, std::string("spam")));
    std::vector<task<std::string>> ts{ham, ham, spam};
    auto s = as_completed(ts);
    std::vector<std::string> values;
    while (auto t = co_await s.async_next())
        values.push_back(t->result());
    BOOST_TEST_REQUIRE(values.size() == 2u);
    BOOST_TEST(values[0] != values[1]);
}

CO_TEST_CASE(BaseTaskTests__test_as_completed_coroutine_use_running_loop) {
    auto ex = co_await asio::this_coro::executor;
    std::vector<asio::awaitable<int>> coroutines;
    coroutines.push_back(sleeper(0ms, 42));
    auto s = as_completed(ex, std::move(coroutines));
    auto t = co_await s.async_next();
    BOOST_TEST_REQUIRE(t.has_value());
    BOOST_TEST(t->result() == 42);
    auto end = co_await s.async_next();
    BOOST_TEST(!end.has_value());
}

// A lone future is a mistake in asyncio; here one handle is a list of one, and an empty one is
// refused. What is neither a handle nor a range of handles does not compile (compile_fail).
CO_TEST_CASE(BaseTaskTests__test_as_completed_invalid_args) {
    auto ex = co_await asio::this_coro::executor;
    auto lone = create_task(ex, sleeper(0ms, 1), "lone");
    auto s = as_completed(lone);
    auto order = co_await drain(s);
    BOOST_TEST(order == "lone");
    const std::vector<task<int>> with_empty{lone, task<int>()};
    BOOST_CHECK_THROW(static_cast<void>(as_completed(with_empty)), invalid_task_state);
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace family
