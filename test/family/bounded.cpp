// SPDX-License-Identifier: BSL-1.0

// semaphore: order, cancellation, limits, and what becomes of a permit.

#include "collections.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <thread>

namespace family {
namespace {

/// Takes a permit, keeps it for a while and gives it back.
asio::awaitable<void> uses(semaphore& s, test::milliseconds d, std::string& log, std::string name) {
    co_await s.async_acquire();
    log += name;
    co_await sleep_for(d);
    s.release();
}

/// Waits for a permit and keeps it.
asio::awaitable<void> takes(semaphore& s, std::string& log, std::string name) {
    co_await s.async_acquire();
    log += name;
}

} // namespace

BOOST_AUTO_TEST_SUITE(family_bounded)

CO_TEST_CASE(permits_are_counted) {
    semaphore s(2);
    BOOST_TEST(s.available() == 2u);
    co_await s.async_acquire();
    BOOST_TEST(s.available() == 1u);
    BOOST_TEST(s.try_acquire());
    BOOST_TEST(s.available() == 0u);
    BOOST_TEST(!s.try_acquire());
    s.release(2);
    BOOST_TEST(s.available() == 2u);
    s.release(3); // new ones
    BOOST_TEST(s.available() == 5u);
    BOOST_TEST(now() == 0);
}

CO_TEST_CASE(so_many_at_a_time_in_order_of_their_start) {
    auto ex = co_await asio::this_coro::executor;
    semaphore s(2);
    std::string log;
    std::vector<task<>> ts;
    for (const char* name : {"a", "b", "c", "d", "e"})
        ts.push_back(create_task(ex, uses(s, 10ms, log, name)));
    BOOST_TEST(log.size() <= 2u);
    co_await wait_for_tasks(ts);
    BOOST_TEST(log == "abcde");
    BOOST_TEST(now() == 30);
    BOOST_TEST(s.available() == 2u);
}

CO_TEST_CASE(a_release_serves_as_many_as_it_gives) {
    auto ex = co_await asio::this_coro::executor;
    semaphore s(0);
    std::string log;
    std::vector<task<>> ts;
    for (const char* name : {"a", "b", "c"})
        ts.push_back(create_task(ex, takes(s, log, name)));
    co_await yield_times(settle);
    BOOST_TEST(log == "");
    s.release(2);
    co_await yield_times(settle);
    BOOST_TEST(log == "ab");
    s.release();
    co_await wait_for_tasks(ts);
    BOOST_TEST(log == "abc");
    BOOST_TEST(s.available() == 0u);
}

CO_TEST_CASE(who_tries_does_not_overtake_who_waits) {
    auto ex = co_await asio::this_coro::executor;
    semaphore s(0);
    std::string log;
    auto waits = create_task(ex, takes(s, log, "a"));
    co_await yield_times(settle);
    s.release();
    BOOST_TEST(!s.try_acquire()); // promised to the task
    BOOST_TEST(s.available() == 0u);
    co_await until_done(waits);
    BOOST_TEST(!s.try_acquire());
}

CO_TEST_CASE(a_cancelled_wait_leaves_the_line) {
    auto ex = co_await asio::this_coro::executor;
    semaphore s(0);
    std::string log;
    auto a = create_task(ex, takes(s, log, "a"));
    auto b = create_task(ex, takes(s, log, "b"));
    co_await yield_times(settle);
    a.cancel();
    co_await until_done(a);
    BOOST_TEST(a.cancelled());
    s.release();
    co_await until_done(b);
    BOOST_TEST(log == "b");
}

CO_TEST_CASE(a_permit_on_its_way_to_a_cancelled_wait_goes_to_the_next) {
    auto ex = co_await asio::this_coro::executor;
    for (const bool somebody_waits : {true, false}) {
        semaphore s(0);
        std::string log;
        asio::cancellation_signal signal;
        error_code got;
        s.async_acquire(asio::bind_cancellation_slot(
            signal.slot(), asio::bind_executor(ex, [&](error_code ec) { got = ec; })));
        task<> next;
        if (somebody_waits)
            next = create_task(ex, takes(s, log, "next"));
        co_await yield_times(settle);
        s.release();
        signal.emit(asio::cancellation_type::partial);
        co_await yield_times(settle);
        BOOST_TEST(got == asio::error::operation_aborted);
        BOOST_TEST(log == (somebody_waits ? "next" : ""));
        BOOST_TEST(s.available() == (somebody_waits ? 0u : 1u));
    }
}

BOOST_AUTO_TEST_CASE(a_permit_is_claimed_at_the_start) {
    virtual_clock::reset();
    asio::io_context slow, quick;
    semaphore s(1);
    std::string log;
    const auto acquire = [&](asio::io_context& on, std::string name) {
        s.async_acquire(asio::bind_executor(on, [&log, name](error_code) { log += name; }));
    };
    acquire(slow, "a");
    BOOST_TEST(!s.try_acquire());
    acquire(quick, "b");
    quick.poll();
    BOOST_TEST(log == "");
    slow.poll();
    BOOST_TEST(log == "a");
    s.release();
    quick.restart();
    quick.poll();
    BOOST_TEST(log == "ab");
}

// Whatever happens between the start and the delivery, a cancelled wait ends.
BOOST_AUTO_TEST_CASE(a_cancel_is_never_lost) {
    virtual_clock::reset();
    asio::io_context io;
    semaphore s(1);
    asio::cancellation_signal signal;
    int calls = 0;
    s.async_acquire(asio::bind_cancellation_slot(
        signal.slot(), asio::bind_executor(io, [&](error_code) { ++calls; })));
    s.try_acquire();
    signal.emit(asio::cancellation_type::terminal);
    run_virtual(io);
    BOOST_TEST(calls == 1);
}

CO_TEST_CASE(a_limit_that_runs_out_takes_no_permit) {
    auto ex = co_await asio::this_coro::executor;
    semaphore s(1);
    co_await s.async_acquire(in(10ms)); // in time
    auto [ec] = co_await s.async_acquire(in(10ms), as_tuple_awaitable);
    BOOST_TEST(ec == asio::error::timed_out);
    BOOST_TEST(now() == 10);
    virtual_timer limit(ex, 10ms);
    auto [ec2] = co_await s.async_acquire(limit, as_tuple_awaitable);
    BOOST_TEST(ec2 == asio::error::timed_out);
    BOOST_TEST(now() == 20);
    auto [ec3] = co_await s.async_acquire(0s, as_tuple_awaitable);
    BOOST_TEST(ec3 == asio::error::timed_out);
    s.release();
    auto [ec4] = co_await s.async_acquire(0s, as_tuple_awaitable);
    BOOST_TEST(!ec4); // there was one
    BOOST_TEST(s.available() == 0u);
    BOOST_TEST(now() == 20);
}

CO_TEST_CASE(waits_end_when_the_semaphore_is_destroyed) {
    auto ex = co_await asio::this_coro::executor;
    std::optional<semaphore> s(std::in_place, 0);
    std::string log;
    auto a = create_task(ex, takes(*s, log, "a"));
    auto b = create_task(ex, takes(*s, log, "b"));
    co_await yield_times(settle);
    s->release(); // for a, on its way
    s.reset();
    co_await wait_for_tasks(a, b);
    BOOST_TEST(word(b.exception()) == "aborted");
    BOOST_TEST(b.failed()); // nobody asked for it
    BOOST_TEST((log == "a" || word(a.exception()) == "aborted"));
}

CO_TEST_CASE(a_wait_made_before_the_end_of_the_semaphore_and_started_after_it) {
    std::optional<semaphore> s(std::in_place, 1);
    auto operation = s->async_acquire(as_tuple_awaitable);
    s.reset();
    auto [ec] = co_await std::move(operation);
    BOOST_TEST(ec == asio::error::operation_aborted);
}

BOOST_AUTO_TEST_CASE(a_context_that_dies_gives_its_permits_on) {
    virtual_clock::reset();
    semaphore s(0);
    std::string log;
    asio::io_context io;
    {
        asio::io_context dies;
        asio::co_spawn(dies, takes(s, log, "lost"), asio::detached);
        dies.poll();
        asio::co_spawn(io, takes(s, log, "served"), asio::detached);
        io.poll();
        s.release(); // on its way to a handler that will never run
        io.restart();
        io.poll();
        BOOST_TEST(log == "");
    }
    io.restart();
    io.poll();
    BOOST_TEST(log == "served");
}

BOOST_AUTO_TEST_CASE(a_permit_is_released_from_another_thread) {
    virtual_clock::reset();
    asio::io_context io;
    semaphore s(0);
    std::string log;
    std::vector<task<>> ts;
    for (const char* name : {"a", "b", "c"})
        ts.push_back(create_task(io, takes(s, log, name)));
    io.poll();
    std::thread other([&] {
        for (int i = 0; i < 3; ++i)
            s.release();
    });
    io.restart();
    io.run();
    other.join();
    BOOST_TEST(log == "abc");
}

BOOST_AUTO_TEST_CASE(threads_share_permits) {
    asio::thread_pool pool(3);
    semaphore s(2);
    std::atomic<int> inside{0}, most{0}, through{0};
    const auto worker = [&]() -> asio::awaitable<void> {
        for (int i = 0; i < 50; ++i) {
            co_await s.async_acquire();
            const int n = ++inside;
            for (int seen = most; seen < n && !most.compare_exchange_weak(seen, n);) {
            }
            co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
            --inside;
            s.release();
            ++through;
        }
    };
    std::vector<task<>> ts;
    for (int i = 0; i < 8; ++i)
        ts.push_back(create_task(pool, worker));
    wait_for_tasks(ts, asio::use_future).get();
    pool.join();
    BOOST_TEST(through == 400);
    BOOST_TEST(most <= 2);
    BOOST_TEST(s.available() == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace family
