// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/timeout_error.hpp>
#include <asio_wait/wait_for.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <vector>

// Addresses of this machine that behave badly.

namespace loopback {

using boost::asio::ip::tcp;

/// Takes a port, and refuses connections until somebody calls listen.
inline tcp::acceptor bound(const boost::asio::any_io_executor& executor, const char* address) {
    const tcp::endpoint any_port(boost::asio::ip::make_address(address), 0);
    tcp::acceptor a(executor, any_port.protocol());
    a.bind(any_port);
    return a;
}

inline bool has_ipv6(const boost::asio::any_io_executor& executor) {
    try {
        bound(executor, "::1");
        return true;
    } catch (const boost::system::system_error&) {
        return false;
    }
}

/// Fills the queue of a listener that nobody empties; the kernel drops what comes after that.
inline boost::asio::awaitable<std::vector<tcp::socket>> make_black_hole(tcp::acceptor& listener) {
    listener.listen(0);
    std::vector<tcp::socket> queued;
    try {
        for (;;) {
            queued.emplace_back(listener.get_executor());
            co_await asio_wait::wait_for(
                queued.back().async_connect(listener.local_endpoint(), boost::asio::use_awaitable),
                std::chrono::milliseconds(100));
        }
    } catch (const asio_wait::timeout_error&) {
        co_return queued;
    }
}

} // namespace loopback
