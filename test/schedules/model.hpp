// SPDX-License-Identifier: BSL-1.0
#pragma once

// What the contract says in the plainest words, written from it and from asyncio's rules, not from
// the library: given what has happened so far, how may an operation end now?

#include "scenario.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace schedules {

struct model {
    using enum call;
    using outcomes = std::vector<std::string>;
    operation op;
    std::vector<fate> tasks;
    int cancelled, again, limit, closed; // first and last cancel of the operation, end of its set

    /// How it may end now; none: it has to go on.
    outcomes now() const {
        const std::string done = named("+-/~"), left = named("."), bad = named("-/~");
        const bool stopped = std::min(cancelled, closed) != never;
        const std::string worst = word_of(bad.empty() ? '+' : at(bad[0]).how);
        outcomes may(stopped, "aborted");
        switch (op.what) {
        case wait:     // a limit is no error, a cancel is; both show the split
        case set_wait: // but the set gives nothing when it is stopped
            if (!stopped && !met() && limit == never)
                return may;
            return {(stopped ? "aborted " : "ok ") + (stopped && op.what == set_wait ? "" : done) +
                    (op.what == wait ? "|" + left : "")};
        case set_next: // the first to finish, which beats a limit that comes later
            if (stopped)
                return may;
            if (limit != never && (done.empty() || limit < at(done[0]).ended))
                may.push_back("timeout");
            if (done.empty() && left.empty())
                may.push_back("invalid");
            for (const char name : done)
                if (at(name).ended == at(done[0]).ended)
                    may.push_back(std::string("ok ") + name);
            return may;
        case shield: // only looks on
            return stopped || !left.empty() ? may : outcomes{worst};
        case join: // the task's own answer, whoever asked it to end
            return left.empty() ? outcomes{worst} : outcomes{};
        case wait_for: // likewise, but a limit has a name, and a cancel that comes late wins
            if (!left.empty() || (stopped && tasks[0].ended < again))
                return outcomes(left.empty(), "aborted");
            if (tasks[0].how != '/' || stopped || tasks[0].ended < limit)
                return {worst};
            return tasks[0].asked ? outcomes{"timeout", "aborted"} : outcomes{"timeout"};
        case group: // waits for all; failures win over a cancel
            if (!left.empty() || !named("-~").empty())
                return outcomes(left.empty(), "errors " + named("-~"));
            return {stopped ? "aborted" : "ok"};
        case gather: // the first that did not succeed; once cancelled it waits for all
            if (!met() || (cancelled < met_at() && !left.empty()))
                return {};
            if (stopped && (again > over_at() || bad.empty()))
                return may;
            if (again < over_at())
                may.clear();
            may.push_back(worst);
            for (const char c : stopped ? bad : "") // which of one turn was the first, who knows
                if (at(c).ended == at(bad[0]).ended)
                    may.push_back(word_of(at(c).how));
        }
        return may;
    }

    /// Whether it has asked its tasks to end: once all is quiet none of them may be left.
    bool asks() const {
        if (op.what == gather)
            return cancelled < met_at();
        if (op.what == group)
            return cancelled != never || !named("-~").empty();
        return (op.what == wait_for || op.what == join) && std::min(cancelled, limit) != never;
    }

private:
    /// Those in one of these states by time of their end, in input order where that is the same.
    std::string named(const std::string& states) const {
        std::string found;
        for (std::size_t i = 0; i != tasks.size(); ++i)
            if (!tasks[i].erased && states.find(tasks[i].how) != std::string::npos)
                found += static_cast<char>('a' + i);
        const auto earlier = [this](char a, char b) { return at(a).ended < at(b).ended; };
        std::stable_sort(found.begin(), found.end(), earlier);
        return found;
    }
    const fate& at(char name) const { return tasks[static_cast<std::size_t>(name - 'a')]; }
    bool met() const {
        const bool any = op.when == mode::first_completed, bad = op.when == mode::first_exception;
        const char* way = op.what == gather ? "-/~" : any ? "+-/~" : bad ? "-~" : "";
        return named(".").empty() || !named(way).empty();
    }
    int over_at() const { return cancelled < met_at() ? at(named("+-/~").back()).ended : met_at(); }
    int met_at() const {
        const std::string bad = named("-/~"), done = named("+-/~");
        return !bad.empty() ? at(bad[0]).ended : met() ? at(done.back()).ended : never;
    }
};

} // namespace schedules
