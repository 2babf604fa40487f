// SPDX-License-Identifier: BSL-1.0

// redis <port>: Boost.Redis (Boost 1.84 or newer) with tasks. Commands run at once on one connection.
// A command that blocks has a connection of its own: a wait for it may end while the command stays,
// so that no element is lost; a limit that cancels it costs that connection.

#include <asio_wait.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/redis/connection.hpp>
#include <boost/redis/src.hpp>

#include <chrono>
#include <exception>
#include <iostream>
#include <iterator>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace asio = boost::asio;
namespace redis = boost::redis;
using namespace asio_wait;
using namespace std::chrono_literals;

using redis_ptr = std::shared_ptr<redis::connection>; // shared with what runs on it

namespace {

/// Sends a command with its arguments, such as "GET city". Gives the text of the reply, of several
/// texts the last.
asio::awaitable<std::string> command(redis_ptr c, std::string line) {
    std::istringstream text(line);
    std::string name;
    text >> name;
    using word = std::istream_iterator<std::string>;
    const std::vector<std::string> arguments{word(text), word()};
    redis::request request;
    request.push_range(name, arguments.begin(), arguments.end());
    redis::generic_response reply;
    co_await c->async_exec(request, reply, asio::use_awaitable);
    if (reply.has_error())
        throw std::runtime_error(reply.error().diagnostic);
    co_return reply.value().empty() ? "" : reply.value().back().value;
}

/// Keeps a connection up, until it is cancelled or breaks.
asio::awaitable<void> run(redis_ptr c, std::string port) {
    redis::config config;
    config.addr.port = std::move(port);
    config.reconnect_wait_interval = 0s; // no reconnection: the task ends when the connection does
    const redis::logger quiet(redis::logger::level::disabled);
    co_await c->async_run(config, quiet, asio::use_awaitable);
}

void print(const task<std::string>& t) {
    std::cout << "  " << t.name() << ": ";
    try {
        std::cout << t.result() << std::endl;
    } catch (const std::exception& e) {
        std::cout << "failed, " << e.what() << std::endl;
    }
}

struct cancelled_at_exit {
    any_task_set& tasks;
    ~cancelled_at_exit() {
        try {
            tasks.cancel_all();
        } catch (...) { // no memory; perhaps another exception is on its way
        }
    }
};

asio::awaitable<void> demo(std::string port) {
    const auto executor = co_await asio::this_coro::executor;
    any_task_set all;
    const cancelled_at_exit guard{all}; // also when something fails
    const auto fast = std::make_shared<redis::connection>(executor);
    const auto fast_up = all.spawn(executor, run(fast, port), "fast connection");
    const auto start = [&](const redis_ptr& c, const char* line) {
        return all.spawn(executor, command(c, line), line);
    };

    // A command waits for its connection. If there will be none, we want to know.
    const auto ping = start(fast, "PING hello");
    co_await wait_for_tasks(ping, fast_up, first_completed);
    if (fast_up.done())
        fast_up.result(); // throws

    std::cout << "Four commands at once:" << std::endl;
    const std::vector four{start(fast, "SET city Oslo"), start(fast, "INCR visits"),
                           start(fast, "INCR city"), start(fast, "GET city")};
    co_await wait_for_tasks(four);
    for (const auto& t : four)
        print(t);

    const auto blocking = std::make_shared<redis::connection>(executor);
    const auto blocking_up = all.spawn(executor, run(blocking, port), "blocking connection");
    std::cout << "A wait that ends before the command does:" << std::endl;
    const auto pop = start(blocking, "BLPOP jobs 0");
    co_await wait_for_tasks(pop, 100ms);
    std::cout << "  " << pop.name() << (pop.done() ? ": done?" : ": still there") << std::endl;
    co_await command(fast, "RPUSH jobs paint");
    co_await pop.async_wait();
    print(pop);

    std::cout << "A limit that cancels it:" << std::endl;
    try {
        co_await wait_for(start(blocking, "BLPOP jobs 0"), 300ms);
    } catch (const timeout_error& e) {
        std::cout << "  " << e.what() << std::endl;
    }
    co_await blocking_up.async_wait();
    std::cout << "  " << blocking_up.name() << ": ended" << std::endl;
    const std::string city = co_await command(fast, "GET city");
    std::cout << "  the other still knows " << city << std::endl;

    co_await all.async_shutdown(5s);
    (void)fast_up.exception(), (void)blocking_up.exception(); // an error, as asked
}

} // namespace

int main(int argc, char** argv) {
    asio::io_context context;
    int code = 0;
    asio::co_spawn(context, demo(argc > 1 ? argv[1] : "6379"), [&](std::exception_ptr error) {
        try {
            if (error)
                std::rethrow_exception(error);
        } catch (const std::exception& e) {
            std::cerr << "redis: " << e.what() << std::endl;
            code = 1;
        }
    });
    context.run();
    return code;
}
