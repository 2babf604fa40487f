// SPDX-License-Identifier: BSL-1.0

// The decisions of a wait in every order of events there is, against a model that knows no states.

#include <asio_wait/detail/wait_rule.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace {

using namespace asio_wait;
using detail::any_outcome;
using detail::condition_of;
using detail::no_outcome;
using detail::outcome;
using detail::stop_reason;
using detail::task_status;
using detail::wait_condition;
using detail::wait_rule;
using detail::when_stopped;
using phase = wait_rule::phase;
using action = wait_rule::action;

constexpr auto succeeded = task_status::succeeded;
constexpr auto failed = task_status::failed;
constexpr auto cancelled = task_status::cancelled;

BOOST_AUTO_TEST_SUITE(unit_wait_rule_model)

// The model: what a list of events has to lead to, said without a state machine.

// c, f, k: a task ends well, fails, is cancelled. l, x, i: limit, cancel, invalid. o: open.
// z: close.
struct scene {
    wait_condition condition;
    std::size_t tasks;
    when_stopped stopped;

    static std::size_t count(std::string_view events, std::string_view of) {
        return static_cast<std::size_t>(std::ranges::count_if(
            events, [of](char c) { return of.find(c) != std::string_view::npos; }));
    }

    std::size_t hits(std::string_view events) const {
        return (condition.counts(succeeded) ? count(events, "c") : 0) +
               (condition.counts(failed) ? count(events, "f") : 0) +
               (condition.counts(cancelled) ? count(events, "k") : 0);
    }

    /// Who has passed a stop on wants all tasks from then on, unless any end was enough.
    bool met(std::string_view past) const {
        if (count(past, "cfk") == tasks || condition.trivial())
            return true;
        if (condition.outcomes == no_outcome)
            return false;
        for (std::size_t n = 0; n != past.size(); ++n) {
            if (hits(past.substr(0, n)) >= condition.count)
                return true;
            if (stopped == when_stopped::cancel_tasks && !condition.counts(succeeded) &&
                count(past.substr(n, 1), "lx"))
                return false;
        }
        return hits(past) >= condition.count;
    }
};

struct expected {
    bool met = false;
    bool late = false;
    stop_reason reason = stop_reason::none;
    phase where = phase::registering;
    int wakes = 0;
    action last = action::none;
};

expected model(const scene& s, std::string_view events) {
    expected e;
    bool limit = false, cancel = false, invalid = false;
    for (std::size_t n = 0; n != events.size(); ++n) {
        const char event = events[n];
        const std::string_view before = events.substr(0, n), past = events.substr(0, n + 1);
        const bool closed_before = before.find('z') != before.npos;
        const bool joins = s.stopped == when_stopped::cancel_tasks;
        if (!closed_before) {
            limit |= event == 'l' && !(joins && s.met(before));
            cancel |= event == 'x';
            invalid |= event == 'i';
            e.late |= event == 'x' && s.met(before);
        }
        e.reason = invalid  ? stop_reason::invalid
                   : cancel ? stop_reason::cancelled
                   : limit  ? stop_reason::limit
                            : stop_reason::none;
        e.met = s.met(past);
        const bool opened = past.find('o') != past.npos;
        const bool closed = past.find('z') != past.npos;
        const bool due = opened && (e.met || (joins ? invalid : e.reason != stop_reason::none));
        e.last = action::none;
        if (due && !closed && e.wakes == 0) {
            e.last = action::wake;
            ++e.wakes;
        } else if (joins && !closed_before && (event == 'l' || event == 'x') && !s.met(before)) {
            e.last = action::cancel_tasks;
        }
        e.where = closed    ? phase::closed
                  : e.wakes ? phase::released
                  : opened  ? phase::waiting
                            : phase::registering;
    }
    return e;
}

action apply(wait_rule& rule, char event) {
    switch (event) {
    case 'c':
        return rule.completed(succeeded);
    case 'f':
        return rule.completed(failed);
    case 'k':
        return rule.completed(cancelled);
    case 'l':
        return rule.stop(stop_reason::limit);
    case 'x':
        return rule.stop(stop_reason::cancelled);
    case 'i':
        return rule.stop(stop_reason::invalid);
    case 'o':
        return rule.open();
    default:
        rule.close();
        return action::none;
    }
}

struct explorer {
    scene s;
    std::size_t orders = 0;
    std::string first_mismatch{};

    void check(const wait_rule& rule, const std::string& events, int wakes, action last) {
        ++orders;
        const expected e = model(s, events);
        const bool equal = rule.met() == e.met && rule.reason() == e.reason &&
                           rule.current() == e.where && rule.late() == e.late && wakes == e.wakes &&
                           last == e.last;
        if (!equal && first_mismatch.empty())
            first_mismatch = "after " + events;
    }

    // What the callers promise: no more ends than tasks, one open, one close and it comes last but
    // for late stops; what makes no sense has no tasks either.
    bool allowed(const std::string& events, char next) const {
        switch (next) {
        case 'c':
        case 'f':
        case 'k':
            return scene::count(events, "cfk") < s.tasks && scene::count(events, "z") == 0;
        case 'o':
            return scene::count(events, "oz") == 0;
        case 'z':
            return scene::count(events, "z") == 0;
        case 'i':
            return s.stopped == when_stopped::end || s.tasks == 0;
        default:
            return true;
        }
    }

    void explore(const wait_rule& rule, const std::string& events, int wakes, std::size_t left) {
        for (const char next : std::string_view("cfklxioz")) {
            if (left == 0 || !allowed(events, next))
                continue;
            wait_rule copy = rule;
            const action a = apply(copy, next);
            const int now = wakes + (a == action::wake);
            check(copy, events + next, now, a);
            explore(copy, events + next, now, left - 1);
        }
    }
};

BOOST_AUTO_TEST_CASE(every_order_of_events_agrees_with_the_model) {
    for (const auto stopped : {when_stopped::end, when_stopped::cancel_tasks})
        for (const wait_condition& condition :
             {condition_of(first_completed), condition_of(first_exception),
              condition_of(all_completed), wait_condition{outcome(succeeded)},
              wait_condition{any_outcome, 2}, wait_condition{any_outcome, 0}})
            for (std::size_t tasks = 0; tasks <= 3; ++tasks) {
                explorer e{{condition, tasks, stopped}};
                e.explore(wait_rule(condition, tasks, stopped), "", 0, 5);
                BOOST_TEST(e.first_mismatch == "");
                BOOST_TEST(e.orders > 300u);
            }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
