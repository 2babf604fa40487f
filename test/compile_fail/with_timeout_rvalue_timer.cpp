// SPDX-License-Identifier: BSL-1.0
// expect: a timer used as a limit must outlive the wait
#include <asio_wait/with_timeout.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>

boost::asio::awaitable<int> work(asio_wait::timeout_scope&);

void mistake(boost::asio::io_context& io) {
    using std::chrono::seconds;
#ifdef ASIO_WAIT_NO_MISTAKE
    boost::asio::steady_timer limit(io, seconds(1));
    (void)asio_wait::with_timeout(limit, work);
#else
    (void)asio_wait::with_timeout(boost::asio::steady_timer(io, seconds(1)), work);
#endif
}
