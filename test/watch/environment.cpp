// SPDX-License-Identifier: BSL-1.0

// ASIO_WAIT_WATCH. Run alone, with each of its values: nothing else in this program has set the switch then.

#include <asio_wait/watch_tasks.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <string_view>

BOOST_AUTO_TEST_SUITE(watch_environment)

BOOST_AUTO_TEST_CASE(the_environment_asks_for_it) {
    using namespace asio_wait::detail;
    const char* const value = std::getenv("ASIO_WAIT_WATCH");
    if (!value)
        BOOST_TEST(!watching());
    else if (value == std::string_view("1"))
        BOOST_TEST(watching());
    else
        BOOST_TEST(!ever_watched());
}

BOOST_AUTO_TEST_SUITE_END()
