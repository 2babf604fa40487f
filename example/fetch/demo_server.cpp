// SPDX-License-Identifier: BSL-1.0
#include "demo_server.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <cstddef>
#include <utility>

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

namespace fetch {
namespace {

// The gaps between the delays are wide, so that the demo prints the same order on a busy machine.
struct behaviour {
    const char* path;
    std::chrono::milliseconds delay;
    const char* status;
    std::size_t announced; // bytes of body in the header
    std::size_t sent;      // bytes of body that follow
};

constexpr std::chrono::milliseconds never = std::chrono::milliseconds::max();

constexpr behaviour behaviours[] = {
    {"/hangs", never, "", 0, 0},
    {"/slow", 1200ms, "200 OK", 5000, 5000},
    {"/breaks-off", 800ms, "200 OK", 5000, 1200},
    {"/fails", 400ms, "500 Internal Server Error", 0, 0},
    {"/fast", 10ms, "200 OK", 14, 14},
};
constexpr behaviour not_found = {"", 0ms, "404 Not Found", 0, 0};

const behaviour& behaviour_of(const std::string& request) {
    for (const behaviour& b : behaviours)
        if (request.starts_with("GET " + std::string(b.path) + ' '))
            return b;
    return not_found;
}

asio::awaitable<void> serve(tcp::socket client) {
    try {
        std::string request;
        co_await asio::async_read_until(client, asio::dynamic_buffer(request, 8192), "\r\n\r\n",
                                        asio::use_awaitable);
        const behaviour& b = behaviour_of(request);
        if (b.delay == never) {
            // Ends with an error when the client goes away.
            char ignored[1];
            co_await client.async_read_some(asio::buffer(ignored), asio::use_awaitable);
        } else {
            asio::steady_timer timer(client.get_executor(), b.delay);
            co_await timer.async_wait(asio::use_awaitable);
            const std::string answer =
                std::string("HTTP/1.1 ") + b.status +
                "\r\nConnection: close\r\nContent-Length: " + std::to_string(b.announced) +
                "\r\n\r\n" + std::string(b.sent, '.');
            co_await asio::async_write(client, asio::buffer(answer), asio::use_awaitable);
            client.shutdown(tcp::socket::shutdown_both);
        }
    } catch (const boost::system::system_error&) {
        // The client has gone; nobody is left to tell.
    }
}

asio::awaitable<void> listen(tcp::acceptor acceptor) {
    for (;;) {
        tcp::socket client = co_await acceptor.async_accept(asio::use_awaitable);
        asio::co_spawn(acceptor.get_executor(), serve(std::move(client)), asio::detached);
    }
}

} // namespace

demo_server::demo_server() {
    tcp::acceptor acceptor(context_, {asio::ip::address_v4::loopback(), 0});
    origin_ = "http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port());
    for (const behaviour& b : behaviours)
        addresses_.push_back(origin_ + b.path);
    asio::co_spawn(context_, listen(std::move(acceptor)), asio::detached);
    thread_ = std::thread([this] { context_.run(); });
}

demo_server::~demo_server() {
    context_.stop();
    thread_.join();
}

} // namespace fetch
