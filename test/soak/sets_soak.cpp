// SPDX-License-Identifier: BSL-1.0

// A million tasks through one set, and a set that is kept for a million waits: memory stays flat.

#include "live_memory.hpp"

#include <asio_wait.hpp>
#include <asio_wait/task_set.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <utility>

BOOST_AUTO_TEST_SUITE(soak_sets)

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace asio_wait;
using soak::live_bytes;
using soak::million;

namespace {

asio::awaitable<void> never() {
    asio::steady_timer timer(co_await asio::this_coro::executor,
                             asio::steady_timer::time_point::max());
    co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> one_turn() {
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
}

constexpr std::int64_t allowance = 100'000;

/// Bytes more in use after `count` rounds with one set, which has a member that never ends, than
/// after the warm-up.
template<class Round>
std::int64_t growth(int count, Round round) {
    asio::io_context io;
    task_set<> set;
    const auto endless = set.spawn(io, never());
    std::int64_t grown = 0;
    const auto t = create_task(io, [&]() -> asio::awaitable<void> {
        for (int i = 0; i < 2000; ++i)
            co_await round(set);
        const std::int64_t before = live_bytes();
        for (int i = 0; i < count; ++i)
            co_await round(set);
        grown = live_bytes() - before;
        endless.cancel();
    });
    io.run();
    t.result();
    BOOST_TEST(endless.cancelled());
    BOOST_TEST(set.contains(endless));
    BOOST_TEST_MESSAGE(count << " rounds: " << grown << " bytes more in use");
    return grown;
}

asio::awaitable<void> spawn_and_next(task_set<>& set) {
    set.spawn(co_await asio::this_coro::executor, one_turn());
    const auto t = co_await set.async_next();
    if (!t.succeeded() || set.size() != 1)
        throw std::logic_error("something else came out of the set");
}

asio::awaitable<void> usual_loop(task_set<>& set) {
    set.spawn(co_await asio::this_coro::executor, one_turn());
    auto r = co_await wait_for_tasks(std::move(set), first_completed);
    set = std::move(r.pending);
    if (r.done.size() != 1 || set.size() != 1)
        throw std::logic_error("something else came out of the set");
}

asio::awaitable<void> with_predicate(task_set<>& set) {
    for (int i = 0; i < 2; ++i)
        set.spawn(co_await asio::this_coro::executor, one_turn());
    int asked = 0;
    auto second = until([&](const task<>&) { return ++asked == 2; });
    const auto done = co_await set.async_wait(second);
    if (done.size() != 2)
        throw std::logic_error("something else came out of the set");
}

asio::awaitable<void> polls(task_set<>& set) {
    co_await set.async_wait(0s);
    co_await set.async_next(0s, asio::as_tuple(asio::use_awaitable));
}

asio::awaitable<void> limits(task_set<>& set) {
    co_await set.async_wait(1ns);
}

asio::awaitable<void> cancelled(task_set<>& set) {
    asio::cancellation_signal signal;
    asio::post(co_await asio::this_coro::executor,
               [&signal] { signal.emit(asio::cancellation_type::total); });
    co_await set.async_next(
        asio::bind_cancellation_slot(signal.slot(), asio::as_tuple(asio::use_awaitable)));
}

asio::awaitable<void> insert_and_erase(task_set<>& set) {
    const auto t = create_task(co_await asio::this_coro::executor, one_turn());
    set.insert(t);
    set.erase(t);
    co_await t.async_wait();
}

/// What a set that is never drained does.
asio::awaitable<void> stays(task_set<>& set) {
    set.spawn(co_await asio::this_coro::executor, one_turn());
    co_await one_turn();
}

} // namespace

BOOST_AUTO_TEST_CASE(a_set_kept_for_a_million_calls_with_a_member_that_never_ends) {
    soak::announce_size();
    BOOST_TEST(growth(million, spawn_and_next) < allowance);
}

BOOST_AUTO_TEST_CASE(the_usual_loop) {
    BOOST_TEST(growth(million / 2, usual_loop) < allowance);
}

BOOST_AUTO_TEST_CASE(waits_that_end_otherwise) {
    BOOST_TEST(growth(million / 5, with_predicate) < allowance);
    BOOST_TEST(growth(million / 5, polls) < allowance);
    BOOST_TEST(growth(million / 20, limits) < allowance);
    BOOST_TEST(growth(million / 5, cancelled) < allowance);
    BOOST_TEST(growth(million / 5, insert_and_erase) < allowance);
}

// The proof that the checks here can fail.
BOOST_AUTO_TEST_CASE(the_gauge_sees_members_that_stay) {
    BOOST_TEST(growth(5'000, stays) > allowance);
}

BOOST_AUTO_TEST_CASE(a_million_tasks_through_a_bounded_set_that_nobody_reaps) {
    asio::io_context io;
    task_set<> set;
    set.limit(16);
    set.discard_results();
    std::int64_t grown = 0;
    const auto t = create_task(io, [&]() -> asio::awaitable<void> {
        const auto ex = co_await asio::this_coro::executor;
        for (int i = 0; i < 2000; ++i)
            co_await set.async_spawn(ex, one_turn());
        const std::int64_t before = live_bytes();
        for (int i = 0; i < million; ++i)
            co_await set.async_spawn(ex, one_turn());
        grown = live_bytes() - before;
    });
    io.run();
    t.result();
    BOOST_TEST(set.empty());
    BOOST_TEST(grown < allowance);
}

// Many at once: what the set took to hold them is all that may stay, and it goes with the set.
BOOST_AUTO_TEST_CASE(waves_of_members_leave_nothing) {
    constexpr int wave = 10'000;
    asio::io_context io;
    const auto run = [&](int waves) {
        task_set<> set;
        const auto t = create_task(io, [&]() -> asio::awaitable<void> {
            for (int i = 0; i < waves; ++i) {
                for (int k = 0; k < wave; ++k)
                    set.spawn(co_await asio::this_coro::executor, one_turn());
                while (!set.empty())
                    co_await set.async_next();
            }
        });
        io.restart();
        io.run();
        t.result();
    };
    run(3);
    const std::int64_t before = live_bytes();
    run(million / 2 / wave);
    BOOST_TEST(live_bytes() - before < allowance);
}

// Contexts that die with a set, its members and waits in flight leave nothing either.
BOOST_AUTO_TEST_CASE(contexts_that_die_with_sets_in_flight) {
    const auto round = [] {
        asio::io_context io;
        task_set<> set;
        for (int i = 0; i < 5; ++i)
            set.spawn(io, never());
        create_task(io, [&]() -> asio::awaitable<void> { co_await set.async_next(); });
        create_task(io, [s = task_set<>(set.snapshot())]() mutable -> asio::awaitable<void> {
            co_await wait_for_tasks(std::move(s), 1h);
        });
        set.async_wait(asio::detached);
        io.poll();
    };
    for (int i = 0; i < 200; ++i)
        round();
    const std::int64_t before = live_bytes();
    for (int i = 0; i < million / 100; ++i)
        round();
    BOOST_TEST(live_bytes() - before < allowance);
}

BOOST_AUTO_TEST_SUITE_END()
