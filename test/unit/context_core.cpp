// SPDX-License-Identifier: BSL-1.0

// Who owns a pending operation: the list, the one who posts it, or shutdown.

#include "bare_task.hpp"

#include <asio_wait/detail/context_core.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <future>
#include <stdexcept>
#include <thread>
#include <vector>

namespace {

using namespace unit;
using core = asio_wait::detail::context_core;

BOOST_AUTO_TEST_SUITE(unit_context_core)

BOOST_AUTO_TEST_CASE(a_handed_over_operation_is_posted_and_not_destroyed) {
    const auto c = core::create();
    bare_op op;
    BOOST_TEST(c->add(op));
    c->hand_over(&op);
    BOOST_TEST(op.posted == 1);
    c->shutdown();
    BOOST_TEST(op.destroyed == 0);
}

BOOST_AUTO_TEST_CASE(shutdown_destroys_what_is_listed_once) {
    const auto c = core::create();
    std::vector<bare_op> ops(5);
    for (bare_op& op : ops)
        BOOST_TEST(c->add(op));
    c->hand_over(&ops[2]); // from the middle
    c->hand_over(&ops[0]); // the oldest
    c->hand_over(&ops[4]); // the newest
    c->shutdown();
    c->shutdown();
    const int posted[] = {1, 0, 1, 0, 1};
    for (std::size_t i = 0; i != ops.size(); ++i) {
        BOOST_TEST(ops[i].posted == posted[i]);
        BOOST_TEST(ops[i].destroyed == 1 - posted[i]);
    }
}

BOOST_AUTO_TEST_CASE(nothing_gets_in_after_shutdown) {
    const auto c = core::create();
    bare_op before, after;
    c->add(before);
    c->shutdown();
    BOOST_TEST(!c->add(after));
    BOOST_TEST(!c->enter());
    c->hand_over(&before); // the winner of a wake that came too late
    BOOST_TEST(before.posted == 0);
    BOOST_TEST(before.destroyed == 1);
    BOOST_TEST(!context_entry(*c));
}

BOOST_AUTO_TEST_CASE(what_stands_for_no_context_is_always_open) {
    const context_entry entry(core::none());
    BOOST_TEST(static_cast<bool>(entry));
    BOOST_TEST(&core::none() == &core::none());
}

BOOST_AUTO_TEST_CASE(an_entry_is_left_with_its_scope) {
    const auto c = core::create();
    {
        const context_entry entry(*c);
        BOOST_TEST(static_cast<bool>(entry));
    }
    c->shutdown(); // would not return otherwise
    BOOST_TEST(!c->enter());
}

BOOST_AUTO_TEST_CASE(an_operation_may_be_destroyed_by_a_shutdown_that_adds_and_wakes_others) {
    // What a coroutine's destruction may do: complete a task, whose waiter is next in this list.
    struct chained_op : bare_op {
        core* c = nullptr;
        bare_op* other = nullptr;
        bool refused = false;
    } first;
    const auto c = core::create();
    bare_op other;
    first.c = c.get();
    first.other = &other;
    first.destroy = [](pending_op* op) noexcept {
        auto* self = static_cast<chained_op*>(op);
        ++self->destroyed;
        self->c->hand_over(self->other);
        bare_op late;
        self->refused = !self->c->add(late);
    };
    c->add(other);
    c->add(first);
    c->shutdown();
    BOOST_TEST(first.destroyed == 1);
    BOOST_TEST(first.refused);
    BOOST_TEST(other.destroyed == 1);
    BOOST_TEST(other.posted == 0);
}

BOOST_AUTO_TEST_CASE(a_post_may_use_the_core_again) {
    struct nested_op : bare_op {
        core* c = nullptr;
        bare_op* other = nullptr;
    } op;
    const auto c = core::create();
    bare_op other;
    op.c = c.get();
    op.other = &other;
    op.post = [](pending_op* base) {
        auto* self = static_cast<nested_op*>(base);
        self->c->add(*self->other);
        self->c->hand_over(self->other);
        ++self->posted;
    };
    c->add(op);
    c->hand_over(&op);
    BOOST_TEST(op.posted == 1);
    BOOST_TEST(other.posted == 1);
    c->shutdown();
}

BOOST_AUTO_TEST_CASE(a_post_that_throws_leaves_the_core_usable) {
    const auto c = core::create();
    bare_op bad, good;
    bad.post = [](pending_op*) { throw std::runtime_error("no memory"); };
    c->add(bad);
    c->add(good);
    BOOST_CHECK_THROW(c->hand_over(&bad), std::runtime_error);
    BOOST_TEST(bad.destroyed == 0); // the post owned it
    c->hand_over(&good);
    BOOST_TEST(good.posted == 1);
    c->shutdown(); // does not wait for the one that failed
}

BOOST_AUTO_TEST_CASE(shutdown_waits_for_a_post_on_another_thread) {
    struct slow_op : bare_op {
        std::promise<void> entered;
        std::promise<void> may_go;
        std::atomic<bool> left{false};
    } op;
    op.post = [](pending_op* base) {
        auto* self = static_cast<slow_op*>(base);
        self->entered.set_value();
        self->may_go.get_future().wait();
        self->left = true;
    };
    const auto c = core::create();
    c->add(op);
    std::thread poster([&] { c->hand_over(&op); });
    op.entered.get_future().wait();
    bool left_first = false;
    std::thread destroyer([&] {
        c->shutdown();
        left_first = op.left;
    });
    // From here on nobody gets in, whether shutdown has begun or not; then the post may end.
    while (c->enter())
        c->leave();
    op.may_go.set_value();
    poster.join();
    destroyer.join();
    BOOST_TEST(left_first);
    BOOST_TEST(op.destroyed == 0);
}

BOOST_AUTO_TEST_CASE(a_thread_remembers_one_context_until_it_is_shut_down) {
    int first_address = 0, second_address = 0;
    const auto first = core::create();
    const auto second = core::create();
    core::remember(&first_address, *first);
    BOOST_TEST(core::cached(&first_address) == first.get());
    BOOST_TEST(core::cached(&second_address) == nullptr);
    core::remember(&second_address, *second);
    BOOST_TEST(core::cached(&second_address) == second.get());
    BOOST_TEST(core::cached(&first_address) == nullptr);
    std::thread([&] { BOOST_TEST(core::cached(&second_address) == nullptr); }).join();
    second->shutdown();
    BOOST_TEST(core::cached(&second_address) == nullptr);
    first->shutdown();
}

BOOST_AUTO_TEST_CASE(a_thread_that_ends_remembers_nothing_more) {
    static int address = 0;
    static bool known = true;
    struct late {
        ref_ptr<core> c;
        ~late() {
            core::remember(&address, *c);
            known = core::cached(&address) != nullptr;
        }
    };
    const auto c = core::create();
    std::thread([&] {
        static thread_local late l; // made before what remembers, so destroyed after it
        l.c = c;
        core::remember(&address, *c);
        BOOST_TEST(core::cached(&address) == c.get());
    }).join();
    BOOST_TEST(!known);
}

BOOST_AUTO_TEST_CASE(what_a_thread_remembers_outlives_every_other_owner) {
    int address = 0;
    std::thread([&] {
        auto c = core::create();
        core::remember(&address, *c);
        c = nullptr; // the address sanitizer would see a core freed here
        BOOST_TEST(core::cached(&address)->enter());
        core::cached(&address)->leave();
    }).join();
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
