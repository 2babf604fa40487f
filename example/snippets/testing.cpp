// SPDX-License-Identifier: BSL-1.0

// The blocks of doc/08_testing_your_code.md, as one program: a test compares them with the page.

//! [includes]
#include <asio_wait.hpp>
#include <asio_wait/testing.hpp>

#include <boost/asio.hpp>

#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace asio = boost::asio;
namespace testing = asio_wait::testing;
using namespace asio_wait;
using namespace std::chrono_literals;
//! [includes]

namespace {

//! [poll]
asio::awaitable<int> poll_for(int attempts) {
    testing::virtual_timer timer(co_await asio::this_coro::executor);
    for (int i = 1; i != attempts; ++i) {
        timer.expires_after(1h);
        co_await timer.async_wait(asio::use_awaitable);
    }
    co_return attempts;
}
//! [poll]

void virtual_time() {
    //! [virtual_time]
    asio::io_context io;
    testing::virtual_clock::reset();
    auto found = create_task(io, poll_for(3));
    auto late = create_task(io, poll_for(100));
    bool told = false;
    wait_for_tasks(found, late, testing::virtual_clock::now() + 24h,
                   [&](boost::system::error_code, wait_result<task<int>> r) {
                       told = r.done.size() == 1 && r.pending.size() == 1;
                       r.pending.front().cancel();
                   });
    testing::run_virtual(io);
    if (!told || testing::virtual_clock::now().time_since_epoch() != 24h)
        throw std::logic_error("not one day");
    //! [virtual_time]
}

//! [cache]
struct cache {
    int value = 0;

    asio::awaitable<void> refresh(const int& database) {
        const int seen = database; // asked there, and the answer takes its time
        co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
        value = seen;
    }
};
//! [cache]

//! [scenario]
template<class Cache>
void refreshed_twice(testing::schedule& choices) {
    int database = 1; // what coroutines refer to is declared before the context
    Cache c;
    testing::deterministic_context ctx;
    create_task(ctx, c.refresh(database));
    asio::post(ctx, [&] {
        database = 2;
        create_task(ctx, c.refresh(database));
    });
    ctx.finish(choices);
    if (c.value != 2)
        throw std::runtime_error("the cache is stale");
}
//! [scenario]

//! [mended]
struct mended_cache {
    int value = 0;
    int begun = 0;
    int stored = 0;

    asio::awaitable<void> refresh(const int& database) {
        const int seen = database;
        const int number = ++begun;
        co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
        if (number < stored)
            co_return; // somebody else has stored what is newer
        stored = number;
        value = seen;
    }
};
//! [mended]

void orders() {
    //! [explore]
    std::string choices;
    try {
        testing::explore_all(refreshed_twice<cache>);
    } catch (const testing::schedule_failure& e) {
        std::cout << e.what() << '\n';
        choices = e.schedule();
    }
    //! [explore]
    //! [replay]
    try {
        testing::replay(choices, refreshed_twice<cache>);
    } catch (const testing::schedule_failure&) {
        std::cout << "stale again\n";
    }
    //! [replay]
    //! [count]
    const auto seen = testing::explore_all(refreshed_twice<mended_cache>);
    std::cout << "mended: all of " << seen.schedules << " orders are right\n";
    //! [count]
    //! [random]
    testing::explore_random(1, 100, refreshed_twice<mended_cache>);
    //! [random]
}

void hang() {
    //! [would_hang]
    testing::schedule in_order;
    semaphore permits(0);
    testing::deterministic_context ctx;
    auto worker = create_task(
        ctx,
        [&]() -> asio::awaitable<void> {
            const testing::pending_note note("a worker that waits for its permit");
            co_await permits.async_acquire();
        },
        "worker");
    std::string message;
    try {
        ctx.finish(in_order);
    } catch (const testing::would_hang& e) {
        message = e.what() + testing::pending_tasks(std::vector{worker});
    }
    //! [would_hang]
    if (message.find("a worker that waits") == std::string::npos ||
        message.find("worker, spawned at") == std::string::npos)
        throw std::logic_error(message);
}

void real_time() {
    //! [dump_on_time_limit]
    const testing::dump_on_time_limit limit(20s);
    asio::thread_pool pool(2);
    auto answer = create_task(
        pool, []() -> asio::awaitable<int> { co_return 42; }, "answer");
    auto value = answer.async_get(asio::use_future).get();
    //! [dump_on_time_limit]
    if (value != 42)
        throw std::logic_error("no answer");
}

} // namespace

int main() {
    virtual_time();
    orders();
    hang();
    real_time();
}
