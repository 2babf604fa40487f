// SPDX-License-Identifier: BSL-1.0
// expect: gather_settled gives boost::system::result; include <boost/system/result.hpp>
#include <asio_wait/gather.hpp>

#include <boost/asio/detached.hpp>

#ifdef ASIO_WAIT_NO_MISTAKE
#include <boost/system/result.hpp>
#endif

#include <vector>

void mistake(const std::vector<asio_wait::task<int>>& tasks) {
    asio_wait::gather_settled(tasks, boost::asio::detached);
}
