// SPDX-License-Identifier: BSL-1.0
#include "http_get.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/system/system_error.hpp>

#include <cstdint>
#include <stdexcept>
#include <utility>

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

namespace fetch {
namespace {

constexpr auto with_code = asio::as_tuple(asio::use_awaitable);
constexpr std::uint64_t largest_body = 64u * 1024 * 1024;

using response_parser = http::response_parser<http::string_body>;

// The user reads the sentence; a cancelled task is recognised by the code, so that stays as it is.
void check(const error_code& error, const std::string& what) {
    if (error == asio::error::operation_aborted)
        throw boost::system::system_error(error);
    if (error)
        throw std::runtime_error(what + ": " + error.message());
}

std::string received(const response_parser& parser) {
    std::string text = std::to_string(parser.get().body().size());
    if (parser.content_length())
        text += " of " + std::to_string(*parser.content_length());
    return text + " bytes";
}

std::string read_failure(const error_code& error, const response_parser& parser) {
    if (error == http::error::body_limit)
        return "the body is larger than the " + std::to_string(largest_body) + " bytes allowed";
    if (!parser.is_header_done()) {
        const bool closed = error == http::error::end_of_stream ||
                            error == http::error::partial_message ||
                            error == asio::error::connection_reset;
        return closed ? "the server closed the connection without an answer"
                      : "the answer is not HTTP: " + error.message();
    }
    if (error == http::error::partial_message)
        return "the server closed the connection after " + received(parser);
    return "the transfer broke off after " + received(parser) + ": " + error.message();
}

} // namespace

asio::awaitable<page> http_get(url from) {
    const auto executor = co_await asio::this_coro::executor;

    tcp::resolver resolver(executor);
    auto [lookup_error, endpoints] =
        co_await resolver.async_resolve(from.host, from.port, with_code);
    check(lookup_error, "cannot resolve the host " + from.host);

    tcp::socket socket(executor);
    auto [connect_error, endpoint] = co_await asio::async_connect(socket, endpoints, with_code);
    check(connect_error, "cannot connect to " + from.authority);

    http::request<http::empty_body> request(http::verb::get, from.target, 11);
    request.set(http::field::host, from.authority);
    request.set(http::field::user_agent, "asio_wait fetch example");
    request.set(http::field::connection, "close");
    auto [write_error, written] = co_await http::async_write(socket, request, with_code);
    check(write_error, "cannot send the request to " + from.authority);

    boost::beast::flat_buffer buffer;
    response_parser parser;
    parser.body_limit(largest_body);
    auto [read_error, read] = co_await http::async_read(socket, buffer, parser, with_code);
    if (read_error == asio::error::operation_aborted)
        throw boost::system::system_error(read_error);
    if (read_error)
        throw std::runtime_error(read_failure(read_error, parser));

    auto& response = parser.get();
    const std::string status =
        std::to_string(response.result_int()) + ' ' + std::string(response.reason());
    if (response.result_int() >= 400)
        throw std::runtime_error("the server answered " + status);
    co_return page{status, std::move(response.body())};
}

} // namespace fetch
