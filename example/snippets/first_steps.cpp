// SPDX-License-Identifier: BSL-1.0

// The blocks of doc/01_first_steps.md, as one program: a test compares them with the page.

//! [includes]
#include <asio_wait.hpp>

#include <boost/asio.hpp>

#include <chrono>
#include <iostream>
#include <stdexcept>
#include <vector>

namespace asio = boost::asio;
using namespace asio_wait;
using namespace std::chrono_literals;
//! [includes]

namespace {

//! [coroutine]
asio::awaitable<int> price_of(int item) {
    asio::steady_timer timer(co_await asio::this_coro::executor, item * 10ms);
    co_await timer.async_wait(asio::use_awaitable);
    if (item == 13)
        throw std::runtime_error("no such item");
    co_return item * 100;
}
//! [coroutine]

asio::awaitable<void> create_and_wait() {
    //! [create]
    auto executor = co_await asio::this_coro::executor;
    std::vector<task<int>> tasks;
    for (int item : {1, 2, 13})
        tasks.push_back(create_task(executor, price_of(item)));
    //! [create]
    //! [wait]
    auto [done, pending] = co_await wait_for_tasks(tasks);
    //! [wait]
    //! [results]
    for (const auto& t : done) {
        try {
            int price = t.result();
            std::cout << t.name() << " gave " << price << '\n';
        } catch (const std::exception& e) {
            std::cout << t.name() << " failed: " << e.what() << '\n';
        }
    }
    //! [results]
    if (done.size() != 3 || !pending.empty() || !done[2].failed())
        throw std::logic_error("create_and_wait");
}

asio::awaitable<void> limit_and_cancel() {
    auto executor = co_await asio::this_coro::executor;
    //! [limit]
    auto fast = create_task(executor, price_of(1), "fast");
    auto slow = create_task(executor, price_of(100'000), "slow");
    auto [done, pending] = co_await wait_for_tasks(fast, slow, all_completed, 100ms);
    //! [limit]
    if (done.empty() || done[0] != fast || pending.empty() || pending[0] != slow)
        throw std::logic_error("limit");
    //! [cancel]
    for (const auto& t : pending)
        t.cancel();
    co_await wait_for_tasks(pending);
    std::cout << "slow was cancelled: " << slow.cancelled() << '\n';
    //! [cancel]
    if (!slow.cancelled())
        throw std::logic_error("cancel");
}

asio::awaitable<void> await_one() {
    auto executor = co_await asio::this_coro::executor;
    //! [get]
    auto t = create_task(executor, price_of(3));
    int price = co_await t.async_get();
    //! [get]
    if (price != 300)
        throw std::logic_error("await_one");
}

asio::awaitable<void> any_operation() {
    auto executor = co_await asio::this_coro::executor;
    //! [use_task]
    asio::steady_timer timer(executor, 50ms);
    auto tick = timer.async_wait(use_task);             // task<void>
    auto price = create_task(executor, price_of(1000)); // task<int>
    auto [done, pending] = co_await wait_for_tasks(tick, price, first_completed);
    std::cout << "first: " << (done[0] == tick ? "the timer" : "the price") << '\n';
    price.cancel();
    //! [use_task]
    if (done[0] != tick || pending.size() != 1)
        throw std::logic_error("any_operation");
}

asio::awaitable<void> run() {
    co_await create_and_wait();
    co_await limit_and_cancel();
    co_await await_one();
    co_await any_operation();
}

} // namespace

//! [main]
int main() {
    asio::io_context context;
    asio::co_spawn(context, run(), [](std::exception_ptr error) {
        if (error)
            std::rethrow_exception(error);
    });
    context.run();
}
//! [main]
