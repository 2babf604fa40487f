// SPDX-License-Identifier: BSL-1.0
// expect: bare awaitables need an executor to run on; name it as the first argument
#include <asio_wait/wait_for_tasks.hpp>

#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <utility>
#include <vector>

void mistake(boost::asio::io_context& io, std::vector<boost::asio::awaitable<int>> awaitables) {
#ifdef ASIO_WAIT_NO_MISTAKE
    asio_wait::wait_for_tasks(io, std::move(awaitables), boost::asio::detached);
#else
    (void)io;
    asio_wait::wait_for_tasks(std::move(awaitables), boost::asio::detached);
#endif
}
