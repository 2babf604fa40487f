// SPDX-License-Identifier: BSL-1.0

// The edges of asio_wait::testing, and with its help those of limits: what fires when all is over.

#include "support/lifetime_tracker.hpp"

#include <asio_wait/create_task.hpp>
#include <asio_wait/testing.hpp>
#include <asio_wait/wait_for_tasks.hpp>
#include <asio_wait/with_timeout.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/require.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace execution = boost::asio::execution;
using namespace std::chrono_literals;
using namespace asio_wait;
using namespace asio_wait::testing;
using test::lifetime_tracker;

template<class F>
std::set<std::string> outcomes(F scenario) {
    std::set<std::string> all;
    BOOST_TEST(explore_all([&](schedule& s) { all.insert(scenario(s)); }).complete);
    return all;
}

std::string how(const std::exception_ptr& error) {
    try {
        if (error)
            std::rethrow_exception(error);
        return "value";
    } catch (const timeout_error&) {
        return "timeout";
    }
}

asio::awaitable<void> turn() {
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
}

} // namespace

BOOST_AUTO_TEST_SUITE(testing_edges)

BOOST_AUTO_TEST_CASE(a_limit_of_the_past_meets_the_end_of_its_block_in_every_order) {
    const auto seen = outcomes([](schedule& s) {
        deterministic_context ctx;
        std::string out = "nothing";
        with_timeout(
            1h,
            [](timeout_scope& scope) -> asio::awaitable<void> {
                scope.reschedule(virtual_clock::time_point::min());
                scope.reschedule(virtual_clock::time_point::min()); // the first must not count
                co_await turn();
                co_await turn();
            },
            asio::bind_executor(ctx.get_executor(),
                                [&](const std::exception_ptr& e) { out = how(e); }));
        ctx.run(s);
        return out;
    });
    BOOST_TEST((seen == std::set<std::string>{"timeout", "value"}));
}

BOOST_AUTO_TEST_CASE(a_timer_as_limit_meets_the_end_of_the_block_in_every_order) {
    const auto seen = outcomes([](schedule& s) {
        deterministic_context ctx;
        virtual_timer timer(ctx, 5ms);
        std::string out = "nothing";
        with_timeout(
            timer, [](timeout_scope&) -> asio::awaitable<void> { co_await turn(); },
            asio::bind_executor(ctx.get_executor(),
                                [&](const std::exception_ptr& e) { out = how(e); }));
        deterministic_driver driver(s, {&ctx});
        driver.let_time_pass();
        driver.run();
        return out;
    });
    BOOST_TEST((seen == std::set<std::string>{"timeout", "value"}));
}

BOOST_AUTO_TEST_CASE(a_timer_that_never_expires_does_not_stop_the_rest) {
    const auto seen = outcomes([](schedule& s) {
        deterministic_context ctx;
        std::string out;
        virtual_timer never(ctx, virtual_clock::time_point::max());
        never.async_wait([&](const boost::system::error_code&) { out += 'n'; });
        asio::post(ctx, [&] { out += 'a'; });
        deterministic_driver driver(s, {&ctx});
        driver.let_time_pass(); // the clock is a candidate, and cannot go on
        driver.run(1);
        never.cancel();
        driver.run();
        return out;
    });
    BOOST_TEST((seen == std::set<std::string>{"an"}));
}

BOOST_AUTO_TEST_CASE(what_is_submitted_after_the_end_of_a_context_is_destroyed_at_once) {
    struct submits {
        explicit submits(asio::any_io_executor e) : ex(std::move(e)) {}
        submits(submits&&) = default;
        ~submits() {
            if (ex)
                asio::post(ex, [tracker = lifetime_tracker(1)] {});
        }
        void operator()() {}
        asio::any_io_executor ex;
    };
    lifetime_tracker::reset();
    {
        deterministic_context ctx;
        asio::io_context& inside = ctx; // of which only the timers are used; destroyed last
        asio::post(inside.get_executor(), submits(ctx.get_executor()));
    }
    BOOST_TEST(lifetime_tracker::live() == 0);
}

BOOST_AUTO_TEST_CASE(executors_that_count_work_are_others) {
    deterministic_context ctx;
    const auto ex = ctx.get_executor();
    const auto tracked = asio::prefer(ex, execution::outstanding_work.tracked);
    BOOST_TEST((tracked != ex));
    BOOST_TEST((asio::require(ex, execution::blocking.never) != ex));
    BOOST_TEST((asio::prefer(ex, execution::relationship.continuation) != ex));
    BOOST_TEST((asio::prefer(tracked, execution::outstanding_work.untracked) == ex));
}

BOOST_AUTO_TEST_CASE(a_pending_task_that_was_asked_to_end_is_named_so) {
    asio::io_context io;
    const auto t = create_task(io, turn(), "stuck");
    BOOST_TEST(pending_tasks(std::vector{t}).find("cancel requested") == std::string::npos);
    t.cancel();
    BOOST_TEST(pending_tasks(std::vector{t}).ends_with(", cancel requested"));
    io.run();
    BOOST_TEST(pending_tasks(std::vector{t}).empty());
}

BOOST_AUTO_TEST_CASE(what_comes_while_the_driver_looks_for_timers_counts) {
    asio::io_context io;
    int calls = 0;
    int late = 0;
    virtual_driver driver({&io}, [&](asio::io_context& context) {
        if (++calls == 4) // as another thread might
            asio::post(context, [&] { ++late; });
        return context.poll_one();
    });
    asio::post(io, [] {});
    BOOST_TEST(driver.run(2) == 2u);
    BOOST_TEST(late == 1);
    driver.run();
    BOOST_TEST(late == 1);
    BOOST_TEST(io.stopped());
}

BOOST_AUTO_TEST_CASE(handlers_without_end_are_a_livelock) {
    struct again {
        asio::io_context* io;
        void operator()() const { asio::post(*io, *this); }
    };
    asio::io_context io;
    asio::post(io, again{&io});
    BOOST_CHECK_THROW(run_virtual(io), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(asio_may_ask_for_the_time_until_a_point_as_well_as_for_a_duration) {
    using traits = asio::wait_traits<virtual_clock>;
    virtual_clock::reset();
    const auto now = virtual_clock::now();
    BOOST_TEST((traits::to_wait_duration(now) == 0ns));
    BOOST_TEST((traits::to_wait_duration(now - 1ms) == 0ns));
    BOOST_TEST((traits::to_wait_duration(now + 1ms) == traits::to_wait_duration(1ms)));
    virtual_clock::reset();
}

BOOST_AUTO_TEST_SUITE_END()
