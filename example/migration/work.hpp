// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait.hpp>

#include <boost/asio.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>

// What the children of the examples do.

namespace work {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// Says when it is cancelled on the way.
struct notice {
    std::string name;
    bool ended = false;
    ~notice() {
        if (!ended)
            std::cout << "  " << name << " was stopped\n";
    }
};

inline asio::awaitable<int> value(std::string name, std::chrono::milliseconds delay) {
    notice n{name};
    asio::steady_timer timer(co_await asio::this_coro::executor, delay);
    co_await timer.async_wait(asio::use_awaitable);
    n.ended = true;
    std::cout << "  " << name << " has ended\n";
    co_return static_cast<int>(delay.count());
}

inline asio::awaitable<void> child(std::string name, std::chrono::milliseconds delay) {
    co_await value(name, delay);
}

inline asio::awaitable<void> failing(std::string name, std::chrono::milliseconds delay) {
    co_await value(name, delay);
    throw std::runtime_error(name + " has failed");
}

/// How many run at a time.
struct crowd {
    int running = 0, most = 0, ended = 0;

    void enter() { most = std::max(most, ++running); }
    void leave() { --running, ++ended; }
    void report() const {
        std::cout << "  " << ended << " have ended, at most " << most << " ran at a time\n";
    }
};

inline asio::awaitable<void> member(crowd& c, std::chrono::milliseconds delay) {
    c.enter();
    asio::steady_timer timer(co_await asio::this_coro::executor, delay);
    co_await timer.async_wait(asio::use_awaitable);
    c.leave();
}

inline asio::awaitable<void> report(const char* what, asio::awaitable<void> shown) {
    std::cout << what << '\n';
    try {
        co_await std::move(shown);
    } catch (const std::exception& e) {
        std::cout << "  error: " << e.what() << '\n';
    }
    // What is being cancelled ends meanwhile.
    asio::steady_timer timer(co_await asio::this_coro::executor, 1ms);
    co_await timer.async_wait(asio::use_awaitable);
}

inline void rethrow(std::exception_ptr error) {
    if (error)
        std::rethrow_exception(error);
}

} // namespace work
