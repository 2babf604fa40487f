// SPDX-License-Identifier: BSL-1.0
// expect: the arguments are \(\[executor\], task, \[token\]\)
#include <asio_wait/shield.hpp>

#include <boost/asio/detached.hpp>

void mistake(const asio_wait::task<int>& a, const asio_wait::task<int>& b) {
#ifdef ASIO_WAIT_NO_MISTAKE
    asio_wait::shield(a, boost::asio::detached);
    asio_wait::shield(b, boost::asio::detached);
#else
    asio_wait::shield(a, b, boost::asio::detached);
#endif
}
