// SPDX-License-Identifier: BSL-1.0
// expect: tasks must be a range of task<T>, awaitables or deferred operations
#include <asio_wait/gather.hpp>

#include <boost/asio/detached.hpp>

#include <vector>

#ifdef ASIO_WAIT_NO_MISTAKE
using element = asio_wait::task<int>;
#else
using element = int;
#endif

void mistake(const std::vector<element>& tasks) {
    asio_wait::gather(tasks, boost::asio::detached);
}
