// SPDX-License-Identifier: BSL-1.0

// Who is served by what, in which order: the waiters of a set, stepped by hand.

#include "set_stage.hpp"

#include <cstddef>

namespace {

using namespace unit;
using action = wait_rule::action;

BOOST_AUTO_TEST_SUITE(unit_set_rule)

// next: one finished member

BOOST_AUTO_TEST_CASE(waiters_for_the_next_are_served_in_order_of_arrival) {
    set_stage s("abcd");
    for (const char w : {'A', 'B', 'C'})
        BOOST_TEST(!s.wait(w, kind::next));
    BOOST_TEST(s.end('c') == "A");
    BOOST_TEST(s.end('a') == "B");
    BOOST_TEST(s.content('B') == "a");
    BOOST_TEST(s.content('A') == "c");
    BOOST_TEST(s.close('B') == "");
    BOOST_TEST(s.close('A') == "");
    BOOST_TEST(s.members() == "bd");
    BOOST_TEST(s.end('d') == "C");
}

BOOST_AUTO_TEST_CASE(finished_members_are_given_out_in_order_of_completion) {
    set_stage s("abc");
    s.end('b');
    s.end('a');
    BOOST_TEST(s.wait('A', kind::next));
    BOOST_TEST(s.content('A') == "b");
    BOOST_TEST(s.take() == "a");
    BOOST_TEST(s.take() == "-");
    BOOST_TEST(s.rule.unfinished() == 1u);
    BOOST_TEST(s.rule.size() == 2u); // what A has a claim to is a member until it is taken
}

BOOST_AUTO_TEST_CASE(what_is_claimed_nobody_else_can_take) {
    set_stage s("ab");
    s.wait('A', kind::next);
    s.end('a');
    BOOST_TEST(s.take() == "-");
    BOOST_TEST(!s.wait('B', kind::next));
    BOOST_TEST(s.close('A') == "");
    BOOST_TEST(s.end('b') == "B");
}

BOOST_AUTO_TEST_CASE(a_claim_that_is_given_back_comes_before_what_ended_later) {
    set_stage s("abc");
    s.wait('A', kind::next);
    s.end('a');
    s.end('b');
    BOOST_TEST(s.close('A', false) == "");
    BOOST_TEST(s.take() == "a");
    BOOST_TEST(s.take() == "b");
}

BOOST_AUTO_TEST_CASE(a_claim_that_is_given_back_serves_the_next_in_line) {
    set_stage s("abc");
    s.wait('A', kind::next);
    s.wait('B', kind::next);
    s.end('a');
    BOOST_TEST(s.close('A', false) == "B");
    BOOST_TEST(s.content('B') == "a");
}

BOOST_AUTO_TEST_CASE(many_claims_are_given_back_in_order) {
    set_stage s("abcd");
    s.wait('A', kind::split, until_one);
    s.end('c');
    s.end('a');
    BOOST_TEST(s.content('A') == "ca");
    s.end('b');
    s.close('A', false);
    BOOST_TEST(s.take() == "c");
    BOOST_TEST(s.take() == "a");
    BOOST_TEST(s.take() == "b");
}

BOOST_AUTO_TEST_CASE(a_given_back_member_is_shown_to_the_next_predicate_again) {
    set_stage s("ab");
    s.wait('A', kind::until);
    s.end('a');
    s.entry('a').seen = true; // as look() does
    s.close('A', false);
    BOOST_TEST(!s.entry('a').seen);
}

// emptied

BOOST_AUTO_TEST_CASE(an_empty_set_has_nothing_to_wait_for) {
    for (const auto k : {kind::next, kind::split, kind::until}) {
        set_stage s;
        BOOST_TEST(s.wait('A', k, until_all));
        BOOST_TEST(s['A'].emptied);
        BOOST_TEST((s['A'].reason == stop_reason::invalid));
        BOOST_TEST(s.content('A') == "");
        BOOST_TEST(s.close('A') == "");
    }
    set_stage s;
    BOOST_TEST(s.wait('A', kind::all));
    BOOST_TEST((s['A'].reason == stop_reason::none));
    BOOST_TEST(s.wait('B', kind::place));
    BOOST_TEST((s['B'].reason == stop_reason::none));
}

BOOST_AUTO_TEST_CASE(who_waits_for_the_next_is_told_when_the_last_is_erased) {
    set_stage s("ab");
    s.wait('A', kind::next);
    s.wait('B', kind::next);
    BOOST_TEST(s.erase('a') == "");
    BOOST_TEST(s.erase('b') == "AB");
    BOOST_TEST(s['A'].emptied);
    BOOST_TEST(s.content('A') == "");
    BOOST_TEST(s.close('A') == "");
}

BOOST_AUTO_TEST_CASE(who_waits_for_the_next_is_told_when_the_last_is_taken) {
    set_stage s("a");
    s.wait('A', kind::next);
    s.wait('B', kind::next);
    BOOST_TEST(s.end('a') == "A"); // B might get it if A gives it back
    BOOST_TEST(s.close('A') == "B");
    BOOST_TEST(s['B'].emptied);
}

BOOST_AUTO_TEST_CASE(emptied_after_the_release) {
    set_stage s("a");
    s.wait('A', kind::next);
    s.end('a');
    s.erase('a');
    BOOST_TEST(s.content('A') == "");
    BOOST_TEST(s['A'].emptied);
}

// erase of what is on its way

BOOST_AUTO_TEST_CASE(an_erased_claim_is_replaced_by_another_member) {
    set_stage s("abc");
    s.wait('A', kind::next);
    s.end('a');
    s.end('b');
    BOOST_TEST(s.erase('a') == "");
    BOOST_TEST(s.reserved('A') == "");
    BOOST_TEST(s.content('A') == "b");
}

BOOST_AUTO_TEST_CASE(who_comes_for_nothing_goes_back_to_the_head_of_the_line) {
    set_stage s("abc");
    s.wait('A', kind::next);
    s.wait('B', kind::next);
    s.end('a');
    s.erase('a');
    BOOST_TEST(s.content('A') == "-");
    BOOST_TEST(!s.again('A'));
    BOOST_TEST(s.end('b') == "A");
    BOOST_TEST(s.end('c') == "B");
}

BOOST_AUTO_TEST_CASE(again_is_over_at_once_when_something_has_come) {
    set_stage s("abc");
    s.wait('A', kind::next);
    s.end('a');
    s.erase('a');
    BOOST_TEST(s.content('A') == "-");
    s.end('b');
    BOOST_TEST(s.again('A'));
    BOOST_TEST(s.content('A') == "b");
}

BOOST_AUTO_TEST_CASE(again_is_over_at_once_for_a_stop) {
    set_stage s("abc");
    s.wait('A', kind::next);
    s.end('a');
    s.erase('a');
    BOOST_TEST(s.content('A') == "-");
    BOOST_TEST((s.stop('A') == action::none));
    BOOST_TEST(s.again('A'));
    BOOST_TEST((s['A'].reason == stop_reason::cancelled));
}

BOOST_AUTO_TEST_CASE(who_is_stopped_while_it_goes_back_to_the_line_gets_what_is_there) {
    set_stage s("abc");
    s.wait('A', kind::next);
    s.end('a');
    s.erase('a');
    BOOST_TEST(s.content('A') == "-");
    s.end('b');
    s.stop('A', stop_reason::limit);
    BOOST_TEST(s.again('A'));
    BOOST_TEST(s.content('A') == "b");
}

BOOST_AUTO_TEST_CASE(erase_of_running_finished_and_claimed_members) {
    set_stage s("abc");
    s.end('b');
    s.wait('A', kind::next);
    s.end('c');
    BOOST_TEST(s.erase('a') == "");
    BOOST_TEST(s.rule.unfinished() == 0u);
    BOOST_TEST(s.erase('b') == ""); // A's
    BOOST_TEST(s.members() == "c");
    BOOST_TEST(s.erase('c') == "");
    BOOST_TEST(s.rule.size() == 0u);
}

// split: a condition, and everything that has finished

BOOST_AUTO_TEST_CASE(conditions_count_the_finished_members_that_are_there) {
    set_stage s("abcdef");
    s.end('a', failed);
    BOOST_TEST(!s.wait('A', kind::split, {outcome(succeeded), 2}));
    BOOST_TEST(s.end('b') == "");
    BOOST_TEST(s.end('c', cancelled) == "");
    BOOST_TEST(s.end('d') == "A");
    BOOST_TEST(s.end('e') == ""); // comes along
    BOOST_TEST(s.content('A') == "abcde");
    BOOST_TEST(s.close('A') == "");
    BOOST_TEST(s.members() == "f");
}

BOOST_AUTO_TEST_CASE(a_condition_that_holds_already_is_over_at_once) {
    set_stage s("abc");
    s.end('a', failed);
    BOOST_TEST(s.wait('A', kind::split, {outcome(failed)}));
    BOOST_TEST(s.content('A') == "a");
    s.close('A');
    BOOST_TEST(!s.wait('B', kind::split, {outcome(failed)}));
    BOOST_TEST(s.wait('C', kind::split, {any_outcome, 0})); // needs nothing
    BOOST_TEST(s.content('C') == "");
}

BOOST_AUTO_TEST_CASE(all_completed_includes_members_added_meanwhile) {
    set_stage s("a");
    s.wait('A', kind::split, until_all);
    s.insert('b');
    BOOST_TEST(s.end('a') == "");
    BOOST_TEST(s.end('b') == "A");
    BOOST_TEST(s.content('A') == "ab");
}

BOOST_AUTO_TEST_CASE(a_member_added_after_the_release_is_waited_for_as_well) {
    set_stage s("a");
    BOOST_TEST(!s.wait('A', kind::split, until_all));
    BOOST_TEST(s.end('a') == "A");
    s.insert('b');
    BOOST_TEST(s.content('A') == "-");
    BOOST_TEST(!s.again('A'));
    BOOST_TEST(s.end('b') == "A");
    BOOST_TEST(s.content('A') == "ab");
}

BOOST_AUTO_TEST_CASE(an_erased_member_is_not_waited_for) {
    set_stage s("ab");
    s.wait('A', kind::split, until_all);
    s.end('a');
    BOOST_TEST(s.erase('b') == "A");
    BOOST_TEST(s.content('A') == "a");
}

BOOST_AUTO_TEST_CASE(a_wait_for_all_gets_nothing_when_others_have_taken_everything) {
    set_stage s("ab");
    s.wait('A', kind::next);
    s.wait('B', kind::next);
    s.wait('C', kind::split, until_all);
    s.wait('D', kind::next);
    BOOST_TEST(s.end('a') == "A");
    BOOST_TEST(s.end('b') == "BC");
    BOOST_TEST(s.content('C') == "");
    BOOST_TEST(s.close('C') == "");
    BOOST_TEST(s.close('A') == "");
    BOOST_TEST(s.close('B') == "D"); // it might have come back until now
    BOOST_TEST(s['D'].emptied);
}

BOOST_AUTO_TEST_CASE(a_wait_with_a_condition_is_passed_by_who_can_be_served) {
    set_stage s("abc");
    s.wait('A', kind::split, until_all);
    s.wait('B', kind::next);
    BOOST_TEST(s.end('a') == "B");
    s.close('B');
    s.end('b');
    BOOST_TEST(s.end('c') == "A");
    BOOST_TEST(s.content('A') == "bc");
}

BOOST_AUTO_TEST_CASE(of_two_waits_for_the_first_each_gets_its_own) {
    set_stage s("ab");
    s.wait('A', kind::split);
    s.wait('B', kind::split);
    BOOST_TEST(s.end('a') == "A");
    BOOST_TEST(s.end('b') == "B");
    BOOST_TEST(s.content('B') == "b");
    BOOST_TEST(s.content('A') == "a");
}

// until: each new one

BOOST_AUTO_TEST_CASE(a_predicate_is_woken_by_each_and_keeps_its_claim) {
    set_stage s("abc");
    s.wait('A', kind::until);
    BOOST_TEST(s.end('b') == "A");
    BOOST_TEST(s.content('A') == "b");
    BOOST_TEST(!s.again('A'));
    BOOST_TEST(s.take() == "-");
    BOOST_TEST(s.end('a', failed) == "A");
    BOOST_TEST(s.content('A') == "ba");
    s.end('c');
    BOOST_TEST(s.again('A'));
    BOOST_TEST(s.content('A') == "bac");
    s.close('A');
    BOOST_TEST(s.rule.size() == 0u);
}

BOOST_AUTO_TEST_CASE(a_predicate_is_woken_when_the_last_running_one_is_erased) {
    set_stage s("ab");
    s.wait('A', kind::until);
    s.end('a');
    s.content('A');
    s.again('A');
    BOOST_TEST(s.erase('b') == "A");
    BOOST_TEST(s.content('A') == "a");
}

// all: takes nothing

BOOST_AUTO_TEST_CASE(who_waits_for_the_end_of_all_waits_for_those_added_after_its_release) {
    for (const auto stopped : {when_stopped::end, when_stopped::cancel_tasks}) {
        set_stage s("a");
        s.wait('A', kind::all, until_all, stopped);
        BOOST_TEST(s.end('a') == "A");
        s.insert('b');
        BOOST_TEST(s.content('A') == "-");
        BOOST_TEST(!s.again('A'));
        BOOST_TEST(s.end('b') == "A");
        BOOST_TEST(s.content('A') == "");
    }
}

BOOST_AUTO_TEST_CASE(who_waits_for_the_end_of_all_leaves_everything) {
    set_stage s("ab");
    s.wait('A', kind::all);
    s.end('a');
    BOOST_TEST(s.end('b', failed) == "A");
    BOOST_TEST(s.content('A') == "");
    BOOST_TEST(s.close('A') == "");
    BOOST_TEST(s.members() == "ab");
    BOOST_TEST(s.take() == "a");
}

// stop

BOOST_AUTO_TEST_CASE(a_stop_wakes_once_and_the_strongest_reason_wins) {
    set_stage s("ab");
    s.wait('A', kind::next);
    BOOST_TEST((s.stop('A', stop_reason::limit) == action::wake));
    BOOST_TEST((s.stop('A', stop_reason::limit) == action::none));
    BOOST_TEST((s.stop('A', stop_reason::cancelled) == action::none));
    BOOST_TEST((s.stop('A', stop_reason::limit) == action::none));
    BOOST_TEST((s['A'].reason == stop_reason::cancelled));
    BOOST_TEST(s.close('A', false) == "");
    BOOST_TEST((s.stop('A', stop_reason::invalid) == action::none));
    BOOST_TEST((s['A'].reason == stop_reason::cancelled));
    BOOST_TEST(s.end('a') == ""); // out of the line
}

BOOST_AUTO_TEST_CASE(a_limit_that_runs_out_takes_what_there_is_on_delivery) {
    set_stage s("abc");
    s.wait('A', kind::split, until_all);
    s.end('a');
    BOOST_TEST((s.stop('A', stop_reason::limit) == action::wake));
    s.end('b');
    BOOST_TEST(s.content('A') == "ab");
    s.wait('B', kind::next);
    s.stop('B', stop_reason::limit);
    s.end('c'); // on its way: it gets it all the same
    BOOST_TEST(s.content('B') == "c");
}

BOOST_AUTO_TEST_CASE(nobody_is_woken_while_registering) {
    set_stage s("ab");
    s.add('A', kind::next);
    BOOST_TEST(s.end('a') == "");
    s.add('B', kind::next);
    BOOST_TEST((s.stop('B') == action::none));
    BOOST_TEST(s.open('A'));
    BOOST_TEST(s.open('B'));
}

BOOST_AUTO_TEST_CASE(a_wait_that_passes_its_stop_on_stays_in_line) {
    set_stage s("ab");
    s.wait('A', kind::all, until_all, when_stopped::cancel_tasks);
    BOOST_TEST((s.stop('A', stop_reason::limit) == action::cancel_tasks));
    BOOST_TEST((s.stop('A', stop_reason::cancelled) == action::cancel_tasks));
    s.end('a', cancelled);
    BOOST_TEST(s.end('b', cancelled) == "A");
    BOOST_TEST((s['A'].reason == stop_reason::cancelled));
    // On its way, too: a member may be added until the result is read.
    s.wait('B', kind::all, until_all, when_stopped::cancel_tasks);
    BOOST_TEST((s.stop('B', stop_reason::limit) == action::cancel_tasks));
    BOOST_TEST((s['B'].reason == stop_reason::limit));
    s.close('B');
    BOOST_TEST((s.stop('B') == action::none));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
