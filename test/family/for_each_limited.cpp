// SPDX-License-Identifier: BSL-1.0

// for_each_limited: how many run, in which order they start, what stops it, and which ranges will
// do.

#include "collections.hpp"
#include "support/views.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <list>
#include <ranges>
#include <sstream>

namespace family {
namespace {

/// Counts who is inside at one time. A context that is destroyed destroys the awaiting coroutine first,
/// and who is inside leaves afterwards: so they own the count.
struct gauge {
    std::shared_ptr<int> inside = std::make_shared<int>(0);
    int most = 0;
    int calls = 0;
    std::string log;

    asio::awaitable<void> visit(test::milliseconds d, std::string name = {}) {
        ++calls;
        log += name;
        most = std::max(most, ++*inside);
        const std::shared_ptr<void> leave(nullptr, [count = inside](void*) { --*count; });
        co_await sleep_for(d);
    }
};

std::string lines(const exception_group& group) {
    std::string all;
    for (const task_error& e : group.errors())
        all += (all.empty() ? "" : " ") + word(e.exception);
    return all;
}

/// The errors of a call that ends in a group of them.
template<class Operation>
asio::awaitable<std::string> errors_of(Operation operation) {
    try {
        co_await std::move(operation);
    } catch (const exception_group& group) {
        co_return lines(group);
    } catch (...) {
        co_return word(std::current_exception());
    }
    co_return std::string();
}

} // namespace

BOOST_AUTO_TEST_SUITE(family_for_each_limited)

CO_TEST_CASE(never_more_than_the_limit_and_always_as_many) {
    gauge g;
    std::vector<int> ms{30, 10, 20, 10, 30, 10, 20};
    const auto visit = [&g](int n) { return g.visit(test::milliseconds(n)); };
    co_await for_each_limited(ms, 3, visit);
    BOOST_TEST(g.calls == 7);
    BOOST_TEST(g.most == 3);
    BOOST_TEST(*g.inside == 0);
    BOOST_TEST(now() == 50); // 30+20, 10+10+30, 20+10: dealt out as places become free
}

CO_TEST_CASE(calls_start_in_the_order_of_the_range) {
    gauge g;
    const std::vector<std::string> names{"a", "b", "c", "d", "e"};
    const auto visit = [&g](const std::string& name) { return g.visit(10ms, name); };
    co_await for_each_limited(names, 2, visit);
    BOOST_TEST(g.log == "abcde");
    BOOST_TEST(now() == 30);
}

CO_TEST_CASE(a_limit_of_one_and_of_zero_is_one_after_the_other) {
    gauge g;
    std::vector<int> three{10, 10, 10};
    const auto visit = [&g](int n) { return g.visit(test::milliseconds(n)); };
    co_await for_each_limited(three, 1, visit);
    BOOST_TEST(now() == 30);
    co_await for_each_limited(three, 0, visit);
    BOOST_TEST(now() == 60);
    BOOST_TEST(g.most == 1);
    co_await for_each_limited(three, 100, visit);
    BOOST_TEST(now() == 70);
    BOOST_TEST(g.most == 3);
}

CO_TEST_CASE(an_empty_range_calls_nothing) {
    gauge g;
    const auto visit = [&g](int) { return g.visit(1ms); };
    co_await for_each_limited(std::vector<int>(), 2, visit);
    BOOST_TEST(g.calls == 0);
    BOOST_TEST(now() == 0);
}

CO_TEST_CASE(an_lvalue_range_is_worked_on_in_place) {
    std::vector<int> numbers{1, 2, 3};
    const auto doubles = [](int& n) -> asio::awaitable<void> {
        co_await yield_once();
        n *= 2;
    };
    co_await for_each_limited(numbers, 2, doubles);
    BOOST_TEST(numbers == (std::vector{2, 4, 6}), boost::test_tools::per_element());
}

CO_TEST_CASE(an_rvalue_range_is_moved_in_and_kept) {
    std::vector<std::unique_ptr<int>> owned;
    for (int i = 1; i < 5; ++i)
        owned.push_back(std::make_unique<int>(i));
    int sum = 0;
    const auto adds = [&sum](std::unique_ptr<int>& p) -> asio::awaitable<void> {
        co_await sleep_for(10ms);
        sum += *p;
    };
    co_await for_each_limited(std::move(owned), 2, adds);
    BOOST_TEST(sum == 10);
    BOOST_TEST(owned.empty());
}

CO_TEST_CASE(the_last_calls_may_still_use_the_function_and_the_range) {
    auto ex = co_await asio::this_coro::executor;
    std::string log;
    auto t = create_task(ex, [&log]() -> asio::awaitable<void> {
        // Both are gone from this frame while the calls run.
        auto operation = [&log] {
            std::list<std::string> range{"x", "y"};
            return for_each_limited(
                std::move(range), 2,
                [&log, suffix = std::string("!")](const std::string& s) -> asio::awaitable<void> {
                    co_await sleep_for(10ms);
                    log += s + suffix;
                });
        }();
        co_await std::move(operation);
    });
    co_await until_done(t);
    BOOST_TEST(log == "x!y!");
}

#if TEST_HAS_VIEWS
CO_TEST_CASE(views_and_elements_that_are_temporaries) {
    std::vector<std::string> seen;
    const auto notes = [&seen](std::string s) -> asio::awaitable<void> {
        co_await sleep_for(10ms);
        seen.push_back(s);
    };
    auto texts = std::views::iota(1, 6) | std::views::filter([](int n) { return n % 2 == 1; }) |
                 std::views::transform([](int n) { return "number " + std::to_string(n); });
    co_await for_each_limited(texts, 2, notes);
    BOOST_TEST(seen.size() == 3u);
    BOOST_TEST(seen.at(2) == "number 5");
    // By reference: a temporary must outlive the call's coroutine.
    seen.clear();
    const auto refers = [&seen](const std::string& s) -> asio::awaitable<void> {
        co_await sleep_for(10ms);
        seen.push_back(s);
    };
    co_await for_each_limited(std::move(texts), 3, refers);
    std::ranges::sort(seen); // all three ended at one instant
    BOOST_TEST_REQUIRE(seen.size() == 3u);
    BOOST_TEST(seen[0] == "number 1");
    BOOST_TEST(seen[2] == "number 5");
}
#endif

CO_TEST_CASE(a_range_that_can_be_walked_once_is_asked_as_places_become_free) {
    int made = 0;
    one_shot<std::unique_ptr<int>> source(6, [&made](int i) {
        ++made;
        return std::make_unique<int>(i);
    });
    int sum = 0;
    const auto adds = [&](std::unique_ptr<int> p) -> asio::awaitable<void> {
        BOOST_TEST(made <= *p + 3); // never far ahead
        co_await sleep_for(10ms);
        sum += *p;
    };
    co_await for_each_limited(source, 2, adds);
    BOOST_TEST(made == 6);
    BOOST_TEST(sum == 15);
    BOOST_TEST(now() == 30);
}

#if TEST_HAS_VIEWS
// istream_view overwrites its element when it goes on.
CO_TEST_CASE(a_range_that_overwrites_its_element) {
    auto ex = co_await asio::this_coro::executor;
    const std::vector<asio::any_io_executor> both{ex, lazy(ex)};
    for (const auto& where : both) {
        std::istringstream words("one two three four");
        std::string log;
        const auto notes = [&log](std::string s) -> asio::awaitable<void> {
            co_await yield_once();
            log += s + " ";
        };
        auto range = std::views::istream<std::string>(words);
        co_await for_each_limited(where, range, 2, notes);
        BOOST_TEST(log == "one two three four ");
    }
}
#endif

CO_TEST_CASE(the_first_failure_stops_it) {
    gauge g;
    const auto visit = [&g](int n) -> asio::awaitable<void> {
        co_await g.visit(test::milliseconds(n));
        if (n == 10)
            throw boom("ten");
    };
    std::vector<int> ms{1000, 10, 2000, 3000};
    auto errors = co_await errors_of(for_each_limited(ms, 2, visit));
    BOOST_TEST(errors == "ten");
    BOOST_TEST(now() == 10);
    BOOST_TEST(g.calls == 2);
    BOOST_TEST(*g.inside == 0);
}

CO_TEST_CASE(every_failure_is_kept) {
    const auto fails = [](int n) -> asio::awaitable<void> {
        if (n == 1)
            co_await fails_when_cancelled(5ms, "one");
        co_await sleep_for(10ms);
        throw boom("two");
    };
    std::vector<int> numbers{1, 2, 3};
    auto errors = co_await errors_of(for_each_limited(numbers, 2, fails));
    BOOST_TEST(errors == "two one");
    BOOST_TEST(now() == 15);
}

CO_TEST_CASE(a_function_that_throws_instead_of_making_a_coroutine) {
    int calls = 0;
    const auto throws = [&calls](int n) -> asio::awaitable<void> {
        ++calls;
        if (n == 2)
            throw boom("at once");
        return sleep_for(10ms);
    };
    std::vector<int> numbers{1, 2, 3, 4};
    auto errors = co_await errors_of(for_each_limited(numbers, 2, throws));
    BOOST_TEST(errors == "at once");
    BOOST_TEST(calls == 2);
    BOOST_TEST(now() == 0);
}

CO_TEST_CASE(a_range_that_throws) {
    int calls = 0;
    const auto visit = [&calls](int) -> asio::awaitable<void> {
        ++calls;
        return sleep_for(1h);
    };
    one_shot<int> source(4, [](int i) { return i == 1 ? throw boom("range") : i; });
    auto errors = co_await errors_of(for_each_limited(source, 3, visit));
    BOOST_TEST(errors == "range");
    BOOST_TEST(calls == 1);
    BOOST_TEST(now() == 0);
}

CO_TEST_CASE(a_cancel_reaches_what_runs_and_waits_for_it) {
    auto ex = co_await asio::this_coro::executor;
    int calls = 0;
    const auto visit = [&calls](int) {
        ++calls;
        return cleans_up_for(20ms);
    };
    std::vector<int> numbers(10);
    const auto body = [&]() -> asio::awaitable<std::string> {
        co_return co_await errors_of(for_each_limited(numbers, 3, visit));
    };
    auto t = create_task(ex, body);
    co_await sleep_for(10ms);
    t.cancel();
    co_await until_done(t);
    BOOST_TEST(t.result() == "aborted");
    BOOST_TEST(calls == 3);
    BOOST_TEST(now() == 30);
}

CO_TEST_CASE(values_are_dropped_and_may_be_of_any_type) {
    int calls = 0;
    const auto gives = [&calls](int n) {
        ++calls;
        return ticket_after(1ms, n);
    };
    co_await for_each_limited(test::numbers(4), 2, gives);
    BOOST_TEST(calls == 4);
}

// The range is walked no further than there are places: a generator's next element may be work, and what
// is not reached is not touched.
CO_TEST_CASE(the_range_is_asked_only_when_there_is_a_place) {
    int made = 0;
    semantics::one_shot<int> range(4, [&made](int n) {
        ++made;
        return n;
    });
    std::string log;
    const auto visit = [&](int n) -> asio::awaitable<void> {
        log += std::to_string(made);
        co_await sleep_for(10ms);
        log += n < 2 ? 'a' : 'b';
    };
    co_await for_each_limited(range, 2, visit);
    BOOST_TEST(log == "12aa34bb");

    made = 0;
    semantics::one_shot<int> failing_range(4, [&made](int n) {
        ++made;
        return n;
    });
    const auto fails = [](int) { return failing<void>(10ms, "first"); };
    BOOST_TEST(co_await errors_of(for_each_limited(failing_range, 1, fails)) == "first");
    BOOST_TEST(made == 1);
}

BOOST_AUTO_TEST_CASE(calls_run_on_the_executor_named) {
    virtual_clock::reset();
    asio::io_context here, there;
    auto strand = asio::make_strand(there);
    int calls = 0;
    bool over = false;
    const auto visit = [&](int) -> asio::awaitable<void> {
        ++calls;
        BOOST_TEST(strand.running_in_this_thread());
        co_await sleep_for(10ms);
        BOOST_TEST(strand.running_in_this_thread());
    };
    const auto body = [&]() -> asio::awaitable<void> {
        co_await for_each_limited(strand, test::numbers(5), 2, visit);
        over = true;
    };
    asio::co_spawn(here, body(), asio::detached);
    run_virtual(here, there);
    BOOST_TEST(over);
    BOOST_TEST(calls == 5);
    BOOST_TEST(now() == 30);
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace family
