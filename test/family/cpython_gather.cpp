// SPDX-License-Identifier: BSL-1.0

// The scenarios of CPython's tests of asyncio.gather, by the names they have there.

#include "collections.hpp"

#include <boost/system/result.hpp>

namespace family {
namespace {

struct six_futures {
    explicit six_futures(const asio::any_io_executor& ex) {
        for (int i = 0; i < 6; ++i) {
            futures.emplace_back(ex);
            tasks.push_back(create_task(ex, futures.back().get()));
        }
    }

    std::vector<manual_future<int>> futures;
    std::vector<task<int>> tasks;
};

const auto failure = [](const char* what) { return std::make_exception_ptr(boom(what)); };

} // namespace

BOOST_AUTO_TEST_SUITE(cpython_gather)

CO_TEST_CASE(GatherTestsBase__test_success) {
    auto ex = co_await asio::this_coro::executor;
    six_futures f(ex);
    f.tasks.resize(3);
    int calls = 0;
    std::vector<int> values;
    gather(ex, f.tasks, [&](std::exception_ptr e, std::vector<int> v) {
        BOOST_TEST(!e);
        ++calls;
        values = std::move(v);
    });
    co_await yield_once();
    f.futures[1].set_result(2);
    f.futures[2].set_result(3);
    co_await yield_times(settle);
    BOOST_TEST(calls == 0);
    f.futures[0].set_result(1);
    co_await yield_times(settle);
    BOOST_TEST(calls == 1);
    BOOST_TEST(values == (std::vector{1, 2, 3}), boost::test_tools::per_element());

    // Likewise with coroutines.
    six_futures g(ex);
    auto outer = create_task(ex, gather(g.futures[0].get(), g.futures[1].get(), g.futures[2].get(),
                                        asio::use_awaitable));
    co_await yield_times(settle);
    for (const int i : {2, 0, 1}) {
        BOOST_TEST(!outer.done());
        g.futures[static_cast<std::size_t>(i)].set_result(i);
        co_await yield_times(settle);
    }
    BOOST_TEST((outer.result() == std::tuple(0, 1, 2)));
    co_await wait_for_tasks(g.tasks, all_completed, 0s);
}

CO_TEST_CASE(GatherTestsBase__test_result_exception_success) {
    auto ex = co_await asio::this_coro::executor;
    six_futures f(ex);
    f.tasks.resize(2);
    asio::post(ex, [futures = f.futures]() mutable {
        futures[1].set_result(2);
        futures[0].set_result(1);
    });
    auto r = co_await gather_settled(f.tasks);
    BOOST_TEST_REQUIRE(r.size() == 2u);
    BOOST_TEST(r[0].value() == 1);
    BOOST_TEST(r[1].value() == 2);
}

CO_TEST_CASE(GatherTestsBase__test_return_exceptions) {
    auto ex = co_await asio::this_coro::executor;
    six_futures f(ex);
    f.tasks.resize(4);
    auto zero = failure("zero");
    auto three = failure("three");
    const auto body = [](std::vector<task<int>> ts)
        -> asio::awaitable<std::vector<boost::system::result<int, std::exception_ptr>>> {
        co_return co_await gather_settled(ts);
    };
    auto outer = create_task(ex, body(f.tasks));
    co_await yield_once();
    f.futures[1].set_result(1);
    f.futures[0].set_exception(zero);
    f.futures[3].set_exception(three);
    co_await yield_times(settle);
    BOOST_TEST(!outer.done());
    f.futures[2].set_result(2);
    co_await until_done(outer);
    auto& r = outer.result();
    BOOST_TEST((r[0].error() == zero));
    BOOST_TEST(r[1].value() == 1);
    BOOST_TEST(r[2].value() == 2);
    BOOST_TEST((r[3].error() == three));
}

CO_TEST_CASE(FutureGatherTests__test_constructor_empty_sequence_use_running_loop) {
    const std::vector<task<int>> none;
    auto values = co_await gather(none);
    BOOST_TEST(values.empty());
    BOOST_TEST(now() == 0);
}

CO_TEST_CASE(FutureGatherTests__test_result_exception_one_cancellation) {
    auto ex = co_await asio::this_coro::executor;
    six_futures f(ex);
    auto zero = failure("zero");
    auto five = failure("five");
    asio::post(ex, [&f, zero, five] {
        f.futures[0].set_exception(zero);
        f.tasks[1].cancel();
        f.futures[2].set_result(2);
        f.tasks[3].cancel();
        f.futures[4].set_result(4);
        f.futures[5].set_exception(five);
    });
    auto r = co_await gather_settled(f.tasks);
    BOOST_TEST((r[0].error() == zero));
    BOOST_TEST(is_cancelled_error(r[1].error()));
    BOOST_TEST(r[2].value() == 2);
    BOOST_TEST(is_cancelled_error(r[3].error()));
    BOOST_TEST(r[4].value() == 4);
    BOOST_TEST((r[5].error() == five));
}

CO_TEST_CASE(CoroutineGatherTests__test_constructor_use_running_loop) {
    auto ex = co_await asio::this_coro::executor;
    asio::any_io_executor first, second;
    const auto body = [](asio::any_io_executor& out) -> asio::awaitable<void> {
        out = co_await asio::this_coro::executor;
    };
    co_await gather(body(first), body(second));
    BOOST_TEST((first == ex));
    BOOST_TEST((second == ex));
}

// A coroutine can be moved only: a handle is what may stand there three times.
CO_TEST_CASE(CoroutineGatherTests__test_duplicate_coroutines) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, sleeper(0ms, std::string("abc")));
    auto b = create_task(ex, sleeper(0ms, std::string("def")));
    auto [v1, v2, v3, v4] = co_await gather(a, a, b, a);
    BOOST_TEST(v1 + v2 + v3 + v4 == "abcabcdefabc");
}

CO_TEST_CASE(CoroutineGatherTests__test_cancellation_broadcast) {
    auto ex = co_await asio::this_coro::executor;
    int proof = 0;
    manual_future<int> waiter(ex);
    const auto inner = [](manual_future<int> f, int& p) -> asio::awaitable<void> {
        co_await f.get();
        ++p;
    };
    auto child1 = create_task(ex, inner(waiter, proof));
    auto child2 = create_task(ex, inner(waiter, proof));
    const auto outer_body = [](task<> a, task<> b, int& p) -> asio::awaitable<void> {
        co_await gather(a, b);
        p += 100;
    };
    auto outer = create_task(ex, outer_body(child1, child2, proof));
    co_await yield_times(settle);
    BOOST_TEST(outer.cancel());
    co_await until_done(outer);
    BOOST_TEST(outer.cancelled());
    BOOST_TEST(!outer.cancel());
    BOOST_TEST(waiter.cancelled());
    BOOST_TEST(child1.cancelled());
    BOOST_TEST(child2.cancelled());
    BOOST_TEST(proof == 0);
}

// asyncio's handle to a gather refuses a cancel then. use_task makes one of ours: the request goes
// through the executor, behind the values, which are not thrown away (D8).
CO_TEST_CASE(BaseTaskTests__test_cancel_gather_1) {
    auto ex = co_await asio::this_coro::executor;
    six_futures f(ex);
    auto outer = gather(ex, f.tasks[0], f.tasks[1], use_task);
    co_await yield_times(settle);
    f.futures[0].set_result(1);
    f.futures[1].set_result(2);
    while (!f.tasks[0].done() || !f.tasks[1].done())
        co_await yield_once();
    BOOST_TEST(!outer.done());
    outer.cancel();
    co_await until_done(outer);
    BOOST_TEST_REQUIRE(outer.succeeded());
    BOOST_TEST((outer.result() == std::tuple(1, 2)));
    BOOST_TEST(f.tasks[0].result() == 1);
    BOOST_TEST(f.tasks[1].result() == 2);
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace family
