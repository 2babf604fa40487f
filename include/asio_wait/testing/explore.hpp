// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/testing/schedule.hpp>
#include <asio_wait/testing/virtual_clock.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

namespace asio_wait::inline v0::testing {

/// What an exploration has seen.
struct exploration {
    std::size_t schedules = 0; ///< how many were run
    std::size_t longest = 0;   ///< choices in the longest of them
    bool complete = false;     ///< there are no others
};

/// A scenario threw; nested is what, and schedule() shows it again with replay().
class schedule_failure : public std::runtime_error {
public:
    /// With the schedule and what() of the failure in its text.
    schedule_failure(std::string schedule, const std::string& what)
        : std::runtime_error(what + "\n    replay(\"" + schedule + "\")"),
          schedule_(std::move(schedule)) {}

    /// For replay().
    const std::string& schedule() const noexcept { return schedule_; }

private:
    std::string schedule_;
};

namespace detail {

template<class Scenario>
void run_scenario(Scenario& scenario, schedule& choices) {
    virtual_clock::reset();
    try {
        scenario(choices);
    } catch (const std::exception& e) {
        std::throw_with_nested(schedule_failure(choices.text(), e.what()));
    }
}

} // namespace detail

/// Runs a scenario once for every order in which its functions may run.
/** The scenario is called with a `schedule&`, for deterministic_context::run.
 *
 *  @par Requirements   It starts anew at each call, and depends on nothing but the schedule. It is
 *       small: n functions that are ready at once have n! orders.
 *  @par Errors         `schedule_failure`, with the choices that led there, for the first exception
 *       that leaves the scenario; `std::logic_error` in it when it was not deterministic.
 *  @par Thread safety  One thread.
 *  @par Cost           At most `limit` calls; the result says whether these were all.
 *  @par asyncio        None.
 *  @par Example        @snippet testing.cpp explore */
template<class Scenario>
exploration explore_all(Scenario&& scenario,
                        std::size_t limit = std::numeric_limits<std::size_t>::max()) {
    exploration seen;
    schedule choices;
    while (seen.schedules != limit) {
        detail::run_scenario(scenario, choices);
        ++seen.schedules;
        seen.longest = std::max(seen.longest, choices.length());
        if (!choices.next()) {
            seen.complete = true;
            break;
        }
    }
    return seen;
}

/// Runs a scenario in so many random orders: for what is too big for explore_all.
/** @par Requirements   As explore_all, but of any size.
 *  @par Errors         As explore_all. The seeds are `seed`, `seed + 1` ...: nothing depends on the
 *       platform.
 *  @par Thread safety  One thread.
 *  @par Cost           `runs` calls.
 *  @par asyncio        None.
 *  @par Example        @snippet testing.cpp random */
template<class Scenario>
exploration explore_random(std::uint64_t seed, std::size_t runs, Scenario&& scenario) {
    exploration seen;
    for (; seen.schedules != runs; ++seen.schedules) {
        schedule choices = schedule::random(seed + seen.schedules);
        detail::run_scenario(scenario, choices);
        seen.longest = std::max(seen.longest, choices.length());
    }
    return seen;
}

/// Runs a scenario in the one order that schedule_failure has named.
/** @par Requirements   As explore_all.
 *  @par Errors         As explore_all.
 *  @par Thread safety  One thread.
 *  @par Cost           One call.
 *  @par asyncio        None.
 *  @par Example        @snippet testing.cpp replay */
template<class Scenario>
void replay(const std::string& choices, Scenario&& scenario) {
    schedule given = schedule::replay(choices);
    detail::run_scenario(scenario, given);
}

} // namespace asio_wait::inline v0::testing
