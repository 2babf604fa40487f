// SPDX-License-Identifier: BSL-1.0

// The decisions of a wait, fed by hand. Every order of events there is: wait_rule_model.cpp.

#include <asio_wait/detail/wait_rule.hpp>

#include <boost/test/unit_test.hpp>

#include <ostream>

namespace asio_wait::inline v0::detail {

inline std::ostream& boost_test_print_type(std::ostream& out, wait_rule::phase p) {
    return out << "phase " << static_cast<int>(p);
}
inline std::ostream& boost_test_print_type(std::ostream& out, wait_rule::action a) {
    return out << (a == wait_rule::action::wake           ? "wake"
                   : a == wait_rule::action::cancel_tasks ? "cancel_tasks"
                                                          : "none");
}
inline std::ostream& boost_test_print_type(std::ostream& out, stop_reason r) {
    return out << "reason " << static_cast<int>(r);
}

} // namespace asio_wait::inline v0::detail

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

constexpr wait_condition all = condition_of(all_completed);
constexpr wait_condition first = condition_of(first_completed);
constexpr wait_condition failure = condition_of(first_exception);

BOOST_AUTO_TEST_SUITE(unit_wait_rule)

BOOST_AUTO_TEST_CASE(a_new_rule_is_registering_and_wants_nothing) {
    const wait_rule rule(all, 2);
    BOOST_TEST(rule.current() == phase::registering);
    BOOST_TEST(rule.reason() == stop_reason::none);
    BOOST_TEST(!rule.met());
}

BOOST_AUTO_TEST_CASE(all_completed_wakes_at_the_last_task) {
    wait_rule rule(all, 3);
    BOOST_TEST(rule.open() == action::none);
    BOOST_TEST(rule.current() == phase::waiting);
    BOOST_TEST(rule.completed(succeeded) == action::none);
    BOOST_TEST(rule.completed(failed) == action::none); // a failure is an end like another
    BOOST_TEST(!rule.met());
    BOOST_TEST(rule.completed(succeeded) == action::wake);
    BOOST_TEST(rule.met());
    BOOST_TEST(rule.current() == phase::released);
}

BOOST_AUTO_TEST_CASE(first_completed_wakes_at_the_first_task_once) {
    wait_rule rule(first, 3);
    rule.open();
    BOOST_TEST(rule.completed(succeeded) == action::wake);
    BOOST_TEST(rule.completed(succeeded) == action::none);
    BOOST_TEST(rule.completed(failed) == action::none);
}

BOOST_AUTO_TEST_CASE(first_exception_wakes_at_a_failure) {
    wait_rule rule(failure, 3);
    rule.open();
    BOOST_TEST(rule.completed(cancelled) == action::none); // that is none
    BOOST_TEST(rule.completed(failed) == action::wake);
    BOOST_TEST(rule.completed(failed) == action::none);
}

BOOST_AUTO_TEST_CASE(first_exception_without_failure_is_all_completed) {
    wait_rule rule(failure, 2);
    rule.open();
    BOOST_TEST(rule.completed(succeeded) == action::none);
    BOOST_TEST(rule.completed(succeeded) == action::wake);
}

BOOST_AUTO_TEST_CASE(nothing_is_woken_while_registering) {
    wait_rule rule(first, 2);
    BOOST_TEST(rule.completed(succeeded) == action::none);
    BOOST_TEST(rule.met());
    BOOST_TEST(rule.stop(stop_reason::cancelled) == action::none);
    BOOST_TEST(rule.current() == phase::registering);
    BOOST_TEST(rule.open() == action::wake);
    BOOST_TEST(rule.current() == phase::released);
    BOOST_TEST(rule.reason() == stop_reason::cancelled);
}

BOOST_AUTO_TEST_CASE(open_wakes_for_a_stop_that_came_before) {
    for (const auto why : {stop_reason::limit, stop_reason::cancelled, stop_reason::invalid}) {
        wait_rule rule(all, 1);
        BOOST_TEST(rule.stop(why) == action::none);
        BOOST_TEST(rule.open() == action::wake);
        BOOST_TEST(rule.reason() == why);
        BOOST_TEST(!rule.met());
    }
}

BOOST_AUTO_TEST_CASE(a_stop_wakes_a_waiting_rule_once) {
    for (const auto why : {stop_reason::limit, stop_reason::cancelled, stop_reason::invalid}) {
        wait_rule rule(all, 1);
        rule.open();
        BOOST_TEST(rule.stop(why) == action::wake);
        BOOST_TEST(rule.stop(why) == action::none);
        BOOST_TEST(rule.reason() == why);
    }
}

BOOST_AUTO_TEST_CASE(a_stronger_reason_replaces_a_weaker_one_until_the_result_is_read) {
    wait_rule rule(all, 2);
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
    wait_rule rule(first, 1);
    rule.open();
    rule.completed(succeeded);
    BOOST_TEST(rule.stop(stop_reason::cancelled) == action::none);
    rule.close();
    BOOST_TEST(rule.reason() == stop_reason::cancelled);
    BOOST_TEST(rule.met());
}

BOOST_AUTO_TEST_CASE(nothing_counts_after_close) {
    wait_rule rule(all, 1);
    rule.open();
    rule.close();
    BOOST_TEST(rule.current() == phase::closed);
    BOOST_TEST(rule.stop(stop_reason::cancelled) == action::none);
    BOOST_TEST(rule.reason() == stop_reason::none);
    BOOST_TEST(rule.completed(failed) == action::none);
    BOOST_TEST(rule.current() == phase::closed);
}

BOOST_AUTO_TEST_CASE(a_rule_may_be_closed_while_registering) {
    wait_rule rule(all, 1);
    rule.close();
    BOOST_TEST(rule.current() == phase::closed);
}

// Conditions beyond the three.

BOOST_AUTO_TEST_CASE(a_number_nobody_named_is_no_condition) {
    BOOST_TEST(condition_of(static_cast<return_when>(7)).valid == false);
    BOOST_TEST(all.valid);
}

BOOST_AUTO_TEST_CASE(a_count_wakes_at_that_many) {
    wait_rule rule({any_outcome, 3}, 5);
    rule.open();
    BOOST_TEST(rule.completed(succeeded) == action::none);
    BOOST_TEST(rule.completed(cancelled) == action::none);
    BOOST_TEST(!rule.met());
    BOOST_TEST(rule.completed(failed) == action::wake);
    BOOST_TEST(rule.met());
}

BOOST_AUTO_TEST_CASE(a_count_counts_only_its_outcomes) {
    wait_rule rule({outcome(succeeded), 2}, 6);
    rule.open();
    BOOST_TEST(rule.completed(succeeded) == action::none);
    BOOST_TEST(rule.completed(failed) == action::none);
    BOOST_TEST(rule.completed(cancelled) == action::none);
    BOOST_TEST(rule.completed(succeeded) == action::wake);
}

BOOST_AUTO_TEST_CASE(a_count_that_can_not_be_reached_is_all_completed) {
    wait_rule rule({outcome(succeeded), 9}, 2);
    rule.open();
    BOOST_TEST(rule.completed(succeeded) == action::none);
    BOOST_TEST(rule.completed(failed) == action::wake);
}

BOOST_AUTO_TEST_CASE(a_count_of_none_is_met_from_the_start) {
    constexpr wait_condition trivial{any_outcome, 0};
    static_assert(trivial.trivial() && !all.trivial() && !first.trivial());
    wait_rule rule(trivial, 2);
    BOOST_TEST(rule.met());
    BOOST_TEST(rule.over());
    BOOST_TEST(rule.completed(succeeded) == action::none); // still registering
    BOOST_TEST(rule.open() == action::wake);
    BOOST_TEST(rule.completed(failed) == action::none);
}

// again(): one more, for a predicate that was not content.

BOOST_AUTO_TEST_CASE(again_waits_for_one_more_task_whatever_its_outcome) {
    wait_rule rule(first, 4);
    rule.open();
    rule.completed(succeeded);
    for (const auto how : {failed, cancelled, succeeded}) {
        BOOST_TEST(rule.again(how == failed ? 1 : how == cancelled ? 2 : 3) == action::none);
        BOOST_TEST(rule.current() == phase::waiting);
        BOOST_TEST(rule.completed(how) == action::wake);
        BOOST_TEST(rule.current() == phase::released);
    }
    BOOST_TEST(rule.exhausted());
}

BOOST_AUTO_TEST_CASE(again_wakes_at_once_for_a_task_that_has_not_been_seen) {
    wait_rule rule(first, 4);
    rule.open();
    rule.completed(succeeded);
    rule.completed(succeeded);
    BOOST_TEST(rule.again(1) == action::wake);
    BOOST_TEST(rule.again(2) == action::none);
}

BOOST_AUTO_TEST_CASE(again_wakes_at_once_when_no_task_is_left) {
    wait_rule rule(first, 1);
    rule.open();
    rule.completed(succeeded);
    BOOST_TEST(rule.again(1) == action::wake);
}

BOOST_AUTO_TEST_CASE(again_wakes_for_a_stop_that_came_while_released) {
    for (const auto why : {stop_reason::limit, stop_reason::cancelled}) {
        wait_rule rule(first, 2);
        rule.open();
        rule.completed(succeeded);
        BOOST_TEST(rule.stop(why) == action::none);
        BOOST_TEST(rule.again(1) == action::wake);
        BOOST_TEST(rule.reason() == why);
    }
}

BOOST_AUTO_TEST_CASE(a_wait_that_goes_on_is_stopped_like_any) {
    wait_rule rule(first, 2);
    rule.open();
    rule.completed(succeeded);
    rule.again(1);
    BOOST_TEST(rule.stop(stop_reason::cancelled) == action::wake);
    BOOST_TEST(!rule.late()); // the condition did not hold any more
}

// when_stopped::cancel_tasks: a stop is passed on, and the wait goes on.

BOOST_AUTO_TEST_CASE(a_stop_is_passed_on_and_all_tasks_are_waited_for) {
    for (const auto why : {stop_reason::limit, stop_reason::cancelled}) {
        wait_rule rule(failure, 2, when_stopped::cancel_tasks);
        rule.open();
        BOOST_TEST(rule.stop(why) == action::cancel_tasks);
        BOOST_TEST(!rule.over());
        BOOST_TEST(rule.completed(failed) == action::none); // no longer the first one only
        BOOST_TEST(rule.completed(cancelled) == action::wake);
        BOOST_TEST(rule.reason() == why);
        BOOST_TEST(!rule.late());
    }
}

BOOST_AUTO_TEST_CASE(a_stop_is_passed_on_and_any_end_is_enough_if_it_was_before) {
    wait_rule rule(first, 2, when_stopped::cancel_tasks);
    rule.open();
    BOOST_TEST(rule.stop(stop_reason::cancelled) == action::cancel_tasks);
    BOOST_TEST(rule.completed(cancelled) == action::wake);
    BOOST_TEST(rule.reason() == stop_reason::cancelled);
}

BOOST_AUTO_TEST_CASE(every_stop_is_passed_on_until_the_condition_holds) {
    wait_rule rule(all, 1, when_stopped::cancel_tasks);
    BOOST_TEST(rule.stop(stop_reason::limit) == action::cancel_tasks); // while registering, too
    rule.open();
    BOOST_TEST(rule.stop(stop_reason::cancelled) == action::cancel_tasks);
    BOOST_TEST(rule.stop(stop_reason::cancelled) == action::cancel_tasks); // other types, perhaps
    BOOST_TEST(rule.completed(cancelled) == action::wake);
    BOOST_TEST(rule.stop(stop_reason::cancelled) == action::none);
}

BOOST_AUTO_TEST_CASE(a_limit_that_comes_after_the_condition_changes_nothing) {
    wait_rule rule(all, 1, when_stopped::cancel_tasks);
    rule.open();
    BOOST_TEST(rule.completed(succeeded) == action::wake);
    BOOST_TEST(rule.stop(stop_reason::limit) == action::none);
    BOOST_TEST(rule.reason() == stop_reason::none);
}

BOOST_AUTO_TEST_CASE(a_cancel_that_comes_after_the_condition_is_late) {
    wait_rule rule(all, 1, when_stopped::cancel_tasks);
    rule.open();
    rule.completed(succeeded);
    BOOST_TEST(rule.stop(stop_reason::cancelled) == action::none);
    BOOST_TEST(rule.reason() == stop_reason::cancelled);
    BOOST_TEST(rule.late());
    wait_rule in_time(all, 1, when_stopped::cancel_tasks);
    in_time.open();
    in_time.stop(stop_reason::cancelled);
    in_time.completed(cancelled);
    BOOST_TEST(!in_time.late());
}

BOOST_AUTO_TEST_CASE(nonsense_ends_every_wait) {
    wait_rule rule(all, 1, when_stopped::cancel_tasks);
    rule.open();
    BOOST_TEST(rule.stop(stop_reason::invalid) == action::wake);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
