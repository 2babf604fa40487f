// SPDX-License-Identifier: BSL-1.0

// A wake-up that cannot be posted loses its operation, and nothing else: what that had a claim to goes
// on, and who caused it is not disturbed. And sets and contexts that close between two steps of a wait.

#include "bare_task.hpp"

#include <asio_wait/detail/set_core.hpp>
#include <asio_wait/detail/set_wait.hpp>

#include <boost/test/unit_test.hpp>

#include <new>
#include <string>

namespace {

using namespace unit;
using kind = set_wait::kind;

/// An operation whose post finds no memory.
struct lost_op : bare_op {
    lost_op() {
        post = [](pending_op* op) {
            ++static_cast<lost_op*>(op)->posted;
            throw std::bad_alloc();
        };
    }
};

struct fixture {
    ref_ptr<set_core> set = set_core::create(keep::results);
    ref_ptr<context_core> context = context_core::create();
    bare_ptr a = make_task("a"), b = make_task("b");
    bare_op op;
    lost_op lost;

    ~fixture() { set->close(); }

    /// A wait that has begun, and is not over yet.
    ref_ptr<set_wait> begin(pending_op& with, kind wants, wait_condition condition = {no_outcome}) {
        auto w = set_wait::create(set, wants, condition, context, &with);
        BOOST_TEST(!w->attach(nullptr, 0));
        BOOST_TEST(w->start());
        return w;
    }

    /// As the operation does it whose post has failed.
    void is_lost(const ref_ptr<set_wait>& w) {
        BOOST_TEST(lost.posted == 1);
        w->abandon(nullptr, 0);
    }
};

BOOST_FIXTURE_TEST_SUITE(unit_lost_wakes, fixture)

BOOST_AUTO_TEST_CASE(who_is_inserted_is_a_member_though_nobody_can_be_woken_for_it) {
    set->insert(a);
    const auto w = begin(lost, kind::next);
    b->end();
    BOOST_TEST(set->insert(b));
    is_lost(w);
    BOOST_TEST(set->try_next().get() == b.get());
}

BOOST_AUTO_TEST_CASE(who_leaves_is_not_disturbed) {
    set->limit(1);
    BOOST_TEST(set->enter());
    const auto w = begin(lost, kind::place);
    set->leave();
    is_lost(w);
    BOOST_TEST(set->free_places() == 1u);
}

BOOST_AUTO_TEST_CASE(who_takes_the_last_member_has_it) {
    set->insert(a);
    const auto first = begin(op, kind::next);
    const auto second = begin(lost, kind::next);
    a->end();
    BOOST_TEST(op.posted == 1);
    BOOST_TEST(first->take_one()); // the second is to be told that none is left
    is_lost(second);
    BOOST_TEST(first->taken().get() == a.get());
    BOOST_TEST(set->size() == 0u);
}

BOOST_AUTO_TEST_CASE(who_gives_back_passes_on_what_another_one_loses_then) {
    set->insert(a);
    const auto first = begin(op, kind::next);
    const auto second = begin(lost, kind::next);
    a->end();
    first->give_back();
    is_lost(second);
    BOOST_TEST(set->try_next().get() == a.get());
}

BOOST_AUTO_TEST_CASE(what_has_been_counted_is_gone_when_the_set_closes_before_it_is_taken) {
    set->insert(a);
    const auto w = begin(op, kind::split, {any_outcome});
    a->end();
    BOOST_TEST(w->content());
    BOOST_TEST(w->settled().count == 1u);
    set->close(); // on another thread
    w->take([](const ref_ptr<task_core>&) { BOOST_ERROR("a member of a closed set"); });
    BOOST_TEST((w->settled().why == stop_reason::cancelled));
}

BOOST_AUTO_TEST_CASE(a_predicate_is_not_asked_on_when_the_set_has_been_closed) {
    set->insert(a);
    set->insert(b);
    const auto w = begin(op, kind::until, {any_outcome});
    a->end();
    BOOST_TEST(w->content());
    BOOST_TEST(w->look().size() == 1u);
    BOOST_TEST(w->look().empty()); // shown once
    BOOST_TEST(w->may_go_on());
    set->close();
    BOOST_TEST(!w->may_go_on());
    BOOST_TEST(w->look().empty());
    w->give_back();
}

BOOST_AUTO_TEST_CASE(who_came_for_nothing_does_not_go_on_in_a_context_that_has_gone) {
    set->insert(a);
    set->insert(b);
    const auto w = begin(op, kind::next);
    a->end();
    set->erase(*a);
    BOOST_TEST(!w->content());
    context->shutdown();
    BOOST_TEST(!w->again(0));
    w->abandon(nullptr, 0);
    b->end();
    BOOST_TEST(op.posted == 1);
    BOOST_TEST(set->try_next().get() == b.get());
}

BOOST_AUTO_TEST_CASE(what_is_asked_of_a_closed_set) {
    set->insert(a);
    BOOST_TEST(!set->would_serve(kind::split, {any_outcome}));
    BOOST_TEST(set->would_serve(kind::split, {any_outcome, 0, false})); // no such condition
    BOOST_TEST(set->barren(kind::next));
    set->close();
    BOOST_TEST(set->would_serve(kind::split, {any_outcome})); // to be told that it is closed
    BOOST_TEST(!set->barren(kind::next));
    BOOST_TEST(!set->enter());
    set->not_quiet(*a); // nobody's any more
    BOOST_TEST(set->size() == 0u);
}

BOOST_AUTO_TEST_CASE(who_has_left_the_set_cannot_bring_news) {
    set->not_quiet(*a);
    set->insert(b);
    BOOST_TEST(set->erase(*b));
    set->not_quiet(*b);
    BOOST_TEST(!set->contains(*b));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
