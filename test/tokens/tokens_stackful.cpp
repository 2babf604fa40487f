// SPDX-License-Identifier: BSL-1.0

// yield_context, where Boost.Context is at hand.

#include "unit/contract.hpp"

#include <boost/asio/spawn.hpp>

namespace unit {
namespace {

BOOST_FIXTURE_TEST_SUITE(tokens_stackful, fixture)

BOOST_AUTO_TEST_CASE(yield_context) {
    auto t = create_task(ex, sleeper(5ms, 1), "t");
    bool finished = false;
    asio::spawn(
        io,
        [&](asio::yield_context yield) {
            auto r = wait_for_tasks(t, all_completed, yield);
            BOOST_TEST(split(r) == "t : ");
            error_code ec;
            const std::vector<task<>> none;
            auto empty = wait_for_tasks(none, yield[ec]);
            BOOST_TEST((ec == asio::error::invalid_argument));
            t.async_wait(yield);
            finished = true;
        },
        asio::detached);
    run();
    BOOST_TEST(finished);
}

BOOST_AUTO_TEST_CASE(a_fiber_that_waits_when_its_context_dies_is_unwound) {
    bool unwound = false;
    task<> t;
    {
        asio::io_context other;
        t = create_task(other, forever());
        asio::spawn(
            other,
            [&](asio::yield_context yield) {
                const std::shared_ptr<void> on_exit(nullptr, [&](void*) { unwound = true; });
                wait_for_tasks(t, yield);
            },
            asio::detached);
        other.poll();
        BOOST_TEST(!unwound);
    }
    BOOST_TEST(unwound);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace unit
