// SPDX-License-Identifier: BSL-1.0

// A million tasks alive at once, cancelled and waited for.

#include "live_memory.hpp"

#include <asio_wait.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

BOOST_AUTO_TEST_SUITE(soak_tasks)

namespace asio = boost::asio;
using namespace asio_wait;
using soak::live_bytes;
using soak::million;

namespace {

asio::awaitable<void> never() {
    asio::steady_timer timer(co_await asio::this_coro::executor,
                             asio::steady_timer::time_point::max());
    co_await timer.async_wait(asio::use_awaitable);
}

std::int64_t left_over(int count) {
    const std::int64_t before = live_bytes();
    {
        asio::io_context io;
        std::vector<task<>> tasks;
        tasks.reserve(static_cast<std::size_t>(count));
        for (int i = 0; i < count; ++i)
            tasks.push_back(create_task(io, never()));
        io.poll();
        const std::int64_t each = (live_bytes() - before) / count;
        BOOST_TEST_MESSAGE(count << " tasks alive, " << each << " bytes of heap each");
        std::size_t done = 0;
        std::size_t pending = 0;
        wait_for_tasks(io, tasks, all_completed, std::chrono::nanoseconds(1),
                       [&](auto, auto r) { pending = r.pending.size(); });
        io.restart();
        while (pending == 0 && io.run_one() != 0) {
        }
        BOOST_TEST(pending == tasks.size());
        wait_for_tasks(io, tasks, [&](auto, auto r) { done = r.done.size(); });
        for (const auto& t : tasks)
            t.cancel();
        io.run();
        BOOST_TEST(done == tasks.size());
        std::size_t cancelled = 0;
        for (const auto& t : tasks)
            cancelled += t.cancelled();
        BOOST_TEST(cancelled == tasks.size());
    }
    return live_bytes() - before;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_million_tasks_alive_at_once) {
    soak::announce_size();
    BOOST_TEST(left_over(million) >= 0); // the task pool keeps its blocks for the next time
    // Everything fits into what is there already.
    const std::int64_t second = left_over(million);
    BOOST_TEST(second < 200'000);
}

BOOST_AUTO_TEST_CASE(a_million_tasks_die_with_their_context) {
    std::vector<task<>> tasks;
    {
        asio::io_context io;
        for (int i = 0; i < million; ++i)
            tasks.push_back(create_task(io, never()));
        io.poll();
    }
    std::size_t done = 0;
    for (const auto& t : tasks)
        done += t.failed();
    BOOST_TEST(done == tasks.size());
}

BOOST_AUTO_TEST_SUITE_END()
