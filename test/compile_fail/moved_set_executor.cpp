// SPDX-License-Identifier: BSL-1.0
// expect: the arguments are \(set, \[condition\], \[timeout\], \[token\]\)
#include <asio_wait/task_set.hpp>

#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <utility>

void mistake(boost::asio::io_context& io, asio_wait::task_set<int>& set) {
#ifdef ASIO_WAIT_NO_MISTAKE
    (void)io;
    asio_wait::wait_for_tasks(std::move(set), boost::asio::detached);
#else
    asio_wait::wait_for_tasks(io, std::move(set), boost::asio::detached);
#endif
}
