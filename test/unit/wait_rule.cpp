// SPDX-License-Identifier: BSL-1.0

// The decisions of a wait, fed by hand: each transition by itself, then every order of events there
// is against a model that knows no states.

#include <asio_wait/detail/wait_rule.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>

namespace asio_wait::inline v0::detail {

inline std::ostream& boost_test_print_type(std::ostream& out, wait_rule::phase p) {
    return out << "phase " << static_cast<int>(p);
}
inline std::ostream& boost_test_print_type(std::ostream& out, wait_rule::action a) {
    return out << (a == wait_rule::action::wake ? "wake" : "none");
}
inline std::ostream& boost_test_print_type(std::ostream& out, stop_reason r) {
    return out << "reason " << static_cast<int>(r);
}

} // namespace asio_wait::inline v0::detail

namespace {

using namespace asio_wait;
using detail::stop_reason;
using detail::wait_rule;
using phase = wait_rule::phase;
using action = wait_rule::action;

BOOST_AUTO_TEST_SUITE(unit_wait_rule)

BOOST_AUTO_TEST_CASE(a_new_rule_is_registering_and_wants_nothing) {
    const wait_rule rule(all_completed, 2);
    BOOST_TEST(rule.current() == phase::registering);
    BOOST_TEST(rule.reason() == stop_reason::none);
    BOOST_TEST(!rule.met());
}

BOOST_AUTO_TEST_CASE(all_completed_wakes_at_the_last_task) {
    wait_rule rule(all_completed, 3);
    BOOST_TEST(rule.open() == action::none);
    BOOST_TEST(rule.current() == phase::waiting);
    BOOST_TEST(rule.completed(false) == action::none);
    BOOST_TEST(rule.completed(true) == action::none); // a failure is an end like another
    BOOST_TEST(!rule.met());
    BOOST_TEST(rule.completed(false) == action::wake);
    BOOST_TEST(rule.met());
    BOOST_TEST(rule.current() == phase::released);
}

BOOST_AUTO_TEST_CASE(first_completed_wakes_at_the_first_task_once) {
    wait_rule rule(first_completed, 3);
    rule.open();
    BOOST_TEST(rule.completed(false) == action::wake);
    BOOST_TEST(rule.completed(false) == action::none);
    BOOST_TEST(rule.completed(true) == action::none);
}

BOOST_AUTO_TEST_CASE(first_exception_wakes_at_a_failure) {
    wait_rule rule(first_exception, 3);
    rule.open();
    BOOST_TEST(rule.completed(false) == action::none);
    BOOST_TEST(rule.completed(true) == action::wake);
    BOOST_TEST(rule.completed(true) == action::none);
}

BOOST_AUTO_TEST_CASE(first_exception_without_failure_is_all_completed) {
    wait_rule rule(first_exception, 2);
    rule.open();
    BOOST_TEST(rule.completed(false) == action::none);
    BOOST_TEST(rule.completed(false) == action::wake);
}

BOOST_AUTO_TEST_CASE(nothing_is_woken_while_registering) {
    wait_rule rule(first_completed, 2);
    BOOST_TEST(rule.completed(false) == action::none);
    BOOST_TEST(rule.met());
    BOOST_TEST(rule.stop(stop_reason::cancelled) == action::none);
    BOOST_TEST(rule.current() == phase::registering);
    BOOST_TEST(rule.open() == action::wake);
    BOOST_TEST(rule.current() == phase::released);
    BOOST_TEST(rule.reason() == stop_reason::cancelled);
}

BOOST_AUTO_TEST_CASE(open_wakes_for_a_stop_that_came_before) {
    for (const auto why : {stop_reason::limit, stop_reason::cancelled, stop_reason::invalid}) {
        wait_rule rule(all_completed, 1);
        BOOST_TEST(rule.stop(why) == action::none);
        BOOST_TEST(rule.open() == action::wake);
        BOOST_TEST(rule.reason() == why);
        BOOST_TEST(!rule.met());
    }
}

BOOST_AUTO_TEST_CASE(a_stop_wakes_a_waiting_rule_once) {
    for (const auto why : {stop_reason::limit, stop_reason::cancelled, stop_reason::invalid}) {
        wait_rule rule(all_completed, 1);
        rule.open();
        BOOST_TEST(rule.stop(why) == action::wake);
        BOOST_TEST(rule.stop(why) == action::none);
        BOOST_TEST(rule.reason() == why);
    }
}

BOOST_AUTO_TEST_CASE(a_stronger_reason_replaces_a_weaker_one_until_the_result_is_read) {
    wait_rule rule(all_completed, 2);
    rule.open();
    rule.stop(stop_reason::limit);
    BOOST_TEST(rule.stop(stop_reason::cancelled) == action::none);
    BOOST_TEST(rule.reason() == stop_reason::cancelled);
    rule.stop(stop_reason::limit);
    BOOST_TEST(rule.reason() == stop_reason::cancelled);
    rule.stop(stop_reason::invalid);
    BOOST_TEST(rule.reason() == stop_reason::invalid);
    rule.stop(stop_reason::cancelled);
    BOOST_TEST(rule.reason() == stop_reason::invalid);
}

BOOST_AUTO_TEST_CASE(a_cancel_between_release_and_delivery_counts) {
    wait_rule rule(first_completed, 1);
    rule.open();
    rule.completed(false);
    BOOST_TEST(rule.stop(stop_reason::cancelled) == action::none);
    rule.close();
    BOOST_TEST(rule.reason() == stop_reason::cancelled);
    BOOST_TEST(rule.met());
}

BOOST_AUTO_TEST_CASE(nothing_counts_after_close) {
    wait_rule rule(all_completed, 1);
    rule.open();
    rule.close();
    BOOST_TEST(rule.current() == phase::closed);
    BOOST_TEST(rule.stop(stop_reason::cancelled) == action::none);
    BOOST_TEST(rule.reason() == stop_reason::none);
    BOOST_TEST(rule.completed(true) == action::none);
    BOOST_TEST(rule.current() == phase::closed);
}

BOOST_AUTO_TEST_CASE(a_rule_may_be_closed_while_registering) {
    wait_rule rule(all_completed, 1);
    rule.close();
    BOOST_TEST(rule.current() == phase::closed);
}

// The model: what a list of events has to lead to, said without a state machine.

struct expected {
    bool met = false;
    stop_reason reason = stop_reason::none;
    phase where = phase::registering;
    int wakes = 0;
    bool last_wakes = false;
};

// c, f: a task ends, well or not. l, x, i: limit, cancel, invalid. o: open. z: close.
expected model(std::string_view events, return_when condition, std::size_t tasks) {
    expected e;
    for (std::size_t n = 1; n <= events.size(); ++n) {
        const std::string_view past = events.substr(0, n);
        const std::string_view read = past.substr(0, past.find('z')); // stops until close
        const auto ended = static_cast<std::size_t>(
            std::ranges::count_if(past, [](char c) { return c == 'c' || c == 'f'; }));
        const bool failed = past.find('f') != past.npos;
        e.met = ended != 0 && (ended == tasks || condition == first_completed ||
                               (condition == first_exception && failed));
        e.reason = read.find('i') != read.npos   ? stop_reason::invalid
                   : read.find('x') != read.npos ? stop_reason::cancelled
                   : read.find('l') != read.npos ? stop_reason::limit
                                                 : stop_reason::none;
        const bool opened = past.find('o') != past.npos;
        const bool closed = past.find('z') != past.npos;
        const bool due = opened && (e.met || e.reason != stop_reason::none);
        e.last_wakes = due && !closed && e.wakes == 0;
        e.wakes += e.last_wakes;
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
    case 'f':
        return rule.completed(event == 'f');
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
    return_when condition;
    std::size_t tasks;
    std::size_t orders = 0;
    std::string first_mismatch;

    void check(const wait_rule& rule, const std::string& events, int wakes, action last) {
        ++orders;
        const expected e = model(events, condition, tasks);
        const bool equal = rule.met() == e.met && rule.reason() == e.reason &&
                           rule.current() == e.where && wakes == e.wakes &&
                           (last == action::wake) == e.last_wakes;
        if (!equal && first_mismatch.empty())
            first_mismatch = "after " + events;
    }

    // What the callers promise: no more ends than tasks, one open, one close and it comes last but
    // for late stops.
    bool allowed(const std::string& events, char next) const {
        const auto count = [&](std::string_view of) {
            return static_cast<std::size_t>(
                std::ranges::count_if(events, [of](char c) { return of.find(c) != of.npos; }));
        };
        switch (next) {
        case 'c':
        case 'f':
            return count("cf") < tasks && count("z") == 0;
        case 'o':
            return count("oz") == 0;
        case 'z':
            return count("z") == 0;
        default:
            return true;
        }
    }

    void explore(const wait_rule& rule, const std::string& events, int wakes, std::size_t left) {
        for (const char next : std::string_view("cflxioz")) {
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
    for (const auto condition : {first_completed, first_exception, all_completed})
        for (std::size_t tasks = 0; tasks <= 3; ++tasks) {
            explorer e{condition, tasks, 0, ""};
            e.explore(wait_rule(condition, tasks), "", 0, 6);
            BOOST_TEST(e.first_mismatch == "");
            BOOST_TEST(e.orders > 1000u);
        }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
