// SPDX-License-Identifier: BSL-1.0

// Sets that are filled, drained and destroyed from several threads while members end on others.

#include "threads.hpp"

#include <asio_wait/task_set.hpp>

#include <cstddef>

BOOST_AUTO_TEST_SUITE(threads_sets)

using namespace threads;

namespace {

/// What the drainers of one set have got, in all.
struct harvest {
    std::atomic<int> taken{0};
    std::atomic<long> sum{0};
    std::atomic<int> wrong{0};

    void take(const task<int>& t) {
        if (!t.done())
            ++wrong;
        else
            sum += t.result();
        ++taken;
    }
};

long sum_to(int n) {
    return static_cast<long>(n) * (n - 1) / 2;
}

} // namespace

BOOST_AUTO_TEST_CASE(two_threads_fill_a_set_that_two_others_drain) {
    constexpr int each = 400;
    asio::thread_pool pool(2);
    running_context home;
    task_set<int> set;
    harvest got;
    const auto fill = [&](int from) {
        for (int i = from; i < from + each; ++i) {
            if (i % 2 == 0)
                set.spawn(pool, hop(i % 3, i));
            else
                set.insert(create_task(home.io(), hop(i % 3, i)));
        }
    };
    const auto drain = [&] {
        while (got.taken < 2 * each) {
            if (auto t = set.try_next())
                got.take(*t);
            else
                std::this_thread::yield();
        }
    };
    together({[&] { fill(0); }, [&] { fill(each); }, drain, drain});
    BOOST_TEST(got.taken == 2 * each);
    BOOST_TEST(got.wrong == 0);
    BOOST_TEST(got.sum == sum_to(2 * each));
    BOOST_TEST(set.empty());
}

BOOST_AUTO_TEST_CASE(waits_of_every_kind_share_a_set_and_each_member_comes_once) {
    constexpr int rounds = 25, members = 24;
    asio::thread_pool pool(2);
    running_context a, b;
    for (int round = 0; round < rounds; ++round) {
        task_set<int> set;
        harvest got;
        std::atomic<bool> go{false};
        for (int i = 0; i < members; ++i)
            set.spawn(pool, hop_after(go, i % 4, i));
        std::vector<std::future<void>> loops;
        const auto drain_one_by_one = [&]() -> asio::awaitable<void> {
            for (;;) {
                auto [ec, t] = co_await set.async_next(asio::as_tuple(asio::use_awaitable));
                if (ec)
                    break;
                got.take(t);
            }
        };
        const auto drain_all = [&]() -> asio::awaitable<void> {
            for (;;) {
                auto [ec, done] =
                    co_await set.async_wait(first_completed, asio::as_tuple(asio::use_awaitable));
                if (ec)
                    break;
                for (const auto& t : done)
                    got.take(t);
            }
        };
        const auto drain_with_predicate = [&]() -> asio::awaitable<void> {
            for (;;) {
                int asked = 0;
                auto condition = until([&](const task<int>& t) {
                    if (!t.done())
                        ++got.wrong;
                    return ++asked == 3;
                });
                auto [error, done] =
                    co_await set.async_wait(condition, asio::as_tuple(asio::use_awaitable));
                if (error)
                    break;
                for (const auto& t : done)
                    got.take(t);
            }
        };
        loops.push_back(asio::co_spawn(a.io(), drain_one_by_one, asio::use_future));
        loops.push_back(asio::co_spawn(b.io(), drain_one_by_one, asio::use_future));
        loops.push_back(asio::co_spawn(a.io(), drain_all, asio::use_future));
        loops.push_back(asio::co_spawn(b.io(), drain_with_predicate, asio::use_future));
        go.store(true, std::memory_order_relaxed);
        for (auto& l : loops)
            l.get();
        BOOST_TEST(got.taken == members);
        BOOST_TEST(got.wrong == 0);
        BOOST_TEST(got.sum == sum_to(members));
    }
}

BOOST_AUTO_TEST_CASE(insert_erase_and_contains_race_the_members_end) {
    asio::thread_pool pool(2);
    for (int round = 0; round < 120; ++round) {
        std::atomic<bool> go{false};
        task_set<int> set;
        std::vector<task<int>> tasks;
        for (int i = 0; i < 4; ++i)
            tasks.push_back(create_task(pool, hop_after(go, (round + i) % 5, i)));
        std::atomic<int> in{0}, out{0};
        const auto change = [&](std::size_t from) {
            for (std::size_t i = 0; i < 12; ++i) {
                const auto& t = tasks[(from + i) % tasks.size()];
                in += set.insert(t);
                static_cast<void>(set.contains(t));
                if (i % 3 == from % 3)
                    out += set.erase(t);
            }
        };
        together({[&] { change(0); }, [&] { change(1); },
                  [&] {
                      for (int i = 0; i < 12; ++i)
                          out += set.try_next().has_value();
                  }},
                 &go);
        for (const auto& t : tasks)
            join(t);
        int left = 0;
        while (set.try_next())
            ++left;
        BOOST_TEST(in == out + left);
        BOOST_TEST(set.empty());
    }
}

BOOST_AUTO_TEST_CASE(a_set_is_destroyed_while_its_members_end) {
    asio::thread_pool pool(2);
    running_context home;
    for (int round = 0; round < 150; ++round) {
        std::atomic<bool> go{false};
        auto set = std::make_unique<task_set<int>>();
        std::vector<task<int>> tasks;
        for (int i = 0; i < 6; ++i)
            tasks.push_back(set->spawn(pool, hop_after(go, (round + i) % 4, i)));
        tally seen;
        std::atomic<int> calls{0};
        const auto count = [&](error_code ec, const auto& result) {
            bool right = false;
            if constexpr (requires { result.size(); })
                right = !ec || result.empty(); // others may have taken all
            else
                right = static_cast<bool>(result) != static_cast<bool>(ec);
            // ... and then a next that waits has nothing to come.
            const bool emptied = ec == asio::error::invalid_argument;
            seen.count(emptied ? error_code(asio::error::operation_aborted) : ec);
            if (!right)
                ++seen.wrong;
            ++calls;
        };
        set->async_next(asio::bind_executor(home.io(), count));
        set->async_next(asio::bind_executor(asio::make_strand(pool), count));
        set->async_wait(at_least(2), asio::bind_executor(home.io(), count));
        set->async_wait(
            until([](const task<int>& t) { return t.result() == 5; }),
            asio::bind_executor(home.io(), [&](std::exception_ptr, const auto&) { ++calls; }));
        set->limit(1);
        set->async_spawn(
            pool, hop(1, 6),
            asio::bind_executor(home.io(), [&](std::exception_ptr, const auto&) { ++calls; }));
        set->async_next(1h, asio::bind_executor(home.io(), count));
        together({[&] { set.reset(); }, [] {}}, &go);
        for (const auto& t : tasks)
            join(t);
        while (calls != 6)
            std::this_thread::yield();
        BOOST_TEST(seen.wrong == 0);
        BOOST_TEST(seen.total() == 4);
    }
}

BOOST_AUTO_TEST_CASE(waits_are_cancelled_while_members_end_and_nothing_is_lost) {
    asio::thread_pool pool(2);
    running_context home;
    int aborted = 0;
    for (int round = 0; round < 150; ++round) {
        std::atomic<bool> go{false};
        task_set<int> set;
        harvest got;
        for (int i = 0; i < 4; ++i)
            set.spawn(pool, hop_after(go, (round + i) % 5, i));
        asio::cancellation_signal signal;
        std::promise<bool> one;
        asio::post(home.io(), [&] {
            set.async_next(asio::bind_cancellation_slot(
                signal.slot(), asio::bind_executor(home.io(), [&](error_code ec, task<int> t) {
                    if (!ec)
                        got.take(t);
                    one.set_value(!ec);
                })));
        });
        go.store(true, std::memory_order_relaxed);
        asio::post(home.io(), [&] { signal.emit(asio::cancellation_type::total); });
        aborted += !one.get_future().get();
        while (!set.empty()) {
            auto t = set.async_next(asio::bind_executor(home.io(), asio::use_future)).get();
            got.take(t);
        }
        BOOST_TEST(got.taken == 4);
        BOOST_TEST(got.sum == sum_to(4));
        BOOST_TEST(got.wrong == 0);
    }
    BOOST_TEST_MESSAGE(aborted << " of 150 waits were cancelled in time");
}

BOOST_AUTO_TEST_CASE(limits_race_the_members_end) {
    asio::thread_pool pool(2);
    running_context home;
    for (int round = 0; round < 150; ++round) {
        task_set<int> set;
        for (int i = 0; i < 3; ++i)
            set.spawn(pool, hop((round + 5 * i) % 15, i));
        std::size_t got = 0;
        while (!set.empty()) {
            auto waited = set.async_wait(std::chrono::microseconds(round % 30),
                                         asio::bind_executor(home.io(), asio::use_future));
            got += waited.get().size();
        }
        BOOST_TEST(got == 3u);
    }
}

BOOST_AUTO_TEST_CASE(contexts_die_while_waits_of_theirs_hang_and_nothing_is_lost) {
    asio::thread_pool pool(2);
    running_context home;
    lifetime_tracker::reset();
    for (int round = 0; round < 120; ++round) {
        std::atomic<bool> go{false};
        task_set<int> set;
        for (int i = 0; i < 4; ++i)
            set.spawn(pool, hop_after(go, (round + i) % 4, i));
        auto dying = std::make_unique<asio::io_context>();
        std::atomic<int> called{0};
        const auto handler = [&] {
            return asio::bind_executor(
                *dying, [&called, alive = lifetime_tracker()](auto&&...) { ++called; });
        };
        set.async_next(handler());
        set.async_wait(first_completed, handler());
        set.async_wait(until([](const task<int>&) { return true; }), handler());
        set.async_next(1h, handler());
        together({[&] { dying.reset(); }, [] {}}, &go);
        BOOST_TEST(called == 0);
        int got = 0;
        while (!set.empty()) {
            set.async_next(asio::bind_executor(home.io(), asio::use_future)).get();
            ++got;
        }
        BOOST_TEST(got == 4);
    }
    BOOST_TEST(lifetime_tracker::live() == 0);
}

BOOST_AUTO_TEST_CASE(the_members_contexts_die_while_their_set_is_waited_for) {
    running_context home;
    for (int round = 0; round < 120; ++round) {
        auto io = std::make_unique<asio::io_context>();
        task_set<> set;
        set.spawn(*io, forever());
        set.spawn(asio::make_strand(*io), forever());
        io->poll();
        std::future<std::vector<task<>>> all;
        together({[&] { io.reset(); },
                  [&] { all = set.async_wait(asio::bind_executor(home.io(), asio::use_future)); },
                  [&] { set.cancel_all(); }});
        const auto done = all.get();
        BOOST_TEST(done.size() == 2u);
        for (const auto& t : done)
            BOOST_TEST(t.done());
    }
}

BOOST_AUTO_TEST_CASE(a_bounded_set_is_filled_from_two_threads) {
    constexpr int each = 150;
    asio::thread_pool pool(2);
    running_context a, b;
    any_task_set set;
    set.limit(3);
    set.discard_results();
    std::atomic<int> running{0}, most{0}, ran{0};
    const auto work = [&]() -> asio::awaitable<void> {
        const int now = ++running;
        int before = most;
        while (before < now && !most.compare_exchange_weak(before, now)) {
        }
        co_await hop(2, 0);
        ++ran;
        --running;
    };
    const auto fill = [&]() -> asio::awaitable<void> {
        for (int i = 0; i < each; ++i)
            co_await set.async_spawn(pool, work);
    };
    auto one = asio::co_spawn(a.io(), fill, asio::use_future);
    auto two = asio::co_spawn(b.io(), fill, asio::use_future);
    one.get();
    two.get();
    while (!set.empty())
        std::this_thread::yield();
    BOOST_TEST(ran == 2 * each);
    BOOST_TEST(most <= 3);
    BOOST_TEST(set.empty());
}

BOOST_AUTO_TEST_CASE(a_shutdown_races_the_members_end_and_their_cancellation) {
    asio::thread_pool pool(2);
    running_context home;
    for (int round = 0; round < 100; ++round) {
        any_task_set set;
        for (int i = 0; i < 3; ++i) {
            set.spawn(pool, forever());
            set.spawn(pool, hop(round % 7, i));
        }
        std::future<std::vector<any_task>> down;
        together(
            {[&] { down = set.async_shutdown(asio::bind_executor(home.io(), asio::use_future)); },
             [&] { set.cancel_all(); }});
        BOOST_TEST(down.get().empty());
        BOOST_TEST(set.unfinished() == 0u);
        BOOST_TEST(set.size() == 6u);
    }
}

BOOST_AUTO_TEST_SUITE_END()
