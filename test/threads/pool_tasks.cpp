// SPDX-License-Identifier: BSL-1.0

// Tasks that run on several threads, and who waits for them where.

#include "threads.hpp"

#include <stdexcept>
#include <string>

BOOST_AUTO_TEST_SUITE(threads_pool)

using namespace threads;

// The counter is no atomic: only the strand that create_task adds keeps its users apart.
BOOST_AUTO_TEST_CASE(a_task_on_a_pool_runs_on_one_thread_at_a_time) {
    asio::thread_pool pool(4);
    for (int round = 0; round < 50; ++round) {
        int touched = 0;
        const auto body = [&touched]() -> asio::awaitable<int> {
            const auto ex = co_await asio::this_coro::executor;
            // A second thread of execution on the task's own executor.
            auto other = create_task(ex, [&touched, ex]() -> asio::awaitable<void> {
                for (int i = 0; i < 20; ++i) {
                    ++touched;
                    co_await asio::post(ex, asio::use_awaitable);
                }
            });
            for (int i = 0; i < 20; ++i) {
                ++touched;
                co_await asio::post(ex, asio::use_awaitable);
            }
            co_await other.async_get();
            co_return touched;
        };
        const auto t = create_task(pool, body);
        join(t);
        BOOST_TEST(t.result() == 40);
    }
}

BOOST_AUTO_TEST_CASE(tasks_on_pools_strands_and_two_contexts_waited_from_a_third) {
    constexpr int rounds = 60;
    asio::thread_pool pool(3);
    running_context a, b, c;
    std::atomic<int> wrong_thread{0};
    const auto waiter = [&]() -> asio::awaitable<int> {
        const std::thread::id home = std::this_thread::get_id();
        int sum = 0;
        for (int round = 0; round < rounds; ++round) {
            std::vector<task<int>> tasks;
            for (int i = 0; i < 3; ++i) {
                tasks.push_back(create_task(pool, hop(i, 1)));
                tasks.push_back(create_task(asio::make_strand(pool), hop(i, 10)));
                tasks.push_back(create_task(a.io(), hop(i, 100)));
                tasks.push_back(create_task(asio::make_strand(b.io()), hop(i, 1000)));
            }
            while (!tasks.empty()) {
                auto r = co_await wait_for_tasks(std::move(tasks), first_completed);
                if (std::this_thread::get_id() != home)
                    ++wrong_thread;
                for (const auto& t : r.done)
                    sum += t.result();
                tasks = std::move(r.pending);
            }
        }
        co_return sum;
    };
    auto sum = asio::co_spawn(c.io(), waiter, asio::use_future);
    BOOST_TEST(sum.get() == rounds * 3 * 1111);
    BOOST_TEST(wrong_thread == 0);
}

BOOST_AUTO_TEST_CASE(many_waits_on_one_task_from_several_threads) {
    constexpr int waits = 40;
    asio::thread_pool pool(2);
    running_context a, b;
    for (int round = 0; round < 15; ++round) {
        std::atomic<bool> go{false};
        const auto t = create_task(pool, hop_after(go, 30, round));
        tally seen;
        const auto wait_on = [&](auto ex) {
            return [&seen, t, ex] {
                for (int i = 0; i < waits; ++i)
                    wait_for_tasks(t, asio::bind_executor(
                                          ex, [&seen](error_code ec, wait_result<task<int>> r) {
                                              seen.count(ec);
                                              if (r.done.size() != 1 || !r.pending.empty())
                                                  ++seen.wrong;
                                          }));
            };
        };
        std::atomic<int> values{0};
        together({wait_on(a.io().get_executor()), wait_on(b.io().get_executor()),
                  wait_on(asio::make_strand(pool)),
                  [&] {
                      for (int i = 0; i < waits; ++i)
                          if (t.async_get(asio::use_future).get() == round)
                              ++values;
                  }},
                 &go);
        // Everything was posted before this, first come first served.
        asio::post(a.io(), asio::use_future).get();
        asio::post(b.io(), asio::use_future).get();
        BOOST_TEST(values == waits);
        while (seen.total() != 3 * waits)
            std::this_thread::yield(); // the strand's handlers
        BOOST_TEST(seen.plain == 3 * waits);
    }
}

BOOST_AUTO_TEST_CASE(handles_are_dropped_on_other_threads_than_the_tasks) {
    constexpr int rounds = 300;
    const unobserved_log log;
    {
        asio::thread_pool pool(2);
        for (int round = 0; round < rounds; ++round) {
            auto t = create_task(pool, [round]() -> asio::awaitable<void> {
                co_await hop(round % 4, 0);
                throw std::runtime_error("dropped");
            });
            auto u = t;
            auto erased = any_task(t);
            together({[h = std::move(t)]() mutable { h = {}; },
                      [h = std::move(u)]() mutable { h = {}; },
                      [h = std::move(erased)]() mutable { h = {}; }});
        }
        pool.join();
    }
    BOOST_TEST(log.size() == static_cast<std::size_t>(rounds)); // each exactly once
}

BOOST_AUTO_TEST_CASE(a_result_is_read_by_several_threads) {
    asio::thread_pool pool(2);
    for (int round = 0; round < 200; ++round) {
        const auto t = create_task(pool, [round]() -> asio::awaitable<std::string> {
            co_await hop(1, 0);
            co_return std::string(100, static_cast<char>('a' + round % 26));
        });
        std::atomic<int> right{0};
        const auto read = [&] {
            while (!t.done())
                std::this_thread::yield();
            if (t.result().size() == 100 && t.succeeded() && !t.exception())
                ++right;
        };
        together({read, read, read});
        BOOST_TEST(right == 3);
    }
}

BOOST_AUTO_TEST_SUITE_END()
