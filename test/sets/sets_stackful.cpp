// SPDX-License-Identifier: BSL-1.0

// Sets in stackful coroutines, where Boost.Context is at hand.

#include "unit/contract.hpp"

#include <asio_wait/task_set.hpp>

#include <boost/asio/spawn.hpp>

namespace unit {
namespace {

BOOST_FIXTURE_TEST_SUITE(sets_stackful, fixture)

BOOST_AUTO_TEST_CASE(yield_context) {
    bool finished = false;
    asio::spawn(
        io,
        [&](asio::yield_context yield) {
            task_set<int> set;
            for (int i = 1; i != 4; ++i)
                set.spawn(ex, sleeper(milliseconds(i), i));
            BOOST_TEST(set.async_next(yield).result() == 1);
            BOOST_TEST(set.async_wait(first_completed, yield).size() == 1u);
            auto t = set.async_spawn(ex, sleeper(1ms, 7), "seven", yield);
            BOOST_TEST(t.name() == "seven");
            BOOST_TEST(set.async_shutdown(yield).empty());
            auto r = wait_for_tasks(std::move(set), all_completed, yield);
            BOOST_TEST(r.done.size() == 2u);
            error_code ec;
            r.pending.async_next(yield[ec]);
            BOOST_TEST((ec == asio::error::invalid_argument));
            BOOST_CHECK_THROW(r.pending.async_next(yield), system_error);
            finished = true;
        },
        asio::detached);
    run();
    BOOST_TEST(finished);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace unit
