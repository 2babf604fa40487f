// SPDX-License-Identifier: BSL-1.0

// asio_wait::testing itself: what it explores, what it refuses, and what it must not change.

#include "support/lifetime_tracker.hpp"

#include <asio_wait/create_task.hpp>
#include <asio_wait/testing.hpp>
#include <asio_wait/wait_for_tasks.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace execution = boost::asio::execution;
using namespace std::chrono_literals;
using namespace asio_wait::testing;
using test::lifetime_tracker;

/// Every text that a scenario gives over all schedules.
template<class F>
std::set<std::string> outcomes(F scenario, std::size_t* schedules = nullptr) {
    std::set<std::string> all;
    const exploration seen = explore_all([&](schedule& s) { all.insert(scenario(s)); });
    BOOST_TEST(seen.complete);
    if (schedules)
        *schedules = seen.schedules;
    return all;
}

asio::awaitable<void> say(std::string& out, char c) {
    out += c;
    co_return;
}

asio::awaitable<void> say_after(std::string& out, char c, virtual_clock::duration d) {
    const pending_note note(std::string("say ") + c);
    virtual_timer timer(co_await asio::this_coro::executor, d);
    co_await timer.async_wait(asio::use_awaitable);
    out += c;
}

} // namespace

BOOST_AUTO_TEST_SUITE(testing_tools)

BOOST_AUTO_TEST_CASE(functions_run_in_every_order_once) {
    std::size_t schedules = 0;
    const auto seen = outcomes(
        [](schedule& s) {
            deterministic_context ctx;
            std::string out;
            for (char c : {'a', 'b', 'c', 'd'})
                asio::post(ctx, [&out, c] { out += c; });
            BOOST_TEST(ctx.run(s) == 4u);
            return out;
        },
        &schedules);
    BOOST_TEST(seen.size() == 24u);
    BOOST_TEST(schedules == 24u);
}

BOOST_AUTO_TEST_CASE(the_default_is_first_come_first_served) {
    deterministic_context ctx;
    schedule fifo;
    std::string out;
    for (char c : {'a', 'b', 'c'})
        asio::post(ctx, [&out, c] { out += c; });
    ctx.run(fifo);
    BOOST_TEST(out == "abc");
    BOOST_TEST(fifo.text() == "0 0");
}

BOOST_AUTO_TEST_CASE(a_strand_keeps_its_order) {
    const auto seen = outcomes([](schedule& s) {
        deterministic_context ctx;
        auto strand = asio::make_strand(ctx);
        std::string out;
        asio::post(strand, [&out] { out += 'a'; });
        asio::post(ctx, [&out] { out += 'x'; });
        asio::post(strand, [&out] { out += 'b'; });
        ctx.run(s);
        return out;
    });
    BOOST_TEST((seen == std::set<std::string>{"abx", "axb", "xab"}));
}

BOOST_AUTO_TEST_CASE(dispatch_from_inside_runs_at_once_and_from_outside_does_not) {
    schedule s;
    deterministic_context ctx;
    std::string out;
    asio::dispatch(ctx, [&] {
        asio::dispatch(ctx, [&] { out += 'b'; });
        asio::post(ctx, [&] { out += 'd'; });
        out += 'c';
    });
    out += 'a';
    ctx.run(s);
    BOOST_TEST(out == "abcd");
}

BOOST_AUTO_TEST_CASE(the_executor_has_the_properties_of_an_io_executor) {
    deterministic_context ctx;
    const auto ex = ctx.get_executor();
    static_assert(execution::is_executor<deterministic_executor>::value);
    asio::any_io_executor any = ex;
    BOOST_TEST((any.target<deterministic_executor>() != nullptr));
    BOOST_TEST((&asio::query(any, execution::context) == &ctx));
    BOOST_TEST((asio::query(ex, execution::blocking) == execution::blocking.possibly));
    const auto never = asio::require(any, execution::blocking.never);
    BOOST_TEST((never != any));
    BOOST_TEST((asio::query(*never.target<deterministic_executor>(), execution::blocking) ==
                execution::blocking.never));
    const auto onward = asio::prefer(ex, execution::relationship.continuation);
    BOOST_TEST(
        (asio::query(onward, execution::relationship) == execution::relationship.continuation));
    BOOST_TEST((asio::require(never, execution::blocking.never) == never));
    BOOST_TEST(ctx.outstanding() == 0u);
    {
        auto tracked = asio::prefer(any, execution::outstanding_work.tracked);
        BOOST_TEST(ctx.outstanding() == 1u);
        auto copy = tracked;
        BOOST_TEST(ctx.outstanding() == 2u);
        const auto moved = std::move(copy);
        BOOST_TEST(ctx.outstanding() == 2u);
        tracked = any;
        BOOST_TEST(ctx.outstanding() == 1u);
        const auto guard = asio::make_work_guard(ctx);
        BOOST_TEST(ctx.outstanding() == 2u);
    }
    BOOST_TEST(ctx.outstanding() == 0u);
}

BOOST_AUTO_TEST_CASE(its_properties_can_be_taken_back_and_its_copies_assigned) {
    deterministic_context ctx;
    deterministic_context other;
    const auto ex = ctx.get_executor();
    BOOST_TEST((asio::query(ex, execution::mapping) == execution::mapping.thread));
    BOOST_TEST((asio::query(ex, execution::relationship) == execution::relationship.fork));
    BOOST_TEST(
        (asio::query(ex, execution::outstanding_work) == execution::outstanding_work.untracked));
    auto counted = asio::require(ex, execution::outstanding_work.tracked);
    BOOST_TEST(
        (asio::query(counted, execution::outstanding_work) == execution::outstanding_work.tracked));
    BOOST_TEST((counted != ex));
    BOOST_TEST((asio::require(counted, execution::outstanding_work.untracked) == ex));
    const auto never = asio::require(ex, execution::blocking.never);
    BOOST_TEST((asio::require(never, execution::blocking.possibly) == ex));
    BOOST_TEST((other.get_executor() != ex));
    auto copy = ex;
    BOOST_TEST(ctx.outstanding() == 1u);
    copy = counted;
    BOOST_TEST(ctx.outstanding() == 2u);
    counted = asio::require(other.get_executor(), execution::outstanding_work.tracked);
    BOOST_TEST(ctx.outstanding() == 1u);
    BOOST_TEST(other.outstanding() == 1u);
}

BOOST_AUTO_TEST_CASE(timers_expire_in_order_of_time_and_in_any_order_at_one_instant) {
    const auto seen = outcomes([](schedule& s) {
        deterministic_context ctx;
        std::string out;
        asio::co_spawn(ctx, say_after(out, 'c', 20ms), asio::detached);
        asio::co_spawn(ctx, say_after(out, 'a', 10ms), asio::detached);
        asio::co_spawn(ctx, say_after(out, 'b', 10ms), asio::detached);
        ctx.finish(s);
        BOOST_TEST(virtual_clock::ms() == 20);
        return out;
    });
    BOOST_TEST((seen == std::set<std::string>{"abc", "bac"}));
}

BOOST_AUTO_TEST_CASE(time_may_pass_while_functions_are_ready_when_asked_for) {
    const auto seen = outcomes([](schedule& s) {
        deterministic_context ctx;
        std::string out;
        virtual_timer timer(ctx, 5ms);
        timer.async_wait([&](const boost::system::error_code&) { out += 't'; });
        asio::post(ctx, [&] { out += 'a'; });
        deterministic_driver driver(s, {&ctx});
        driver.let_time_pass();
        driver.run();
        return out;
    });
    BOOST_TEST((seen == std::set<std::string>{"at", "ta"}));
}

BOOST_AUTO_TEST_CASE(two_contexts_share_a_schedule) {
    const auto seen = outcomes([](schedule& s) {
        deterministic_context a, b;
        std::string out;
        asio::post(a, [&] {
            out += 'a';
            asio::post(b, [&] { out += 'c'; });
        });
        asio::post(b, [&] { out += 'b'; });
        deterministic_driver(s, {&a, &b}).run();
        return out;
    });
    BOOST_TEST((seen == std::set<std::string>{"acb", "abc", "bac"}));
}

BOOST_AUTO_TEST_CASE(what_would_hang_is_named) {
    std::string out;
    std::string message;
    asio_wait::task<void> waiting;
    virtual_clock::reset();
    {
        deterministic_context ctx;
        schedule s;
        waiting = asio_wait::create_task(ctx, say_after(out, 'x', virtual_clock::duration::max()),
                                         "patience");
        BOOST_TEST(pending_tasks(std::vector{waiting}).find("patience, spawned at ") !=
                   std::string::npos);
        try {
            ctx.finish(s);
        } catch (const would_hang& e) {
            message = e.what();
        }
        BOOST_TEST(ctx.outstanding() != 0u);
    }
    BOOST_TEST(message.find("would hang at virtual 0 ms") != std::string::npos, message);
    BOOST_TEST(message.find("say x, started at ") != std::string::npos, message);
    BOOST_TEST(pending_note::live() == 0u);
    BOOST_TEST(waiting.done());
    BOOST_TEST(pending_tasks(std::vector{waiting}).empty());
}

BOOST_AUTO_TEST_CASE(a_failure_names_the_schedule_that_shows_it_again) {
    const auto scenario = [](schedule& s) {
        deterministic_context ctx;
        std::string out;
        for (char c : {'a', 'b', 'c'})
            asio::post(ctx, [&out, c] { out += c; });
        ctx.run(s);
        if (out == "cab")
            throw std::runtime_error("found " + out);
    };
    std::string found;
    try {
        explore_all(scenario);
    } catch (const schedule_failure& e) {
        found = e.schedule();
        BOOST_TEST(std::string(e.what()) == "found cab\n    replay(\"2 0\")");
        BOOST_CHECK_THROW(std::rethrow_if_nested(e), std::runtime_error);
    }
    BOOST_TEST(found == "2 0");
    BOOST_CHECK_THROW(replay(found, scenario), schedule_failure);
    BOOST_CHECK_NO_THROW(replay("1 0", scenario));
    BOOST_CHECK_NO_THROW(replay("", scenario));
    BOOST_CHECK_THROW(replay("1 9", scenario), schedule_failure); // one of two, not of nine
    BOOST_CHECK_THROW(replay("1 x", scenario), std::invalid_argument);
    BOOST_CHECK_THROW(explore_random(1, 1000, scenario), schedule_failure);
}

BOOST_AUTO_TEST_CASE(a_scenario_that_depends_on_something_else_is_refused) {
    int runs = 0;
    const auto scenario = [&runs](schedule& s) {
        deterministic_context ctx;
        for (int i = 0; i != 2 + runs; ++i)
            asio::post(ctx, [] {});
        ++runs;
        ctx.run(s);
    };
    BOOST_CHECK_THROW(explore_all(scenario), schedule_failure);
}

BOOST_AUTO_TEST_CASE(random_schedules_follow_from_their_seed) {
    const auto order = [](std::uint64_t seed) {
        schedule s = schedule::random(seed);
        deterministic_context ctx;
        std::string out;
        for (char c = 'a'; c != 'i'; ++c)
            asio::post(ctx, [&out, c] { out += c; });
        ctx.run(s);
        return out;
    };
    BOOST_TEST(order(7) == order(7));
    BOOST_TEST(order(7) != order(8));
    std::set<std::string> all;
    for (std::uint64_t seed = 0; seed != 100; ++seed)
        all.insert(order(seed));
    BOOST_TEST(all.size() > 90u);
}

BOOST_AUTO_TEST_CASE(an_exploration_may_be_cut_short) {
    const auto scenario = [](schedule& s) {
        deterministic_context ctx;
        for (int i = 0; i != 5; ++i)
            asio::post(ctx, [] {});
        ctx.run(s);
    };
    const exploration part = explore_all(scenario, 10);
    BOOST_TEST(part.schedules == 10u);
    BOOST_TEST(!part.complete);
    const exploration whole = explore_all(scenario);
    BOOST_TEST(whole.schedules == 120u);
    BOOST_TEST(whole.longest == 4u);
    BOOST_TEST(whole.complete);
}

BOOST_AUTO_TEST_CASE(a_dying_context_destroys_what_is_queued_and_what_that_submits) {
    struct submits {
        explicit submits(asio::any_io_executor e) : ex(std::move(e)) {}
        submits(submits&&) = default;
        ~submits() {
            if (ex)
                asio::post(ex, [tracker = lifetime_tracker(1)] {});
        }
        void operator()() {}
        asio::any_io_executor ex;
        lifetime_tracker tracker;
    };
    lifetime_tracker::reset();
    std::string out;
    {
        deterministic_context ctx;
        schedule s;
        asio::co_spawn(ctx, say_after(out, 'a', 10ms), asio::detached);
        ctx.run(s);
        BOOST_TEST(out == "a");
        asio::co_spawn(ctx, say_after(out, 'b', 10ms), asio::detached);
        deterministic_driver(s, {&ctx}).run(1); // suspended at its timer
        BOOST_TEST(pending_note::live() == 1u);
        asio::co_spawn(ctx, say(out, 'c'), asio::detached);
        asio::post(ctx, submits(ctx.get_executor()));
    }
    BOOST_TEST(out == "a");
    BOOST_TEST(pending_note::live() == 0u);
    BOOST_TEST(lifetime_tracker::live() == 0);
}

BOOST_AUTO_TEST_CASE(what_a_handler_throws_comes_out_and_the_rest_can_go_on) {
    deterministic_context ctx;
    schedule s;
    std::string out;
    asio::post(ctx, [] { throw std::runtime_error("boom"); });
    asio::post(ctx, [&] { out += 'a'; });
    BOOST_CHECK_THROW(ctx.run(s), std::runtime_error);
    BOOST_TEST(!ctx.get_executor().running_in_this_thread());
    ctx.run(s);
    BOOST_TEST(out == "a");
}

BOOST_AUTO_TEST_CASE(an_endless_loop_is_found) {
    struct again {
        deterministic_context* ctx;
        void operator()() const { asio::post(*ctx, *this); }
    };
    deterministic_context ctx;
    schedule s;
    asio::post(ctx, again{&ctx});
    BOOST_CHECK_THROW(ctx.run(s), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(the_library_waits_on_it_with_virtual_limits) {
    for (const bool by_timer : {false, true}) {
        virtual_clock::reset();
        deterministic_context ctx;
        schedule s;
        std::string out;
        std::vector tasks{asio_wait::create_task(ctx, say_after(out, 'a', 5ms), "a"),
                          asio_wait::create_task(ctx, say_after(out, 'b', 20ms), "b")};
        virtual_timer timer(ctx, 10ms);
        const auto done = [&](boost::system::error_code ec,
                              const asio_wait::wait_result<asio_wait::task<void>>& r) {
            BOOST_TEST(!ec);
            BOOST_TEST(virtual_clock::ms() == 10);
            BOOST_TEST(r.done.size() == 1u);
            BOOST_TEST(r.pending.size() == 1u);
            out += '!';
        };
        if (by_timer)
            asio_wait::wait_for_tasks(tasks, timer, done);
        else
            asio_wait::wait_for_tasks(tasks, virtual_clock::now() + 10ms, done);
        ctx.finish(s);
        BOOST_TEST(out == "a!b");
        BOOST_TEST(virtual_clock::ms() == 20);
    }
}

BOOST_AUTO_TEST_SUITE_END()
