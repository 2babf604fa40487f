// SPDX-License-Identifier: BSL-1.0

// wait_for_tasks inside coroutines: the forms that g++ 12 has trouble with elsewhere.

#include "contract.hpp"

#include <boost/asio/steady_timer.hpp>

namespace unit {
namespace {

using test::virtual_clock;

BOOST_AUTO_TEST_SUITE(unit_wait_coroutine)

CO_TEST_CASE(the_split_of_a_cancelled_wait_is_seen_with_as_tuple) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, sleep_for(1ms), "a");
    auto b = create_task(ex, sleep_for(50ms), "b");
    std::string seen;
    auto waiter = create_task(ex, [&]() -> awaitable<void> {
        auto [ec, r] = co_await wait_for_tasks(a, b, as_tuple_awaitable);
        seen = (ec == asio::error::operation_aborted ? aborted : "") + split(r);
    });
    co_await sleep_for(5ms);
    waiter.cancel();
    co_await waiter.async_wait();
    BOOST_TEST(seen == aborted + "a : b");
    BOOST_TEST(!b.cancel_requested());
    BOOST_TEST(waiter.succeeded());
}

CO_TEST_CASE(a_deferred_operation_executed_twice_counts_its_limit_twice) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, sleep_for(50ms), "a");
    const auto operation = wait_for_tasks(a, virtual_clock::now() + 10ms);
    auto r1 = co_await operation(asio::use_awaitable);
    BOOST_TEST(split(r1) == " : a");
    BOOST_TEST(now() == 10);
    co_await a.async_wait();
    auto r2 = co_await operation(asio::use_awaitable);
    BOOST_TEST(split(r2) == "a : ");
}

// What g++ 12 does with our API inside co_await expressions: the forms we offer must be sound.

CO_TEST_CASE(gcc_12_listed_handles_and_structured_bindings) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, sleeper(1ms, test::lifetime_tracker(1)), "a");
    auto b = create_task(ex, sleeper(2ms, test::lifetime_tracker(2)), "b");
    auto [done, pending] = co_await wait_for_tasks(a, b, first_completed, 1h);
    BOOST_TEST(names(done) == "a");
    BOOST_TEST(names(pending) == "b");
    auto v = co_await b.async_get();
    BOOST_TEST(v.value() == 2);
}

awaitable<void> waits_in_a_condition(std::vector<task<>> ts) {
    // The result goes into a variable before it is tested: a co_await in a condition crashes g++ 12
    // where the coroutine has no local variable.
    auto r = co_await wait_for_tasks(std::move(ts), first_completed);
    while (!r.pending.empty())
        r = co_await wait_for_tasks(std::move(r.pending), first_completed);
}

CO_TEST_CASE(gcc_12_the_drain_loop) {
    auto ex = co_await asio::this_coro::executor;
    std::vector<task<>> ts;
    for (int i = 1; i != 6; ++i)
        ts.push_back(create_task(ex, sleep_for(milliseconds(i))));
    co_await waits_in_a_condition(ts);
    BOOST_TEST(now() == 5);
}

CO_TEST_CASE(gcc_12_a_lambda_in_a_statement_of_its_own) {
    auto ex = co_await asio::this_coro::executor;
    {
        auto t = create_task(ex, [v = test::lifetime_tracker(4)]() -> awaitable<int> {
            co_await yield_once();
            co_return v.value();
        });
        const int v = co_await t.async_get();
        BOOST_TEST(v == 4);
    }
    BOOST_TEST(test::lifetime_tracker::live() == 0);
}

CO_TEST_CASE(gcc_12_a_result_in_a_conditional_operator) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, give(1), "a");
    const bool wait = a.id() != 0;
    auto operation = wait_for_tasks(a, asio::use_awaitable);
    wait_result<task<int>> r;
    if (wait)
        r = co_await std::move(operation);
    BOOST_TEST(split(r) == "a : ");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace unit
