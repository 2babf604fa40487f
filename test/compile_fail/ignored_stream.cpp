// SPDX-License-Identifier: BSL-1.0
// expect: ignoring return value of .*nodiscard
#include <asio_wait/as_completed.hpp>

#include <boost/asio/detached.hpp>

void mistake(asio_wait::completion_stream<int>& stream) {
#ifdef ASIO_WAIT_NO_MISTAKE
    stream.async_next(boost::asio::detached);
#else
    stream.async_next();
#endif
}
