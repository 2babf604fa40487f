// SPDX-License-Identifier: BSL-1.0

// cancel(), cancellation slots and limits against tasks that end at the same time.

#include "threads.hpp"

BOOST_AUTO_TEST_SUITE(threads_cancel)

using namespace threads;

BOOST_AUTO_TEST_CASE(cancel_from_three_threads_races_completion) {
    asio::thread_pool pool(2);
    int cancelled = 0;
    for (int round = 0; round < 250; ++round) {
        std::atomic<bool> go{false};
        const auto t = create_task(pool, hop_after(go, round % 8, 7));
        std::atomic<int> too_late{0};
        const auto cancel = [&] {
            if (!t.cancel())
                ++too_late;
        };
        together({cancel, cancel, cancel}, &go);
        join(t);
        BOOST_TEST((t.cancelled() || t.result() == 7));
        BOOST_TEST((too_late == 3) == !t.cancel_requested());
        BOOST_TEST(!t.cancel());
        cancelled += t.cancelled();
    }
    BOOST_TEST_MESSAGE(cancelled << " of 250 were cancelled in time");
}

BOOST_AUTO_TEST_CASE(a_cancel_is_never_lost) {
    asio::thread_pool pool(2);
    running_context io;
    for (int round = 0; round < 150; ++round) {
        // Never ends unless the request arrives, wherever it finds the task: not started, between
        // two operations, or in the last one.
        const auto body = [round]() -> asio::awaitable<void> {
            co_await hop(round % 5, 0);
            co_await forever();
        };
        const auto t = create_task(pool, body);
        const auto u = create_task(io.io(), body);
        together({[&] { t.cancel(); }, [&] { u.cancel(); }, [&] { t.cancel(); }});
        join(t);
        join(u);
        BOOST_TEST((t.cancelled() && u.cancelled()));
    }
}

BOOST_AUTO_TEST_CASE(a_body_cancelled_before_its_start_is_never_entered) {
    asio::thread_pool pool(2);
    for (int round = 0; round < 200; ++round) {
        std::atomic<bool> entered{false};
        std::latch queued(1);
        const auto strand = asio::make_strand(pool);
        asio::post(strand, [&] { queued.wait(); });
        const auto t = create_task(strand, [&entered]() -> asio::awaitable<void> {
            entered = true;
            co_return;
        });
        together({[&] { t.cancel(); }, [&] { t.cancel(); }});
        queued.count_down();
        join(t);
        BOOST_TEST(t.cancelled());
        BOOST_TEST(!entered);
    }
}

// The slot belongs to the waiter's thread; the tasks end on others.
BOOST_AUTO_TEST_CASE(waits_are_cancelled_through_slots_while_tasks_end) {
    constexpr int rounds = 300;
    asio::thread_pool pool(2);
    running_context home;
    tally seen;
    std::vector<std::atomic<bool>> gates(rounds); // a request may come after its round's end
    for (int round = 0; round < rounds; ++round) {
        std::atomic<bool>& go = gates[static_cast<std::size_t>(round)];
        std::vector<task<int>> tasks;
        for (int i = 0; i < 3; ++i)
            tasks.push_back(create_task(pool, hop_after(go, (round + i) % 6, i)));
        auto signal = std::make_shared<asio::cancellation_signal>();
        asio::post(home.io(), [&seen, &home, signal, tasks] {
            wait_for_tasks(
                tasks, asio::bind_cancellation_slot(
                           signal->slot(),
                           asio::bind_executor(
                               home.io(), [&seen, signal](error_code ec, wait_result<task<int>> r) {
                                   seen.count(ec);
                                   if (r.done.size() + r.pending.size() != 3)
                                       ++seen.wrong;
                               })));
        });
        if (round % 2 == 0) // else the tasks run on until the request is made
            go.store(true, std::memory_order_relaxed);
        asio::post(home.io(), [signal, &go] {
            go.store(true, std::memory_order_relaxed);
            signal->emit(asio::cancellation_type::partial);
        });
        for (const auto& t : tasks)
            join(t);
    }
    home.finish();
    BOOST_TEST(seen.wrong == 0);
    BOOST_TEST(seen.total() == rounds);
    BOOST_TEST_MESSAGE(seen.aborted << " of " << rounds << " waits were cancelled");
}

BOOST_AUTO_TEST_CASE(limits_race_completion) {
    constexpr int rounds = 400;
    asio::thread_pool pool(2);
    running_context home;
    int in_time = 0;
    for (int round = 0; round < rounds; ++round) {
        const std::vector<task<int>> tasks{create_task(pool, hop(round % 19, 1)),
                                           create_task(pool, hop(9, 2))};
        auto waited = wait_for_tasks(home.io(), tasks, all_completed,
                                     std::chrono::microseconds(round % 40), asio::use_future);
        const auto r = waited.get();
        BOOST_TEST(r.done.size() + r.pending.size() == 2u);
        for (const auto& t : r.done)
            BOOST_TEST(t.done());
        in_time += r.pending.empty();
        for (const auto& t : tasks)
            join(t);
    }
    BOOST_TEST_MESSAGE(in_time << " of " << rounds << " waits ended before their limit");
}

// Tasks on a pool, the timer on one context, the waiter on another, and the timer dies as soon as
// the wait has completed.
BOOST_AUTO_TEST_CASE(a_borrowed_timer_races_completion) {
    constexpr int rounds = 300;
    asio::thread_pool pool(2);
    running_context clock, home;
    std::atomic<int> split_wrong{0};
    for (int round = 0; round < rounds; ++round) {
        const auto t = create_task(pool, hop(round % 9, 1));
        auto timer =
            std::make_unique<asio::steady_timer>(clock.io(), std::chrono::microseconds(round % 60));
        asio::steady_timer* const limit = timer.get();
        auto waited = wait_for_tasks(home.io(), t, all_completed, *limit, asio::use_future);
        if (round % 3 == 0)
            asio::post(clock.io(), [limit] { limit->cancel(); });
        const auto r = waited.get();
        if (r.done.size() + r.pending.size() != 1)
            ++split_wrong;
        asio::post(clock.io(), [keep = std::move(timer)] {});
        join(t);
    }
    BOOST_TEST(split_wrong == 0);
}

BOOST_AUTO_TEST_CASE(joins_pass_their_cancel_on_from_another_thread) {
    constexpr int rounds = 150;
    asio::thread_pool pool(2);
    running_context home;
    std::atomic<int> ended{0};
    for (int round = 0; round < rounds; ++round) {
        const auto inner = create_task(pool, [round]() -> asio::awaitable<void> {
            co_await hop(round % 3, 0);
            co_await forever();
        });
        const auto outer = create_task(
            home.io(), [inner]() -> asio::awaitable<void> { co_await inner.async_join(); });
        together({[&] { outer.cancel(); }, [&] { inner.cancel(); }});
        join(outer);
        join(inner);
        // Whose request came first decides what the outer one's end is called.
        ended += inner.cancelled() && outer.exception() != nullptr;
    }
    BOOST_TEST(ended == rounds);
}

BOOST_AUTO_TEST_SUITE_END()
