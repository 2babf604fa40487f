// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/io_context.hpp>

#include <string>
#include <thread>
#include <vector>

namespace fetch {

/// A small HTTP server on a free port of 127.0.0.1, on a thread of its own, with pages that behave
/// well and badly. The destructor stops it.
class demo_server {
public:
    demo_server();
    ~demo_server();
    demo_server(const demo_server&) = delete;
    demo_server& operator=(const demo_server&) = delete;

    /// Such as "http://127.0.0.1:40123". Pages that are not there get the answer 404.
    const std::string& origin() const noexcept { return origin_; }

    /// One address for each way a server can behave.
    const std::vector<std::string>& addresses() const noexcept { return addresses_; }

private:
    boost::asio::io_context context_;
    std::string origin_;
    std::vector<std::string> addresses_;
    std::thread thread_;
};

} // namespace fetch
