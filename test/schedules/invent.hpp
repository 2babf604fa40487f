// SPDX-License-Identifier: BSL-1.0
#pragma once

// Makes a scenario up from numbers. They come from where the order comes from, a schedule: random
// ones, those of a failure that is to be seen again, or the bytes of a fuzzer.

#include "scenario.hpp"

#include <cstddef>

namespace schedules {

template<class Choices>
class inventor {
public:
    explicit inventor(Choices& choices) : choices_(choices) {}

    scenario invent() {
        scenario s;
        s.operations.push_back(some_operation(8));
        for (int more = below(3); more != 0; --more)
            s.operations.push_back(some_operation(5)); // one set, one group
        const operation& first = s.operations.front();
        s.tasks = 1 + below(5);
        s.far = first.what != call::group && below(2) == 1;
        for (int n = below(13); n != 0; --n)
            s.events.push_back(some_event(s));
        return s;
    }

private:
    int below(int n) { return static_cast<int>(choices_.choose(static_cast<std::size_t>(n))); }

    operation some_operation(int kinds) {
        static constexpr call all[] = {call::wait,     call::wait_for, call::join,
                                       call::shield,   call::gather,   call::group,
                                       call::set_next, call::set_wait};
        operation op;
        op.what = all[below(kinds)];
        op.when = static_cast<mode>(below(3));
        if (op.what == call::wait || op.what == call::wait_for || of_set(op.what))
            op.limit = below(2) == 1;
        return op;
    }

    event some_event(const scenario& s) {
        const int task = below(s.tasks);
        const int op = below(static_cast<int>(s.operations.size()));
        switch (below(12)) {
        case 0:
        case 1:
            return {act::fail, task};
        case 2:
        case 3:
            return {act::cancel_task, task};
        case 4:
            return {act::drop, task};
        case 5:
            return {act::erase, task};
        case 6:
            return {act::cancel_call, op};
        case 7:
            return {s.operations[0].what == call::group ? act::cancel_call : act::start, op};
        case 8:
            return rare(s);
        default:
            return {act::succeed, task};
        }
    }

    event rare(const scenario& s) {
        switch (below(6)) {
        case 0:
            return {act::kill_home};
        case 1:
            return {s.far ? act::kill_far : act::kill_home};
        case 2:
            return {act::close_set};
        default:
            return {act::cancel_call, below(static_cast<int>(s.operations.size()))};
        }
    }

    Choices& choices_;
};

} // namespace schedules
