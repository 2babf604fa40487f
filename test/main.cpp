// SPDX-License-Identifier: BSL-1.0

// Boost.Test's own code, compiled once for all test programs: no Boost library is needed, so the
// tests also build against a bare prefix of Boost headers.
#define BOOST_TEST_MODULE asio_wait
#include <boost/test/included/unit_test.hpp>
