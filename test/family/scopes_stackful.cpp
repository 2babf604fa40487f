// SPDX-License-Identifier: BSL-1.0

// wait_for, shield and with_timeout with yield_context, where Boost.Context is at hand.

#include "scopes.hpp"

#include "support/drained_context.hpp"

#include <boost/asio/spawn.hpp>

#include <memory>
#include <string>

namespace family {
BOOST_FIXTURE_TEST_SUITE(family_scopes_stackful, test::drained_context)

BOOST_AUTO_TEST_CASE(yield_context) {
    bool finished = false;
    asio::spawn(
        io,
        [&](asio::yield_context yield) {
            auto t = create_task(io, sleeper(5ms, 7));
            auto quick = [](timeout_scope&) { return sleeper(5ms, 8); };
            auto late = [](timeout_scope&) { return forever(); };
            // Served through as_tuple: Boosts before 1.88 cannot take an exception_ptr here.
            BOOST_TEST(wait_for(t, in(10ms), yield) == 7);
            BOOST_TEST(shield(t, yield) == 7);
            BOOST_TEST(with_timeout(in(10ms), quick, yield) == 8);
            BOOST_TEST(t.async_get(yield) == 7);
            auto nothing = create_task(io, sleep_for(0ms));
            nothing.async_join(yield);
            BOOST_CHECK_THROW(wait_for(forever(), in(10ms), yield), timeout_error);
            BOOST_CHECK_THROW(with_timeout(in(10ms), late, yield), timeout_error);
            BOOST_CHECK_THROW(shield(failing(1ms), yield), boom);
            BOOST_TEST(now() == 31);
            finished = true;
        },
        asio::detached);
    run();
    BOOST_TEST(finished);
}

BOOST_AUTO_TEST_CASE(a_fiber_that_waits_when_its_context_dies_is_unwound) {
    int unwound = 0;
    {
        asio::io_context dying;
        auto t = create_task(dying, forever());
        auto late = [](timeout_scope&) { return forever(); };
        for (int which = 0; which < 3; ++which)
            asio::spawn(
                dying,
                [&, which](asio::yield_context yield) {
                    const std::shared_ptr<void> on_exit(nullptr, [&](void*) { ++unwound; });
                    if (which == 0)
                        wait_for(t, in(10ms), yield);
                    else if (which == 1)
                        shield(t, yield);
                    else
                        with_timeout(in(10ms), late, yield);
                },
                asio::detached);
        dying.poll();
        BOOST_TEST(unwound == 0);
    }
    BOOST_TEST(unwound == 3);
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace family
