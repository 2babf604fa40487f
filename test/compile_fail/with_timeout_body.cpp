// SPDX-License-Identifier: BSL-1.0
// expect: the body is called with a timeout_scope& and returns an awaitable
#include <asio_wait/with_timeout.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>

boost::asio::awaitable<int> work();

void mistake() {
    using std::chrono::seconds;
#ifdef ASIO_WAIT_NO_MISTAKE
    (void)asio_wait::with_timeout(seconds(1), [](asio_wait::timeout_scope&) { return work(); });
#else
    (void)asio_wait::with_timeout(seconds(1), [] { return work(); });
#endif
}
