// SPDX-License-Identifier: BSL-1.0

// Linked into any program: with ASIO_WAIT_TRACE=<file> in the environment the program writes, as it
// ends, what its tasks did, for ui.perfetto.dev.

//! [chrome_trace]
#include <asio_wait/chrome_trace.hpp>
#include <asio_wait/watch_tasks.hpp>

#include <boost/json/src.hpp>

#include <cstdlib>
#include <fstream>

namespace {

struct trace_on_demand {
    const char* const path = std::getenv("ASIO_WAIT_TRACE");
    asio_wait::chrome_trace trace;

    trace_on_demand() {
        if (path) {
            asio_wait::watch_tasks();
            asio_wait::set_task_event_handler(trace.handler());
        }
    }

    ~trace_on_demand() {
        if (path) {
            std::ofstream file(path);
            trace.write(file);
        }
    }
};

const trace_on_demand traced;

} // namespace
//! [chrome_trace]
