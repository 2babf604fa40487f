// SPDX-License-Identifier: BSL-1.0

// wait_for, shield and with_timeout across executors and contexts, also of ones that die.

#include "scopes.hpp"

#include "support/drained_context.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include <memory>
#include <optional>
#include <string>

namespace family {
namespace {

using clock = test::virtual_clock;
using strand = asio::strand<asio::io_context::executor_type>;
using strand_timer = asio::basic_waitable_timer<clock, asio::wait_traits<clock>, strand>;
template<class T>
using on_strand = asio::awaitable<T, strand>;

struct two_contexts {
    two_contexts() { clock::reset(); }

    void run() { test::run_virtual(io, other); }

    asio::io_context io;
    asio::io_context other;
};

on_strand<int> typed_sleeper(test::milliseconds d, int value) {
    strand_timer timer(co_await asio::this_coro::executor, d);
    co_await timer.async_wait(asio::use_awaitable_t<strand>());
    co_return value;
}

} // namespace

BOOST_AUTO_TEST_SUITE(family_scope_executors)

BOOST_FIXTURE_TEST_CASE(a_task_of_another_context, two_contexts) {
    asio::any_io_executor cleaned_on;
    auto resists = [&]() -> asio::awaitable<int> {
        bool cleaned = false;
        const std::string how = co_await ending(slow_to_die(5ms, cleaned));
        cleaned_on = co_await asio::this_coro::executor;
        throw boom(how);
    };
    auto slow = create_task(other, forever());
    auto odd = create_task(other, resists);
    auto quick = create_task(other, sleeper(5ms, 7));
    auto kept = create_task(other, sleeper(1h, 8));
    auto main = create_task(io, [&]() -> asio::awaitable<void> {
        const int value = co_await wait_for(quick, in(10ms));
        BOOST_TEST(value == 7);
        const std::string late = co_await ending(wait_for(slow, in(10ms)));
        BOOST_TEST(late == "timeout_error");
        BOOST_TEST(now() == 15);
        const std::string failed = co_await ending(wait_for(odd, in(10ms)));
        BOOST_TEST(failed == "cancelled"); // the text of its error: boom("cancelled")
        BOOST_TEST(now() == 30);
        const std::string left = co_await ending(wait_for(shield(kept), in(10ms)));
        BOOST_TEST(left == "timeout_error");
        BOOST_TEST(!kept.cancel_requested());
        const asio::any_io_executor ex = co_await asio::this_coro::executor;
        BOOST_TEST((ex == io.get_executor()));
    });
    run();
    BOOST_TEST(main.succeeded());
    BOOST_TEST(slow.cancelled());
    BOOST_TEST(odd.failed());
    BOOST_TEST((cleaned_on == other.get_executor()));
    BOOST_TEST(kept.result() == 8);
    cleaned_on = {};
}

BOOST_FIXTURE_TEST_CASE(a_timer_of_another_context, two_contexts) {
    test::virtual_timer limit(other, 10ms);
    auto main = create_task(io, [&]() -> asio::awaitable<void> {
        const std::string a = co_await ending(wait_for(forever(), limit));
        BOOST_TEST(a == "timeout_error");
        BOOST_TEST(now() == 10);
        limit.expires_after(10ms); // nobody waits on it any more
        auto block = [](timeout_scope&) { return forever(); };
        const std::string b = co_await ending(with_timeout(limit, block));
        BOOST_TEST(b == "timeout_error");
        BOOST_TEST(now() == 20);
        limit.expires_after(10ms);
        const int value = co_await wait_for(sleeper(5ms, 7), limit);
        BOOST_TEST(value == 7);
        BOOST_TEST(now() == 25);
    });
    run();
    BOOST_TEST(main.succeeded());
    BOOST_TEST(limit.cancel() == 0u); // no wait was left behind
}

// An expired timer is seen only where it runs: so the work does begin.
BOOST_FIXTURE_TEST_CASE(an_expired_timer_of_another_context, two_contexts) {
    test::virtual_timer limit(other, -1ms);
    int steps = 0;
    auto main = create_task(io, [&]() -> asio::awaitable<void> {
        auto work = [&]() -> asio::awaitable<int> {
            ++steps;
            co_await forever();
            co_return ++steps;
        };
        const std::string how = co_await ending(wait_for(work(), limit));
        BOOST_TEST(how == "timeout_error");
    });
    run();
    BOOST_TEST(main.succeeded());
    BOOST_TEST(steps == 1);
    BOOST_TEST(now() == 0);
}

BOOST_FIXTURE_TEST_CASE(coroutines_of_a_typed_executor, two_contexts) {
    const strand ex = asio::make_strand(io.get_executor());
    bool finished = false;
    auto main = [&]() -> on_strand<void> {
        auto t = create_task(ex, typed_sleeper(5ms, 1));
        auto block = [](timeout_scope&) { return typed_sleeper(5ms, 3); };
        auto late = [](timeout_scope&) { return typed_sleeper(1h, 3); };
        const int a = co_await wait_for(t, in(10ms));
        const int b = co_await wait_for(typed_sleeper(5ms, 2), in(10ms));
        const int c = co_await with_timeout(in(10ms), block);
        const int d = co_await shield(typed_sleeper(5ms, 4));
        BOOST_TEST(a + b + c + d == 10);
        BOOST_TEST(now() == 20);
        int timeouts = 0;
        try {
            co_await wait_for(typed_sleeper(1h, 2), in(10ms));
        } catch (const timeout_error&) {
            ++timeouts;
        }
        try {
            co_await with_timeout(in(10ms), late);
        } catch (const timeout_error&) {
            ++timeouts;
        }
        BOOST_TEST(timeouts == 2);
        BOOST_TEST(ex.running_in_this_thread());
        finished = true;
    };
    asio::co_spawn(ex, main, asio::detached);
    run();
    BOOST_TEST(finished);
    BOOST_TEST(now() == 40);
}

BOOST_FIXTURE_TEST_CASE(named_executors, two_contexts) {
    asio::any_io_executor ran_on;
    auto work = [&]() -> asio::awaitable<void> {
        ran_on = co_await asio::this_coro::executor;
        co_await sleep_for(1ms);
    };
    auto main = create_task(io, [&]() -> asio::awaitable<void> {
        co_await wait_for(other, work(), in(10ms)); // a context
        BOOST_TEST((ran_on == other.get_executor()));
        const asio::any_io_executor ex = asio::make_strand(other);
        co_await shield(ex, work());
        BOOST_TEST((ran_on == ex));
    });
    run();
    BOOST_TEST(main.succeeded());
    ran_on = {};
}

// Nothing is bound: the system's threads, one at a time.
BOOST_AUTO_TEST_CASE(no_executor_at_all) {
    auto block = [](timeout_scope& s) -> asio::awaitable<int> {
        s.reschedule(2h);
        co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
        co_return 7;
    };
    auto work = []() -> asio::awaitable<int> {
        co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
        co_return 8;
    };
    BOOST_TEST(with_timeout(1h, block, asio::use_future).get() == 7);
    BOOST_TEST(wait_for(work(), 1h, asio::use_future).get() == 8);
    BOOST_TEST(shield(work(), asio::use_future).get() == 8);
    asio::thread_pool pool(2);
    auto on_pool = asio::bind_executor(pool, asio::use_future);
    BOOST_TEST(with_timeout(1h, block, on_pool).get() == 7);
    BOOST_TEST(wait_for(pool, work(), 1h, asio::use_future).get() == 8);
    pool.join();
}

BOOST_FIXTURE_TEST_CASE(the_tasks_context_dies, two_contexts) {
    auto dying = std::make_unique<asio::io_context>();
    auto t = create_task(*dying, forever());
    std::string waited;
    std::string shielded;
    asio::co_spawn(
        io, [&]() -> asio::awaitable<void> { waited = co_await ending(wait_for(t, in(1h))); },
        asio::detached);
    asio::co_spawn(
        io, [&]() -> asio::awaitable<void> { shielded = co_await ending(shield(t)); },
        asio::detached);
    io.poll();
    dying->poll();
    dying.reset();
    run();
    BOOST_TEST(t.failed());
    BOOST_TEST(waited == what_of(t.exception()));
    BOOST_TEST(shielded == what_of(t.exception()));
    BOOST_TEST(now() == 0);
}

BOOST_FIXTURE_TEST_CASE(the_handlers_context_dies, two_contexts) {
    auto dying = std::make_unique<asio::io_context>();
    auto t = create_task(other, sleeper(10ms, 7));
    std::optional<timeout_scope> scope;
    bool called = false;
    auto heard = [&](std::exception_ptr, auto...) { called = true; };
    wait_for(t, in(5ms), asio::bind_executor(*dying, heard));
    shield(t, asio::bind_executor(*dying, heard));
    auto block = [&](timeout_scope& s) -> asio::awaitable<void> {
        scope = s;
        co_await forever();
    };
    with_timeout(in(5ms), block, asio::bind_executor(*dying, heard));
    dying->poll();
    BOOST_TEST_REQUIRE(scope.has_value());
    dying.reset();
    run();
    BOOST_TEST(!called);
    BOOST_TEST(t.result() == 7); // nobody was left to cancel it
    BOOST_TEST(!scope->expired());
    BOOST_CHECK_THROW(scope->reschedule(in(1ms)), invalid_scope_state);
    BOOST_TEST(scope->when<clock>().has_value());
}

// The end of the timer's context is the end of the limit.
BOOST_FIXTURE_TEST_CASE(the_timers_context_dies, two_contexts) {
    auto dying = std::make_unique<asio::io_context>();
    auto limit = std::make_unique<test::virtual_timer>(*dying, 1h);
    std::string waited;
    std::string timed;
    auto block = [](timeout_scope&) { return forever(); };
    asio::co_spawn(
        io,
        [&]() -> asio::awaitable<void> { waited = co_await ending(wait_for(forever(), *limit)); },
        asio::detached);
    asio::co_spawn(
        io,
        [&]() -> asio::awaitable<void> { timed = co_await ending(with_timeout(*limit, block)); },
        asio::detached);
    io.poll();
    dying->poll();
    limit.reset();
    dying.reset();
    run();
    BOOST_TEST(waited == "timeout_error");
    BOOST_TEST(timed == "timeout_error");
    BOOST_TEST(now() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace family
