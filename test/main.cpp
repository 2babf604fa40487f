// SPDX-License-Identifier: BSL-1.0

// Boost.Test's own code, compiled once for all test programs: no Boost library is needed, so the
// tests also build against a bare prefix of Boost headers.
#define BOOST_TEST_MODULE asio_wait
#include <boost/test/included/unit_test.hpp>

#include <asio_wait/testing/dump_on_time_limit.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <optional>

namespace {

/// ctest kills a test that takes too long, and says nothing; it tells us its limit in seconds.
struct dump_before_ctest_kills {
    dump_before_ctest_kills() {
        const char* const limit = std::getenv("ASIO_WAIT_TEST_LIMIT");
        // Some seconds earlier, for a dump takes less; of a short limit some of it.
        if (const double seconds = limit ? std::atof(limit) : 0; seconds > 0)
            guard.emplace(std::chrono::milliseconds(
                static_cast<int>(1000 * std::max(seconds - 5, 0.9 * seconds))));
    }

    std::optional<asio_wait::testing::dump_on_time_limit> guard;
};

} // namespace

BOOST_TEST_GLOBAL_FIXTURE(dump_before_ctest_kills);
