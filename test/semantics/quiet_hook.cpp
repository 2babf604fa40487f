// SPDX-License-Identifier: BSL-1.0

// Many of these tests let tasks fail and never read the error: keep that off stderr. The tests of
// the report itself put their own log in front.

#include "support/unobserved_log.hpp"

#include <boost/test/unit_test.hpp>

namespace {
struct quiet_hook {
    test::unobserved_log log;
};
} // namespace

BOOST_TEST_GLOBAL_FIXTURE(quiet_hook);
