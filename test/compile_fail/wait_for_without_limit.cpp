// SPDX-License-Identifier: BSL-1.0
// expect: the arguments are \(\[executor\], task, timeout, \[token\]\)
#include <asio_wait/wait_for.hpp>

#include <boost/asio/detached.hpp>

#include <chrono>

void mistake(const asio_wait::task<int>& task) {
#ifdef ASIO_WAIT_NO_MISTAKE
    asio_wait::wait_for(task, std::chrono::seconds(1), boost::asio::detached);
#else
    asio_wait::wait_for(task, boost::asio::detached);
#endif
}
