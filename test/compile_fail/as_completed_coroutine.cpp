// SPDX-License-Identifier: BSL-1.0
// expect: bare awaitables need an executor to run on; name it as the first argument
#include <asio_wait/as_completed.hpp>

#include <boost/asio/io_context.hpp>

#include <utility>
#include <vector>

void mistake(boost::asio::io_context& io, std::vector<boost::asio::awaitable<int>> awaitables) {
#ifdef ASIO_WAIT_NO_MISTAKE
    [[maybe_unused]] auto stream = asio_wait::as_completed(io, std::move(awaitables));
#else
    (void)io;
    [[maybe_unused]] auto stream = asio_wait::as_completed(std::move(awaitables));
#endif
}
