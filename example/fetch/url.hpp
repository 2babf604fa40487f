// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>

namespace fetch {

/// The parts of an http:// address that a GET needs.
struct url {
    std::string host; // without the brackets of an IPv6 address
    std::string port;
    std::string authority; // host and port as written, for the Host field
    std::string target;    // path and query, at least "/"
};

/// Throws std::invalid_argument with one sentence that says what is wrong.
url parse_url(std::string_view text);

} // namespace fetch
