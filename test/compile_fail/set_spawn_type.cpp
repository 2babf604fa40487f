// SPDX-License-Identifier: BSL-1.0
// expect: the coroutine's value is not of the set's type; use any_task_set
#include <asio_wait/task_set.hpp>

#include <boost/asio/io_context.hpp>

#ifdef ASIO_WAIT_NO_MISTAKE
using set_type = asio_wait::any_task_set;
#else
using set_type = asio_wait::task_set<int>;
#endif

boost::asio::awaitable<double> work();

void mistake(boost::asio::io_context& io, set_type& set) {
    set.spawn(io, work());
}
