// SPDX-License-Identifier: BSL-1.0

// happy_eyeballs [--ipv4]: connects to the first address that answers (RFC 8305). Each attempt has
// some time for itself before the next one joins it; the losers are cancelled.

#include "happy_eyeballs/black_hole.hpp"

#include <asio_wait.hpp>

#include <boost/asio.hpp>

#include <chrono>
#include <exception>
#include <iostream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace asio = boost::asio;
using namespace asio_wait;
using namespace std::chrono_literals;
using asio::ip::tcp;

namespace {

constexpr auto attempt_delay = 250ms;

asio::awaitable<tcp::socket> connect_to(tcp::endpoint address) {
    tcp::socket socket(co_await asio::this_coro::executor);
    co_await socket.async_connect(address, asio::use_awaitable);
    co_return socket;
}

std::string reason(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const boost::system::system_error& e) {
        return e.code().message();
    }
}

struct cancelled_at_exit {
    task_set<tcp::socket>& tasks;
    ~cancelled_at_exit() { tasks.cancel_all(); }
};

asio::awaitable<tcp::socket> connect_first(std::vector<tcp::endpoint> addresses) {
    const auto executor = co_await asio::this_coro::executor;
    task_set<tcp::socket> attempts;
    const cancelled_at_exit guard{attempts}; // also when our caller gives up
    std::vector<task<tcp::socket>> failed;
    for (auto next = addresses.begin(); next != addresses.end() || !attempts.empty();) {
        auto limit = std::chrono::milliseconds::max(); // none
        if (next != addresses.end()) {
            const auto name = (std::ostringstream() << *next).str();
            std::cout << "  trying " << name << std::endl;
            attempts.spawn(executor, connect_to(*next++), name);
            limit = attempt_delay;
        }
        auto ended = co_await attempts.async_wait(first_completed, limit);
        for (const auto& t : ended) {
            if (t.succeeded()) {
                std::cout << "  connected to " << t.name() << std::endl;
                co_await attempts.async_shutdown();
                for (const auto& loser : attempts)
                    std::cout << "  " << (loser.cancelled() ? "cancelled " : "too late ")
                              << loser.name() << std::endl;
                co_return t.take();
            }
            std::cout << "  failed " << t.name() << ": " << reason(t.exception()) << std::endl;
            failed.push_back(t);
        }
    }
    throw exception_group(failed);
}

asio::awaitable<void> show(const char* what, std::vector<tcp::endpoint> addresses) {
    std::cout << what << std::endl;
    try {
        co_await wait_for(connect_first(std::move(addresses)), 1s);
    } catch (const timeout_error&) {
        std::cout << "  gave up" << std::endl;
    } catch (const exception_group& group) {
        std::cout << "  no connection: " << group.errors().size() << " errors" << std::endl;
    }
}

asio::awaitable<void> demo(bool with_ipv6) {
    const auto executor = co_await asio::this_coro::executor;
    with_ipv6 = with_ipv6 && loopback::has_ipv6(executor);
    if (!with_ipv6)
        std::cout << "Without IPv6: 127.0.0.2 takes the place of ::1" << std::endl;
    auto hole = loopback::bound(executor, with_ipv6 ? "::1" : "127.0.0.2");
    const auto queued = co_await loopback::make_black_hole(hole);
    auto server = loopback::bound(executor, "127.0.0.1");
    auto closed = loopback::bound(executor, "127.0.0.1");
    server.listen();

    std::vector addresses{hole.local_endpoint(), server.local_endpoint()};
    co_await show("The first address swallows everything:", addresses);
    addresses[0] = closed.local_endpoint();
    co_await show("The first address refuses:", addresses);
    addresses[1] = closed.local_endpoint();
    co_await show("All refuse:", addresses);
    addresses = {hole.local_endpoint()};
    co_await show("Nobody answers in time:", addresses);
}

} // namespace

int main(int argc, char** argv) {
    asio::io_context context;
    const bool with_ipv6 = argc < 2 || std::string(argv[1]) != "--ipv4";
    asio::co_spawn(context, demo(with_ipv6), [](std::exception_ptr error) {
        if (error)
            std::rethrow_exception(error);
    });
    context.run();
}
