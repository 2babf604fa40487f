// SPDX-License-Identifier: BSL-1.0

// Bigger stories than can be played in every order: several operations on several tasks, made up
// from a seed and played in one order that follows from the same seed.
//
// ASIO_WAIT_SCHEDULES_RUNS=1000000 in the environment plays so many,
// ASIO_WAIT_SCHEDULES_SEED=7 begins elsewhere,
// ASIO_WAIT_SCHEDULES_REPLAY="0 3 1" plays the one that a failure has named.

#include "invent.hpp"
#include "stage.hpp"
#include "support/sanitized.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

using namespace schedules;

std::size_t setting(const char* name, std::size_t usual) {
    const char* const given = std::getenv(name);
    return given ? static_cast<std::size_t>(std::atoll(given)) : usual;
}

void play_any(testing::schedule& choices) {
    play(inventor(choices).invent(), choices);
}

} // namespace

BOOST_AUTO_TEST_SUITE(schedules_random)

BOOST_AUTO_TEST_CASE(stories) {
    if (std::getenv("ASIO_WAIT_SCHEDULES_SCENARIO"))
        return; // somebody wants to see that one only
    if (const char* const choices = std::getenv("ASIO_WAIT_SCHEDULES_REPLAY"))
        return testing::replay(choices, play_any);
    const std::size_t seed = setting("ASIO_WAIT_SCHEDULES_SEED", 1);
    const std::size_t runs = setting("ASIO_WAIT_SCHEDULES_RUNS", test::sanitized ? 10'000 : 30'000);
    const auto seen = testing::explore_random(seed, runs, play_any);
    BOOST_TEST(seen.schedules == runs);
    std::printf("%zu random stories from seed %zu, the longest of %zu choices\n", seen.schedules,
                seed, seen.longest);
}

BOOST_AUTO_TEST_SUITE_END()
