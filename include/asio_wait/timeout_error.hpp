// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

namespace asio_wait::inline v0 {

/// A time limit of this library ran out.
/** Its code is `boost::asio::error::timed_out`; a type of its own, because sockets report that code
 *  too. */
class ASIO_WAIT_TYPE_VISIBLE timeout_error : public boost::system::system_error {
public:
    /// With the code `timed_out`.
    timeout_error()
        : system_error(boost::asio::error::timed_out, "asio_wait: the time limit ran out") {}
};

} // namespace asio_wait::inline v0
