// SPDX-License-Identifier: BSL-1.0

// The job of example/readme_example.cpp, done with make_parallel_group; compile_time.py compares
// what the two cost the compiler. A group cannot hand out its operations one by one, so each reports
// for itself, and the deadline is a second group around the first.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
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
using namespace std::chrono_literals;

namespace {

struct server {
    std::string name;
    std::chrono::milliseconds delay;
    bool up;
};

asio::awaitable<std::string> ask(server s) {
    asio::steady_timer timer(co_await asio::this_coro::executor, s.delay);
    co_await timer.async_wait(asio::use_awaitable);
    if (!s.up)
        throw std::runtime_error("the disk is full");
    co_return "all is well";
}

asio::awaitable<void> report(server s) {
    std::string outcome;
    try {
        outcome = co_await ask(s);
    } catch (const boost::system::system_error& e) {
        outcome = e.code() == asio::error::operation_aborted ? "no answer yet, is being cancelled"
                                                             : e.what();
    } catch (const std::exception& e) {
        outcome = std::string("failed, ") + e.what();
    }
    std::cout << s.name << ": " << outcome << '\n';
}

asio::awaitable<void> ask_all(std::vector<server> servers) {
    const auto executor = co_await asio::this_coro::executor;
    using operation = decltype(asio::co_spawn(executor, report(server()), asio::deferred));
    std::vector<operation> operations;
    for (const server& s : servers)
        operations.push_back(asio::co_spawn(executor, report(s), asio::deferred));

    namespace experimental = asio::experimental;
    asio::steady_timer deadline(executor, 1s);
    auto all = experimental::make_parallel_group(std::move(operations));
    auto limited = experimental::make_parallel_group(
        all.async_wait(experimental::wait_for_all(), asio::deferred),
        deadline.async_wait(asio::deferred));
    co_await limited.async_wait(experimental::wait_for_one(), asio::use_awaitable);
}

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
