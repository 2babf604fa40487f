// SPDX-License-Identifier: BSL-1.0
#include <asio_wait/detail/task_graph.hpp>
#include <asio_wait/watch_tasks.hpp>

namespace asio_wait::inline v0 {

void dump_tasks(std::ostream& out, dump_format format) {
    const detail::task_graph graph = detail::watched_now();
    switch (format) {
    case dump_format::text:
        return graph.write_text(out);
    case dump_format::json:
        return graph.write_json(out);
    case dump_format::dot:
        return graph.write_dot(out);
    }
}

} // namespace asio_wait::inline v0
