// SPDX-License-Identifier: BSL-1.0

// with_timeout, rows O1 to O8 of the comparison with asyncio.

#include "scopes.hpp"

#include <optional>
#include <string>

namespace family {
namespace {

using clock = test::virtual_clock;

} // namespace

BOOST_AUTO_TEST_SUITE(family_timeout)

CO_TEST_CASE(O1_the_limit_cancels_the_block_once_and_becomes_a_timeout_error) {
    int seen = 0;
    auto block = [&seen](timeout_scope&) -> asio::awaitable<void> {
        std::exception_ptr cancel;
        try {
            co_await forever();
        } catch (...) {
            cancel = std::current_exception();
            seen += is_cancelled_error(cancel) ? 1 : 100;
        }
        std::rethrow_exception(cancel);
    };
    const std::string how = co_await ending(with_timeout(in(10ms), block));
    BOOST_TEST(how == "timeout_error");
    BOOST_TEST(seen == 1);
    BOOST_TEST(now() == 10);
    const bool asked = co_await asked_to_end();
    BOOST_TEST(!asked); // the block has a cancellation of its own
}

CO_TEST_CASE(O1_a_block_that_is_in_time_gives_its_value) {
    auto block = [](timeout_scope&) { return sleeper(10ms, std::string("in time")); };
    const std::string value = co_await with_timeout(in(11ms), block);
    BOOST_TEST(value == "in time");
    BOOST_TEST(now() == 10);
    auto no_value = [](timeout_scope&) { return sleeper(10ms); };
    co_await with_timeout(in(11ms), no_value);
    BOOST_TEST(now() == 20);
}

CO_TEST_CASE(O2_the_limit_does_not_depend_on_the_blocks_start) {
    const auto deadline = in(10ms);
    std::optional<clock::time_point> when;
    std::optional<std::chrono::nanoseconds> left;
    auto block = [&](timeout_scope& scope) -> asio::awaitable<void> {
        when = scope.when<clock>();
        left = scope.remaining();
        co_await forever();
    };
    auto operation = with_timeout(deadline, block);
    co_await sleep_for(4ms);
    const std::string how = co_await ending(std::move(operation));
    BOOST_TEST(how == "timeout_error");
    BOOST_TEST((when == deadline));
    BOOST_TEST((left == 6ms));
    BOOST_TEST(now() == 10);
}

CO_TEST_CASE(O2_a_duration_counts_from_the_start) {
    using std::chrono::steady_clock;
    const auto before = steady_clock::now();
    std::optional<steady_clock::time_point> when;
    auto block = [&](timeout_scope& scope) -> asio::awaitable<void> {
        when = scope.when();
        BOOST_TEST(!scope.when<clock>().has_value()); // of another clock
        co_return;
    };
    co_await with_timeout(1h, block);
    BOOST_TEST_REQUIRE(when.has_value());
    BOOST_TEST((*when >= before + 1h));
    BOOST_TEST((*when <= steady_clock::now() + 1h));
}

CO_TEST_CASE(O3_no_limit_never_runs_out) {
    std::optional<timeout_scope> scope;
    auto block = [&scope](timeout_scope& s) -> asio::awaitable<int> {
        scope = s;
        BOOST_TEST(!s.when().has_value());
        BOOST_TEST(!s.when<clock>().has_value());
        BOOST_TEST(!s.remaining().has_value());
        co_return co_await sleeper(1h, 1);
    };
    for (const bool point : {false, true}) {
        int value = 0;
        if (point)
            value = co_await with_timeout(clock::time_point::max(), block);
        else
            value = co_await with_timeout(std::chrono::steady_clock::duration::max(), block);
        BOOST_TEST(value == 1);
        BOOST_TEST(!scope->expired());
        BOOST_TEST(!scope->when().has_value());
    }
    BOOST_TEST(now() == 7'200'000);
}

CO_TEST_CASE(O4_a_limit_in_the_past_hits_the_first_real_suspension) {
    int steps = 0;
    auto block = [&steps](timeout_scope&) -> asio::awaitable<void> {
        ++steps;
        co_await forever();
        ++steps;
    };
    const std::string zero = co_await ending(with_timeout(0ms, block));
    const std::string negative = co_await ending(with_timeout(-1h, block));
    const std::string past = co_await ending(with_timeout(in(-1ms), block));
    BOOST_TEST(zero == "timeout_error");
    BOOST_TEST(negative == "timeout_error");
    BOOST_TEST(past == "timeout_error");
    BOOST_TEST(steps == 3);
    BOOST_TEST(now() == 0);
}

CO_TEST_CASE(O4_a_block_that_never_suspends_is_not_hit) {
    std::optional<timeout_scope> scope;
    auto block = [&scope](timeout_scope& s) -> asio::awaitable<int> {
        scope = s;
        co_return 5;
    };
    const int zero = co_await with_timeout(0ms, block);
    BOOST_TEST(zero == 5);
    BOOST_TEST(!scope->expired());
    const int past = co_await with_timeout(in(-1ms), block);
    BOOST_TEST(past == 5);
    BOOST_TEST(!scope->expired());
}

// The same when the block cannot start inside the call.
CO_TEST_CASE(O4_a_block_that_starts_later_is_begun_all_the_same) {
    const auto ex = lazy(co_await asio::this_coro::executor);
    int steps = 0;
    auto quick = [&steps](timeout_scope&) -> asio::awaitable<int> {
        ++steps;
        co_return 5;
    };
    auto slow = [&steps](timeout_scope&) -> asio::awaitable<int> {
        ++steps;
        co_await forever();
        co_return 5;
    };
    auto on_lazy = asio::bind_executor(ex, use_task);
    auto a = with_timeout(0ms, quick, on_lazy);
    auto b = with_timeout(0ms, slow, on_lazy);
    BOOST_TEST(steps == 0);
    const std::string first = co_await ending(a.async_get());
    const std::string second = co_await ending(b.async_get());
    BOOST_TEST(steps == 2);
    BOOST_TEST(first == "value");
    BOOST_TEST(second == "timeout_error");
}

CO_TEST_CASE(O5_a_limit_that_passes_without_a_suspension_does_nothing) {
    auto ex = co_await asio::this_coro::executor;
    std::optional<timeout_scope> scope;
    test::virtual_timer limit(ex, 1h);
    auto passes = [&scope](timeout_scope& s) -> asio::awaitable<int> {
        co_await sleep_for(5ms);
        scope = s;
        s.reschedule(in(-1ms)); // over since a while, and nobody has had a chance to notice
        co_return 5;
    };
    auto cancels = [&](timeout_scope& s) -> asio::awaitable<int> {
        co_await sleep_for(5ms);
        scope = s;
        limit.cancel(); // ends the limit at once
        co_return 6;
    };
    const int a = co_await with_timeout(in(10ms), passes);
    BOOST_TEST(a == 5);
    BOOST_TEST(!scope->expired());
    const int b = co_await with_timeout(limit, cancels);
    BOOST_TEST(b == 6);
    BOOST_TEST(!scope->expired());
    co_await sleep_for(10ms); // no stray cancel
    BOOST_TEST(now() == 20);
}

// D19: restated without the count.
CO_TEST_CASE(O6_a_block_that_swallows_the_cancel_has_expired_and_gives_its_value) {
    std::optional<timeout_scope> scope;
    int seen = 0;
    auto block = [&](timeout_scope& s) -> asio::awaitable<int> {
        scope = s;
        co_return co_await swallows_cancels(1, seen);
    };
    const int value = co_await with_timeout(in(10ms), block);
    BOOST_TEST(value == 42);
    BOOST_TEST(seen == 1);
    BOOST_TEST(scope->expired());
    const bool asked = co_await asked_to_end();
    BOOST_TEST(!asked);
}

CO_TEST_CASE(O7_one_cancel_only_then_the_block_runs_on_without_limit) {
    std::optional<timeout_scope> scope;
    int seen = 0;
    auto block = [&](timeout_scope& s) -> asio::awaitable<int> {
        scope = s;
        co_await swallows_cancels(1, seen);
        BOOST_TEST(s.expired());
        co_await sleep_for(1h);
        co_return 7;
    };
    const int value = co_await with_timeout(in(10ms), block);
    BOOST_TEST(value == 7);
    BOOST_TEST(seen == 1);
    BOOST_TEST(scope->expired());
    BOOST_TEST(now() == 3'600'010);
}

CO_TEST_CASE(O8_the_blocks_own_error_passes) {
    std::optional<timeout_scope> scope;
    auto before = [&scope](timeout_scope& s) -> asio::awaitable<int> {
        scope = s;
        co_return co_await failing<int>(5ms, "before");
    };
    auto during = [&scope](timeout_scope& s) -> asio::awaitable<int> {
        scope = s;
        co_return co_await fails_when_cancelled("during");
    };
    const std::string first = co_await ending(with_timeout(in(10ms), before));
    BOOST_TEST(first == "before");
    BOOST_TEST(!scope->expired());
    const std::string second = co_await ending(with_timeout(in(10ms), during));
    BOOST_TEST(second == "during");
    BOOST_TEST(scope->expired());
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace family
