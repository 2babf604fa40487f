// SPDX-License-Identifier: BSL-1.0

// wait_for, rows F16 to F23 of the comparison with asyncio.

#include "scopes.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace family {
namespace {

asio::awaitable<int> waits_for(task<int> t, test::virtual_clock::time_point limit) {
    co_return co_await wait_for(t, limit);
}

} // namespace

BOOST_AUTO_TEST_SUITE(family_wait_for)

CO_TEST_CASE(F16_timer_first_then_the_callers_cancel_is_a_cancel) {
    auto ex = co_await asio::this_coro::executor;
    bool cleaned = false;
    // It takes two requests: the first is the limit's.
    auto t = create_task(ex, [](bool& done) -> asio::awaitable<int> {
        int seen = 0;
        co_await swallows_cancels(1, seen);
        co_return co_await slow_to_die(5ms, done);
    }(cleaned));
    auto caller = create_task(ex, ending(wait_for(t, in(10ms))));
    co_await sleep_for(15ms);
    BOOST_TEST(t.cancel_requested()); // by the limit
    BOOST_TEST(!caller.done());
    caller.cancel();
    co_await until_done(caller);
    BOOST_TEST(cleaned);
    BOOST_TEST(caller.result() == "cancelled");
    BOOST_TEST(t.cancelled());
}

CO_TEST_CASE(F16_during_the_clean_up_in_either_order) {
    auto ex = co_await asio::this_coro::executor;
    for (const auto cancel_at : {5ms, 10ms, 15ms}) {
        int seen = 0;
        auto t = create_task(ex, [](int& n) -> asio::awaitable<int> {
            const auto until = in(25ms); // deaf until then, whatever it is asked
            while (test::virtual_clock::now() < until) {
                bool cancelled = false;
                test::virtual_timer timer(co_await asio::this_coro::executor, until);
                try {
                    co_await timer.async_wait(asio::use_awaitable);
                } catch (const boost::system::system_error&) {
                    cancelled = true;
                }
                if (cancelled) {
                    ++n;
                    co_await asio::this_coro::reset_cancellation_state();
                }
            }
            throw boost::system::system_error(asio::error::operation_aborted);
        }(seen));
        auto caller = create_task(ex, ending(wait_for(t, in(10ms))));
        co_await sleep_for(cancel_at);
        caller.cancel();
        co_await until_done(caller);
        BOOST_TEST(seen >= 1);
        BOOST_TEST(t.cancelled());
        BOOST_TEST(caller.result() == "cancelled");
    }
    BOOST_TEST(now() == 75);
}

CO_TEST_CASE(F17_each_cancel_of_the_caller_reaches_a_task_that_resists) {
    auto ex = co_await asio::this_coro::executor;
    int seen = 0;
    auto t = create_task(ex, swallows_cancels(3, seen));
    auto caller = create_task(ex, waits_for(t, in(1h)));
    for (int i = 1; i <= 3; ++i) {
        co_await sleep_for(1ms);
        caller.cancel();
        co_await yield_times(2 * settle);
        BOOST_TEST(seen == i);
    }
    co_await until_done(caller);
    BOOST_TEST(caller.result() == 42);
    BOOST_TEST(now() == 3);
}

// D19: restated without the count.
CO_TEST_CASE(F18_after_a_timeout_the_caller_is_as_it_was) {
    int seen = 0;
    const std::string caught = co_await ending(wait_for(forever(), in(10ms)));
    BOOST_TEST(caught == "timeout_error");
    const bool asked = co_await asked_to_end();
    BOOST_TEST(!asked);
    co_await wait_for(swallows_cancels(1, seen), in(10ms)); // swallowed
    const bool asked_now = co_await asked_to_end();
    BOOST_TEST(!asked_now);
    co_await sleep_for(10ms);
    BOOST_TEST(now() == 30);
}

// D1: no current task is needed.
CO_TEST_CASE(F19_any_coroutine_may_call_it) {
    auto ex = co_await asio::this_coro::executor;
    std::string how;
    auto plain = [&how]() -> asio::awaitable<void> {
        how = co_await ending(wait_for(forever(), in(10ms)));
    };
    co_await asio::co_spawn(ex, plain, asio::use_awaitable);
    BOOST_TEST(how == "timeout_error");
}

BOOST_AUTO_TEST_CASE(F19_and_so_may_code_that_is_no_coroutine) {
    test::virtual_clock::reset();
    asio::io_context io;
    std::string how;
    auto heard = [&how](std::exception_ptr e) { how = ending_of(e); };
    wait_for(forever(), in(10ms), asio::bind_executor(io, heard));
    test::run_virtual(io);
    BOOST_TEST(how == "timeout_error");
    BOOST_TEST(now() == 10);
}

CO_TEST_CASE(F20_a_shielded_task_runs_on_after_the_timeout) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, sleeper(30ms, 7));
    const std::string late = co_await ending(wait_for(shield(t), in(10ms)));
    BOOST_TEST(late == "timeout_error");
    BOOST_TEST(now() == 10);
    const std::string poll = co_await ending(wait_for(shield(t), 0ms));
    BOOST_TEST(poll == "timeout_error");
    BOOST_TEST(now() == 10);
    BOOST_TEST(!t.done());
    BOOST_TEST(!t.cancel_requested());
    const int value = co_await wait_for(shield(t), in(30ms));
    BOOST_TEST(value == 7);
    BOOST_TEST(now() == 30);
}

CO_TEST_CASE(F20_and_a_cancelled_caller_leaves_it_alone) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, sleeper(30ms, 7));
    auto caller = create_task(ex, ending(wait_for(shield(t), in(1h))));
    co_await sleep_for(5ms);
    caller.cancel();
    co_await until_done(caller);
    BOOST_TEST(caller.result() == "cancelled");
    BOOST_TEST(now() == 5);
    BOOST_TEST(!t.cancel_requested());
}

CO_TEST_CASE(F21_a_timeout_cancels_the_children_of_a_gather) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, sleeper(1h, 1));
    auto b = create_task(ex, sleeper(2h, 2));
    const std::string how = co_await ending(wait_for(gather(a, b), in(10ms)));
    BOOST_TEST(how == "timeout_error");
    BOOST_TEST(a.cancelled());
    BOOST_TEST(b.cancelled());
    BOOST_TEST(now() == 10);
}

CO_TEST_CASE(F22_one_type_of_timeout_error_for_all) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, forever());
    const std::vector<task<>> tasks{t};
    auto stream = as_completed(tasks, in(10ms));
    auto block = [](timeout_scope&) { return forever(); };
    const std::string streamed = co_await ending(stream.async_next());
    const std::string scoped = co_await ending(with_timeout(in(10ms), block));
    BOOST_TEST(streamed == "timeout_error");
    BOOST_TEST(scoped == "timeout_error");
    try {
        co_await wait_for(t, in(10ms));
        BOOST_ERROR("no error");
    } catch (const boost::system::system_error& e) {
        BOOST_TEST((e.code() == asio::error::timed_out));
        BOOST_TEST(dynamic_cast<const timeout_error*>(&e) != nullptr);
    }
    // A socket that reports the same code has not met our limit.
    const boost::system::system_error foreign(asio::error::timed_out);
    BOOST_TEST(ending_of(std::make_exception_ptr(foreign)) != "timeout_error");
}

CO_TEST_CASE(F23_the_limit_counts_from_the_await) {
    auto ex = co_await asio::this_coro::executor;
    test::virtual_timer limit(ex, 10ms);
    auto operation = wait_for(forever(), limit);
    co_await sleep_for(20ms);
    limit.expires_after(10ms); // read when the operation starts, not when it was built
    const std::string how = co_await ending(std::move(operation));
    BOOST_TEST(how == "timeout_error");
    BOOST_TEST(now() == 30);
}

BOOST_AUTO_TEST_CASE(F23_a_duration_is_added_to_the_time_of_the_start) {
    const auto given = asio_wait::detail::limit_traits<std::chrono::hours>::make(1h);
    const auto built = std::chrono::steady_clock::now();
    const auto deadline = given.make_limit().deadline();
    BOOST_TEST_REQUIRE(deadline.has_value());
    BOOST_TEST((*deadline >= built + 1h));
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace family
