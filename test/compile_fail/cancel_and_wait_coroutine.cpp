// SPDX-License-Identifier: BSL-1.0
// expect: the arguments are \(\[executor\], tasks, \[grace period\], \[token\]\)
#include <asio_wait/cancel_and_wait.hpp>

#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <utility>

void mistake(boost::asio::io_context& io, boost::asio::awaitable<int> work) {
#ifdef ASIO_WAIT_NO_MISTAKE
    auto task = asio_wait::create_task(io, std::move(work));
    asio_wait::cancel_and_wait(io, task, boost::asio::detached);
#else
    asio_wait::cancel_and_wait(io, std::move(work), boost::asio::detached);
#endif
}
