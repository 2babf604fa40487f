// SPDX-License-Identifier: BSL-1.0

// What the operations of a set do not show: the listener and the deadline of a set, roles, places,
// and operations whose context is gone. Tasks end when the test says so.

#include "bare_task.hpp"

#include <asio_wait/detail/set_core.hpp>
#include <asio_wait/detail/set_wait.hpp>

#include <boost/test/unit_test.hpp>

#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace unit;
using kind = set_wait::kind;
using role = set_core::role;

struct counting_listener : set_core::listener {
    int calls = 0;
    counting_listener() {
        failed = [](listener& l) { ++static_cast<counting_listener&>(l).calls; };
    }
};

/// As task_set does it: closed at the end.
class open_set {
public:
    explicit open_set(keep kept) : core_(set_core::create(kept)) {}
    open_set(const open_set&) = delete;
    open_set& operator=(const open_set&) = delete;
    ~open_set() { core_->close(); }

    set_core* operator->() const { return core_.get(); }
    set_core& operator*() const { return *core_; }
    const ref_ptr<set_core>& core() const { return core_; }

private:
    ref_ptr<set_core> core_;
};

std::string names(const set_core& set, bool only_unfinished = false) {
    std::string text;
    for (const auto& t : set.members(only_unfinished))
        text += t->name();
    return text;
}

BOOST_AUTO_TEST_SUITE(unit_set_core)

BOOST_AUTO_TEST_CASE(members_are_found_whatever_their_number) {
    const open_set set(keep::results);
    std::vector<bare_ptr> tasks;
    for (int i = 0; i != 300; ++i) {
        tasks.push_back(make_task());
        BOOST_TEST_REQUIRE(set->insert(tasks.back()));
        BOOST_TEST_REQUIRE(!set->insert(tasks.back()));
    }
    for (std::size_t i = 0; i != tasks.size(); i += 2)
        BOOST_TEST_REQUIRE(set->erase(*tasks[i]));
    for (std::size_t i = 0; i != tasks.size(); ++i)
        BOOST_TEST_REQUIRE(set->contains(*tasks[i]) == (i % 2 == 1));
    for (const auto& t : tasks)
        t->end();
    BOOST_TEST(set->size() == 150u);
    BOOST_TEST(set->unfinished() == 0u);
    for (std::size_t i = 1; i < tasks.size(); i += 2)
        BOOST_TEST_REQUIRE(set->try_next().get() == tasks[i].get());
    BOOST_TEST(!set->try_next());
}

BOOST_AUTO_TEST_CASE(a_set_lets_its_tasks_go) {
    const int before = bare_task::live;
    {
        const open_set set(keep::nothing);
        const auto a = make_task("a"), b = make_task("b");
        set->insert(a);
        set->insert(b);
        a->end();
        BOOST_TEST(names(*set) == "b");
        set->close();
        b->end(); // nobody is told
    }
    BOOST_TEST(bare_task::live == before);
}

BOOST_AUTO_TEST_CASE(a_closed_set_takes_nobody_in) {
    const open_set set(keep::results);
    const auto a = make_task("a"), b = make_task("b");
    set->insert(a);
    set->close();
    set->close();
    BOOST_TEST(!set->insert(b));
    BOOST_TEST(!set->contains(*a));
    BOOST_TEST(!set->erase(*a));
    BOOST_TEST(!set->try_next());
    BOOST_TEST(!set->first());
    BOOST_TEST(names(*set) == "");
    BOOST_TEST(set->size() == 0u);
}

BOOST_AUTO_TEST_CASE(the_listener_hears_of_the_first_failure_only) {
    const open_set set(keep::failures);
    const auto listener = std::make_shared<counting_listener>();
    set->listen(listener);
    const auto quiet = make_task("q"), a = make_task("a"), b = make_task("b"), c = make_task("c");
    set->insert(quiet, role::quiet_member);
    set->insert(a);
    set->insert(b);
    set->insert(c);
    quiet->fail();
    a->end();
    BOOST_TEST(listener->calls == 0);
    b->fail();
    BOOST_TEST(listener->calls == 1);
    c->fail();
    BOOST_TEST(listener->calls == 1);
    BOOST_TEST(names(*set) == "qbc");
    bool was_quiet = false;
    BOOST_TEST(set->try_next(&was_quiet)->name() == "q");
    BOOST_TEST(was_quiet);
    set->try_next(&was_quiet);
    BOOST_TEST(!was_quiet);
    for (const auto& t : {quiet, b, c})
        t->mark_observed();
}

BOOST_AUTO_TEST_CASE(a_quiet_failure_is_heard_of_when_it_is_quiet_no_longer) {
    const open_set set(keep::failures);
    const auto listener = std::make_shared<counting_listener>();
    set->listen(listener);
    const auto a = make_task("a");
    set->insert(a, role::quiet_member);
    a->fail();
    BOOST_TEST(listener->calls == 0);
    set->not_quiet(*a);
    BOOST_TEST(listener->calls == 1);
    a->mark_observed();
}

BOOST_AUTO_TEST_CASE(a_listener_that_is_gone_is_not_called) {
    const open_set set(keep::failures);
    set->listen(std::make_shared<counting_listener>());
    const auto a = make_task("a");
    set->insert(a);
    a->fail();
    a->mark_observed();
    BOOST_TEST(set->size() == 1u);
}

BOOST_AUTO_TEST_CASE(who_ends_after_the_deadline_is_not_handed_out) {
    struct switched : set_core::deadline {
        bool over = false;
        switched() {
            passed = [](const deadline& d) noexcept {
                return static_cast<const switched&>(d).over;
            };
        }
    } late;
    const open_set set(keep::results);
    set->only_until(&late);
    const auto a = make_task("a"), b = make_task("b"), c = make_task("c");
    for (const auto& t : {a, b, c})
        set->insert(t);
    b->end();
    late.over = true;
    a->end();
    BOOST_TEST(set->try_next()->name() == "b");
    BOOST_TEST(!set->try_next());
    BOOST_TEST(names(*set) == "ac");
    set->drop_unavailable();
    BOOST_TEST(names(*set) == "c");
    set->drop_unavailable();
    BOOST_TEST(names(*set) == "");
    set->drop_unavailable();
    c->end();
}

BOOST_AUTO_TEST_CASE(the_owner_needs_no_place) {
    const open_set set(keep::failures);
    set->limit(1);
    const auto a = make_task("a"), b = make_task("b");
    set->insert(a, role::owner);
    BOOST_TEST(set->free_places() == 1u);
    set->insert(b);
    BOOST_TEST(set->free_places() == 0u);
    BOOST_TEST(set->occupied() == 1u);
    BOOST_TEST(!set->try_place());
    b->end();
    BOOST_TEST(set->try_place());
    set->return_places(1);
    a->end();
    BOOST_TEST(set->free_places() == 1u);
}

BOOST_AUTO_TEST_CASE(a_wait_whose_context_is_gone_gives_everything_back) {
    const open_set set(keep::results);
    const auto a = make_task("a");
    set->insert(a);
    const auto context = context_core::create();
    bare_op op;
    const auto wait = set_wait::create(set.core(), kind::next, {no_outcome}, context, &op);
    wait->attach(nullptr, 0);
    BOOST_TEST(!wait->over_already());
    BOOST_TEST(wait->start());
    a->end();
    BOOST_TEST(op.posted == 1);
    BOOST_TEST(!set->try_next());
    wait->abandon(nullptr, 0);
    BOOST_TEST(set->try_next().get() == a.get());

    context->shutdown();
    const auto b = make_task("b");
    set->insert(b);
    const auto refused = set_wait::create(set.core(), kind::next, {no_outcome}, context, &op);
    refused->attach(nullptr, 0);
    BOOST_TEST(!refused->start());
    refused->abandon(nullptr, 0);
    b->end();
    BOOST_TEST(op.posted == 1);
    BOOST_TEST(set->try_next().get() == b.get());
}

BOOST_AUTO_TEST_CASE(a_stop_of_a_joining_wait_reaches_its_target) {
    struct target {
        std::vector<unsigned>* asked;
        void cancel(unsigned types) const { asked->push_back(types); }
    };
    std::vector<unsigned> asked;
    const open_set set(keep::results);
    const auto a = make_task("a");
    set->insert(a);
    bare_op op;
    const auto wait =
        joining_set<target>::create(set.core(), context_core::create(), &op, target{&asked});
    wait->attach(nullptr, 0);
    BOOST_TEST(wait->start());
    wait->stop(stop_reason::cancelled, 2);
    BOOST_TEST(op.posted == 0);
    a->end();
    BOOST_TEST(op.posted == 1);
    BOOST_TEST(wait->content());
    BOOST_TEST((wait->settled().why == stop_reason::cancelled));
    wait->give_back();
    wait->stop(stop_reason::cancelled, 1);
    BOOST_TEST(asked == (std::vector<unsigned>{2}), boost::test_tools::per_element());
    BOOST_TEST(set->size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_set_whose_end_is_being_told_takes_no_members) {
    struct target {
        void cancel(unsigned) const {}
    };
    const open_set set(keep::results);
    const auto a = make_task("a");
    set->insert(a);
    bare_op op;
    const auto wait = joining_set<target>::create(set.core(), context_core::create(), &op, {});
    wait->attach(nullptr, 0);
    BOOST_TEST(wait->start());
    BOOST_TEST(set->insert(make_task("b")));
    set->erase(*set->members(false).back());
    a->end();
    BOOST_TEST(op.posted == 1);
    BOOST_TEST(wait->content());
    BOOST_TEST(!set->enter());
    BOOST_TEST(!set->insert(make_task("c")));
    BOOST_TEST(set->size() == 1u);
    wait->give_back();
}

// The set has closed and not yet taken its hook away: the task's lock is held by who ends it.
BOOST_AUTO_TEST_CASE(a_task_that_ends_while_its_set_closes) {
    const auto error = std::make_exception_ptr(std::runtime_error("unit"));
    for (const task_status how : {task_status::succeeded, task_status::failed}) {
        const auto news = std::make_shared<counting_listener>();
        const open_set set(keep::failures);
        set->listen(news);
        const auto a = make_task("a");
        set->insert(a);
        std::thread closer;
        a->end_when(
            [&] {
                if (!closer.joinable())
                    closer = std::thread([&] { set->close(); });
                return !set->contains(*a);
            },
            how, how == task_status::failed ? error : nullptr);
        closer.join();
        a->mark_observed();
        BOOST_TEST(news->calls == 0);
        BOOST_TEST(set->unfinished() == 0u);
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
