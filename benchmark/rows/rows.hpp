// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "scenario.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>

namespace bench {

using any_io = asio::any_io_executor;
using concrete = asio::io_context::executor_type;

template<class Scenario>
std::unique_ptr<scenario> make_scenario(std::size_t n) {
    return std::make_unique<Scenario>(n);
}

extern const entry countdown_rows[6];
extern const entry parallel_group_rows[2];
extern const entry channel_rows[2];
extern const entry wait_for_tasks_rows[2];
extern const entry limit_rows[12];
extern const entry memory_rows[8];
extern const entry drain_rows[14];
extern const entry staircase_rows[8];
extern const entry set_limit_rows[4];
extern const entry cancel_storm_rows[6];

} // namespace bench
