// SPDX-License-Identifier: BSL-1.0

// Contexts that are destroyed while other threads complete into them, cancel and wait.

#include "threads.hpp"

BOOST_AUTO_TEST_SUITE(threads_shutdown)

using namespace threads;

namespace {

/// A handler that must be destroyed, and must not be called.
struct uncalled {
    std::atomic<int>* called;
    lifetime_tracker alive;

    template<class... A>
    void operator()(A&&...) const {
        ++*called;
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(a_waiters_context_dies_while_a_pool_completes_into_it) {
    constexpr int contexts = 240;
    lifetime_tracker::reset();
    std::atomic<int> called{0};
    asio::thread_pool pool(2);
    for (int round = 0; round < contexts; ++round) {
        auto io = std::make_unique<asio::io_context>();
        std::latch go(3); // the pool's two threads, and this one
        std::vector<task<int>> tasks;
        for (int i = 0; i < 2; ++i)
            tasks.push_back(create_task(pool, [&go, i]() -> asio::awaitable<int> {
                go.arrive_and_wait();
                co_return i;
            }));
        const auto wait_on = [&](auto ex) {
            wait_for_tasks(tasks, first_completed,
                           asio::bind_executor(ex, uncalled{&called, lifetime_tracker()}));
            tasks[0].async_get(asio::bind_executor(ex, uncalled{&called, lifetime_tracker()}));
        };
        // Both orders of our service and the strands' occur.
        if (round % 2 == 0)
            wait_on(asio::make_strand(*io));
        wait_on(io->get_executor());
        wait_on(asio::make_strand(*io));
        asio::co_spawn(
            *io,
            [tasks, tracker = lifetime_tracker()]() -> asio::awaitable<void> {
                co_await wait_for_tasks(tasks, all_completed, 1h);
            },
            asio::detached);
        io->poll_one(); // the coroutine waits now
        go.count_down();
        io.reset();
        for (const auto& t : tasks)
            join(t);
    }
    pool.join();
    BOOST_TEST(called == 0);
    BOOST_TEST(lifetime_tracker::live() == 0);
}

BOOST_AUTO_TEST_CASE(a_tasks_context_dies_while_others_wait_for_it) {
    asio::thread_pool pool(2);
    for (int round = 0; round < 150; ++round) {
        auto io = std::make_unique<asio::io_context>();
        const auto t = create_task(*io, forever());
        const auto u = create_task(asio::make_strand(*io), forever());
        io->poll();
        tally seen;
        std::promise<wait_result<task<>>> first;
        wait_for_tasks(t, u, asio::bind_executor(pool, [&](error_code ec, wait_result<task<>> r) {
                           seen.count(ec);
                           first.set_value(std::move(r));
                       }));
        together({[&] { io.reset(); },
                  [&] {
                      // Registered before, during and after the end.
                      for (int i = 0; i < 20; ++i)
                          t.async_wait(asio::bind_executor(pool, asio::use_future)).get();
                  }});
        const auto r = first.get_future().get();
        BOOST_TEST(r.done.size() == 2u);
        BOOST_TEST(r.pending.empty());
        BOOST_TEST((t.failed() && u.failed()));
        BOOST_TEST(seen.plain == 1);
    }
}

BOOST_AUTO_TEST_CASE(cancel_while_the_tasks_context_is_being_destroyed) {
    for (int round = 0; round < 200; ++round) {
        auto io = std::make_unique<asio::io_context>();
        const auto t = create_task(asio::make_strand(*io), forever());
        const auto u = create_task(*io, forever());
        if (round % 2 == 0)
            io->poll();
        const auto cancel = [&] {
            while (t.cancel() || u.cancel())
                std::this_thread::yield();
        };
        together({[&] { io.reset(); }, cancel, cancel});
        BOOST_TEST((t.done() && u.done()));
        BOOST_TEST((t.cancel_requested() || t.failed()));
    }
}

BOOST_AUTO_TEST_CASE(a_pool_dies_while_its_tasks_are_cancelled_and_waited_for) {
    running_context home;
    for (int round = 0; round < 100; ++round) {
        auto pool = std::make_unique<asio::thread_pool>(2);
        std::vector<task<>> tasks;
        for (int i = 0; i < 4; ++i)
            tasks.push_back(create_task(*pool, forever()));
        auto waited = asio::co_spawn(
            home.io(),
            [tasks]() -> asio::awaitable<std::size_t> {
                const auto r = co_await wait_for_tasks(tasks);
                co_return r.done.size();
            },
            asio::use_future);
        asio::post(home.io(), asio::use_future).get(); // it waits by now
        together({[&] { pool.reset(); },
                  [&] {
                      tasks[0].cancel();
                      tasks[3].cancel();
                  }});
        BOOST_TEST(waited.get() == 4u);
        for (const auto& t : tasks)
            BOOST_TEST(t.done());
    }
}

// Each waits for the other's task; both die at once.
BOOST_AUTO_TEST_CASE(two_contexts_that_wait_for_each_other_die_together) {
    lifetime_tracker::reset();
    for (int round = 0; round < 200; ++round) {
        auto a = std::make_unique<asio::io_context>();
        auto b = std::make_unique<asio::io_context>();
        const auto in_a = create_task(*a, forever());
        const auto in_b = create_task(*b, forever());
        const auto wait = [](task<> other) -> asio::awaitable<void> {
            const lifetime_tracker alive;
            co_await wait_for_tasks(other, all_completed, 1h);
        };
        const auto a_waits = create_task(*a, wait(in_b));
        const auto b_waits = create_task(asio::make_strand(*b), wait(in_a));
        a->poll();
        b->poll();
        together({[&] { a.reset(); }, [&] { b.reset(); }});
        BOOST_TEST((in_a.done() && in_b.done() && a_waits.done() && b_waits.done()));
        BOOST_TEST(lifetime_tracker::live() == 0);
    }
}

BOOST_AUTO_TEST_CASE(a_borrowed_timer_and_its_context_die_right_after_the_wait) {
    asio::thread_pool pool(2);
    running_context home;
    for (int round = 0; round < 150; ++round) {
        auto clock = std::make_unique<running_context>();
        auto timer = std::make_unique<asio::steady_timer>(asio::make_strand(clock->io()), 1h);
        const auto t = create_task(pool, hop(round % 5, 1));
        const auto r = wait_for_tasks(home.io(), t, all_completed, *timer, asio::use_future).get();
        BOOST_TEST(r.done.size() == 1u);
        timer.reset();
        clock.reset();
    }
}

BOOST_AUTO_TEST_SUITE_END()
