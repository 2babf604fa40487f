// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "url.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace fetch {

struct page {
    std::string status; // such as "200 OK"
    std::string body;
};

/// Fetches one page over a connection of its own. Redirections are not followed.
/** A failure is a std::runtime_error with one sentence; so is an answer of 400 and above. Being
 *  cancelled comes out as Asio's own operation_aborted, so that a task around it counts as
 * cancelled. A name lookup cannot be interrupted: cancelling takes effect when it has ended. */
boost::asio::awaitable<page> http_get(url from);

} // namespace fetch
