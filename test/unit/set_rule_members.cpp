// SPDX-License-Identifier: BSL-1.0

// What a set does with its members, its places, and at its end; stepped by hand.

#include "set_stage.hpp"

#include <cstddef>
#include <limits>
#include <utility>

namespace {

using namespace unit;
using action = wait_rule::action;

BOOST_AUTO_TEST_SUITE(unit_set_members)

// what is kept

BOOST_AUTO_TEST_CASE(results_are_kept_until_they_are_taken) {
    set_stage s("abc");
    for (const auto& [m, how] : {std::pair('a', succeeded), {'b', failed}, {'c', cancelled}}) {
        s.end(m, how);
        BOOST_TEST(!s.last.leaves);
    }
    BOOST_TEST(s.members() == "abc");
    BOOST_TEST(s.rule.unfinished() == 0u);
}

BOOST_AUTO_TEST_CASE(discarded_members_leave_at_once) {
    set_stage s("abcd");
    s.end('a');
    s.rule.keeps(keep::nothing);
    s.wait('A', kind::next);
    s.close('A', false); // those that had ended stay
    BOOST_TEST(s.end('b', failed) == "");
    BOOST_TEST(s.last.leaves);
    BOOST_TEST(s.members() == "acd");
    s.rule.keeps(keep::results);
    s.end('c');
    BOOST_TEST(!s.last.leaves);
    BOOST_TEST(s.take() == "a");
    BOOST_TEST(s.take() == "c");
}

BOOST_AUTO_TEST_CASE(who_waits_while_results_are_discarded_waits_for_the_last) {
    set_stage s("ab", keep::nothing);
    s.wait('A', kind::next);
    s.wait('B', kind::split, until_one);
    s.wait('C', kind::until);
    s.wait('D', kind::all);
    BOOST_TEST(s.end('a') == "");
    BOOST_TEST(s.end('b') == "ABCD");
    BOOST_TEST(s['A'].emptied);
    BOOST_TEST(s.content('B') == "");
    BOOST_TEST(s.content('C') == "");
}

BOOST_AUTO_TEST_CASE(of_a_group_the_failures_are_kept_and_the_first_is_news) {
    set_stage s("abcd", keep::failures);
    s.end('a');
    BOOST_TEST((s.last.leaves && !s.last.news));
    s.end('b', cancelled);
    BOOST_TEST((s.last.leaves && !s.last.news));
    s.end('c', failed);
    BOOST_TEST((!s.last.leaves && s.last.news));
    s.end('d', failed);
    BOOST_TEST((!s.last.leaves && !s.last.news));
    BOOST_TEST(s.members() == "cd");
}

BOOST_AUTO_TEST_CASE(the_failure_of_a_quiet_member_is_no_news) {
    set_stage s("", keep::failures);
    s.insert('a', true);
    s.insert('b', true);
    s.insert('c');
    s.end('a', failed);
    BOOST_TEST((!s.last.leaves && !s.last.news));
    BOOST_TEST(!s.rule.not_quiet(s.entry('b'))); // still running
    s.end('b', failed);
    BOOST_TEST((!s.last.leaves && s.last.news));
    s.end('c', failed);
    BOOST_TEST(!s.last.news);
}

BOOST_AUTO_TEST_CASE(a_quiet_failure_is_news_when_it_is_quiet_no_longer) {
    set_stage s("", keep::failures);
    for (const char m : {'a', 'b', 'c'})
        s.insert(m, true);
    s.end('a', failed);
    s.end('b', failed);
    s.end('c');
    BOOST_TEST(s.rule.not_quiet(s.entry('b')));
    BOOST_TEST(!s.rule.not_quiet(s.entry('a'))); // not the first
}

// too late

BOOST_AUTO_TEST_CASE(who_ends_too_late_stays_and_nobody_gets_it) {
    set_stage s("ab");
    s.wait('A', kind::next);
    BOOST_TEST(s.end_late('a') == "");
    BOOST_TEST(s.take() == "-");
    BOOST_TEST(s.rule.unfinished() == 1u);
    BOOST_TEST(s.members() == "ab");
    BOOST_TEST(s.rule.unavailable() == &s.entry('a'));
    BOOST_TEST(s.erase('a') == "");
    BOOST_TEST(s.rule.unavailable() == &s.entry('b')); // still running
    BOOST_TEST(s.rule.unfinished() == 1u);
    BOOST_TEST(s.end('b') == "A");
    BOOST_TEST(s.rule.unavailable() == nullptr);
}

BOOST_AUTO_TEST_CASE(a_late_end_is_an_end) {
    set_stage s("ab");
    s.wait('A', kind::split, until_all);
    s.wait('B', kind::all);
    s.end('a');
    BOOST_TEST(s.end_late('b') == "AB");
    BOOST_TEST(s.content('A') == "a");
    s.close('A');
    s.wait('C', kind::next);
    BOOST_TEST(s.erase('b') == "C");
}

// places

BOOST_AUTO_TEST_CASE(without_a_limit_there_is_always_a_place) {
    set_stage s("ab");
    BOOST_TEST(s.wait('A', kind::place));
    BOOST_TEST(s['A'].has_place);
    BOOST_TEST(s.content('A') == "");
    s.close('A', false);
}

BOOST_AUTO_TEST_CASE(places_are_given_in_order_as_members_end) {
    set_stage s("ab");
    s.limit(2);
    for (const char w : {'A', 'B', 'C'})
        BOOST_TEST(!s.wait(w, kind::place));
    BOOST_TEST(s.end('a') == "A");
    s.insert('c'); // A's task
    BOOST_TEST(s.close('A', false) == "");
    BOOST_TEST(s.end('b') == "B");
    BOOST_TEST(s.close('B', false) == "C"); // not used
    BOOST_TEST(s.rule.free_places() == 0u);
}

BOOST_AUTO_TEST_CASE(a_newcomer_does_not_overtake_who_waits_for_a_place) {
    set_stage s("a");
    s.limit(1);
    s.wait('A', kind::place);
    BOOST_TEST(s.end('a') == "A");
    BOOST_TEST(!s.wait('B', kind::place)); // the place is promised
    BOOST_TEST(!s.rule.try_place());
    s.close('A', false);
    BOOST_TEST(s['B'].has_place);
}

BOOST_AUTO_TEST_CASE(a_finished_member_takes_no_place_and_an_erased_one_frees_it) {
    set_stage s("ab");
    s.limit(1);
    s.end('a');
    s.wait('A', kind::place);
    BOOST_TEST(s.rule.free_places() == 0u);
    BOOST_TEST(s.erase('b') == "A");
}

BOOST_AUTO_TEST_CASE(a_member_that_needs_no_place_takes_none) {
    set_stage s;
    s.limit(1);
    s.insert('a', false, false);
    BOOST_TEST(s.rule.free_places() == 1u);
    BOOST_TEST(s.rule.occupied() == 0u);
    s.insert('b');
    BOOST_TEST(s.rule.occupied() == 1u);
    s.wait('A', kind::place);
    BOOST_TEST(s.end('a') == "");
    BOOST_TEST(s.erase('a') == "");
    BOOST_TEST(s.rule.occupied() == 1u);
    BOOST_TEST(s.end_late('b') == "A");
    BOOST_TEST(s.rule.occupied() == 0u);
}

BOOST_AUTO_TEST_CASE(a_raised_limit_serves_as_many_as_it_can) {
    set_stage s("a");
    s.limit(1);
    for (const char w : {'A', 'B', 'C'})
        s.wait(w, kind::place);
    BOOST_TEST(s.limit(3) == "AB");
    BOOST_TEST(s.limit(0) == "");
    BOOST_TEST(s.rule.free_places() == 0u);
    s.end('a');
    s.close('A', false);
    BOOST_TEST(s.close('B', false) == "");
    BOOST_TEST(s.limit(1) == "C");
}

BOOST_AUTO_TEST_CASE(who_gives_up_waiting_for_a_place_leaves_the_line) {
    set_stage s("a");
    s.limit(1);
    s.wait('A', kind::place);
    s.wait('B', kind::place);
    BOOST_TEST((s.stop('A') == action::wake));
    s.close('A', false);
    BOOST_TEST(s.end('a') == "B");
    BOOST_TEST((s.stop('B') == action::none)); // but the reason is there
    BOOST_TEST((s['B'].reason == stop_reason::cancelled));
    s.close('B', false);
    BOOST_TEST(s.rule.free_places() == 1u);
}

BOOST_AUTO_TEST_CASE(places_for_keeps) {
    set_stage s;
    s.limit(2);
    BOOST_TEST((s.rule.try_place() && s.rule.try_place() && !s.rule.try_place()));
    s.wait('A', kind::place);
    s.wait('B', kind::place);
    BOOST_TEST(s.return_places(1) == "A");
    s.close('A', true);
    BOOST_TEST(s.rule.free_places() == 0u);
    BOOST_TEST(s.return_places(1) == "B");
    s.close('B', true);
    BOOST_TEST(s.return_places(2) == "");
    BOOST_TEST(s.rule.free_places() == 2u);
    BOOST_TEST(s.return_places(3) == ""); // more than were taken
    BOOST_TEST(s.rule.free_places() == 5u);
}

BOOST_AUTO_TEST_CASE(a_limit_that_is_no_limit_cannot_be_raised) {
    set_stage s;
    s.return_places(1);
    BOOST_TEST(s.rule.free_places() == std::numeric_limits<std::size_t>::max());
}

BOOST_AUTO_TEST_CASE(a_promised_place_survives_a_return_of_more_than_was_taken) {
    set_stage s;
    s.limit(1);
    BOOST_TEST(s.rule.try_place());
    s.wait('A', kind::place);
    BOOST_TEST(s.return_places(1) == "A");
    s.return_places(1); // one more than was taken
    s.stop('A');
    s.close('A', false);
    BOOST_TEST(s.rule.free_places() == 2u);
    BOOST_TEST((s.rule.try_place() && s.rule.try_place()));
}

// the end

BOOST_AUTO_TEST_CASE(closing_the_set_ends_all_waits) {
    set_stage s("ab");
    s.limit(1);
    s.wait('A', kind::next);
    s.wait('B', kind::split, until_all);
    s.wait('C', kind::until);
    s.wait('D', kind::all);
    s.wait('E', kind::place);
    s.add('F', kind::next); // still registering
    BOOST_TEST(s.close_all() == "ABCDE");
    BOOST_TEST(s.open('F'));
    for (const char w : {'A', 'B', 'C', 'D', 'E', 'F'}) {
        BOOST_TEST(s.content(w) == "");
        BOOST_TEST((s[w].reason == stop_reason::cancelled));
        BOOST_TEST(s.close(w, false) == "");
    }
}

BOOST_AUTO_TEST_CASE(a_released_wait_loses_its_claim_when_the_set_is_closed) {
    set_stage s("ab");
    s.wait('A', kind::next);
    s.end('a');
    BOOST_TEST(s.close_all() == "");
    s.content('A');
    BOOST_TEST((s['A'].reason == stop_reason::cancelled));
    BOOST_TEST(s.close('A', true) == "");
    BOOST_TEST(s.reserved('A') == "");
}

BOOST_AUTO_TEST_CASE(who_comes_after_the_end_is_over_at_once) {
    for (const auto k : {kind::next, kind::split, kind::until, kind::all, kind::place}) {
        set_stage s("ab");
        s.limit(1);
        s.close_all();
        BOOST_TEST(s.wait('A', k, until_all));
        BOOST_TEST((s['A'].reason == stop_reason::cancelled));
        s.close('A', false);
    }
}

BOOST_AUTO_TEST_CASE(who_would_go_on_after_the_end_is_over_at_once) {
    set_stage s("ab");
    s.wait('A', kind::until);
    s.end('a');
    s.content('A');
    s.close_all();
    BOOST_TEST(s.again('A'));
    BOOST_TEST((s['A'].reason == stop_reason::cancelled));
    s.close('A', false);
}

BOOST_AUTO_TEST_CASE(a_closed_set_has_no_members) {
    set_stage s("ab");
    s.end('a');
    BOOST_TEST(!s.rule.closed());
    s.close_all();
    BOOST_TEST(s.rule.closed());
    BOOST_TEST(s.members() == "");
    BOOST_TEST(s.rule.unfinished() == 0u);
    BOOST_TEST(s.take() == "-");
}

BOOST_AUTO_TEST_CASE(whoever_is_on_his_way_can_ask_whether_it_is_open) {
    set_stage s("ab");
    s.wait('A', kind::split);
    s.end('a');
    BOOST_TEST(s.content('A') == "a");
    s.rule.still_open(s['A']);
    BOOST_TEST(s.reserved('A') == "a");
    s.close_all();
    s.rule.still_open(s['A']);
    BOOST_TEST((s['A'].reason == stop_reason::cancelled));
    BOOST_TEST(s.reserved('A') == "");
}

BOOST_AUTO_TEST_CASE(a_wait_is_closed_once) {
    set_stage s("ab");
    s.wait('A', kind::next);
    s.wait('B', kind::next);
    BOOST_TEST(s.close('A', false) == ""); // destroyed while in line
    BOOST_TEST(s.close('A', false) == "");
    BOOST_TEST(s.end('a') == "B");
}

BOOST_AUTO_TEST_CASE(a_set_is_barren_while_it_has_members_and_none_of_them_to_give) {
    set_stage s;
    BOOST_TEST(!s.rule.barren(kind::next)); // there is something to be told
    s.insert('a');
    BOOST_TEST(s.rule.barren(kind::next));
    BOOST_TEST(s.rule.barren(kind::split));
    s.end('a');
    BOOST_TEST(!s.rule.barren(kind::next));
    s.wait('A', kind::next); // has a claim to it
    BOOST_TEST(s.rule.barren(kind::next));
    s.close_all();
    BOOST_TEST(!s.rule.barren(kind::next));
}

BOOST_AUTO_TEST_CASE(places_are_barren_while_there_is_none_or_somebody_waits_for_one) {
    set_stage s("a");
    BOOST_TEST(!s.rule.barren(kind::place));
    s.limit(1);
    BOOST_TEST(s.rule.barren(kind::place));
    s.wait('A', kind::place);
    BOOST_TEST(s.rule.barren(kind::place)); // A is the first
    BOOST_TEST(!s.rule.would_serve(kind::place, until_one));
    BOOST_TEST(s.end('a') == "A");
    BOOST_TEST(s.rule.barren(kind::place)); // A's
    s.close('A', false);
    BOOST_TEST(!s.rule.barren(kind::place));
    s.close_all();
    BOOST_TEST(!s.rule.barren(kind::place));
}

BOOST_AUTO_TEST_CASE(who_came_for_nothing_keeps_nothing_from_others) {
    constexpr wait_condition until_failure{outcome(failed)};
    set_stage s("abc");
    s.end('a');
    s.end('b', failed);
    BOOST_TEST(s.wait('A', kind::split, until_failure));
    BOOST_TEST(!s.wait('B', kind::next)); // A has a claim to all
    s.erase('b');
    BOOST_TEST(s.content('A') == "-");
    BOOST_TEST(!s.again('A'));
    BOOST_TEST(s.others_woken == "B");
    BOOST_TEST(s.content('B') == "a");
    BOOST_TEST(s.end('c') == "A"); // none is left that could fail
}

BOOST_AUTO_TEST_CASE(who_waits_for_the_end_of_all_is_cancelled_with_the_set_even_when_released) {
    set_stage s("a");
    s.wait('A', kind::all, until_all, when_stopped::cancel_tasks);
    BOOST_TEST(s.end('a') == "A");
    s.close_all();
    BOOST_TEST(s.content('A') == "");
    BOOST_TEST((s['A'].reason == stop_reason::cancelled));
    BOOST_TEST(!s.rule.enter());
}

BOOST_AUTO_TEST_CASE(a_stop_before_the_wait_has_begun_has_no_effect) {
    set_stage s("a");
    set_waiter early;
    BOOST_TEST((s.rule.stop(early, stop_reason::cancelled) == wait_rule::action::none));
    BOOST_TEST((early.reason == stop_reason::none));
    s.rule.add(early);
    BOOST_TEST(!s.rule.open(early));
    woken_list nobody;
    s.rule.close(early, false, nobody);
}

BOOST_AUTO_TEST_CASE(who_waits_is_cancelled_with_the_set) {
    set_stage s("a");
    BOOST_TEST(!s.wait('A', kind::next));
    BOOST_TEST(s.close_all() == "A");
    BOOST_TEST((s['A'].reason == stop_reason::cancelled));
}

BOOST_AUTO_TEST_CASE(what_it_gives_back_comes_before_what_has_ended_since) {
    constexpr wait_condition until_failure{outcome(failed)};
    set_stage s("abcd");
    s.end('a');
    s.end('b', failed);
    BOOST_TEST(s.wait('A', kind::split, until_failure)); // has a claim to a and b
    s.erase('b');
    BOOST_TEST(s.content('A') == "-");
    s.end('c'); // on another thread, before A waits on
    BOOST_TEST(!s.again('A'));
    BOOST_TEST(s.take() == "a");
    BOOST_TEST(s.take() == "c");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
