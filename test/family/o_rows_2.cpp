// SPDX-License-Identifier: BSL-1.0

// with_timeout, rows O9 to O16 of the comparison with asyncio.

#include "scopes.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <optional>
#include <string>

namespace family {
namespace {

using clock = test::virtual_clock;

/// Two blocks, one in the other, and how each of them ended.
struct nested {
    std::optional<timeout_scope> outer;
    std::optional<timeout_scope> inner;
    std::string inner_ending;

    asio::awaitable<std::string> run(clock::time_point outer_limit, clock::time_point inner_limit) {
        auto innermost = [this](timeout_scope& s) -> asio::awaitable<void> {
            inner = s;
            co_await forever();
        };
        auto middle = [this, innermost, inner_limit](timeout_scope& s) -> asio::awaitable<void> {
            outer = s;
            std::exception_ptr error;
            try {
                co_await with_timeout(s, inner_limit, innermost);
            } catch (...) {
                error = std::current_exception();
            }
            inner_ending = ending_of(error);
            if (error)
                std::rethrow_exception(error);
        };
        co_return co_await ending(with_timeout(outer_limit, middle));
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(family_timeout)

CO_TEST_CASE(O9_of_two_blocks_with_one_deadline_only_the_outer_converts) {
    nested n;
    const std::string how = co_await n.run(in(10ms), in(10ms));
    BOOST_TEST(how == "timeout_error");
    BOOST_TEST(n.inner_ending == "cancelled");
    BOOST_TEST(n.inner->expired());
    BOOST_TEST(n.outer->expired());
    BOOST_TEST(now() == 10);
}

CO_TEST_CASE(O10_the_inner_block_runs_out_alone) {
    nested n;
    const std::string how = co_await n.run(in(20ms), in(10ms));
    // The outer block lets the inner one's error through: it is the block's own error.
    BOOST_TEST(how == "timeout_error");
    BOOST_TEST(n.inner_ending == "timeout_error");
    BOOST_TEST(n.inner->expired());
    BOOST_TEST(!n.outer->expired());
    BOOST_TEST(now() == 10);
}

CO_TEST_CASE(O10_the_outer_block_runs_out_alone) {
    nested n;
    const std::string how = co_await n.run(in(10ms), in(20ms));
    BOOST_TEST(how == "timeout_error");
    BOOST_TEST(n.inner_ending == "cancelled");
    BOOST_TEST(!n.inner->expired());
    BOOST_TEST(n.outer->expired());
    BOOST_TEST(now() == 10);
}

CO_TEST_CASE(O11_a_cancel_from_outside_is_no_timeout) {
    auto ex = co_await asio::this_coro::executor;
    for (const auto cancel_at : {5ms, 10ms, 15ms}) { // before, with and after the limit
        const auto start = now();
        std::optional<timeout_scope> scope;
        bool cleaned = false;
        auto block = [&](timeout_scope& s) -> asio::awaitable<int> {
            scope = s;
            co_return co_await slow_to_die(cancel_at == 5ms ? 2ms : 20ms, cleaned);
        };
        auto caller = create_task(ex, ending(with_timeout(in(10ms), block)));
        co_await sleep_for(cancel_at);
        caller.cancel();
        co_await until_done(caller);
        BOOST_TEST(caller.result() == "cancelled");
        if (cancel_at == 5ms) {
            BOOST_TEST(cleaned);
            BOOST_TEST(now() - start == 7);
        }
        if (cancel_at != 10ms) // at one instant either may be first
            BOOST_TEST(scope->expired() == (cancel_at > 10ms));
    }
}

// The limit's cancel is met with a clean-up; the caller's cancel comes meanwhile.
CO_TEST_CASE(O11_the_limit_first_then_a_cancel_during_the_clean_up) {
    auto ex = co_await asio::this_coro::executor;
    int seen = 0;
    bool cleaned = false;
    auto block = [&](timeout_scope&) -> asio::awaitable<int> {
        co_await swallows_cancels(1, seen);
        co_return co_await slow_to_die(5ms, cleaned);
    };
    auto caller = create_task(ex, ending(with_timeout(in(10ms), block)));
    co_await sleep_for(15ms);
    BOOST_TEST(seen == 1);
    caller.cancel();
    co_await until_done(caller);
    BOOST_TEST(cleaned);
    BOOST_TEST(caller.result() == "cancelled");
    BOOST_TEST(now() == 20);
}

// D9, D19: a request that was swallowed and cleared is history.
CO_TEST_CASE(O12_entered_after_a_swallowed_cancel_it_works_as_ever) {
    auto ex = co_await asio::this_coro::executor;
    int seen = 0;
    auto caller = create_task(ex, [](int& n) -> asio::awaitable<std::string> {
        co_await swallows_cancels(1, n);
        co_await asio::this_coro::reset_cancellation_state();
        auto block = [](timeout_scope&) { return forever(); };
        co_return co_await ending(with_timeout(in(10ms), block));
    }(seen));
    co_await sleep_for(5ms);
    caller.cancel();
    co_await until_done(caller);
    BOOST_TEST(seen == 1);
    BOOST_TEST(caller.result() == "timeout_error");
    BOOST_TEST(now() == 15);
}

CO_TEST_CASE(O13_reschedule_later_earlier_and_to_none) {
    auto ex = co_await asio::this_coro::executor;
    auto later = [](timeout_scope& s) -> asio::awaitable<int> {
        co_await sleep_for(5ms);
        s.reschedule(in(20ms));
        BOOST_TEST((s.when<clock>() == in(20ms)));
        co_await sleep_for(15ms); // past the old limit
        co_return 1;
    };
    auto earlier = [](timeout_scope& s) -> asio::awaitable<int> {
        s.reschedule(in(5ms));
        co_await forever();
        co_return 1;
    };
    auto to_none = [](timeout_scope& s) -> asio::awaitable<int> {
        s.reschedule(std::nullopt);
        BOOST_TEST(!s.when<clock>().has_value());
        BOOST_TEST(!s.remaining().has_value());
        co_return co_await sleeper(1h, 3);
    };
    const int a = co_await with_timeout(in(10ms), later);
    BOOST_TEST(a == 1);
    BOOST_TEST(now() == 20);
    const std::string b = co_await ending(with_timeout(in(10ms), earlier));
    BOOST_TEST(b == "timeout_error");
    BOOST_TEST(now() == 25);
    const int c = co_await with_timeout(in(10ms), to_none);
    BOOST_TEST(c == 3);
    BOOST_TEST(now() == 3'600'025);
}

CO_TEST_CASE(O13_reschedule_into_the_past_cancels_at_the_next_suspension) {
    for (const bool active : {false, true}) {
        const auto start = now();
        int steps = 0;
        auto block = [&](timeout_scope& s) -> asio::awaitable<int> {
            if (active)
                co_await sleep_for(5ms);
            s.reschedule(in(-1ms));
            ++steps;
            co_await forever();
            ++steps;
            co_return 1;
        };
        const std::string how = co_await ending(with_timeout(in(10ms), block));
        BOOST_TEST(how == "timeout_error");
        BOOST_TEST(steps == 1);
        BOOST_TEST(now() - start == (active ? 5 : 0));
    }
}

CO_TEST_CASE(O13_refused_when_it_has_run_out_and_when_it_is_over) {
    std::optional<timeout_scope> scope;
    bool refused_while_expiring = false;
    auto block = [&](timeout_scope& s) -> asio::awaitable<void> {
        scope = s;
        std::exception_ptr cancel;
        try {
            co_await forever();
        } catch (...) {
            cancel = std::current_exception();
        }
        refused_while_expiring = refuses(s, in(1h)) && refuses(s, std::nullopt) && refuses(s, 1h);
        std::rethrow_exception(cancel);
    };
    const std::string how = co_await ending(with_timeout(in(10ms), block));
    BOOST_TEST(how == "timeout_error");
    BOOST_TEST(refused_while_expiring);
    BOOST_TEST(refuses(*scope, in(1h)));
    auto quick = [&](timeout_scope& s) -> asio::awaitable<void> {
        scope = s;
        co_return;
    };
    co_await with_timeout(in(10ms), quick);
    BOOST_TEST(refuses(*scope, in(1h)));
    BOOST_TEST(refuses(*scope, std::nullopt));
    BOOST_TEST(!scope->expired());
}

// D5: asyncio throws.
CO_TEST_CASE(O14_a_value_that_is_there_beats_the_timer) {
    auto block = [](timeout_scope&) { return sleeper(10ms, 7); };
    const int value = co_await with_timeout(in(10ms), block); // both timers at one instant
    BOOST_TEST(value == 7);
    BOOST_TEST(now() == 10);
}

// D1: no current task is needed. Entering twice cannot be written: the scope is made for its block.
BOOST_AUTO_TEST_CASE(O15_any_code_may_call_it) {
    clock::reset();
    asio::io_context io;
    std::string in_coroutine;
    std::string in_callback;
    auto block = [](timeout_scope&) { return forever(); };
    auto plain = [&]() -> asio::awaitable<void> {
        in_coroutine = co_await ending(with_timeout(in(10ms), block));
    };
    asio::co_spawn(io, plain, asio::detached);
    auto heard = [&](std::exception_ptr e) { in_callback = ending_of(e); };
    with_timeout(in(10ms), block, asio::bind_executor(io, heard));
    test::run_virtual(io);
    BOOST_TEST(in_coroutine == "timeout_error");
    BOOST_TEST(in_callback == "timeout_error");
}

CO_TEST_CASE(O16_the_scope_is_readable_after_the_block) {
    std::optional<timeout_scope> scope;
    const auto deadline = in(10ms);
    auto quick = [&](timeout_scope& s) -> asio::awaitable<void> {
        scope = s;
        co_return;
    };
    co_await with_timeout(deadline, quick);
    BOOST_TEST(!scope->expired());
    BOOST_TEST((scope->when<clock>() == deadline));
    auto slow = [&](timeout_scope& s) -> asio::awaitable<void> {
        scope = s;
        co_await forever();
    };
    const std::string how = co_await ending(with_timeout(deadline, slow));
    BOOST_TEST(how == "timeout_error");
    BOOST_TEST(scope->expired());
    BOOST_TEST((scope->when<clock>() == deadline));
    BOOST_TEST((scope->remaining() == 0ms));
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace family
