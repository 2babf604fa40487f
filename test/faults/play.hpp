// SPDX-License-Identifier: BSL-1.0
#pragma once

// What the explorations have in common: running a stage's contexts, and the verdict on one play.

#include "explore.hpp"

#include <optional>
#include <vector>

namespace faults {

struct verdict : ending {
    bool hit = false;
    bool delivered = false;   // the handler was called
    std::size_t handlers = 0; // that were run
    std::string problem;      // the first one found

    void demand(bool holds, const char* what) {
        if (!holds && problem.empty())
            problem = what;
    }
};

/// Runs handlers, at most so many and until none is ready, catching what leaves them, as a program
/// would that goes on.
inline void run(stage& s, verdict& v, bool open, std::size_t limit = test::no_limit) {
    std::vector<asio::io_context*> contexts;
    for (auto* context : {&s.here, &s.there, &s.fresh})
        if (*context)
            contexts.push_back(&**context);
    test::virtual_driver driver(contexts, [&](asio::io_context& io) -> std::size_t {
        std::optional<injector::window> window;
        if (open)
            window.emplace();
        try {
            return io.poll_one();
        } catch (...) {
            ++v.run_throws;
            return 1;
        }
    });
    v.handlers += driver.run(limit);
}

/// An event of an operation; what it throws is counted.
inline void happen(const operation::step& event, stage& s, verdict& v, bool open) {
    std::optional<injector::window> window;
    if (open)
        window.emplace();
    try {
        event(s);
    } catch (...) {
        ++v.run_throws;
    }
}

/// Nothing of the operation is left, nobody hangs, no context has anything to do.
inline void check_end(stage& s, verdict& v) {
    v.delivered = s.result.calls != 0;
    v.error = v.delivered && s.result.error;
    v.demand(s.result.calls <= 1, "the handler was called twice");
    v.demand(s.result.handlers == 0, "the handler was neither called nor destroyed");
    v.demand(s.other.handlers == 0, "somebody else's wait hangs");
    v.demand(s.bystander.handlers == 0, "the bystander's wait hangs");
    v.demand(s.a.done() && s.b.done() && s.idle.done(), "a task never ends");
    for (const record& r : s.more)
        v.demand(r.handlers == 0, "a further handler hangs");
    if (s.timer)
        s.timer->cancel(); // a wait on it that could not be withdrawn for want of memory
    s.settle();
    for (auto* context : {&s.here, &s.there})
        v.demand(!*context || (*context)->stopped(), "a context is not at its end");
    s.fresh.reset();
    v.demand(s.bodies_alive == 0 && s.subjects_alive == 0, "a coroutine never ends");
}

/// Calls `f(verdict&)` between two looks at what is alive.
template<class F>
verdict between_counts(bool leaks_count, F f) {
    test::virtual_clock::reset();
    test::lifetime_tracker::reset();
    verdict v;
    const auto before = live_blocks();
    f(v);
    v.demand(test::lifetime_tracker::live() == 0, "a value was not destroyed");
    if (leaks_count && v.problem.empty())
        v.demand(live_blocks() == before, "memory leaked");
    return v;
}

/// Every context dies at every step.
void explore_deaths(const operation& op);

} // namespace faults
