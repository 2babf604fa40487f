// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/task_status.hpp>
#include <asio_wait/return_when.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>

namespace asio_wait::inline v0::detail {

/// Some of the ways a task can end.
using outcome_set = std::uint8_t;

constexpr outcome_set outcome(task_status s) noexcept {
    return static_cast<outcome_set>(1u << static_cast<unsigned>(s));
}

inline constexpr outcome_set no_outcome = 0;
inline constexpr outcome_set any_outcome = outcome(task_status::succeeded) |
                                           outcome(task_status::failed) |
                                           outcome(task_status::cancelled);

/// When a wait ends: so many tasks have ended in one of these ways, or no task is left.
/** Every condition there is has this form; a predicate asks for one task more each time. */
struct wait_condition {
    outcome_set outcomes = no_outcome;
    std::size_t count = 1;
    bool valid = true;

    constexpr bool counts(task_status s) const noexcept { return (outcomes & outcome(s)) != 0; }
    /// Met by no task that ends well, unless it is the last.
    constexpr bool needs_all() const noexcept { return !counts(task_status::succeeded); }
    /// Met whatever the tasks do.
    constexpr bool trivial() const noexcept { return outcomes != no_outcome && count == 0; }
};

constexpr wait_condition condition_of(return_when w) noexcept {
    switch (w) {
    case return_when::first_completed:
        return {any_outcome};
    case return_when::first_exception:
        return {outcome(task_status::failed)};
    case return_when::all_completed:
        return {no_outcome};
    }
    return {no_outcome, 1, false}; // a number somebody made an enumerator of
}

} // namespace asio_wait::inline v0::detail
