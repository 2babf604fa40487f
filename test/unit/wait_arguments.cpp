// SPDX-License-Identifier: BSL-1.0

// wait_for_tasks: what may be passed, in every combination, and every kind of limit.

#include "contract.hpp"
#include "support/views.hpp"

#include <array>
#include <limits>
#include <list>
#include <ranges>
#include <set>
#include <span>
#include <unordered_set>

namespace unit {
namespace {

using test::virtual_clock;
using test::virtual_timer;

BOOST_FIXTURE_TEST_SUITE(unit_wait_arguments, fixture)

/// Every combination of parts left out, with this leading part and these tasks.
template<class... Front>
void every_tail(fixture& f, const std::string& first, const std::string& all,
                const std::string& poll, const Front&... front) {
    using handler_result =
        typename decltype(wait_for_tasks(front..., asio::use_future).get().done)::value_type;
    wait_record<handler_result> r1, r2, r3, r4;
    wait_for_tasks(front..., r1.handler());
    wait_for_tasks(front..., first_completed, r2.handler());
    wait_for_tasks(front..., 0s, r3.handler());
    wait_for_tasks(front..., first_completed, 1h, r4.handler());
    auto d1 = wait_for_tasks(front...);
    auto d2 = wait_for_tasks(front..., first_completed);
    auto d3 = wait_for_tasks(front..., 0s);
    auto d4 = wait_for_tasks(front..., first_completed, 1h);
    wait_record<handler_result> e1, e2, e3, e4;
    std::move(d1)(e1.handler());
    std::move(d2)(e2.handler());
    std::move(d3)(e3.handler());
    std::move(d4)(e4.handler());
    f.run();
    for (auto* r : {&r1, &e1})
        BOOST_TEST(split(*r) == all);
    for (auto* r : {&r2, &r4, &e2, &e4})
        BOOST_TEST(split(*r) == first);
    for (auto* r : {&r3, &e3})
        BOOST_TEST(split(*r) == poll);
}

BOOST_AUTO_TEST_CASE(each_part_may_be_left_out) {
    for (const bool with_executor : {false, true}) {
        auto a = create_task(ex, sleep_for(20ms), "a");
        auto b = create_task(ex, sleep_for(10ms), "b");
        poll();
        const std::vector<task<>> ts{a, b};
        if (with_executor)
            every_tail(*this, "b : a", "b a : ", " : a b", ex, ts);
        else
            every_tail(*this, "b : a", "b a : ", " : a b", ts);
    }
    auto a = create_task(ex, sleep_for(20ms), "a");
    auto b = create_task(ex, sleep_for(10ms), "b");
    poll();
    every_tail(*this, "b : a", "b a : ", " : a b", io.get_executor(), a, b);
}

BOOST_AUTO_TEST_CASE(handles_one_by_one_alike_or_mixed) {
    auto a = create_task(ex, sleeper(5ms, 1), "a");
    auto b = create_task(ex, sleeper(1ms, 2), "b");
    auto c = create_task(ex, sleep_for(3ms), "c");
    wait_record<task<int>> one, two;
    wait_record<any_task> mixed, with_any, anys;
    wait_for_tasks(a, one.handler());
    wait_for_tasks(a, b, two.handler());
    wait_for_tasks(a, b, c, first_completed, mixed.handler());
    wait_for_tasks(a, any_task(b), with_any.handler());
    wait_for_tasks(any_task(a), any_task(c), anys.handler());
    run();
    BOOST_TEST(split(one) == "a : ");
    BOOST_TEST(split(two) == "b a : ");
    BOOST_TEST(split(mixed) == "b : a c");
    BOOST_TEST(split(with_any) == "b a : ");
    BOOST_TEST(split(anys) == "c a : ");
    BOOST_TEST(mixed.get<1>().done[0].get<int>().result() == 2);
}

template<class Range>
std::string through(fixture& f, Range&& range) {
    using element = std::remove_cvref_t<std::ranges::range_reference_t<Range>>;
    wait_record<element> r;
    wait_for_tasks(f.ex, std::forward<Range>(range), r.handler());
    f.run();
    return split(r);
}

BOOST_AUTO_TEST_CASE(every_kind_of_range) {
    auto a = ended(give(1), "a");
    auto b = ended(give(2), "b");
    std::vector<task<int>> vector{a, b};
    BOOST_TEST(through(*this, vector) == "a b : ");
    BOOST_TEST(vector.size() == 2u); // copied
    BOOST_TEST(vector[0].valid());
    BOOST_TEST(through(*this, std::as_const(vector)) == "a b : ");
    BOOST_TEST(through(*this, std::span(vector)) == "a b : ");
    BOOST_TEST(through(*this, std::span<const task<int>>(vector)) == "a b : ");
    BOOST_TEST(through(*this, std::list<task<int>>{a, b}) == "a b : ");
    BOOST_TEST(through(*this, std::set<task<int>>{b, a}) == "a b : ");
    BOOST_TEST(through(*this, std::unordered_set<task<int>>{a}) == "a : ");
    BOOST_TEST(through(*this, std::array{b, a}) == "b a : ");
    task<int> plain[] = {a, b};
    BOOST_TEST(through(*this, plain) == "a b : ");
    BOOST_TEST(through(*this, std::vector<any_task>{b, a}) == "b a : ");
#if TEST_HAS_VIEWS
    BOOST_TEST(through(*this, vector | std::views::reverse) == "b a : ");
    BOOST_TEST(through(*this, vector | std::views::filter([&](const auto& t) { return t == b; })) ==
               "b : ");
    BOOST_TEST(through(*this, std::views::single(a)) == "a : ");
    auto made = std::views::iota(std::size_t{0}, std::size_t{2}) |
                std::views::transform([&](std::size_t i) { return vector[i]; });
    BOOST_TEST(through(*this, made) == "a b : ");
#endif
    BOOST_TEST(through(*this, std::move(vector)) == "a b : ");
    BOOST_TEST(vector.empty()); // NOLINT: an rvalue is taken over
}

BOOST_AUTO_TEST_CASE(handles_are_copied_at_the_call) {
    auto a = create_task(ex, sleep_for(1ms), "a");
    wait_record<task<>> r;
    {
        std::vector<task<>> ts{a};
        auto operation = wait_for_tasks(ts);
        ts.clear();
        std::move(operation)(r.handler());
    }
    run();
    BOOST_TEST(split(r) == "a : ");
}

BOOST_AUTO_TEST_CASE(repeats_collapse_to_their_first_place) {
    auto c = ended(nothing(), "c");
    wait_record<task<>> poll_only, all;
    auto d = create_task(ex, sleep_for(3ms), "d");
    const std::vector<task<>> ts{d, c, d, c, d};
    wait_for_tasks(ex, ts, 0s, poll_only.handler());
    wait_for_tasks(ex, ts, all.handler());
    run();
    BOOST_TEST(split(poll_only) == "c : d");
    BOOST_TEST(split(all) == "c d : ");
}

BOOST_AUTO_TEST_CASE(nothing_or_an_empty_handle_is_invalid_and_nothing_is_registered) {
    auto pending = create_task(ex, sleep_for(1ms));
    const auto refused = [this](const auto& tasks) {
        using element = std::ranges::range_value_t<decltype(tasks)>;
        for (const auto condition : {first_completed, first_exception, all_completed}) {
            wait_record<element> r, timed;
            test::initiate([&] {
                wait_for_tasks(ex, tasks, condition, r.handler());
                wait_for_tasks(ex, tasks, condition, -1s, timed.handler());
            });
            BOOST_TEST(r.calls == 0);
            run();
            BOOST_TEST(split(r) == invalid + " : ");
            BOOST_TEST(split(timed) == invalid + " : ");
        }
    };
    refused(std::vector<task<>>());
    refused(std::vector<any_task>());
    refused(std::array<task<int>, 0>());
    refused(std::vector<task<>>{task<>()});
    refused(std::vector<task<>>{pending, task<>()});
    refused(std::vector<any_task>{any_task(), pending});
    wait_record<task<>> one;
    wait_for_tasks(ex, task<>(), one.handler());
    run();
    BOOST_TEST(split(one) == invalid + " : ");
    BOOST_TEST(pending.done());
}

BOOST_AUTO_TEST_CASE(awaitables_are_spawned_at_the_initiation_on_the_executor_named) {
    asio::io_context other;
    bool started = false;
    const auto body = [&]() -> awaitable<int> {
        started = true;
        co_return 4;
    };
    std::vector<awaitable<int>> bodies;
    bodies.push_back(body());
    bodies.push_back(sleeper(1ms, 5));
    auto operation = wait_for_tasks(other, std::move(bodies), first_completed);
    other.poll();
    BOOST_TEST(!started); // a deferred operation has not begun
    wait_record<task<int>> r;
    std::move(operation)(asio::bind_executor(ex, r.handler()));
    test::run_virtual(io, other);
    BOOST_TEST(started);
    BOOST_REQUIRE(r.get<1>().done.size() == 1u);
    BOOST_TEST(r.get<1>().done[0].result() == 4);
    BOOST_TEST(r.get<1>().pending.size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(unit_wait_limits, fixture)

template<class Limit>
std::string polled(fixture& f, Limit&& limit) {
    auto a = f.ended(nothing(), "a");
    auto b = create_task(f.ex, forever(), "b");
    wait_record<task<>> r;
    wait_for_tasks(f.ex, a, b, limit, r.handler());
    BOOST_TEST(r.calls == 0);
    f.poll();
    std::string text = r.calls ? split(r) : "waits";
    b.cancel();
    f.run();
    BOOST_TEST(r.calls == 1);
    return text;
}

using std::chrono::duration;

BOOST_AUTO_TEST_CASE(zero_negative_past_and_nan_poll) {
    const std::string expected = "a : b";
    BOOST_TEST(polled(*this, 0s) == expected);
    BOOST_TEST(polled(*this, -1ns) == expected);
    BOOST_TEST(polled(*this, (std::chrono::nanoseconds::min)()) == expected);
    BOOST_TEST(polled(*this, (std::chrono::hours::min)()) == expected);
    BOOST_TEST(polled(*this, duration<double>(-0.5)) == expected);
    BOOST_TEST(polled(*this, duration<double>(std::numeric_limits<double>::quiet_NaN())) ==
               expected);
    BOOST_TEST(polled(*this, duration<float>(-std::numeric_limits<float>::infinity())) == expected);
    BOOST_TEST(polled(*this, std::chrono::steady_clock::now()) == expected);
    BOOST_TEST(polled(*this, (std::chrono::steady_clock::time_point::min)()) == expected);
    BOOST_TEST(polled(*this, std::chrono::system_clock::now() - 24h) == expected);
    BOOST_TEST(polled(*this, virtual_clock::now()) == expected);
    BOOST_TEST(polled(*this, std::chrono::time_point_cast<std::chrono::hours>(
                                 std::chrono::system_clock::now())) == expected);
}

BOOST_AUTO_TEST_CASE(the_greatest_and_infinite_never_end) {
    BOOST_TEST(polled(*this, (std::chrono::nanoseconds::max)()) == "waits");
    BOOST_TEST(polled(*this, (std::chrono::hours::max)()) == "waits");
    BOOST_TEST(polled(*this, (duration<double>::max)()) == "waits");
    BOOST_TEST(polled(*this, duration<float>(std::numeric_limits<float>::infinity())) == "waits");
    BOOST_TEST(polled(*this, (std::chrono::steady_clock::time_point::max)()) == "waits");
    BOOST_TEST(polled(*this, (std::chrono::system_clock::time_point::max)()) == "waits");
    BOOST_TEST(polled(*this, (virtual_clock::time_point::max)()) == "waits");
    using coarse = std::chrono::time_point<std::chrono::system_clock, std::chrono::hours>;
    BOOST_TEST(polled(*this, (coarse::max)()) == "waits");
    BOOST_TEST(polled(*this, 1h) == "waits");
    BOOST_TEST(polled(*this, std::chrono::system_clock::now() + 1h) == "waits");
    BOOST_TEST(polled(*this, duration<double, std::milli>(1e15)) == "waits");
}

BOOST_AUTO_TEST_CASE(a_time_point_of_a_virtual_clock_is_exact) {
    auto a = create_task(ex, sleep_for(30ms), "a");
    wait_record<task<>> before, after;
    wait_for_tasks(a, virtual_clock::now() + 29ms, before.handler());
    wait_for_tasks(a, virtual_clock::now() + 31ms, after.handler());
    run();
    BOOST_TEST(split(before) == " : a");
    BOOST_TEST(split(after) == "a : ");
    BOOST_TEST(now() == 30);
    BOOST_TEST(a.succeeded()); // nothing was cancelled
    BOOST_TEST(!a.cancel_requested());
}

BOOST_AUTO_TEST_CASE(the_clock_of_a_duration_starts_at_the_initiation) {
    auto a = create_task(ex, forever(), "a");
    auto operation = wait_for_tasks(a, 1ns); // would have run out at once
    wait_record<task<>> r;
    std::move(operation)(r.handler());
    BOOST_TEST(r.calls == 0);
    io.run_one_for(10s);
    while (r.calls == 0 && io.run_one_for(10s)) {
    }
    BOOST_TEST(split(r) == " : a");
    a.cancel();
}

// A timer of the caller's

BOOST_AUTO_TEST_CASE(an_existing_timers_expiry_is_the_limit) {
    auto a = create_task(ex, sleep_for(30ms), "a");
    virtual_timer limit(io, 20ms);
    wait_record<task<>> r;
    wait_for_tasks(a, limit, r.handler());
    a.async_wait([&](error_code) { BOOST_TEST(r.calls == 1); });
    run();
    BOOST_TEST(split(r) == " : a");
}

BOOST_AUTO_TEST_CASE(a_timer_that_has_expired_polls_and_one_that_never_does_waits) {
    virtual_timer past(io, virtual_clock::time_point::min());
    virtual_timer never(io, virtual_clock::time_point::max());
    BOOST_TEST(polled(*this, past) == "a : b");
    BOOST_TEST(polled(*this, never) == "waits");
}

BOOST_AUTO_TEST_CASE(somebody_elses_cancel_of_the_timer_ends_the_limit_at_once) {
    auto a = create_task(ex, sleep_for(30ms), "a");
    virtual_timer limit(io, 20ms);
    wait_record<task<>> r;
    wait_for_tasks(a, limit, r.handler());
    poll();
    limit.cancel();
    poll();
    BOOST_TEST(split(r) == " : a");
    BOOST_TEST(now() == 0);
    run();
}

BOOST_AUTO_TEST_CASE(our_wait_on_the_timer_ends_with_the_operation_and_only_ours) {
    auto a = create_task(ex, sleep_for(5ms), "a");
    auto limit = std::make_unique<virtual_timer>(io, 20ms);
    error_code theirs = asio::error::would_block;
    limit->async_wait([&](error_code ec) { theirs = ec; });
    wait_record<task<>> r;
    std::int64_t completed_at = -1;
    wait_for_tasks(a, *limit, [&, h = r.handler()](auto... args) mutable {
        completed_at = now();
        BOOST_CHECK(limit->expiry() == virtual_clock::time_point(20ms)); // untouched
        h(std::move(args)...);
    });
    run();
    BOOST_TEST(split(r) == "a : ");
    BOOST_TEST(completed_at == 5);
    BOOST_TEST(!theirs);
    BOOST_TEST(now() == 20);
}

BOOST_AUTO_TEST_CASE(the_timer_may_go_as_soon_as_the_handler_runs) {
    auto a = create_task(ex, sleep_for(5ms), "a");
    auto limit = std::make_unique<virtual_timer>(io, 20ms);
    int calls = 0;
    wait_for_tasks(a, *limit, [&](error_code, wait_result<task<>>) {
        limit.reset();
        ++calls;
    });
    run();
    BOOST_TEST(calls == 1);
    BOOST_TEST(now() == 5);
}

BOOST_AUTO_TEST_CASE(one_timer_serves_any_number_of_waits) {
    auto a = create_task(ex, sleep_for(30ms), "a");
    auto b = create_task(ex, sleep_for(5ms), "b");
    virtual_timer limit(io, 20ms);
    wait_record<task<>> r1, r2, r3;
    wait_for_tasks(a, limit, r1.handler());
    wait_for_tasks(b, limit, r2.handler());
    wait_for_tasks(a, b, limit, r3.handler());
    run();
    BOOST_TEST(split(r1) == " : a");
    BOOST_TEST(split(r2) == "b : ");
    BOOST_TEST(split(r3) == "b : a");
}

BOOST_AUTO_TEST_CASE(a_timer_on_another_context_works) {
    auto a = create_task(ex, sleep_for(30ms), "a");
    wait_record<task<>> expired, finished;
    {
        asio::io_context other;
        virtual_timer limit(other, 20ms), longer(other, 1h);
        wait_for_tasks(a, limit, expired.handler());
        wait_for_tasks(a, longer, finished.handler());
        test::run_virtual(io, other);
        BOOST_TEST(split(expired) == " : a");
        BOOST_TEST(split(finished) == "a : ");
        BOOST_TEST(now() == 30);
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace unit
