// SPDX-License-Identifier: BSL-1.0
// expect: this operation does not say what it runs on; use bind_executor
#include <asio_wait/use_task.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>

#include <utility>

template<class Token>
auto homeless_operation(Token&& token) {
    return boost::asio::async_initiate<Token, void(int)>(
        [](auto&& handler) { std::move(handler)(1); }, token);
}

void mistake(boost::asio::io_context& io) {
#ifdef ASIO_WAIT_NO_MISTAKE
    homeless_operation(boost::asio::bind_executor(io, asio_wait::use_task));
#else
    (void)io;
    homeless_operation(asio_wait::use_task);
#endif
}
