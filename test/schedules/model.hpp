// SPDX-License-Identifier: BSL-1.0
#pragma once

// What the contract says in the plainest words: given what has happened so far, how may an
// operation end now? Written from the contract and asyncio's rules, not from the library.

#include "scenario.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace schedules {

struct model {
    using outcomes = std::vector<std::string>;
    call what;
    mode when;
    std::vector<fate> tasks;
    int cancelled, limit, closed; // when the operation was, its limit ran out, its set was

    /// How it may end now; none: it has to go on.
    outcomes now() const {
        const std::string done = named("+-/~"), left = named("."), bad = named("-/~");
        const bool stopped = std::min(cancelled, closed) != never;
        const fate& first = tasks.front();
        const std::string worst = said(bad.empty() ? '+' : at(bad[0]).how);
        switch (what) {
        case call::wait: // a limit is no error, a cancel is; both show the split
            if (!stopped && !met() && limit == never)
                return {};
            return {(stopped ? "aborted " : "ok ") + done + "|" + left};
        case call::set_next: { // the first to finish, which beats a limit that comes later
            outcomes may(stopped ? 1 : 0, "aborted");
            if (!stopped && limit != never && (done.empty() || limit < at(done[0]).ended))
                may.push_back("timeout");
            if (!stopped && done.empty() && left.empty())
                may.push_back("invalid");
            for (std::size_t i = 0; !stopped && i != done.size(); ++i)
                if (at(done[i]).ended == at(done[0]).ended)
                    may.push_back(std::string("ok ") + done[i]);
            return may;
        }
        case call::set_wait: // takes what is done, nothing when it is stopped
            if (stopped)
                return {"aborted "};
            return met() || limit != never ? outcomes{"ok " + done} : outcomes{};
        case call::shield: // only looks on
            return stopped || !left.empty() ? outcomes(stopped, "aborted") : outcomes{worst};
        case call::join: // the task's own answer, whoever asked it to end
            return left.empty() ? outcomes{worst} : outcomes{};
        case call::wait_for: // likewise, but a limit has a name, and a cancel that comes late wins
            if (!left.empty() || (stopped && first.ended < cancelled))
                return outcomes(left.empty(), "aborted");
            if (first.how != '/' || stopped || first.ended < limit)
                return {worst};
            return first.asked ? outcomes{"timeout", "aborted"} : outcomes{"timeout"};
        case call::gather: // the first that did not succeed; once cancelled it waits for all
            if (!met() || (cancelled < met_at() && !left.empty()))
                return {};
            return bad.empty() || !stopped ? outcomes{stopped ? "aborted" : worst}
                                           : outcomes{"aborted", worst};
        case call::group: // waits for all; failures win over a cancel
            if (!left.empty() || !named("-~").empty())
                return outcomes(left.empty(), "errors " + named("-~"));
            return {stopped ? "aborted" : "ok"};
        }
        return {};
    }

    /// Whether it has asked its tasks to end: once all is quiet none of them may be left.
    bool asks() const {
        return ((what == call::wait_for || what == call::join) &&
                std::min(cancelled, limit) != never) ||
               (what == call::gather && cancelled < met_at()) ||
               (what == call::group && (cancelled != never || !named("-~").empty()));
    }

private:
    /// Those in one of these states by time of their end, in input order where that is the same.
    std::string named(const std::string& states) const {
        std::string found;
        for (std::size_t i = 0; i != tasks.size(); ++i)
            if (!tasks[i].erased && states.find(tasks[i].how) != std::string::npos)
                found += static_cast<char>('a' + i);
        std::stable_sort(found.begin(), found.end(),
                         [this](char a, char b) { return at(a).ended < at(b).ended; });
        return found;
    }
    const fate& at(char name) const { return tasks[static_cast<std::size_t>(name - 'a')]; }
    bool met() const {
        const char* const enough = what == call::gather            ? "-/~"
                                   : when == mode::first_completed ? "+-/~"
                                                                   : "-~";
        const bool early = what == call::gather || when != mode::all_completed;
        return named(".").empty() || (early && !named(enough).empty());
    }
    int met_at() const {
        const std::string bad = named("-/~"), done = named("+-/~");
        return !bad.empty() ? at(bad[0]).ended : met() ? at(done.back()).ended : never;
    }
    static std::string said(char how) {
        return how == '+' ? "ok" : how == '-' ? "boom" : how == '/' ? "aborted" : "abandoned";
    }
};

} // namespace schedules
