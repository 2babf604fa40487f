// SPDX-License-Identifier: BSL-1.0
// expect: the arguments are \(\[condition\], \[timeout\], \[token\]\)
#include <asio_wait/return_when.hpp>
#include <asio_wait/task_set.hpp>

#include <boost/asio/detached.hpp>

#include <chrono>

void mistake(asio_wait::task_set<int>& set) {
    using std::chrono::seconds;
#ifdef ASIO_WAIT_NO_MISTAKE
    set.async_wait(asio_wait::first_completed, seconds(1), boost::asio::detached);
#else
    set.async_wait(seconds(1), asio_wait::first_completed, boost::asio::detached);
#endif
}
