// SPDX-License-Identifier: BSL-1.0
#include "scenario.hpp"

#include "rows/rows.hpp"

#include <algorithm>
#include <iterator>
#include <vector>

namespace bench {

std::span<const entry> entries() {
    static const std::vector<entry> all = [] {
        std::vector<entry> v;
        const auto add = [&v](const auto& rows) {
            v.insert(v.end(), std::begin(rows), std::end(rows));
        };
        add(countdown_rows);
        add(parallel_group_rows);
        add(channel_rows);
        add(wait_for_tasks_rows);
        add(limit_rows);
        add(memory_rows);
        add(drain_rows);
        add(staircase_rows);
        add(set_limit_rows);
        add(cancel_storm_rows);
        return v;
    }();
    return all;
}

const entry* find(std::string_view workload, std::string_view row, std::string_view executor) {
    const auto all = entries();
    const auto it = std::find_if(all.begin(), all.end(), [&](const entry& e) {
        return e.workload == workload && e.row == row && e.executor == executor;
    });
    return it == all.end() ? nullptr : &*it;
}

} // namespace bench
