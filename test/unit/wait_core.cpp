// SPDX-License-Identifier: BSL-1.0

// One wait stepped without a loop: tasks end when the test says so, and a post is a counter.

#include "bare_task.hpp"

#include <asio_wait/detail/wait_core.hpp>

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <vector>

namespace {

using namespace unit;
using namespace asio_wait;
using core = asio_wait::detail::wait_core;
using asio_wait::detail::condition_of;
using asio_wait::detail::when_stopped;

constexpr wait_condition all = condition_of(all_completed);
constexpr wait_condition first = condition_of(first_completed);

constexpr unsigned terminal = 1;

/// A wait over n new tasks named a, b, c ...
struct stepper {
    std::vector<bare_ptr> tasks;
    std::unique_ptr<wait_node[]> nodes;
    bare_op op;
    ref_ptr<core> wait;

    stepper(wait_condition condition, std::vector<bare_ptr> ts,
            ref_ptr<asio_wait::detail::context_core> context =
                asio_wait::detail::context_core::create())
        : tasks(std::move(ts)), nodes(std::make_unique<wait_node[]>(tasks.size())),
          wait(core::create(condition, tasks.size(), std::move(context), &op)) {
        for (std::size_t i = 0; i != tasks.size(); ++i)
            nodes[i].task = tasks[i].get();
    }

    stepper(wait_condition condition, std::size_t n) : stepper(condition, fresh(n)) {}

    static std::vector<bare_ptr> fresh(std::size_t n) {
        std::vector<bare_ptr> made;
        for (std::size_t i = 0; i != n; ++i)
            made.push_back(make_task(std::string(1, static_cast<char>('a' + i))));
        return made;
    }

    void attach() { wait->attach(nodes.get(), tasks.size()); }

    stepper& begin() {
        attach();
        BOOST_TEST(!wait->over_already());
        BOOST_TEST(wait->start());
        return *this;
    }

    /// The names of those done, in order, then ":" and the reason if there is one.
    std::string close() {
        done_list done;
        const stop_reason why = wait->close(nodes.get(), tasks.size(), done);
        std::string text;
        std::size_t n = 0;
        for (const wait_node* i = done.first(); i; i = i->next_done, ++n)
            text += i->task->name();
        BOOST_TEST(n == done.size());
        if (why != stop_reason::none)
            text += ":" + std::to_string(static_cast<int>(why));
        return text;
    }
};

BOOST_AUTO_TEST_SUITE(unit_wait_core)

BOOST_AUTO_TEST_CASE(the_last_task_wakes_and_the_order_is_that_of_completion) {
    stepper s(all, 3);
    s.begin();
    s.tasks[2]->end();
    s.tasks[0]->end();
    BOOST_TEST(s.op.posted == 0);
    s.tasks[1]->end();
    BOOST_TEST(s.op.posted == 1);
    BOOST_TEST(s.close() == "cab");
}

BOOST_AUTO_TEST_CASE(those_done_before_come_first_in_input_order) {
    stepper s(all, 4);
    s.tasks[3]->end();
    s.tasks[1]->end();
    s.begin();
    s.tasks[2]->end();
    s.tasks[0]->end();
    BOOST_TEST(s.op.posted == 1);
    BOOST_TEST(s.close() == "bdca");
}

// A task on another thread may end while the rest is being registered.
BOOST_AUTO_TEST_CASE(those_done_before_come_before_one_that_ends_during_registration) {
    stepper s(all, 3);
    s.tasks[1]->end();
    s.wait->attach(s.nodes.get(), 1);
    s.tasks[0]->end();
    s.wait->attach(s.nodes.get() + 1, 2);
    BOOST_TEST(s.wait->start());
    s.tasks[2]->end();
    BOOST_TEST(s.close() == "bac");
}

BOOST_AUTO_TEST_CASE(completions_between_wake_and_delivery_count) {
    stepper s(first, 3);
    s.begin();
    s.tasks[1]->end();
    BOOST_TEST(s.op.posted == 1);
    s.tasks[0]->end();
    BOOST_TEST(s.op.posted == 1);
    BOOST_TEST(s.close() == "ba");
}

BOOST_AUTO_TEST_CASE(a_wait_that_is_over_before_it_begins_is_left_to_the_caller) {
    stepper s(first, 2);
    s.tasks[1]->end();
    s.attach();
    BOOST_TEST(s.wait->over_already());
    s.tasks[0]->end(); // nobody is woken any more
    BOOST_TEST(s.op.posted == 0);
    BOOST_TEST(s.close() == "ba");
}

BOOST_AUTO_TEST_CASE(a_stop_before_registration_makes_it_over_already) {
    stepper s(all, 1);
    s.wait->stop(stop_reason::limit, terminal);
    s.attach();
    BOOST_TEST(s.wait->over_already());
    BOOST_TEST(s.close() == ":1");
    BOOST_TEST(s.op.posted == 0);
}

BOOST_AUTO_TEST_CASE(what_happens_while_registering_wakes_at_the_start) {
    stepper s(first, 2);
    s.attach();
    BOOST_TEST(!s.wait->over_already());
    s.tasks[0]->end();
    BOOST_TEST(s.op.posted == 0);
    BOOST_TEST(s.wait->start());
    BOOST_TEST(s.op.posted == 1);
    BOOST_TEST(s.close() == "a");
}

BOOST_AUTO_TEST_CASE(only_a_failure_ends_first_exception_early) {
    stepper s(condition_of(first_exception), 4);
    s.begin();
    s.tasks[0]->end();
    s.tasks[1]->end(task_status::cancelled, std::make_exception_ptr(1));
    BOOST_TEST(s.op.posted == 0);
    s.tasks[2]->fail();
    s.tasks[2]->mark_observed();
    BOOST_TEST(s.op.posted == 1);
    BOOST_TEST(s.close() == "abc");
}

BOOST_AUTO_TEST_CASE(stops_are_idempotent_and_the_strongest_wins) {
    stepper s(all, 2);
    s.begin();
    s.tasks[0]->end();
    s.wait->stop(stop_reason::limit, terminal);
    s.wait->stop(stop_reason::limit, terminal);
    s.wait->stop(stop_reason::cancelled, terminal);
    BOOST_TEST(s.op.posted == 1);
    BOOST_TEST(s.close() == "a:2");
    s.wait->stop(stop_reason::cancelled, terminal); // a slot that is emitted late
    BOOST_TEST(s.op.posted == 1);
}

BOOST_AUTO_TEST_CASE(after_close_no_task_touches_a_node) {
    stepper s(first, 3);
    s.begin();
    s.tasks[0]->end();
    BOOST_TEST(s.close() == "a");
    s.nodes.reset(); // the address sanitizer watches
    s.tasks[1]->end();
    s.tasks[2]->end();
    BOOST_TEST(s.op.posted == 1);
}

BOOST_AUTO_TEST_CASE(closing_a_wait_that_never_began_is_fine) {
    stepper s(all, 2);
    BOOST_TEST(s.close() == "");
    stepper attached(all, 2);
    attached.attach();
    BOOST_TEST(attached.close() == "");
    attached.nodes.reset();
    attached.tasks[0]->end();
}

BOOST_AUTO_TEST_CASE(many_waits_on_one_task_are_woken_in_order_of_registration) {
    struct ordered_op : bare_op {
        std::string* log = nullptr;
        char letter = ' ';
    };
    std::string log;
    const auto shared = make_task("t");
    std::vector<std::unique_ptr<stepper>> waits;
    std::vector<std::unique_ptr<ordered_op>> ops;
    for (const char letter : std::string("abcd")) {
        auto& op = *ops.emplace_back(std::make_unique<ordered_op>());
        op.log = &log;
        op.letter = letter;
        op.post = [](pending_op* base) {
            auto* self = static_cast<ordered_op*>(base);
            *self->log += self->letter;
        };
        auto s = std::make_unique<stepper>(all, std::vector{shared});
        s->wait = core::create(all, 1, asio_wait::detail::context_core::create(), &op);
        s->begin();
        waits.push_back(std::move(s));
    }
    waits[1]->close(); // gave up
    shared->end();
    BOOST_TEST(log == "acd");
}

BOOST_AUTO_TEST_CASE(a_dying_context_refuses_the_start) {
    const auto context = asio_wait::detail::context_core::create();
    context->shutdown();
    stepper s(all, stepper::fresh(1), context);
    s.attach();
    BOOST_TEST(!s.wait->start());
    BOOST_TEST(s.close() == "");
    s.tasks[0]->end();
    BOOST_TEST(s.op.posted == 0);
    BOOST_TEST(s.op.destroyed == 0); // the caller's
}

BOOST_AUTO_TEST_CASE(a_wake_after_the_shutdown_finds_nothing) {
    const auto context = asio_wait::detail::context_core::create();
    stepper s(all, stepper::fresh(1), context);
    s.begin();
    context->shutdown();
    BOOST_TEST(s.op.destroyed == 1); // a real one closes here
    s.wait->stop(stop_reason::cancelled, terminal);
    s.tasks[0]->end();
    BOOST_TEST(s.op.posted == 0);
    s.close();
}

BOOST_AUTO_TEST_CASE(a_detour_is_taken_once_and_decides_when_the_operation_goes_on) {
    struct detour : wake_detour {
        core* wait = nullptr;
        int held = 0, gone = 0;
    } d;
    d.hold = [](wake_detour& w) noexcept { ++static_cast<detour&>(w).held; };
    d.go = [](wake_detour& w) { ++static_cast<detour&>(w).gone; };
    stepper s(all, 1);
    s.attach();
    s.wait->set_detour(&d);
    BOOST_TEST(s.wait->start());
    s.wait->stop(stop_reason::limit, terminal);
    s.wait->stop(stop_reason::cancelled, terminal);
    s.tasks[0]->end();
    BOOST_TEST(d.held == 1);
    BOOST_TEST(d.gone == 1);
    BOOST_TEST(s.op.posted == 0);
    s.wait->hand_over();
    BOOST_TEST(s.op.posted == 1);
    BOOST_TEST(s.close() == "a:2");
}

BOOST_AUTO_TEST_CASE(the_core_outlives_the_operation_for_late_stops) {
    ref_ptr<core> kept;
    {
        stepper s(all, 1);
        s.begin();
        s.tasks[0]->end();
        s.close();
        kept = s.wait;
    }
    kept->stop(stop_reason::limit, terminal);
    kept->stop(stop_reason::cancelled, terminal);
}

// again(): the operation has looked at what is done and wants one more.

BOOST_AUTO_TEST_CASE(what_is_done_is_shown_in_order_as_it_comes) {
    stepper s(first, 4);
    s.tasks[2]->end();
    s.tasks[1]->end();
    s.attach();
    BOOST_TEST(s.wait->over_already());
    const wait_node* seen = s.wait->next_done(nullptr);
    BOOST_TEST_REQUIRE(seen);
    BOOST_TEST(seen->task->name() == "b"); // early ones in input order
    seen = s.wait->next_done(seen);
    BOOST_TEST_REQUIRE(seen);
    BOOST_TEST(seen->task->name() == "c");
    BOOST_TEST(!s.wait->next_done(seen));
    s.tasks[3]->end();
    seen = s.wait->next_done(seen);
    BOOST_TEST_REQUIRE(seen);
    BOOST_TEST(seen->task->name() == "d");
    BOOST_TEST(!s.wait->next_done(seen));
    BOOST_TEST(s.close() == "bcd");
}

BOOST_AUTO_TEST_CASE(a_wait_goes_on_for_one_task_more_each_time) {
    stepper s(first, 3);
    s.begin();
    s.tasks[1]->end();
    BOOST_TEST(s.op.posted == 1);
    BOOST_TEST(s.wait->may_go_on());
    BOOST_TEST(s.wait->again(1));
    BOOST_TEST(s.op.posted == 1);
    s.tasks[0]->end();
    BOOST_TEST(s.op.posted == 2);
    s.tasks[2]->end(); // not seen by the operation when it says:
    BOOST_TEST(s.wait->again(2));
    BOOST_TEST(s.op.posted == 3);
    BOOST_TEST(!s.wait->may_go_on());
    BOOST_TEST(s.close() == "bac");
}

BOOST_AUTO_TEST_CASE(a_stopped_wait_does_not_go_on) {
    stepper s(first, 2);
    s.begin();
    s.tasks[1]->end();
    s.wait->stop(stop_reason::limit, terminal);
    BOOST_TEST(!s.wait->may_go_on());
    BOOST_TEST(s.close() == "b:1");
}

BOOST_AUTO_TEST_CASE(a_dying_context_does_not_let_it_go_on) {
    const auto context = asio_wait::detail::context_core::create();
    stepper s(first, stepper::fresh(2), context);
    s.begin();
    s.tasks[1]->end();
    context->shutdown();
    BOOST_TEST(!s.wait->again(1));
    BOOST_TEST(s.close() == "b");
    BOOST_TEST(s.op.destroyed == 0); // the caller's
}

// joining_core: a stop is a request to the tasks.

struct request_log {
    std::vector<unsigned>* types;
    void cancel(unsigned t) const { types->push_back(t); }
};

BOOST_AUTO_TEST_CASE(a_stop_of_a_joining_wait_reaches_its_target_and_not_the_operation) {
    std::vector<unsigned> asked;
    stepper s(condition_of(first_exception), 2);
    s.wait = detail::joining_core<request_log>::create(condition_of(first_exception), 2,
                                                       asio_wait::detail::context_core::create(),
                                                       &s.op, request_log{&asked});
    s.begin();
    s.wait->stop(stop_reason::cancelled, 2);
    s.wait->stop(stop_reason::limit, terminal);
    BOOST_TEST(asked == (std::vector<unsigned>{2, 1}), boost::test_tools::per_element());
    s.tasks[0]->end();
    BOOST_TEST(s.op.posted == 0); // all of them by now
    s.tasks[1]->end();
    BOOST_TEST(s.op.posted == 1);
    s.wait->stop(stop_reason::cancelled, terminal);
    BOOST_TEST(asked.size() == 2u);
    BOOST_TEST(s.close() == "ab:2");
    BOOST_TEST((s.wait->reason() == stop_reason::cancelled));
    BOOST_TEST(s.wait->late());
    s.wait->stop(stop_reason::cancelled, terminal);
    BOOST_TEST(asked.size() == 2u);
}

// find_repeats

std::string repeats_of(const std::vector<bare_ptr>& tasks) {
    std::vector<asio_wait::detail::task_core*> cores;
    for (const bare_ptr& t : tasks)
        cores.push_back(t.get());
    const auto repeats = std::make_unique<bool[]>(cores.size());
    const bool any = find_repeats(cores.data(), cores.size(), repeats.get());
    std::string text;
    for (std::size_t i = 0; i != cores.size(); ++i)
        text += repeats[i] ? 'R' : '.';
    BOOST_TEST(any == (text.find('R') != text.npos));
    return text;
}

BOOST_AUTO_TEST_CASE(repeats_are_all_but_the_first_of_each) {
    const auto t = stepper::fresh(4);
    BOOST_TEST(repeats_of({t[0]}) == ".");
    BOOST_TEST(repeats_of({t[0], t[0]}) == ".R");
    BOOST_TEST(repeats_of({t[1], t[0]}) == "..");
    BOOST_TEST(repeats_of({t[3], t[0], t[3], t[1], t[0], t[0], t[2]}) == "..R.RR.");
}

BOOST_AUTO_TEST_CASE(repeats_are_found_whoever_stands_between) {
    // Three tasks make a table of eight places: many of these pairs meet at one place.
    std::vector<bare_ptr> t;
    for (int i = 0; i != 40; ++i)
        t.push_back(make_task());
    for (const bare_ptr& a : t)
        for (const bare_ptr& b : t)
            if (a.get() != b.get())
                BOOST_TEST_REQUIRE(repeats_of({a, b, a}) == "..R");
}

BOOST_AUTO_TEST_CASE(repeats_are_found_among_many) {
    for (const std::size_t n : {63u, 64u, 65u, 1000u, 10'000u}) {
        auto tasks = std::vector<bare_ptr>();
        for (std::size_t i = 0; i != n; ++i)
            tasks.push_back(make_task());
        BOOST_TEST(repeats_of(tasks) == std::string(n, '.'));
        auto twice = tasks;
        twice.insert(twice.end(), tasks.rbegin(), tasks.rend());
        BOOST_TEST(repeats_of(twice) == std::string(n, '.') + std::string(n, 'R'));
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
