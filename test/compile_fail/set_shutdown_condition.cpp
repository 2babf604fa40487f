// SPDX-License-Identifier: BSL-1.0
// expect: the arguments are \(\[grace period\], \[token\]\)
#include <asio_wait/return_when.hpp>
#include <asio_wait/task_set.hpp>

#include <boost/asio/detached.hpp>

void mistake(asio_wait::task_set<int>& set) {
#ifdef ASIO_WAIT_NO_MISTAKE
    set.async_shutdown(boost::asio::detached);
#else
    set.async_shutdown(asio_wait::all_completed, boost::asio::detached);
#endif
}
