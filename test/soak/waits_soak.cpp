// SPDX-License-Identifier: BSL-1.0

// A million waits that watch one task which never ends: nothing may stay behind, however they end.

#include "live_memory.hpp"

#include <asio_wait.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>

BOOST_AUTO_TEST_SUITE(soak_waits)

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

// Caches and tables may still fill up after the warm-up; one leaked byte a wait would show.
constexpr std::int64_t allowance = 100'000;

/// Bytes more in use after `count` rounds of `wait` than after the warm-up.
template<class Wait>
std::int64_t growth(int count, Wait wait) {
    asio::io_context io;
    const auto endless = create_task(io, never());
    std::int64_t grown = 0;
    const auto t = create_task(io, [&]() -> asio::awaitable<void> {
        for (int i = 0; i < 2000; ++i)
            co_await wait(endless);
        const std::int64_t before = live_bytes();
        for (int i = 0; i < count; ++i)
            co_await wait(endless);
        grown = live_bytes() - before;
        endless.cancel();
    });
    io.run();
    t.result();
    BOOST_TEST(endless.cancelled());
    BOOST_TEST_MESSAGE(count << " waits: " << grown << " bytes more in use");
    return grown;
}

asio::awaitable<void> first_of_two(const task<>& endless) {
    const auto quick =
        create_task(co_await asio::this_coro::executor, []() -> asio::awaitable<void> {
            co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
        });
    const auto r = co_await wait_for_tasks(quick, endless, first_completed);
    if (r.pending.size() != 1)
        throw std::logic_error("the endless task ended");
}

asio::awaitable<void> poll(const task<>& endless) {
    co_await wait_for_tasks(endless, all_completed, 0s);
}

asio::awaitable<void> run_out(const task<>& endless) {
    co_await wait_for_tasks(endless, all_completed, 1ns);
}

asio::awaitable<void> cancelled(const task<>& endless) {
    asio::cancellation_signal signal;
    const auto ex = co_await asio::this_coro::executor;
    asio::post(ex, [&signal] { signal.emit(asio::cancellation_type::total); });
    co_await wait_for_tasks(
        endless, asio::bind_cancellation_slot(signal.slot(), asio::as_tuple(asio::use_awaitable)));
}

asio::awaitable<void> one_by_one(const task<>& endless) {
    asio::cancellation_signal signal;
    const auto ex = co_await asio::this_coro::executor;
    asio::post(ex, [&signal] { signal.emit(asio::cancellation_type::terminal); });
    co_await endless.async_get(
        asio::bind_cancellation_slot(signal.slot(), asio::as_tuple(asio::use_awaitable)));
}

/// What a library that forgets to deregister would do: the wait stays.
asio::awaitable<void> stays(const task<>& endless) {
    wait_for_tasks(endless,
                   asio::bind_executor(co_await asio::this_coro::executor, asio::detached));
}

} // namespace

BOOST_AUTO_TEST_CASE(a_million_waits_against_one_endless_task) {
    soak::announce_size();
    BOOST_TEST(growth(million, first_of_two) < allowance);
}

BOOST_AUTO_TEST_CASE(polls_against_one_endless_task) {
    BOOST_TEST(growth(million / 2, poll) < allowance);
}

BOOST_AUTO_TEST_CASE(limits_that_run_out) {
    BOOST_TEST(growth(million / 10, run_out) < allowance);
}

BOOST_AUTO_TEST_CASE(cancelled_waits) {
    BOOST_TEST(growth(million / 2, cancelled) < allowance);
    BOOST_TEST(growth(million / 10, one_by_one) < allowance);
}

// The proof that the checks above can fail.
BOOST_AUTO_TEST_CASE(the_gauge_sees_a_wait_that_stays) {
    BOOST_TEST(growth(10'000, stays) > allowance);
}

// Contexts that die with waits and tasks in flight leave nothing either.
BOOST_AUTO_TEST_CASE(contexts_that_die_with_waits_in_flight) {
    const auto round = [] {
        asio::io_context io;
        const auto endless = create_task(io, never());
        for (int i = 0; i < 10; ++i)
            create_task(io, [endless]() -> asio::awaitable<void> {
                co_await wait_for_tasks(endless, all_completed, 1h);
            });
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
