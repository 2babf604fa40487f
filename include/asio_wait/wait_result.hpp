// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>

#include <vector>

namespace asio_wait::inline v0 {

/// What a wait gives: `auto [done, pending] = co_await wait_for_tasks(...)`.
/** The two are disjoint, and together they are the distinct tasks waited for, always. */
template<class Task>
struct wait_result {
    /// In order of completion; those that were done before the wait began come first, in input
    /// order.
    std::vector<Task> done;
    /// In input order. Nothing has been cancelled.
    std::vector<Task> pending;
};

} // namespace asio_wait::inline v0
