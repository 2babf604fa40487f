// SPDX-License-Identifier: BSL-1.0
#pragma once

// A small story: some tasks, operations that wait for them, and events that happen in any order.
// Plain data, so that a generator or a fuzzer can make one up.

#include <limits>
#include <string>
#include <vector>

namespace schedules {

/// A turn that has not come.
inline constexpr int never = std::numeric_limits<int>::max();

enum class call { wait, set_next, set_wait, wait_for, join, shield, gather, group };
enum class mode { first_completed, first_exception, all_completed };

/// What has become of a task.
struct fate {
    char how = '.'; // '+' succeeded, '-' failed, '/' cancelled, '~' abandoned, '.' not ended
    int ended = never;
    bool erased = false;
    bool asked = false; // to end, and not by the operation
};

enum class act {
    succeed,     // a task returns
    fail,        // a task throws
    cancel_task, // somebody asks it to end
    drop,        // our handle of it goes
    erase,       // it leaves the set
    start,       // the operation starts, if not before the first event
    cancel_call, // the operation is cancelled through its slot
    close_set,   // the set is destroyed
    kill_home,   // the context of the operations' handlers is destroyed
    kill_far     // the context of the tasks is destroyed, if they have one of their own
};

struct event {
    act what;
    int index = 0; // of the task or the operation
};

struct operation {
    call what = call::wait;
    mode when = mode::all_completed;
    bool limit = false; // a timer that may expire at any moment
};

struct scenario {
    std::vector<operation> operations;
    int tasks = 2;
    bool far = false; // the tasks run on a context of their own
    std::vector<event> events = {};
};

inline std::string word_of(char how) {
    return how == '+' ? "ok" : how == '-' ? "boom" : how == '/' ? "aborted" : "abandoned";
}

/// Whether it takes one task, the first.
inline bool of_one(call c) {
    return c == call::wait_for || c == call::join || c == call::shield;
}

inline bool of_set(call c) {
    return c == call::set_next || c == call::set_wait;
}

inline std::string text_of(const operation& op) {
    const std::string name[] = {"wait", "next",   "set.wait", "wait_for",
                                "join", "shield", "gather",   "group"};
    const std::string when[] = {"first_completed", "first_exception", "all_completed"};
    std::string text = name[static_cast<int>(op.what)];
    if (op.what == call::wait || op.what == call::set_wait)
        text += " " + when[static_cast<int>(op.when)];
    return text + (op.limit ? " +limit" : "");
}

inline std::string text_of(const event& e) {
    const std::string task(1, static_cast<char>('a' + e.index));
    switch (e.what) {
    case act::succeed:
        return task + "+";
    case act::fail:
        return task + "-";
    case act::cancel_task:
        return task + "/";
    case act::drop:
        return "drop:" + task;
    case act::erase:
        return "erase:" + task;
    case act::start:
        return "start" + (e.index ? std::to_string(e.index) : std::string());
    case act::cancel_call:
        return "cancel" + (e.index ? std::to_string(e.index) : std::string());
    case act::close_set:
        return "close";
    case act::kill_home:
        return "kill:home";
    case act::kill_far:
        return "kill:far";
    }
    return "?";
}

inline std::string text_of(const scenario& s) {
    std::string text;
    for (const operation& op : s.operations)
        text += (text.empty() ? "" : " & ") + text_of(op);
    text += " of " + std::to_string(s.tasks) + (s.far ? " far:" : ":");
    for (const event& e : s.events)
        text += " " + text_of(e);
    return text;
}

} // namespace schedules
