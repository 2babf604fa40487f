// SPDX-License-Identifier: BSL-1.0
// expect: the arguments are \(\[timeout\], \[token\]\)
#include <asio_wait/return_when.hpp>
#include <asio_wait/semaphore.hpp>

#include <boost/asio/detached.hpp>

#include <chrono>

void mistake(asio_wait::semaphore& semaphore) {
    using std::chrono::seconds;
#ifdef ASIO_WAIT_NO_MISTAKE
    semaphore.async_acquire(seconds(1), boost::asio::detached);
#else
    semaphore.async_acquire(asio_wait::first_completed, seconds(1), boost::asio::detached);
#endif
}
