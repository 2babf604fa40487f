// SPDX-License-Identifier: BSL-1.0

// CPython's tests of timeout() and timeout_at(), by their own names.

#include "scopes.hpp"

#include <optional>
#include <string>

namespace family {
namespace {

using clock = test::virtual_clock;

/// A block that leaves its scope behind and sleeps.
auto sleeping(test::milliseconds d, std::optional<timeout_scope>& scope) {
    return [d, &scope](timeout_scope& s) -> asio::awaitable<void> {
        scope = s;
        co_await sleep_for(d);
    };
}

} // namespace

BOOST_AUTO_TEST_SUITE(cpython_timeout)

CO_TEST_CASE(TimeoutTests__test_timeout_basic) {
    std::optional<timeout_scope> scope;
    const std::string how = co_await ending(with_timeout(in(10ms), sleeping(10s, scope)));
    BOOST_TEST(how == "timeout_error");
    BOOST_TEST(scope->expired());
    BOOST_TEST(now() == 10);
}

CO_TEST_CASE(TimeoutTests__test_timeout_at_basic) {
    std::optional<timeout_scope> scope;
    const auto deadline = clock::time_point(10ms);
    const std::string how = co_await ending(with_timeout(deadline, sleeping(10s, scope)));
    BOOST_TEST(how == "timeout_error");
    BOOST_TEST(scope->expired());
    BOOST_TEST((scope->when<clock>() == deadline));
}

CO_TEST_CASE(TimeoutTests__test_waiter_cancelled) {
    bool cancelled = false;
    auto block = [&](timeout_scope&) -> asio::awaitable<void> {
        std::exception_ptr cancel;
        try {
            co_await forever();
        } catch (...) {
            cancel = std::current_exception();
        }
        cancelled = is_cancelled_error(cancel);
        std::rethrow_exception(cancel);
    };
    const std::string how = co_await ending(with_timeout(in(10ms), block));
    BOOST_TEST(cancelled);
    BOOST_TEST(how == "timeout_error");
}

CO_TEST_CASE(TimeoutTests__test_timeout_not_called) {
    std::optional<timeout_scope> scope;
    co_await with_timeout(in(10s), sleeping(10ms, scope));
    BOOST_TEST(now() == 10);
    BOOST_TEST(!scope->expired());
    BOOST_TEST((scope->when<clock>() > clock::now()));
}

CO_TEST_CASE(TimeoutTests__test_timeout_disabled) {
    std::optional<timeout_scope> scope;
    co_await with_timeout(std::chrono::steady_clock::duration::max(), sleeping(10ms, scope));
    BOOST_TEST(!scope->expired());
    BOOST_TEST(!scope->when().has_value());
}

CO_TEST_CASE(TimeoutTests__test_timeout_at_disabled) {
    std::optional<timeout_scope> scope;
    co_await with_timeout(clock::time_point::max(), sleeping(10ms, scope));
    BOOST_TEST(!scope->expired());
    BOOST_TEST(!scope->when<clock>().has_value());
}

CO_TEST_CASE(TimeoutTests__test_timeout_zero) {
    std::optional<timeout_scope> scope;
    co_await sleep_for(5ms);
    const std::string how = co_await ending(with_timeout(in(0ms), sleeping(10s, scope)));
    BOOST_TEST(how == "timeout_error");
    BOOST_TEST(scope->expired());
    BOOST_TEST(now() == 5);
    BOOST_TEST((scope->when<clock>() == clock::now()));
}

// D9: a bare yield is no operation that a cancel could end; the next one is not begun.
CO_TEST_CASE(TimeoutTests__test_timeout_in_the_past_sleep_zero) {
    std::optional<timeout_scope> scope;
    auto block = [&](timeout_scope& s) -> asio::awaitable<void> {
        scope = s;
        co_await yield_times(settle);
    };
    const std::string how = co_await ending(with_timeout(in(-11ms), block));
    BOOST_TEST(how == "timeout_error");
    BOOST_TEST(scope->expired());
    BOOST_TEST((scope->when<clock>() < clock::now()));
    BOOST_TEST(now() == 0);
}

CO_TEST_CASE(TimeoutTests__test_foreign_exception_passed) {
    std::optional<timeout_scope> scope;
    auto block = [&](timeout_scope& s) -> asio::awaitable<void> {
        scope = s;
        co_await yield_once();
        throw boom("key error");
    };
    const std::string how = co_await ending(with_timeout(in(10ms), block));
    BOOST_TEST(how == "key error");
    BOOST_TEST(!scope->expired());
}

CO_TEST_CASE(TimeoutTests__test_foreign_cancel_doesnt_timeout_if_not_expired) {
    auto ex = co_await asio::this_coro::executor;
    std::optional<timeout_scope> scope;
    task<std::string> self;
    auto block = [&](timeout_scope& s) -> asio::awaitable<void> {
        scope = s;
        co_await yield_once();
        self.cancel();
        co_await forever();
    };
    self = create_task(ex, ending(with_timeout(in(10s), block)));
    co_await until_done(self);
    BOOST_TEST(self.result() == "cancelled");
    BOOST_TEST(!scope->expired());
    BOOST_TEST(now() == 0);
}

CO_TEST_CASE(TimeoutTests__test_outer_task_is_not_cancelled) {
    auto ex = co_await asio::this_coro::executor;
    auto outer = create_task(ex, [](asio::any_io_executor) -> asio::awaitable<std::string> {
        std::optional<timeout_scope> scope;
        std::string how = co_await ending(with_timeout(in(10ms), sleeping(10s, scope)));
        co_await sleep_for(1ms); // lives on
        co_return how;
    }(ex));
    co_await until_done(outer);
    BOOST_TEST(outer.result() == "timeout_error");
    BOOST_TEST(!outer.cancel_requested());
    BOOST_TEST(outer.succeeded());
}

// "Blocking work" that both limits pass is a reschedule into the past.
CO_TEST_CASE(TimeoutTests__test_nested_timeouts_concurrent) {
    std::optional<timeout_scope> outer;
    std::string inner_ending;
    auto outer_block = [&](timeout_scope& s) -> asio::awaitable<void> {
        outer = s;
        auto inner_block = [&](timeout_scope&) -> asio::awaitable<void> {
            outer->reschedule(in(-1ms));
            co_await forever();
        };
        inner_ending = co_await ending(with_timeout(in(1s), inner_block));
        co_await forever();
    };
    const std::string how = co_await ending(with_timeout(in(10ms), outer_block));
    BOOST_TEST(inner_ending == "cancelled");
    BOOST_TEST(how == "timeout_error");
    BOOST_TEST(now() == 0);
}

CO_TEST_CASE(TimeoutTests__test_reschedule) {
    auto ex = co_await asio::this_coro::executor;
    std::optional<timeout_scope> scope;
    auto t = create_task(ex, ending(with_timeout(in(10ms), sleeping(10s, scope))));
    co_await yield_times(settle);
    BOOST_TEST((scope->when<clock>() == in(10ms)));
    scope->reschedule(in(50ms));
    BOOST_TEST((scope->when<clock>() == in(50ms)));
    co_await sleep_for(20ms);
    BOOST_TEST(!t.done());
    scope->reschedule(std::nullopt);
    co_await sleep_for(50ms);
    BOOST_TEST(!t.done());
    BOOST_TEST(!scope->expired());
    t.cancel();
    co_await until_done(t);
    BOOST_TEST(t.result() == "cancelled");
    BOOST_TEST(!scope->expired());
    BOOST_TEST(!scope->when<clock>().has_value());
    BOOST_TEST(now() == 70);
}

CO_TEST_CASE(TimeoutTests__test_timeout_after_cancellation) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, [](asio::any_io_executor) -> asio::awaitable<std::string> {
        int seen = 0;
        co_await swallows_cancels(1, seen);
        std::optional<timeout_scope> scope;
        co_return co_await ending(with_timeout(in(0ms), sleeping(1s, scope)));
    }(ex));
    co_await yield_times(settle);
    t.cancel();
    co_await until_done(t);
    BOOST_TEST(t.result() == "timeout_error");
    BOOST_TEST(t.succeeded());
    BOOST_TEST(now() == 0);
}

// By construction: a scope exists only while and after its block runs, and cannot be made by hand.
CO_TEST_CASE(TimeoutTests__test_timeout_already_entered) {
    static_assert(!std::is_default_constructible_v<timeout_scope>);
    int entered = 0;
    auto block = [&](timeout_scope& s) -> asio::awaitable<void> {
        ++entered;
        auto again = [&](timeout_scope&) -> asio::awaitable<void> {
            ++entered;
            co_return;
        };
        co_await with_timeout(s, in(1s), again); // a block of its own, inside
    };
    co_await with_timeout(in(1s), block);
    BOOST_TEST(entered == 2);
}

CO_TEST_CASE(TimeoutTests__test_timeout_double_enter) {
    std::optional<timeout_scope> first;
    std::optional<timeout_scope> second;
    auto block = [&](timeout_scope& s) -> asio::awaitable<void> {
        (first ? second : first) = s;
        co_await forever();
    };
    co_await ending(with_timeout(in(5ms), block));
    auto quick = [&](timeout_scope& s) -> asio::awaitable<void> {
        second = s;
        co_return;
    };
    co_await with_timeout(in(5ms), quick); // each call has a scope of its own
    BOOST_TEST(first->expired());
    BOOST_TEST(!second->expired());
}

CO_TEST_CASE(TimeoutTests__test_timeout_finished) {
    std::optional<timeout_scope> scope;
    co_await with_timeout(in(1s), sleeping(0ms, scope));
    BOOST_TEST(refuses(*scope, in(1s)));
    std::string why;
    try {
        scope->reschedule(std::nullopt);
    } catch (const invalid_scope_state& e) {
        why = e.what();
    }
    BOOST_TEST(why.find("ended") != std::string::npos, why);
}

CO_TEST_CASE(TimeoutTests__test_timeout_expired) {
    std::optional<timeout_scope> scope;
    std::string why;
    auto block = [&](timeout_scope& s) -> asio::awaitable<void> {
        scope = s;
        const std::string how = co_await ending(forever());
        BOOST_TEST(how == "cancelled");
        BOOST_TEST(s.expired());
        try {
            s.reschedule(in(1s));
        } catch (const invalid_scope_state& e) {
            why = e.what();
        }
    };
    co_await with_timeout(in(10ms), block); // swallowed
    BOOST_TEST(why.find("expired") != std::string::npos, why);
    BOOST_TEST(scope->expired());
    BOOST_TEST(refuses(*scope, in(1s)));
}

// asyncio refuses; here the scope is first seen by its block, where it may be moved from the first
// line on.
CO_TEST_CASE(TimeoutTests__test_timeout_not_entered) {
    auto block = [](timeout_scope& s) -> asio::awaitable<void> {
        s.reschedule(in(20ms));
        co_await sleep_for(15ms);
    };
    const std::string how = co_await ending(with_timeout(in(10ms), block));
    BOOST_TEST(how == "value");
    BOOST_TEST(now() == 15);
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace family
