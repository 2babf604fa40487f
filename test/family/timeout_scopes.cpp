// SPDX-License-Identifier: BSL-1.0

// timeout_scope: limits inside limits, limits that move, limits that are somebody's timer.

#include "scopes.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace family {
namespace {

using clock = test::virtual_clock;

} // namespace

BOOST_AUTO_TEST_SUITE(family_timeout_scopes)

CO_TEST_CASE(a_block_inside_tells_the_nearer_of_the_limits) {
    const auto near = in(10ms);
    const auto far = in(20ms);
    auto outer_block = [&](timeout_scope& outer) -> asio::awaitable<void> {
        auto block = [&](timeout_scope& inner) -> asio::awaitable<void> {
            BOOST_TEST((inner.when<clock>() == near));
            BOOST_TEST((inner.remaining() == 10ms));
            co_await sleep_for(4ms);
            BOOST_TEST((inner.remaining() == 6ms));
            outer.reschedule(std::nullopt);
            BOOST_TEST((inner.when<clock>() == far));
            inner.reschedule(std::nullopt);
            BOOST_TEST(!inner.when<clock>().has_value());
            outer.reschedule(near);
            BOOST_TEST((inner.when<clock>() == near));
            BOOST_TEST((inner.remaining() == 6ms));
        };
        co_await with_timeout(outer, far, block);
        BOOST_TEST((outer.when<clock>() == near));
    };
    co_await with_timeout(near, outer_block);
    BOOST_TEST(now() == 4);
}

CO_TEST_CASE(a_block_that_was_not_told_of_the_outer_one_tells_its_own_limit) {
    auto outer_block = [](timeout_scope&) -> asio::awaitable<void> {
        const auto far = in(20ms);
        auto block = [far](timeout_scope& inner) -> asio::awaitable<void> {
            BOOST_TEST((inner.when<clock>() == far));
            co_return;
        };
        co_await with_timeout(far, block);
    };
    co_await with_timeout(in(10ms), outer_block);
}

CO_TEST_CASE(three_deep_the_middle_one_is_nearest) {
    const auto near = in(5ms);
    auto first = [&](timeout_scope& a) -> asio::awaitable<void> {
        auto second = [&](timeout_scope& b) -> asio::awaitable<void> {
            auto third = [&](timeout_scope& c) -> asio::awaitable<void> {
                BOOST_TEST((c.when<clock>() == near));
                co_await forever();
            };
            co_await with_timeout(b, in(30ms), third);
        };
        const std::string how = co_await ending(with_timeout(a, near, second));
        BOOST_TEST(how == "timeout_error");
        BOOST_TEST(now() == 5);
        co_await forever();
    };
    const std::string how = co_await ending(with_timeout(in(10ms), first));
    BOOST_TEST(how == "timeout_error");
    BOOST_TEST(now() == 10);
}

// Compared by how much is left, since two clocks have no common time.
CO_TEST_CASE(limits_of_different_clocks) {
    auto outer_block = [](timeout_scope& outer) -> asio::awaitable<void> {
        BOOST_TEST(outer.when<std::chrono::steady_clock>().has_value());
        const auto near = in(10ms);
        auto block = [near](timeout_scope& inner) -> asio::awaitable<void> {
            BOOST_TEST((inner.when<clock>() == near));
            BOOST_TEST(!inner.when<std::chrono::steady_clock>().has_value());
            inner.reschedule(std::nullopt); // now the outer one is the nearest
            BOOST_TEST(!inner.when<clock>().has_value());
            BOOST_TEST(inner.when<std::chrono::steady_clock>().has_value());
            BOOST_TEST((*inner.remaining() > 59min));
            co_return;
        };
        co_await with_timeout(outer, near, block);
    };
    co_await with_timeout(1h, outer_block);
}

CO_TEST_CASE(another_coroutine_moves_the_limit) {
    auto ex = co_await asio::this_coro::executor;
    for (const auto moved_to : {20ms, 8ms}) {
        const auto start = now();
        std::optional<timeout_scope> scope;
        auto block = [&scope](timeout_scope& s) -> asio::awaitable<void> {
            scope = s;
            co_await forever();
        };
        auto t = create_task(ex, ending(with_timeout(in(10ms), block)));
        const auto limit = in(moved_to);
        co_await sleep_for(5ms);
        scope->reschedule(limit);
        co_await until_done(t);
        BOOST_TEST(t.result() == "timeout_error");
        BOOST_TEST(now() - start == moved_to.count());
    }
}

// The old timer has fired, and its handler waits behind the one that moves the limit. Which of two
// timers fires first is not fixed, so there is a mover before and one after the limit's.
CO_TEST_CASE(a_stale_timer_handler_does_nothing) {
    auto ex = co_await asio::this_coro::executor;
    bool met = false;
    for (const bool before : {true, false}) {
        const auto start = now();
        std::optional<timeout_scope> scope;
        bool moved = false;
        auto mover = [&]() -> asio::awaitable<void> {
            co_await sleep_for(10ms);
            try {
                scope->reschedule(in(10ms));
                moved = true;
            } catch (const invalid_scope_state&) {
                BOOST_TEST(scope->expired());
            }
        };
        task<> t;
        if (before)
            t = create_task(ex, mover);
        auto block = [&scope](timeout_scope& s) -> asio::awaitable<int> {
            scope = s;
            co_return co_await sleeper(15ms, 7);
        };
        auto timed = create_task(ex, ending(with_timeout(in(10ms), block)));
        if (!before)
            t = create_task(ex, mover);
        co_await until_done(timed);
        co_await until_done(t);
        met = met || moved;
        BOOST_TEST(timed.result() == (moved ? "value" : "timeout_error"));
        BOOST_TEST(now() - start == (moved ? 15 : 10));
        BOOST_TEST(scope->expired() == !moved);
    }
    BOOST_TEST(met);
}

CO_TEST_CASE(a_limit_in_the_past_that_is_moved_at_once_does_nothing) {
    std::optional<timeout_scope> scope;
    auto block = [&scope](timeout_scope& s) -> asio::awaitable<int> {
        scope = s;
        co_await sleep_for(5ms);
        s.reschedule(in(-1ms));
        s.reschedule(in(20ms));
        co_return co_await sleeper(10ms, 7);
    };
    const int value = co_await with_timeout(in(10ms), block);
    BOOST_TEST(value == 7);
    BOOST_TEST(!scope->expired());
    BOOST_TEST(now() == 15);
}

CO_TEST_CASE(a_limit_that_moves_many_times) {
    auto block = [](timeout_scope& s) -> asio::awaitable<int> {
        for (int i = 0; i < 10; ++i) {
            s.reschedule(in(10ms)); // a watchdog
            co_await sleep_for(9ms);
        }
        co_await forever();
        co_return 0;
    };
    const std::string how = co_await ending(with_timeout(in(10ms), block));
    BOOST_TEST(how == "timeout_error");
    BOOST_TEST(now() == 91);
}

CO_TEST_CASE(somebodys_timer_is_the_limit) {
    auto ex = co_await asio::this_coro::executor;
    test::virtual_timer limit(ex, 10ms);
    std::optional<timeout_scope> scope;
    auto block = [&scope](timeout_scope& s) -> asio::awaitable<void> {
        scope = s;
        BOOST_CHECK_THROW(s.reschedule(in(20ms)), invalid_scope_state);
        BOOST_CHECK_THROW(s.reschedule(std::nullopt), invalid_scope_state);
        co_await forever();
    };
    const std::string how = co_await ending(with_timeout(limit, block));
    BOOST_TEST(how == "timeout_error");
    BOOST_TEST(scope->expired());
    BOOST_TEST(now() == 10);
    limit.expires_after(1h);
    auto t = create_task(ex, ending(with_timeout(limit, block)));
    co_await sleep_for(5ms);
    limit.cancel(); // ends the limit at once
    co_await until_done(t);
    BOOST_TEST(t.result() == "timeout_error");
    BOOST_TEST(now() == 15);
    limit.expires_after(5ms);
    auto quick = [](timeout_scope&) { return sleeper(1ms, 3); };
    const int value = co_await with_timeout(limit, quick);
    BOOST_TEST(value == 3);
    co_await sleep_for(10ms);
}

CO_TEST_CASE(a_block_sees_that_somebodys_timer_has_run_out) {
    auto ex = co_await asio::this_coro::executor;
    test::virtual_timer limit(ex, 10ms);
    int seen = 0;
    auto block = [&seen](timeout_scope& s) -> asio::awaitable<int> {
        BOOST_TEST(!s.expired());
        co_await swallows_cancels(1, seen);
        BOOST_TEST(s.expired());
        co_return 1;
    };
    const int value = co_await with_timeout(limit, block);
    BOOST_TEST(value == 1);
    BOOST_TEST(seen == 1);
}

CO_TEST_CASE(the_body_is_kept_until_its_coroutine_has_ended) {
    using test::lifetime_tracker;
    auto ex = co_await asio::this_coro::executor;
    task<int> t;
    {
        auto block = [held = lifetime_tracker(7)](timeout_scope&) -> asio::awaitable<int> {
            co_await sleep_for(5ms);
            co_return held.value(); // reads the closure
        };
        auto operation = with_timeout(in(10ms), std::move(block));
        t = create_task(ex, std::move(operation)(asio::use_awaitable));
    }
    BOOST_TEST(lifetime_tracker::live() > 0);
    co_await until_done(t);
    BOOST_TEST(t.result() == 7);
    co_await yield_times(settle);
    BOOST_TEST(lifetime_tracker::live() == 0);
}

CO_TEST_CASE(a_body_that_throws_before_its_first_suspension) {
    auto block = [](timeout_scope&) -> asio::awaitable<int> {
        throw boom("at once");
        co_return 1;
    };
    auto no_coroutine = [](timeout_scope&) -> asio::awaitable<int> { throw boom("no coroutine"); };
    const std::string first = co_await ending(with_timeout(in(10ms), block));
    const std::string second = co_await ending(with_timeout(in(10ms), no_coroutine));
    BOOST_TEST(first == "at once");
    BOOST_TEST(second == "no coroutine");
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace family
