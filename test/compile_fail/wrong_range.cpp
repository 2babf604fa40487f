// SPDX-License-Identifier: BSL-1.0
// expect: tasks (must be|is) a range of task<T> or any_task
#include <asio_wait/wait_for_tasks.hpp>

#include <boost/asio/detached.hpp>

#include <vector>

#ifdef ASIO_WAIT_NO_MISTAKE
using element = asio_wait::task<int>;
#else
using element = int;
#endif

void mistake(const std::vector<element>& tasks) {
    asio_wait::wait_for_tasks(tasks, boost::asio::detached);
}
