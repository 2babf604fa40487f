// SPDX-License-Identifier: BSL-1.0
#pragma once

// Runs an operation again and again, each time with one fault at the next possible place, and checks
// after each what must hold whatever went wrong.

#include "stage.hpp"

#include <functional>
#include <string>
#include <vector>

namespace faults {

/// What went wrong, as the program that uses the operation sees it.
struct ending {
    bool threw = false;    // the initiating call
    int run_throws = 0;    // what left the context's run
    bool error = false;    // the handler was called with an error
    bool later = false;    // the fault came after the call
    bool for_good = false; // and memory does not come back

    bool fine() const noexcept { return !threw && run_throws == 0 && !error; }
};

/// An operation and how to use it.
struct operation {
    using step = std::function<void(stage&)>;

    std::string name;
    step call; // the initiating call, with stage::handler() where it takes one
    // What happens afterwards, one after the other, with all handlers run in between.
    std::vector<step> events = {[](stage& s) { s.first.open(); },
                                [](stage& s) { s.second.open(); }};
    step prepare = [](stage&) {}; // nothing fails here
    bool completes = true;        // its handler is called
    bool cancels = false;         // may cancel the tasks it was given
    bool others_run_on = false;   // what it has started may outlive its error
    bool outlives_tasks = true;   // starts nothing when the tasks' context has died
    bool apart = true;            // all that it starts runs on the tasks' context
    bool fails = false;           // ends with an error even when nothing goes wrong
    std::function<void(stage&, const ending&)> check = [](stage&, const ending&) {};
};

/// Everything that can fail does, one at a time: each allocation, each submission to an executor, each
/// value when it is copied or moved, each call of a user's code; in the call, in the call made from a
/// handler, and in the handlers that run afterwards. Then with no memory at all, and with the contexts
/// of handlers and tasks dying at every step. Prints a row of figures for each.
void explore(const operation& op);

// Events.
inline void open_first(stage& s) {
    s.first.open();
}
inline void open_second(stage& s) {
    s.second.open();
}
inline void open_bodies(stage& s) {
    s.bodies.open();
}
inline void cancel(stage& s) {
    s.signal.emit(asio::cancellation_type::terminal);
}
/// Preparation: a set of the two tasks.
inline void fill_set(stage& s) {
    s.set.insert(s.a);
    s.set.insert(s.b);
}
/// Preparation: a timer that is about to expire.
inline void set_timer(stage& s) {
    s.timer->expires_after(std::chrono::milliseconds(10));
}
inline auto soon() {
    return test::virtual_clock::now() + std::chrono::milliseconds(10);
}

/// A predicate.
inline bool is_second(const task<value>& t) {
    injector::step(fault::user);
    return t.succeeded() && t.result().number() == 2;
}

/// A coroutine that awaits what `make(stage&)` gives.
template<class Make>
asio::awaitable<void> awaits(stage& s, Make make, recorder notes, [[maybe_unused]] body_note note) {
    std::exception_ptr error;
    try {
        auto op = make(s);
        co_await std::move(op);
    } catch (...) {
        error = std::current_exception();
    }
    notes(error);
}

/// The call of an operation that a task awaits.
template<class Make>
operation::step awaited(Make make) {
    return [make](stage& s) {
        create_task(s.home, awaits(s, make, recorder(s.result), body_note(s.subjects_alive)));
    };
}

} // namespace faults
