// SPDX-License-Identifier: BSL-1.0

// The tokens that come with a machinery of their own: promises, groups, other coroutines.

#if defined(__clang__)
// clang takes co_composed's lambda for one that forgot to return.
#pragma clang diagnostic ignored "-Wreturn-type"
#endif

#include "unit/contract.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/experimental/promise.hpp>
#include <boost/asio/experimental/use_promise.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/version.hpp>

#include <boost/asio/experimental/coro.hpp>
#include <boost/asio/experimental/use_coro.hpp>

#if BOOST_ASIO_VERSION >= 103200
#include <boost/asio/cancel_after.hpp>
#include <boost/asio/cancel_at.hpp>
#include <boost/asio/co_composed.hpp>
#else
#include <boost/asio/experimental/co_composed.hpp>
#endif

#if defined(__GNUC__) && !defined(__clang__)
// g++ 12 takes co_composed's frame allocation for a mismatched pair.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

namespace unit {
namespace {

namespace experimental = asio::experimental;

#if BOOST_ASIO_VERSION >= 103200
using asio::co_composed;
#else
using experimental::co_composed;
#endif

BOOST_FIXTURE_TEST_SUITE(tokens_composed, fixture)

BOOST_AUTO_TEST_CASE(use_promise) {
    auto t = create_task(ex, sleeper(5ms, 1), "t");
    auto promise = wait_for_tasks(t, experimental::use_promise);
    wait_record<task<int>> r;
    run();
    std::move(promise)(r.handler());
    run();
    BOOST_TEST(split(r) == "t : ");
}

// clang up to 16 at least finds no promise for a coro with arguments.
#if !defined(__clang__)
// Boost 1.81's use_coro does not compile for any operation with (error_code, T). Later ones crash
// where the operation's executor is not the coro's, as that of a task that is done: deferred there.
experimental::coro<void, int> a_coro(asio::any_io_executor, task<int> t) {
#if BOOST_ASIO_VERSION >= 102800
    auto r = co_await wait_for_tasks(t, experimental::use_coro);
#else
    co_await t.async_wait(experimental::use_coro);
    auto r = co_await wait_for_tasks(t, asio::deferred);
#endif
    auto s = co_await wait_for_tasks(t);
    co_await t.async_wait();
    co_return static_cast<int>(r.done.size() + s.done.size());
}

BOOST_AUTO_TEST_CASE(use_coro) {
    auto t = create_task(ex, sleeper(5ms, 1), "t");
    auto c = a_coro(ex, t);
    record<std::exception_ptr, int> r;
    c.async_resume(asio::bind_executor(ex, r.handler()));
    run();
    BOOST_TEST(!r.get<0>());
    BOOST_TEST(r.get<1>() == 2);
}
#endif

template<class Token>
auto async_count(asio::any_io_executor ex, task<int> t, Token&& token) {
    return asio::async_initiate<Token, void(error_code, int)>(
        co_composed<void(error_code, int)>(
            [](auto state, task<int> waited) -> void {
                state.throw_if_cancelled(false);
                auto [ec, r] = co_await wait_for_tasks(waited, asio::as_tuple(asio::deferred));
                int count = static_cast<int>(r.done.size()); // an lvalue, for Boost 1.81
                co_yield state.complete(ec, count);
            },
            ex),
        token, std::move(t));
}

BOOST_AUTO_TEST_CASE(co_composed_operation) {
    auto t = create_task(ex, sleeper(5ms, 1), "t");
    record<error_code, int> done, stopped;
    asio::cancellation_signal signal;
    async_count(ex, t, done.handler());
    async_count(ex, t, asio::bind_cancellation_slot(signal.slot(), stopped.handler()));
    poll();
    signal.emit(asio::cancellation_type::terminal);
    run();
    BOOST_TEST(!done.get<0>());
    BOOST_TEST(done.get<1>() == 1);
    BOOST_TEST((stopped.get<0>() == asio::error::operation_aborted));
}

BOOST_AUTO_TEST_CASE(parallel_group_of_handles) {
    // The handle is the operation; a cancel of the group reaches the tasks.
    auto a = create_task(ex, sleeper(5ms, 1), "a");
    auto b = create_task(ex, forever(), "b");
    record<std::array<std::size_t, 2>, std::exception_ptr, int, std::exception_ptr> r;
    experimental::make_parallel_group(a, b).async_wait(experimental::wait_for_one(), r.handler());
    run();
    BOOST_TEST(r.get<0>()[0] == 0u);
    BOOST_TEST(r.get<2>() == 1);
    BOOST_TEST(is_cancelled_error(r.get<3>()));
    BOOST_TEST(b.cancelled());
}

BOOST_AUTO_TEST_CASE(parallel_group_of_a_range_of_handles) {
    std::vector<task<int>> ts;
    for (const int i : {3, 1, 2})
        ts.push_back(create_task(ex, sleeper(milliseconds(i), int(i))));
    record<std::vector<std::size_t>, std::vector<std::exception_ptr>, std::vector<int>> r;
    experimental::make_parallel_group(ts).async_wait(experimental::wait_for_all(), r.handler());
    run();
    BOOST_TEST((r.get<0>() == std::vector<std::size_t>{1, 2, 0}));
    BOOST_TEST((r.get<2>() == std::vector{3, 1, 2}));
}

BOOST_AUTO_TEST_CASE(parallel_group_of_waits_leaves_the_tasks_alone) {
    auto a = create_task(ex, sleeper(5ms, 1), "a");
    auto b = create_task(ex, forever(), "b");
    record<std::array<std::size_t, 3>, error_code, wait_result<task<int>>, error_code,
           wait_result<task<>>, error_code>
        r;
    experimental::make_parallel_group(wait_for_tasks(a), wait_for_tasks(b), b.async_wait())
        .async_wait(experimental::wait_for_one(), r.handler());
    run();
    BOOST_TEST(names(r.get<2>().done) == "a");
    BOOST_TEST((r.get<3>() == asio::error::operation_aborted));
    BOOST_TEST(names(r.get<4>().pending) == "b");
    BOOST_TEST((r.get<5>() == asio::error::operation_aborted));
    BOOST_TEST(!b.cancel_requested());
    b.cancel();
}

#if BOOST_ASIO_VERSION >= 103200
BOOST_AUTO_TEST_CASE(cancel_after_and_cancel_at) {
    auto t = create_task(ex, forever(), "t");
    wait_record<task<>> after, at, with_timer, in_time;
    wait_for_tasks(t, asio::cancel_after(1ms, after.handler()));
    wait_for_tasks(t, asio::cancel_at(std::chrono::steady_clock::now() + 1ms, at.handler()));
    asio::steady_timer timer(io);
    wait_for_tasks(t, asio::cancel_after(timer, 1ms, with_timer.handler()));
    auto quick = create_task(ex, sleep_for(0ms), "quick");
    wait_for_tasks(quick, asio::cancel_after(1h, in_time.handler()));
    while (after.calls + at.calls + with_timer.calls + in_time.calls != 4) {
        io.restart();
        io.run_one_for(5s);
    }
    for (auto* r : {&after, &at, &with_timer})
        BOOST_TEST(split(*r) == aborted + " : t");
    BOOST_TEST(split(in_time) == "quick : ");
    BOOST_TEST(!t.cancel_requested());
    record<std::exception_ptr> join;
    t(asio::cancel_after(1ms, join.handler())); // the handle: the task is cancelled
    while (join.calls == 0) {
        io.restart();
        io.run_one_for(5s);
    }
    BOOST_TEST(t.cancelled());
}

CO_TEST_CASE(cancel_after_partial_form) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, sleep_for(1ms), "t");
    auto r = co_await wait_for_tasks(t, asio::cancel_after(1h));
    BOOST_TEST(split(r) == "t : ");
}
#endif

CO_TEST_CASE(awaitable_operators) {
    using namespace experimental::awaitable_operators;
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, sleeper(5ms, 1), "a");
    auto b = create_task(ex, sleeper(9ms, 2), "b");
    auto both = wait_for_tasks(a, asio::use_awaitable) && b.async_get(asio::use_awaitable);
    auto [r, v] = co_await std::move(both);
    BOOST_TEST(split(r) == "a : ");
    BOOST_TEST(v == 2);
    auto c = create_task(ex, forever(), "c");
    auto d = create_task(ex, sleep_for(3ms), "d");
    auto either = wait_for_tasks(c, asio::use_awaitable) || wait_for_tasks(d, asio::use_awaitable);
    auto first = co_await std::move(either);
    BOOST_TEST(first.index() == 1u);
    BOOST_TEST(!c.cancel_requested());
    auto joined = c.async_join(asio::use_awaitable) || sleep_for(1ms);
    auto second = co_await std::move(joined);
    BOOST_TEST(second.index() == 1u);
    BOOST_TEST(c.cancelled());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace unit
