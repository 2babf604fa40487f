// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace asio_wait::inline v0::detail {

/// Who waits for whom at one moment; plain data, so that it can be drawn without a lock held.
/** Cost: drawing takes time and memory in proportion to nodes and edges, whatever the shape. */
struct task_graph {
    using id_type = std::uint64_t;

    struct task {
        id_type id = 0;
        std::string name;
        const char* state = "";
        double age = 0; // seconds
        std::string spawned_at;
        id_type spawned_by = 0; // 0: not by a watched task
    };

    struct wait {
        id_type id = 0;
        id_type waiter = 0; // 0: not a watched task
        const char* what = "";
        double age = 0;
        bool limited = false;   // ends by itself some time
        bool needs_all = false; // while all goes well, it cannot end without every one of its tasks
        id_type set = 0;        // 0: the tasks below
        std::vector<id_type> tasks;
    };

    struct set {
        id_type id = 0;
        std::size_t finished = 0;
        std::vector<id_type> unfinished;
    };

    std::vector<task> tasks; // each vector in order of ascending ids
    std::vector<wait> waits;
    std::vector<set> sets;

    /// A table of the tasks, then a tree of who waits for whom.
    ASIO_WAIT_DECL void write_text(std::ostream& out) const;
    ASIO_WAIT_DECL void write_json(std::ostream& out) const;
    /// For Graphviz.
    ASIO_WAIT_DECL void write_dot(std::ostream& out) const;

    /// Tasks that wait for each other so that none can end, unless one fails or is cancelled; each circle
    /// once, as ids.
    ASIO_WAIT_DECL std::vector<std::vector<id_type>> deadlocks() const;
};

} // namespace asio_wait::inline v0::detail
