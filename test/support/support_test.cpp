// SPDX-License-Identifier: BSL-1.0

// The test tools tested: each of them must be able to say no.

#include "support/co_test.hpp"
#include "support/counting_allocator.hpp"
#include "support/drained_context.hpp"
#include "support/fail_at.hpp"
#include "support/manual_future.hpp"
#include "support/sleepers.hpp"
#include "support/tracker_executor.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <vector>

namespace {
namespace asio = boost::asio;
using namespace std::chrono_literals;
using test::virtual_clock;

void spawn(asio::io_context& io, asio::awaitable<void> a) {
    asio::co_spawn(io, std::move(a), asio::detached);
}

bool mentions(const std::vector<std::string>& texts, const std::string& wanted) {
    for (const std::string& text : texts)
        if (text.find(wanted) != std::string::npos)
            return true;
    return false;
}
} // namespace

BOOST_AUTO_TEST_SUITE(support)

BOOST_FIXTURE_TEST_CASE(virtual_time_jumps_to_each_expiry, test::drained_context) {
    std::vector<std::int64_t> seen;
    for (auto d : {3600'000ms, 5ms, 20ms, 5ms})
        spawn(io,
              [](std::vector<std::int64_t>& out, test::milliseconds wait) -> asio::awaitable<void> {
                  co_await test::sleep_for(wait);
                  out.push_back(virtual_clock::ms());
                  co_await test::sleep_for(wait);
                  out.push_back(virtual_clock::ms());
              }(seen, d));
    run();
    const std::vector<std::int64_t> expected{5, 5, 10, 10, 20, 40, 3600'000, 7200'000};
    BOOST_TEST(seen == expected, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(a_cancelled_timer_does_not_drag_the_clock, test::drained_context) {
    test::virtual_timer late(io, 1h);
    late.async_wait([](boost::system::error_code) {});
    test::virtual_timer early(io, 10ms);
    early.async_wait([&](boost::system::error_code) { late.cancel(); });
    run();
    BOOST_TEST(virtual_clock::ms() == 10);
}

BOOST_FIXTURE_TEST_CASE(a_timer_without_end_is_no_deadline, test::drained_context) {
    test::virtual_timer never(io, virtual_clock::time_point::max());
    never.async_wait([](boost::system::error_code) {});
    run();
    BOOST_TEST(virtual_clock::ms() == 0);
    never.cancel();
}

BOOST_AUTO_TEST_CASE(two_contexts_share_the_clock) {
    virtual_clock::reset();
    asio::io_context a;
    asio::io_context b;
    std::vector<int> order;
    spawn(a, [](std::vector<int>& out, asio::io_context& other) -> asio::awaitable<void> {
        co_await test::sleep_for(10ms);
        out.push_back(1);
        co_await asio::post(other, asio::use_awaitable);
        co_await test::sleep_for(20ms);
        out.push_back(3);
    }(order, b));
    spawn(b, [](std::vector<int>& out) -> asio::awaitable<void> {
        co_await test::sleep_for(20ms);
        out.push_back(2);
    }(order));
    test::run_virtual(a, b);
    const std::vector<int> expected{1, 2, 3};
    BOOST_TEST(order == expected, boost::test_tools::per_element());
    BOOST_TEST(virtual_clock::ms() == 30);
}

BOOST_AUTO_TEST_CASE(a_limit_counts_handlers_and_not_the_machinery) {
    for (std::size_t limit = 0; limit < 4; ++limit) {
        virtual_clock::reset();
        asio::io_context io;
        int ran = 0;
        for (int i = 1; i <= 2; ++i) {
            auto t = std::make_shared<test::virtual_timer>(io, i * 10ms);
            t->async_wait([&ran, t](boost::system::error_code) { ++ran; });
        }
        asio::post(io, [&] { ++ran; });
        BOOST_TEST(test::virtual_driver({&io}).run(limit) == limit);
        BOOST_TEST(ran == static_cast<int>(limit));
        test::run_virtual(io);
        BOOST_TEST(ran == 3);
    }
}

BOOST_AUTO_TEST_CASE(a_body_that_runs_through_is_cut_everywhere) {
    int started = 0;
    int ended = 0;
    const auto report = test::explore([&]() -> asio::awaitable<void> {
        ++started;
        co_await test::sleep_for(1s);
        co_await test::yield_times(3);
        ++ended;
    });
    BOOST_TEST(report.failures.empty());
    BOOST_TEST(!report.error);
    BOOST_TEST(report.handlers > 4u);
    BOOST_TEST(report.cuts == report.handlers);
    BOOST_TEST(started == static_cast<int>(report.handlers)); // k = 0 never starts it
    BOOST_TEST(ended >= 1);                                   // the last cut may fall behind it
}

BOOST_AUTO_TEST_CASE(a_body_that_hangs_is_reported_with_names_and_time) {
    const auto report = test::explore([]() -> asio::awaitable<void> {
        co_await test::sleep_for(150ms);
        test::manual_future<> never(co_await asio::this_coro::executor);
        co_await never.get();
    });
    BOOST_TEST(report.cuts == 0u);
    BOOST_TEST(mentions(report.failures, "would hang at virtual 150 ms"));
    BOOST_TEST(mentions(report.failures, "manual_future, started at"));
}

BOOST_AUTO_TEST_CASE(a_frame_that_outlives_its_context_is_reported) {
    std::vector<std::unique_ptr<test::pending_note>> parked;
    const auto report = test::explore([&parked]() -> asio::awaitable<void> {
        parked.push_back(
            std::make_unique<test::pending_note>("parked for good", BOOST_CURRENT_LOCATION));
        co_await test::yield_once();
        parked.clear();
    });
    BOOST_TEST(mentions(report.failures, "parked for good"));
    BOOST_TEST(mentions(report.failures, "after 1 of"));
    BOOST_TEST(!mentions(report.failures, "full run"));
}

BOOST_AUTO_TEST_CASE(the_error_of_a_body_is_kept) {
    const auto report = test::explore([]() { return test::failing(5ms, "mine"); });
    BOOST_TEST(test::what_of(report.error) == "mine");
    BOOST_TEST(report.cuts == 0u);
}

CO_TEST_CASE(manual_future_wakes_every_waiter) {
    auto ex = co_await asio::this_coro::executor;
    test::manual_future<int> f(ex);
    int sum = 0;
    for (int i = 0; i < 2; ++i)
        asio::co_spawn(ex, f.get(), [&sum](std::exception_ptr, int v) { sum += v; });
    co_await test::yield_times(3);
    BOOST_TEST(f.waiters() == 2);
    f.set_result(21);
    BOOST_TEST(sum == 0);
    co_await test::yield_times(5);
    BOOST_TEST(sum == 42);
    BOOST_CHECK_THROW(f.set_result(1), std::logic_error);
    BOOST_TEST(!f.cancel());
}

BOOST_FIXTURE_TEST_CASE(a_tracker_executor_knows_where_a_handler_runs, test::drained_context) {
    const test::tracker_executor tracked(io.get_executor(), 7);
    const asio::any_io_executor erased = tracked;
    std::vector<int> seen;
    bool during = false;
    asio::post(tracked, [&] {
        seen.push_back(test::innermost_executor());
        asio::dispatch(erased, [&] { seen.push_back(test::innermost_executor()); });
        asio::post(io, [&] { seen.push_back(test::innermost_executor()); });
    });
    virtual_clock::reset();
    test::virtual_timer t(io, 5ms);
    t.async_wait(asio::bind_executor(
        erased, [&](boost::system::error_code) { seen.push_back(test::innermost_executor()); }));
    run();
    test::initiate([&] { asio::dispatch(io, [&] { during = test::initiating(); }); });
    run();
    test::initiate([&] { during = test::initiating(); });
    BOOST_TEST(during);
    const std::vector<int> expected{7, 7, 0, 7};
    BOOST_TEST(seen == expected, boost::test_tools::per_element());
    BOOST_TEST(test::innermost_executor() == 0);
}

BOOST_AUTO_TEST_CASE(a_context_with_work_left_is_not_drained) {
    test::drained_context fixture;
    auto guard = asio::make_work_guard(fixture.io);
    BOOST_TEST(!fixture.drained());
    guard.reset();
    BOOST_TEST(fixture.drained());
}

BOOST_AUTO_TEST_CASE(allocators_count_and_fail) {
    test::allocation_tally tally;
    {
        std::vector<int, test::counting_allocator<int>> v(3, 0,
                                                          test::counting_allocator<int>(tally));
        BOOST_TEST(tally.live == 1);
    }
    BOOST_TEST(tally.live == 0);
    BOOST_TEST(tally.taken == 1);
    const std::size_t steps = test::for_each_failure([](test::fail_at& fail) {
        std::vector<int, test::failing_allocator<int>> a(1, 0, test::failing_allocator<int>(fail));
        std::vector<int, test::failing_allocator<int>> b(1, 0, test::failing_allocator<int>(fail));
    });
    BOOST_TEST(steps == 2u);
}

BOOST_AUTO_TEST_CASE(lifetimes_are_counted) {
    test::lifetime_tracker::reset();
    {
        test::lifetime_tracker a(5);
        const test::lifetime_tracker b(std::move(a));
        BOOST_TEST(b.value() == 5);
        BOOST_TEST(a.value() == test::lifetime_tracker::moved_from);
        BOOST_TEST(test::lifetime_tracker::live() == 2);
        const test::lifetime_tracker c(b);
        BOOST_TEST(test::lifetime_tracker::copies() == 1);
    }
    BOOST_TEST(test::lifetime_tracker::live() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
