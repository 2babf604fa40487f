// SPDX-License-Identifier: BSL-1.0
// expect: the arguments are \(\[executor\], tasks, \[token\]\)
#include <asio_wait/gather.hpp>

#include <boost/asio/detached.hpp>

#include <chrono>
#include <vector>

void mistake(const std::vector<asio_wait::task<int>>& tasks) {
#ifdef ASIO_WAIT_NO_MISTAKE
    asio_wait::gather(tasks, boost::asio::detached);
#else
    asio_wait::gather(tasks, std::chrono::seconds(1), boost::asio::detached);
#endif
}
