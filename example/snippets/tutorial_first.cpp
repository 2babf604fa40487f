// SPDX-License-Identifier: BSL-1.0

// The first program of doc/01_tutorial.md: a test builds it in an empty directory, as the page says.

//! [first_program]
#include <asio_wait.hpp>

#include <boost/asio.hpp>

#include <chrono>
#include <exception>
#include <iostream>

namespace asio = boost::asio;
using namespace asio_wait;
using namespace std::chrono_literals;

// Stands for a question to a shop: it takes a while, then there is a number.
asio::awaitable<int> price_of(int item) {
    auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, item * 10ms);
    co_await timer.async_wait(asio::use_awaitable);
    co_return item * 100;
}

asio::awaitable<void> run() {
    auto executor = co_await asio::this_coro::executor;
    auto t = create_task(executor, price_of(3)); // runs from here on
    std::cout << "asking\n";
    int price = co_await t.async_get();
    std::cout << "item 3 costs " << price << '\n';
}

int main() {
    asio::io_context context;
    asio::co_spawn(context, run(), [](std::exception_ptr error) {
        if (error)
            std::rethrow_exception(error);
    });
    context.run();
}
//! [first_program]
