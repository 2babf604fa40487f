// SPDX-License-Identifier: BSL-1.0

// The steps of doc/01_tutorial.md after its first program: a test compares them with the page.

#include <asio_wait.hpp>

#include <boost/asio.hpp>

#include <chrono>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace asio = boost::asio;
using namespace asio_wait;
using namespace std::chrono_literals;

namespace {

//! [failing]
asio::awaitable<int> price_of(int item) {
    auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, item * 10ms);
    co_await timer.async_wait(asio::use_awaitable);
    if (item == 13)
        throw std::runtime_error("no such item");
    co_return item * 100;
}
//! [failing]

asio::awaitable<void> several() {
    auto executor = co_await asio::this_coro::executor;
    //! [several]
    std::vector<task<int>> tasks;
    for (int item : {1, 2, 13})
        tasks.push_back(create_task(executor, price_of(item), "item " + std::to_string(item)));
    auto [done, pending] = co_await wait_for_tasks(tasks);
    //! [several]
    if (done.size() != 3 || !pending.empty())
        throw std::logic_error("several");
    //! [results]
    for (const auto& t : done) {
        try {
            int price = t.result();
            std::cout << t.name() << " costs " << price << '\n';
        } catch (const std::exception& e) {
            std::cout << t.name() << ": " << e.what() << '\n';
        }
    }
    //! [results]
}

asio::awaitable<void> as_they_come() {
    auto executor = co_await asio::this_coro::executor;
    //! [first]
    std::vector<task<int>> pending;
    for (int item : {1, 2, 3})
        pending.push_back(create_task(executor, price_of(item), "item " + std::to_string(item)));
    while (!pending.empty()) {
        auto [done, rest] = co_await wait_for_tasks(pending, first_completed);
        for (const auto& t : done)
            std::cout << t.name() << " has answered\n";
        pending = std::move(rest);
    }
    //! [first]
}

asio::awaitable<void> limit_and_cancel() {
    auto executor = co_await asio::this_coro::executor;
    //! [limit]
    auto fast = create_task(executor, price_of(1), "fast");
    auto slow = create_task(executor, price_of(100'000), "slow");
    auto [done, pending] = co_await wait_for_tasks(fast, slow, all_completed, 100ms);
    std::cout << done.size() << " done, " << pending.size() << " pending\n";
    //! [limit]
    if (done.at(0) != fast || pending.at(0) != slow)
        throw std::logic_error("limit");
    //! [cancel]
    for (const auto& t : pending)
        t.cancel();
    if (!pending.empty())
        co_await wait_for_tasks(pending);
    std::cout << "slow was cancelled: " << std::boolalpha << slow.cancelled() << '\n';
    //! [cancel]
}

asio::awaitable<void> shorter() {
    //! [shorter]
    auto [a, b] = co_await gather(price_of(1), price_of(2)); // or the first error
    std::cout << "together " << a + b << '\n';
    try {
        co_await wait_for(price_of(100'000), 50ms);
    } catch (const timeout_error&) {
        std::cout << "too slow\n"; // it was cancelled, and has ended
    }
    //! [shorter]
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
}

//! [own]
struct shop {
    std::string name;
    std::chrono::milliseconds delay;
    int price; // 0: does not sell it
};

asio::awaitable<int> ask(shop s) {
    asio::steady_timer timer(co_await asio::this_coro::executor, s.delay);
    co_await timer.async_wait(asio::use_awaitable);
    if (s.price == 0)
        throw std::runtime_error("sold out");
    co_return s.price;
}

asio::awaitable<void> find_cheapest(std::vector<shop> shops) {
    auto executor = co_await asio::this_coro::executor;
    std::vector<task<int>> asked;
    for (const shop& s : shops)
        asked.push_back(create_task(executor, ask(s), s.name));

    auto [answers, silent] = co_await wait_for_tasks(asked, all_completed, 200ms);

    task<int> best; // an empty handle: none yet
    for (const auto& t : answers) {
        if (t.exception()) // counts as reading the error
            std::cout << t.name() << " cannot sell it\n";
        else if (!best || t.result() < best.result())
            best = t;
    }
    for (const auto& t : silent)
        std::cout << t.name() << " says nothing\n";
    if (best)
        std::cout << "the cheapest is " << best.name() << " for " << best.result() << '\n';
    if (!silent.empty())
        co_await cancel_and_wait(silent);
}
//! [own]

asio::awaitable<void> own() {
    //! [shops]
    std::vector<shop> shops{
        {"corner", 10ms, 120}, {"market", 20ms, 95}, {"harbour", 30ms, 0}, {"castle", 1h, 80}};
    co_await find_cheapest(shops);
    //! [shops]
}

asio::awaitable<void> run() {
    co_await several();
    co_await as_they_come();
    co_await limit_and_cancel();
    co_await shorter();
    co_await any_operation();
    co_await own();
}

} // namespace

int main() {
    asio::io_context context;
    asio::co_spawn(context, run(), [](std::exception_ptr error) {
        if (error)
            std::rethrow_exception(error);
    });
    context.run();
}
