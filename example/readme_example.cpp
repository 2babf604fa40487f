// SPDX-License-Identifier: BSL-1.0

// The program behind the first screen of README.md. A test compares the part between the markers,
// and what the program prints, with the blocks shown there.

#include <asio_wait.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

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

struct server {
    std::string name;
    std::chrono::milliseconds delay;
    bool up;
};

// Stands for a request over the network.
asio::awaitable<std::string> ask(server s) {
    asio::steady_timer timer(co_await asio::this_coro::executor, s.delay);
    co_await timer.async_wait(asio::use_awaitable);
    if (!s.up)
        throw std::runtime_error("the disk is full");
    co_return "all is well";
}

std::string outcome(const task<std::string>& t) {
    try {
        return t.result();
    } catch (const std::exception& e) {
        return std::string("failed, ") + e.what();
    }
}

//[readme
asio::awaitable<void> ask_all(std::vector<server> servers) {
    const auto executor = co_await asio::this_coro::executor;
    std::vector<task<std::string>> pending;
    for (const server& s : servers)
        pending.push_back(create_task(executor, ask(s), s.name)); // runs from here on

    const auto deadline = std::chrono::steady_clock::now() + 1s;
    while (!pending.empty()) {
        auto [done, rest] = co_await wait_for_tasks(pending, first_completed, deadline);
        if (done.empty())
            break; // the deadline has passed; that is no error and cancels nothing
        for (const auto& t : done)
            std::cout << t.name() << ": " << outcome(t) << '\n';
        pending = std::move(rest);
    }
    for (const auto& t : pending) {
        std::cout << t.name() << ": no answer yet, is being cancelled\n";
        t.cancel();
    }
    if (!pending.empty())
        co_await wait_for_tasks(pending); // until they have really ended
}
//]

} // namespace

int main() {
    const std::vector<server> servers = {
        {"paris", 600ms, true}, {"tokyo", 1h, true}, {"lima", 300ms, false}, {"oslo", 10ms, true}};
    asio::io_context context;
    asio::co_spawn(context, ask_all(servers), [](std::exception_ptr error) {
        if (error)
            std::rethrow_exception(error);
    });
    context.run();
}
