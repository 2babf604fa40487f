// SPDX-License-Identifier: BSL-1.0

// Tasks fail unread here where a test is cut short: keep that off stderr.

#include "support/unobserved_log.hpp"

#include <boost/test/unit_test.hpp>

namespace {
struct quiet {
    test::unobserved_log log;
};
} // namespace

BOOST_TEST_GLOBAL_FIXTURE(quiet);
