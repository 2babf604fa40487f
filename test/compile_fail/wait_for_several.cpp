// SPDX-License-Identifier: BSL-1.0
// expect: the arguments are \(\[executor\], task, timeout, \[token\]\)
#include <asio_wait/wait_for.hpp>

#include <boost/asio/detached.hpp>

#include <chrono>
#include <vector>

void mistake(const std::vector<asio_wait::task<int>>& tasks) {
    using std::chrono::seconds;
#ifdef ASIO_WAIT_NO_MISTAKE
    asio_wait::wait_for(tasks.front(), seconds(1), boost::asio::detached);
#else
    asio_wait::wait_for(tasks, seconds(1), boost::asio::detached);
#endif
}
