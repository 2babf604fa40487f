// SPDX-License-Identifier: BSL-1.0
#include "url.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <stdexcept>

namespace fetch {
namespace {

constexpr std::string_view scheme = "http://";

bool is_visible(char c) {
    return c > ' ' && c <= '~';
}

[[noreturn]] void refuse(std::string_view text, std::string_view reason) {
    std::string shown(text);
    std::ranges::replace_if(shown, std::not_fn(is_visible), '?');
    throw std::invalid_argument("'" + shown + "' " + std::string(reason));
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool starts_with_scheme(std::string_view text, std::string_view wanted) {
    return std::ranges::equal(text.substr(0, wanted.size()), wanted, {}, lower);
}

bool is_port(std::string_view digits) {
    unsigned value = 0;
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value);
    return error == std::errc() && stop == end && value >= 1 && value <= 65535;
}

} // namespace

url parse_url(std::string_view text) {
    // Anything else could end the request line early and smuggle in fields of its own.
    if (!std::ranges::all_of(text, is_visible))
        refuse(text, "holds a blank, a control or a non-ASCII character, shown as '?'; "
                     "percent-encode it.");
    if (starts_with_scheme(text, "https://"))
        refuse(text, "asks for https, which this example does not speak; only http:// works.");
    if (!starts_with_scheme(text, scheme))
        refuse(text, "is not an address this example can fetch: it must begin with http://.");

    std::string_view rest = text.substr(scheme.size());
    rest = rest.substr(0, rest.find('#'));
    const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
    const std::string_view authority = rest.substr(0, end);
    if (authority.find('@') != authority.npos)
        refuse(text, "carries a user name, which this example does not send.");

    url result;
    result.authority = authority;
    result.target = rest.substr(end);
    if (result.target.empty() || result.target.front() != '/')
        result.target.insert(0, 1, '/');

    std::string_view port;
    if (authority.starts_with('[')) {
        const std::size_t close = authority.find(']');
        if (close == authority.npos)
            refuse(text, "has a '[' without a ']' in its host.");
        result.host = authority.substr(1, close - 1);
        port = authority.substr(close + 1);
        if (!port.empty() && port.front() != ':')
            refuse(text, "has something other than a port after the ']' of its host.");
    } else {
        const std::size_t colon = std::min(authority.find(':'), authority.size());
        result.host = authority.substr(0, colon);
        port = authority.substr(colon);
    }
    if (result.host.empty())
        refuse(text, "has no host.");
    if (!port.empty())
        port.remove_prefix(1);
    if (!port.empty() && !is_port(port))
        refuse(text, "has a port that is not a number from 1 to 65535.");
    result.port = port.empty() ? "80" : std::string(port);
    return result;
}

} // namespace fetch
