// SPDX-License-Identifier: BSL-1.0

// graceful_server: echoes lines until it is asked to stop (SIGTERM, SIGINT). Then it takes no more
// clients, gives those it has some time, cancels the rest, and says who does not end.

#include <asio_wait.hpp>

#include <boost/asio.hpp>

#include <chrono>
#include <csignal>
#include <exception>
#include <iostream>
#include <string>

namespace asio = boost::asio;
using namespace asio_wait;
using namespace std::chrono_literals;
using asio::ip::tcp;

namespace {

constexpr auto with_code = asio::as_tuple(asio::use_awaitable);
constexpr auto patience = 500ms; // for clients that are about to go
constexpr auto grace = 200ms;    // for sessions that have been cancelled

/// Stands for work that does not react to a cancel.
asio::awaitable<void> deaf_work() {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
    co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> session(tcp::socket client) {
    std::string line;
    for (;;) {
        auto [error, size] = co_await asio::async_read_until(
            client, asio::dynamic_buffer(line, 1024), '\n', with_code);
        if (error == asio::error::eof || error == asio::error::connection_reset)
            co_return;
        if (error)
            throw boost::system::system_error(error);
        co_await asio::async_write(client, asio::buffer(line, size), asio::use_awaitable);
        if (line.starts_with("work\n"))
            co_await deaf_work();
        line.erase(0, size);
    }
}

asio::awaitable<void> accept(tcp::acceptor acceptor, task_set<>& sessions) {
    for (int n = 1;; ++n) {
        tcp::socket client = co_await acceptor.async_accept(asio::use_awaitable);
        const auto executor = client.get_executor();
        sessions.spawn(executor, session(std::move(client)), "client " + std::to_string(n));
    }
}

std::string names(const auto& tasks) {
    std::string text;
    for (const auto& t : tasks)
        text += (text.empty() ? "" : ", ") + t.name();
    return text;
}

/// Gives the number of sessions that did not end.
asio::awaitable<std::size_t> serve() {
    const auto executor = co_await asio::this_coro::executor;
    asio::signal_set stop(executor, SIGTERM, SIGINT);
    tcp::acceptor acceptor(executor, {asio::ip::address_v4::loopback(), 0});
    std::cout << "listening on " << acceptor.local_endpoint() << std::endl;

    task_set<> sessions;
    sessions.discard_results(); // a session that ends is forgotten
    auto accepting = create_task(executor, accept(std::move(acceptor), sessions), "accept");

    co_await stop.async_wait(asio::use_awaitable);
    co_await cancel_and_wait(accepting);
    std::cout << "stopping, still there: " << names(sessions) << std::endl;

    if (!sessions.empty())
        co_await sessions.async_wait(all_completed, patience);
    if (!sessions.empty())
        std::cout << "cancelling: " << names(sessions) << std::endl;
    const auto stuck = co_await sessions.async_shutdown(grace);
    if (!stuck.empty())
        std::cout << "stuck: " << names(stuck) << std::endl;
    std::cout << "stopped" << std::endl;
    co_return stuck.size();
}

} // namespace

int main() {
    asio::io_context context;
    std::size_t stuck = 0;
    asio::co_spawn(context, serve(), [&](std::exception_ptr error, std::size_t n) {
        if (error)
            std::rethrow_exception(error);
        stuck = n;
        context.stop(); // what is stuck goes with the context
    });
    context.run();
    return stuck == 0 ? 0 : 1;
}
