// SPDX-License-Identifier: BSL-1.0
// expect: a timer used as a limit must outlive the wait
#include <asio_wait/wait_for_tasks.hpp>

#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <vector>

void mistake(boost::asio::io_context& io, const std::vector<asio_wait::task<int>>& tasks) {
#ifdef ASIO_WAIT_NO_MISTAKE
    boost::asio::steady_timer limit(io, std::chrono::seconds(1));
    asio_wait::wait_for_tasks(tasks, asio_wait::all_completed, limit, boost::asio::detached);
#else
    asio_wait::wait_for_tasks(tasks, asio_wait::all_completed,
                              boost::asio::steady_timer(io, std::chrono::seconds(1)),
                              boost::asio::detached);
#endif
}
