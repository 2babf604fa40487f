// SPDX-License-Identifier: BSL-1.0
// expect: a task cannot hold a reference; use a pointer or std::reference_wrapper
#include <asio_wait/wait_for.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>

#ifdef ASIO_WAIT_NO_MISTAKE
boost::asio::awaitable<int*> work();
#else
boost::asio::awaitable<int&> work();
#endif

void mistake() {
    (void)asio_wait::wait_for(work(), std::chrono::seconds(1));
}
