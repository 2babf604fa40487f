// SPDX-License-Identifier: BSL-1.0

// wait_for_tasks: every row of its contract table, and the clauses below it.

#include "contract.hpp"

#include <boost/asio/steady_timer.hpp>

namespace unit {
namespace {

using test::virtual_clock;

BOOST_FIXTURE_TEST_SUITE(unit_wait_contract, fixture)

BOOST_AUTO_TEST_CASE(timeout_is_no_error_and_cancels_nothing) {
    auto a = create_task(ex, sleep_for(5ms), "a");
    auto b = create_task(ex, sleep_for(50ms), "b");
    wait_record<task<>> r;
    wait_for_tasks(a, b, all_completed, virtual_clock::now() + 20ms, r.handler());
    run();
    BOOST_TEST(split(r) == "a : b");
    BOOST_TEST(!b.cancel_requested());
    BOOST_TEST(b.succeeded());
}

BOOST_AUTO_TEST_CASE(a_task_that_ends_between_the_timer_and_the_delivery_is_done) {
    auto a = create_task(ex, sleep_for(5ms), "a");
    auto b = create_task(ex, sleep_for(5ms), "b");
    wait_record<task<>> r;
    wait_for_tasks(a, b, virtual_clock::now() + 5ms, r.handler());
    run();
    BOOST_TEST(r.get<1>().done.size() == 2u);
    BOOST_TEST(r.get<1>().pending.empty());
}

BOOST_AUTO_TEST_CASE(a_task_that_ends_between_the_release_and_the_delivery_is_done) {
    asio::io_context waiter;
    auto a = create_task(ex, sleep_for(5ms), "a");
    auto b = create_task(ex, sleep_for(9ms), "b");
    wait_record<task<>> r;
    wait_for_tasks(a, b, first_completed, asio::bind_executor(waiter, r.handler()));
    run(); // both end before the waiter's context runs
    BOOST_TEST(r.calls == 0);
    waiter.run();
    BOOST_TEST(split(r) == "a b : ");
}

BOOST_AUTO_TEST_CASE(done_is_in_order_of_completion_those_done_before_in_input_order) {
    auto e = ended(nothing(), "e");
    auto d = ended(nothing(), "d");
    auto a = create_task(ex, sleep_for(9ms), "a");
    auto b = create_task(ex, sleep_for(3ms), "b");
    auto c = create_task(ex, sleep_for(6ms), "c");
    wait_record<task<>> all, some;
    wait_for_tasks(ex, a, d, b, e, c, all.handler());
    wait_for_tasks(ex, c, a, e, b, virtual_clock::now() + 4ms, some.handler());
    run();
    BOOST_TEST(split(all) == "d e b c a : ");
    BOOST_TEST(split(some) == "e b : c a");
}

BOOST_AUTO_TEST_CASE(a_failure_is_never_thrown_by_the_wait) {
    auto c = cancelled_task();
    auto a = create_task(ex, failing(1ms), "a");
    auto b = create_task(ex, sleep_for(5ms), "b");
    wait_record<task<>> first, all;
    wait_for_tasks(b, a, first_exception, first.handler());
    wait_for_tasks(a, b, c, all.handler());
    run();
    BOOST_TEST(split(first) == "a : b");
    BOOST_TEST(!all.get<0>());
    BOOST_TEST(all.get<1>().done.size() == 3u);
    BOOST_CHECK_THROW(a.result(), boom);
}

BOOST_AUTO_TEST_CASE(a_cancelled_task_counts_for_first_completed_only) {
    auto a = create_task(ex, forever(), "a");
    auto b = create_task(ex, sleep_for(5ms), "b");
    wait_record<task<>> first, exception;
    wait_for_tasks(a, b, first_completed, first.handler());
    wait_for_tasks(a, b, first_exception, exception.handler());
    poll();
    a.cancel();
    poll();
    BOOST_TEST(split(first) == "a : b");
    BOOST_TEST(exception.calls == 0);
    run();
    BOOST_TEST(split(exception) == "a b : ");
}

BOOST_AUTO_TEST_CASE(nothing_completes_inside_the_call_whatever_the_reason) {
    auto done = ended(nothing(), "done");
    auto pending = create_task(ex, forever(), "pending");
    wait_record<task<>> satisfied, polled, refused;
    asio::post(io, [&] { // on the executor's own thread, where a dispatch would run at once
        test::initiate([&] {
            wait_for_tasks(ex, done, satisfied.handler());
            wait_for_tasks(ex, pending, 0s, polled.handler());
            wait_for_tasks(ex, task<>(), refused.handler());
        });
        BOOST_TEST(satisfied.calls + polled.calls + refused.calls == 0);
    });
    poll();
    for (auto* r : {&satisfied, &polled, &refused}) {
        BOOST_TEST(r->calls == 1);
        BOOST_TEST(!r->inside_initiation);
    }
    pending.cancel();
}

BOOST_AUTO_TEST_CASE(a_cancel_between_release_and_delivery_still_ends_in_operation_aborted) {
    asio::io_context waiter;
    asio::cancellation_signal stop;
    auto a = create_task(ex, sleep_for(1ms), "a");
    wait_record<task<>> r;
    wait_for_tasks(
        a, asio::bind_cancellation_slot(stop.slot(), asio::bind_executor(waiter, r.handler())));
    run();
    stop.emit(asio::cancellation_type::total);
    waiter.run();
    BOOST_TEST(split(r) == aborted + "a : ");
}

// As the line above says it; asyncio agrees: a wait on tasks that are done suspends, and a cancel
// that comes before it resumes is raised.
BOOST_AUTO_TEST_CASE(so_it_does_when_the_wait_was_satisfied_from_the_start) {
    asio::cancellation_signal stop;
    auto a = ended(nothing(), "a");
    wait_record<task<>> r;
    wait_for_tasks(ex, a, asio::bind_cancellation_slot(stop.slot(), r.handler()));
    stop.emit(asio::cancellation_type::total);
    run();
    BOOST_TEST(split(r) == aborted + "a : ");
}

BOOST_AUTO_TEST_CASE(cancelling_the_wait_removes_every_registration) {
    auto a = create_task(ex, forever(), "a");
    for (int i = 0; i != 100; ++i) {
        asio::cancellation_signal stop;
        wait_record<task<>> r;
        wait_for_tasks(a, asio::bind_cancellation_slot(stop.slot(), r.handler()));
        stop.emit(asio::cancellation_type::terminal);
        poll();
        BOOST_TEST(split(r) == aborted + " : a");
    }
    a.cancel();
    run(); // the hundred records are gone: a hook left behind would write to them
}

BOOST_AUTO_TEST_CASE(the_handler_of_a_context_that_is_destroyed_is_destroyed_uncalled) {
    auto held = std::make_shared<int>(1);
    const std::weak_ptr<int> alive = held;
    auto a = create_task(ex, sleep_for(1ms), "a");
    int calls = 0;
    {
        asio::io_context waiter;
        wait_for_tasks(a, asio::bind_executor(waiter, [&calls, held](auto...) { ++calls; }));
        wait_for_tasks(a, 1h, asio::bind_executor(waiter, [&calls, held](auto...) { ++calls; }));
        held.reset();
        waiter.poll();
    }
    BOOST_TEST(alive.expired());
    run();
    BOOST_TEST(calls == 0);
    BOOST_TEST(a.done());
}

BOOST_AUTO_TEST_CASE(work_is_tracked_while_waiting) {
    asio::io_context waiter;
    auto a = create_task(ex, sleep_for(1ms), "a");
    wait_record<task<>> r;
    wait_for_tasks(a, asio::bind_executor(waiter, r.handler()));
    waiter.poll();
    BOOST_TEST(!waiter.stopped()); // run() would not return
    run();
    waiter.run();
    BOOST_TEST(r.calls == 1);
    BOOST_TEST(waiter.stopped());
}

BOOST_AUTO_TEST_CASE(tasks_on_different_executors_mix) {
    asio::io_context other;
    auto strand = asio::make_strand(other);
    auto a = create_task(ex, sleep_for(5ms), "a");
    auto b = create_task(other, sleep_for(2ms), "b");
    auto c = create_task(strand, sleep_for(9ms), "c");
    wait_record<task<>> r;
    wait_for_tasks(a, b, c, asio::bind_executor(strand, r.handler()));
    test::run_virtual(io, other);
    BOOST_TEST(split(r) == "b a c : ");
}

// Executors of every model as the handler's

/// As the Networking TS had it.
class ts_executor {
public:
    explicit ts_executor(asio::io_context& io, int& posts) : io_(&io), posts_(&posts) {}

    asio::execution_context& context() const noexcept { return *io_; }
    void on_work_started() const noexcept { ++*posts_; }
    void on_work_finished() const noexcept {}
    template<class F, class A>
    void dispatch(F&& f, const A& a) const {
        post(std::forward<F>(f), a);
    }
    template<class F, class A>
    void defer(F&& f, const A& a) const {
        post(std::forward<F>(f), a);
    }
    template<class F, class A>
    void post(F&& f, const A&) const {
        asio::post(*io_, std::forward<F>(f));
    }
    [[maybe_unused]] friend bool operator==(const ts_executor& a, const ts_executor& b) noexcept {
        return a.io_ == b.io_;
    }
    [[maybe_unused]] friend bool operator!=(const ts_executor& a, const ts_executor& b) noexcept {
        return !(a == b);
    }

private:
    asio::io_context* io_;
    int* posts_;
};

/// Runs what it gets on the spot and has no context.
struct on_the_spot {
    template<class F>
    void execute(F&& f) const {
        std::forward<F>(f)();
    }
    static constexpr asio::execution::blocking_t query(asio::execution::blocking_t) noexcept {
        return asio::execution::blocking.always;
    }
    [[maybe_unused]] friend bool operator==(on_the_spot, on_the_spot) noexcept { return true; }
    [[maybe_unused]] friend bool operator!=(on_the_spot, on_the_spot) noexcept { return false; }
};

template<class Executor>
void waits_on(fixture& f, const Executor& executor) {
    for (const bool satisfied : {false, true}) {
        auto a = create_task(f.ex, sleep_for(1ms), "a");
        if (satisfied)
            f.run();
        wait_record<task<>> plain, timed, polled;
        [[maybe_unused]] record<error_code> one;
        test::initiate([&] {
            wait_for_tasks(f.ex, a, asio::bind_executor(executor, plain.handler()));
            wait_for_tasks(f.ex, a, 1h, asio::bind_executor(executor, timed.handler()));
            wait_for_tasks(f.ex, a, 0s, asio::bind_executor(executor, polled.handler()));
        });
        f.run();
        for (auto* r : {&plain, &timed}) {
            BOOST_TEST(split(*r) == "a : ");
            BOOST_TEST(!r->inside_initiation);
        }
        BOOST_TEST(split(polled) == (satisfied ? "a : " : " : a"));
        BOOST_TEST(!polled.inside_initiation);
    }
}

BOOST_AUTO_TEST_CASE(a_handlers_executor_may_be_of_any_model) {
    int works = 0;
    waits_on(*this, ex);
    waits_on(*this, io.get_executor());
    waits_on(*this, asio::make_strand(io));
    waits_on(*this, test::tracker_executor(io.get_executor(), 1));
    waits_on(*this, ts_executor(io, works));
    BOOST_TEST(works > 0);
    waits_on(*this, on_the_spot());
    waits_on(*this, asio::require(io.get_executor(), asio::execution::blocking.never));
}

// Cost

BOOST_AUTO_TEST_CASE(no_timer_is_made_without_need) {
    auto done = ended(nothing(), "done");
    asio::io_context waiter;
    auto pending = create_task(ex, forever(), "pending");
    int calls = 0;
    const auto count = [&] { return asio::bind_executor(waiter, [&](auto...) { ++calls; }); };
    wait_for_tasks(ex, pending, 0s, count());
    wait_for_tasks(ex, pending, -1h, count());
    wait_for_tasks(ex, done, 1h, count());
    wait_for_tasks(ex, pending, (std::chrono::nanoseconds::max)(), count());
    wait_for_tasks(ex, pending, count());
    using service = asio::detail::deadline_timer_service<asio::detail::chrono_time_traits<
        std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>>>;
    BOOST_TEST(!asio::has_service<service>(waiter));
    wait_for_tasks(ex, pending, 1h, count());
    BOOST_TEST(asio::has_service<service>(waiter)); // the check can fail
    pending.cancel();
    run();
    waiter.run();
    BOOST_TEST(calls == 6);
}

template<class Condition>
int taken_by_a_wait(fixture& f, int n, Condition condition) {
    test::allocation_tally tally;
    std::vector<task<>> ts;
    for (int i = 0; i != n; ++i)
        ts.push_back(create_task(f.io.get_executor(), sleep_for(1ms)));
    bool called = false;
    wait_for_tasks(
        f.io.get_executor(), ts, condition,
        asio::bind_executor(f.io.get_executor(),
                            asio::bind_allocator(test::counting_allocator<>(tally), [&](auto...) {
                                called = true;
                                BOOST_TEST(tally.live == 0);
                            })));
    f.run();
    BOOST_TEST(called);
    return tally.taken;
}

BOOST_AUTO_TEST_CASE(what_a_wait_takes_does_not_grow_with_the_number_of_tasks) {
    for (const auto condition : {first_completed, first_exception, all_completed})
        BOOST_TEST(taken_by_a_wait(*this, 1, condition) == taken_by_a_wait(*this, 1000, condition));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace unit
