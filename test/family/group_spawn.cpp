// SPDX-License-Identifier: BSL-1.0

// task_group::async_spawn: so many children at a time.

#include "groups.hpp"

#include "support/lifetime_tracker.hpp"
#include "support/tracker_executor.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <algorithm>
#include <future>
#include <vector>

namespace groups {
BOOST_AUTO_TEST_SUITE(family_group_spawn)

using test::lifetime_tracker;

/// Counts who runs at the same time.
struct crowd {
    int now = 0;
    int most = 0;
    int all = 0;

    asio::awaitable<int> visit(milliseconds d) {
        ++all;
        most = std::max(most, ++now);
        co_await sleep_for(d);
        --now;
        co_return all;
    }
};

CO_TEST_CASE(never_more_than_the_limit) {
    crowd c;
    const auto body = [&c](task_group& g) -> asio::awaitable<void> {
        g.limit(2);
        for (int i = 0; i < 5; ++i)
            co_await g.async_spawn(c.visit(10ms), "visitor");
        BOOST_TEST(now() == 20); // the fifth got the first place of the third turn
        BOOST_TEST(g.size() >= 1u);
    };
    co_await with_task_group(body);
    BOOST_TEST(c.all == 5);
    BOOST_TEST(c.most == 2);
    BOOST_TEST(now() == 30);
}

CO_TEST_CASE(without_a_limit_there_is_always_a_place) {
    crowd c;
    const auto body = [&c](task_group& g) -> asio::awaitable<void> {
        for (int i = 0; i < 5; ++i) {
            const auto t = co_await g.async_spawn(c.visit(10ms));
            BOOST_TEST(!t.done());
        }
    };
    co_await with_task_group(body);
    BOOST_TEST(c.most == 5);
}

CO_TEST_CASE(the_handle_is_that_of_the_child) {
    const auto body = [](task_group& g) -> asio::awaitable<int> {
        const auto t = co_await g.async_spawn(sleeper(10ms, 6), "named");
        BOOST_TEST(t.name() == "named");
        const int six = co_await t.async_get();
        co_return six;
    };
    BOOST_TEST((co_await with_task_group(body)) == 6);
}

// spawn() takes its place without asking; async_spawn waits for the excess to go.
CO_TEST_CASE(children_spawned_without_waiting_count) {
    crowd c;
    const auto body = [&c](task_group& g) -> asio::awaitable<void> {
        g.limit(2);
        for (const int ms : {10, 20, 30})
            g.spawn(c.visit(milliseconds(ms)));
        co_await g.async_spawn(c.visit(10ms));
        BOOST_TEST(now() == 20);
    };
    co_await with_task_group(body);
    BOOST_TEST(c.most == 3);
}

CO_TEST_CASE(a_higher_limit_lets_the_waiting_in) {
    crowd c;
    const auto body = [&c](task_group& g) -> asio::awaitable<void> {
        g.limit(1);
        for (int i = 0; i < 3; ++i)
            g.async_spawn(c.visit(10ms), asio::detached);
        co_await yield_times(settle);
        BOOST_TEST(c.now == 1);
        g.limit(3);
        co_await yield_times(settle);
        BOOST_TEST(c.now == 3);
    };
    co_await with_task_group(body);
    BOOST_TEST(now() == 10);
}

CO_TEST_CASE(a_group_does_not_end_while_somebody_waits_for_a_place) {
    crowd c;
    const auto body = [&c](task_group& g) -> asio::awaitable<void> {
        g.limit(1);
        for (int i = 0; i < 6; ++i)
            g.async_spawn(c.visit(10ms), asio::detached);
        co_return;
    };
    co_await with_task_group(body);
    BOOST_TEST(c.all == 6);
    BOOST_TEST(c.most == 1);
    BOOST_TEST(now() == 60);
}

CO_TEST_CASE(a_cancelled_wait_starts_nothing) {
    auto ex = co_await asio::this_coro::executor;
    const auto body = [ex](task_group& g) -> asio::awaitable<void> {
        g.limit(1);
        g.spawn(sleep_for(30ms));
        bool ran = false;
        auto waiter = create_task(ex, [&]() -> asio::awaitable<void> {
            const lifetime_tracker held(1);
            const auto child = [held, &ran]() -> asio::awaitable<void> {
                ran = true;
                co_return;
            };
            const auto how = co_await ending(g.async_spawn(child));
            BOOST_TEST(how == "aborted");
        });
        co_await sleep_for(10ms);
        waiter.cancel();
        co_await until_done(waiter);
        BOOST_TEST(!ran);
        BOOST_TEST(lifetime_tracker::live() == 0);
        co_await g.async_spawn(sleep_for(0ms)); // the place was not lost
        BOOST_TEST(now() == 30);
    };
    co_await with_task_group(body);
}

CO_TEST_CASE(a_failure_refuses_who_waits_for_a_place) {
    bool ran = false;
    std::vector<std::string> how;
    const auto body = [&](task_group& g) -> asio::awaitable<void> {
        g.limit(1);
        g.spawn(failing(10ms, "child"));
        const auto child = [&ran]() -> asio::awaitable<void> {
            ran = true;
            co_return;
        };
        for (int i = 0; i < 2; ++i)
            g.async_spawn(child, asio::bind_executor(g.get_executor(),
                                                     [&how](std::exception_ptr e, task<void> t) {
                                                         how.push_back(word(e));
                                                         BOOST_TEST(!t);
                                                     }));
        co_return;
    };
    BOOST_TEST((co_await ending(with_task_group(body))) == "<child>");
    BOOST_TEST(how.size() == 2u);
    for (const std::string& text : how)
        BOOST_TEST(!text.empty());
    BOOST_TEST(!ran);
}

CO_TEST_CASE(refused_while_aborting_the_operation_says_so) {
    bool told = false;
    const auto body = [&told](task_group& g) -> asio::awaitable<void> {
        g.cancel();
        co_await asio::this_coro::reset_cancellation_state();
        try {
            co_await g.async_spawn(sleep_for(10ms));
        } catch (const boost::system::system_error& e) {
            told = e.code() == asio::error::operation_aborted;
        }
    };
    co_await with_task_group(body);
    BOOST_TEST(told);
}

// A limit of none is a pause; a cancel must end the group all the same.
CO_TEST_CASE(a_cancelled_group_ends_though_there_will_never_be_a_place) {
    int called = 0;
    const auto body = [&called](task_group& g) -> asio::awaitable<void> {
        g.limit(0);
        g.async_spawn(sleep_for(10ms),
                      asio::bind_executor(g.get_executor(),
                                          [&called](std::exception_ptr e, const task<void>&) {
                                              BOOST_TEST(!!e);
                                              ++called;
                                          }));
        co_await sleep_for(10ms);
        g.cancel();
    };
    co_await with_task_group(body);
    co_await yield_times(settle);
    BOOST_TEST(called == 1);
    BOOST_TEST(now() == 10);
}

// A cancelled group hands out places to refuse those who wait; nobody can take that back. The child
// that cleans up first keeps the group from ending before the limit is set.
CO_TEST_CASE(a_limit_set_during_the_cancel_holds_nobody_up) {
    int called = 0;
    int cancels = 0;
    const auto body = [&called, &cancels](task_group& g) -> asio::awaitable<void> {
        g.limit(0);
        g.spawn(resists(10ms, cancels));
        co_await yield_times(settle);
        g.cancel();
        g.limit(0);
        g.async_spawn(sleep_for(10ms),
                      asio::bind_executor(g.get_executor(),
                                          [&called](std::exception_ptr e, const task<void>&) {
                                              BOOST_TEST(!!e);
                                              ++called;
                                          }));
    };
    co_await with_task_group(body);
    co_await yield_times(settle);
    BOOST_TEST(called == 1);
    BOOST_TEST(cancels == 1);
    BOOST_TEST(now() == 10);
}

CO_TEST_CASE(tokens_of_a_coroutine) {
    const auto body = [](task_group& g) -> asio::awaitable<void> {
        const auto a = co_await g.async_spawn(sleeper(0ms, 1), asio::use_awaitable);
        auto operation = g.async_spawn(sleeper(0ms, 2), asio::deferred);
        BOOST_TEST(g.size() == 1u); // not begun
        const auto b = co_await std::move(operation);
        const auto [error, c] = co_await g.async_spawn(sleeper(0ms, 3), as_tuple_awaitable);
        BOOST_TEST(!error);
        const int sum = co_await a.async_get();
        const int more = co_await b.async_get();
        const int last = co_await c.async_get();
        BOOST_TEST(sum + more + last == 6);
    };
    co_await with_task_group(body);
}

BOOST_AUTO_TEST_CASE(tokens_outside_a_coroutine) {
    test::virtual_clock::reset();
    asio::io_context io;
    std::future<task<int>> future;
    task<int> second;
    int where = 0;
    const auto body = [&](task_group& g) -> asio::awaitable<void> {
        g.limit(1);
        // Bound, or it would be spawned by a thread of system_executor's, past the virtual clock.
        future = g.async_spawn(sleeper(10ms, 1), asio::bind_executor(io, asio::use_future));
        const test::tracker_executor ex(io.get_executor(), 7);
        test::initiate([&] {
            g.async_spawn(sleeper(10ms, 2),
                          asio::bind_executor(ex, [&](std::exception_ptr e, task<int> t) {
                              BOOST_TEST(!e);
                              BOOST_TEST(!test::initiating());
                              where = test::innermost_executor();
                              second = std::move(t);
                          }));
        });
        co_return;
    };
    with_task_group(io, body, asio::detached);
    test::run_virtual(io);
    BOOST_TEST(future.get().result() == 1);
    BOOST_TEST(second.result() == 2);
    BOOST_TEST(where == 7);
    BOOST_TEST(now() == 20);
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace groups
