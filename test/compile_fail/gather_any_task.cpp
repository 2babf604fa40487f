// SPDX-License-Identifier: BSL-1.0
// expect: gather gives values, which an any_task does not know; use wait_for_tasks
#include <asio_wait/gather.hpp>

#include <boost/asio/detached.hpp>

#include <vector>

#ifdef ASIO_WAIT_NO_MISTAKE
using element = asio_wait::task<int>;
#else
using element = asio_wait::any_task;
#endif

void mistake(const std::vector<element>& tasks) {
    asio_wait::gather(tasks, boost::asio::detached);
}
