// SPDX-License-Identifier: BSL-1.0
// expect: a timer used as a limit must outlive the wait
#include <asio_wait/wait_for.hpp>

#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>

void mistake(boost::asio::io_context& io, const asio_wait::task<int>& task) {
#ifdef ASIO_WAIT_NO_MISTAKE
    boost::asio::steady_timer limit(io, std::chrono::seconds(1));
    asio_wait::wait_for(task, limit, boost::asio::detached);
#else
    asio_wait::wait_for(task, boost::asio::steady_timer(io, std::chrono::seconds(1)),
                        boost::asio::detached);
#endif
}
