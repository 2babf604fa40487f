// SPDX-License-Identifier: BSL-1.0

// gather and gather_settled beyond asyncio's rows: kinds of work and values, and cancels that come
// at an awkward time.

#include "collections.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/system/result.hpp>

#include <list>

namespace family {
namespace {

/// A value that shows how often it was copied.
asio::awaitable<test::lifetime_tracker> tracked(int n) {
    co_await yield_once();
    co_return test::lifetime_tracker(n);
}

struct no_copy_today {
    int value = 0;
    no_copy_today() = default;
    explicit no_copy_today(int v) : value(v) {}
    no_copy_today(const no_copy_today&) { throw boom("copy"); }
    no_copy_today(no_copy_today&&) = default;
    no_copy_today& operator=(const no_copy_today&) = default;
    no_copy_today& operator=(no_copy_today&&) = default;
};

asio::awaitable<no_copy_today> hard_to_copy(int v) {
    co_await yield_once();
    co_return no_copy_today(v);
}

} // namespace

BOOST_AUTO_TEST_SUITE(family_gather)

CO_TEST_CASE(tasks_coroutines_and_operations_mix) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, sleeper(10ms, 1));
    virtual_timer timer(ex, 20ms);
    auto [a, b, c, d] = co_await gather(t, sleeper(30ms, std::string("b")),
                                        timer.async_wait(asio::deferred), sleep_for(5ms));
    BOOST_TEST(a == 1);
    BOOST_TEST(b == "b");
    static_assert(std::is_same_v<decltype(c), std::monostate>);
    static_assert(std::is_same_v<decltype(d), std::monostate>);
    BOOST_TEST(now() == 30);
}

CO_TEST_CASE(one_alone) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, sleeper(10ms, 1));
    auto [a] = co_await gather(t);
    auto [b] = co_await gather(sleeper(10ms, 2));
    BOOST_TEST(a + b == 3);
}

CO_TEST_CASE(a_range_of_void_gives_nothing) {
    auto ex = co_await asio::this_coro::executor;
    std::vector<task<>> ts;
    for (int i = 1; i < 4; ++i)
        ts.push_back(create_task(ex, sleep_for(i * 10ms)));
    static_assert(std::is_void_v<decltype(gather(ts, asio::use_future).get())>);
    co_await gather(ts);
    BOOST_TEST(now() == 30);
    ts.push_back(create_task(ex, failing(5ms, "four")));
    auto error = co_await error_of(gather(ts));
    BOOST_TEST(error == "four");
    auto r = co_await gather_settled(ts);
    BOOST_TEST_REQUIRE(r.size() == 4u);
    BOOST_TEST(r[0].has_value());
    BOOST_TEST(r[3].has_error());
}

CO_TEST_CASE(ranges_of_deferred_operations_and_lists_of_coroutines) {
    auto ex = co_await asio::this_coro::executor;
    virtual_timer one(ex, 10ms), two(ex, 20ms);
    std::vector<decltype(one.async_wait(asio::deferred))> waits;
    waits.push_back(one.async_wait(asio::deferred));
    waits.push_back(two.async_wait(asio::deferred));
    co_await gather(std::move(waits));
    BOOST_TEST(now() == 20);
    std::list<asio::awaitable<int>> coroutines;
    coroutines.push_back(sleeper(20ms, 1));
    coroutines.push_back(sleeper(10ms, 2));
    auto values = co_await gather(std::move(coroutines));
    BOOST_TEST(values == (std::vector{1, 2}), boost::test_tools::per_element());
    one_shot<asio::awaitable<int>> made(3, [](int i) { return sleeper(10ms, int(i)); });
    auto from_view = co_await gather(made);
    BOOST_TEST(from_view == (std::vector{0, 1, 2}), boost::test_tools::per_element());
}

CO_TEST_CASE(values_that_can_only_be_moved_and_not_be_made_from_nothing) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, ticket_after(10ms, 1));
    auto [a, b, n] = co_await gather(t, ticket_after(5ms, 2), sleeper(1ms, 3));
    BOOST_TEST(*a.number + *b.number + n == 6);
    BOOST_CHECK_THROW(static_cast<void>(t.result()), invalid_task_state); // taken

    std::vector<asio::awaitable<ticket>> coroutines;
    for (int i = 0; i < 3; ++i)
        coroutines.push_back(ticket_after(10ms, i));
    auto all = co_await gather(std::move(coroutines));
    BOOST_TEST_REQUIRE(all.size() == 3u);
    BOOST_TEST(*all[2].number == 2);

    auto u = create_task(ex, ticket_after(10ms, 7));
    auto fails = create_task(ex, failing<int>(1ms));
    auto [ru, rf] = co_await gather_settled(u, fails);
    BOOST_TEST_REQUIRE(ru.has_value());
    BOOST_TEST(*ru->number == 7);
    BOOST_TEST(rf.has_error());
    auto error =
        co_await error_of(gather(ticket_after(10ms, 1), failing<ticket>(5ms, "no ticket")));
    BOOST_TEST(error == "no ticket");
}

CO_TEST_CASE(a_value_that_can_only_be_moved_twice) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, ticket_after(10ms, 1));
    std::string error;
    try {
        co_await gather(t, t);
    } catch (const invalid_task_state&) {
        error = "taken";
    }
    BOOST_TEST(error == "taken");
}

CO_TEST_CASE(values_are_moved_out_of_what_gather_started_and_copied_out_of_tasks) {
    auto ex = co_await asio::this_coro::executor;
    test::lifetime_tracker::reset();
    {
        auto [a, b] = co_await gather(tracked(1), tracked(2));
        BOOST_TEST(a.value() + b.value() == 3);
        BOOST_TEST(test::lifetime_tracker::copies() == 0);
        auto t = create_task(ex, tracked(4));
        auto [c] = co_await gather(t);
        BOOST_TEST(c.value() == 4);
        BOOST_TEST(test::lifetime_tracker::copies() == 1);
        BOOST_TEST(t.result().value() == 4);
    }
    co_await yield_once(); // what resumed us still had its emptied arguments
    BOOST_TEST(test::lifetime_tracker::live() == 0);
}

CO_TEST_CASE(a_copy_that_throws_is_the_error) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, hard_to_copy(1));
    auto u = create_task(ex, hard_to_copy(2));
    auto error = co_await error_of(gather(t, u));
    BOOST_TEST(error == "copy");
    auto settled = co_await error_of(gather_settled(t, u));
    BOOST_TEST(settled == "copy");
    auto [moved] = co_await gather(hard_to_copy(3));
    BOOST_TEST(moved.value == 3);
    BOOST_TEST(t.take().value == 1); // still there
}

CO_TEST_CASE(empty_handles_are_refused_at_the_call) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, sleeper(10ms, 1));
    const std::vector<task<int>> with_empty{t, task<int>()};
    BOOST_CHECK_THROW(static_cast<void>(gather(with_empty)), invalid_task_state);
    BOOST_CHECK_THROW(static_cast<void>(gather(t, task<>())), invalid_task_state);
    BOOST_CHECK_THROW(static_cast<void>(gather_settled(with_empty)), invalid_task_state);
    co_await until_done(t);
}

CO_TEST_CASE(handles_are_copied_at_the_call) {
    auto ex = co_await asio::this_coro::executor;
    std::vector<task<int>> ts;
    ts.push_back(create_task(ex, sleeper(10ms, 1)));
    auto operation = gather(ts);
    ts.clear();
    auto values = co_await operation(asio::use_awaitable);
    auto again = co_await operation(asio::use_awaitable); // of handles, so it may be made twice
    BOOST_TEST(values == again, boost::test_tools::per_element());
}

CO_TEST_CASE(settled_of_what_it_started) {
    auto [a, b, c] =
        co_await gather_settled(sleeper(20ms, 1), failing<std::string>(10ms, "b"), sleep_for(5ms));
    BOOST_TEST(a.value() == 1);
    BOOST_TEST(word(b.error()) == "b");
    BOOST_TEST(c.has_value());
    BOOST_TEST(now() == 20);
}

CO_TEST_CASE(reading_settled_outcomes_is_reading_them) {
    auto ex = co_await asio::this_coro::executor;
    const test::unobserved_log log;
    {
        auto a = create_task(ex, failing<int>(10ms, "a"));
        auto r = co_await gather_settled(a);
    }
    co_await yield_times(settle);
    BOOST_TEST(log.size() == 0u);
}

CO_TEST_CASE(dropping_a_gather_reads_nothing) {
    auto ex = co_await asio::this_coro::executor;
    const test::unobserved_log log;
    {
        auto a = create_task(ex, failing<int>(10ms, "a"));
        [[maybe_unused]] auto dropped = gather(a);
        co_await until_done(a);
    }
    co_await yield_times(settle);
    BOOST_TEST(log.size() == 1u);
}

// K9: the cancel wins over an error that is still on its way, and goes no further.
CO_TEST_CASE(a_cancel_after_the_first_failure_but_before_delivery) {
    auto ex = co_await asio::this_coro::executor;
    manual_future<int> f(ex);
    auto fails = create_task(ex, f.get(), "fails");
    auto slow = create_task(ex, sleeper(50ms, 1), "slow");
    asio::cancellation_signal signal;
    std::string got;
    gather(ex, fails, slow,
           asio::bind_cancellation_slot(
               signal.slot(), [&](std::exception_ptr e, std::tuple<int, int>) { got = word(e); }));
    co_await yield_once();
    f.set_exception(std::make_exception_ptr(boom("first")));
    while (!fails.done())
        co_await yield_once();
    BOOST_TEST(got == ""); // on its way
    signal.emit(asio::cancellation_type::terminal);
    co_await yield_times(settle);
    BOOST_TEST(got == "aborted");
    BOOST_TEST(what_of(fails.exception()) == "first");
    BOOST_TEST(!slow.cancel_requested());
    signal.emit(asio::cancellation_type::terminal); // long over
    co_await until_done(slow);
    BOOST_TEST(slow.succeeded());
}

// K8: the cancel wins over values that are still on their way, and the tasks keep them.
CO_TEST_CASE(a_cancel_when_all_have_succeeded_but_before_delivery) {
    auto ex = co_await asio::this_coro::executor;
    manual_future<int> f(ex);
    auto a = create_task(ex, f.get());
    asio::cancellation_signal signal;
    std::string got = "not yet";
    gather(ex, a,
           asio::bind_cancellation_slot(
               signal.slot(), [&](std::exception_ptr e, std::tuple<int>) { got = word(e); }));
    co_await yield_once();
    f.set_result(5);
    while (!a.done())
        co_await yield_once();
    BOOST_TEST(got == "not yet");
    signal.emit(asio::cancellation_type::terminal);
    co_await yield_times(settle);
    BOOST_TEST(got == "aborted");
    BOOST_TEST(a.result() == 5);
}

CO_TEST_CASE(every_request_is_passed_on_until_all_have_ended) {
    auto ex = co_await asio::this_coro::executor;
    int seen = 0;
    auto stubborn = create_task(ex, swallows_cancels(3, seen));
    auto other = create_task(ex, forever());
    asio::cancellation_signal signal;
    std::string got = "not yet";
    gather(ex, stubborn, other,
           asio::bind_cancellation_slot(signal.slot(),
                                        [&](std::exception_ptr e, auto) { got = word(e); }));
    for (int i = 0; i < 3; ++i) {
        BOOST_TEST(got == "not yet");
        co_await yield_times(settle);
        signal.emit(asio::cancellation_type::terminal);
    }
    co_await yield_times(settle);
    BOOST_TEST(seen == 3);
    BOOST_TEST(got == "aborted");
    BOOST_TEST(other.cancelled());
}

CO_TEST_CASE(one_child_may_sit_in_a_shield) {
    auto ex = co_await asio::this_coro::executor;
    auto safe = create_task(ex, sleeper(30ms, 1), "safe");
    auto open = create_task(ex, forever(), "open");
    const auto body = [](task<int> s, task<> o) -> asio::awaitable<std::string> {
        co_return co_await error_of(gather(shield(s), o));
    };
    auto waiter = create_task(ex, body(safe, open));
    co_await sleep_for(10ms);
    waiter.cancel();
    co_await until_done(waiter);
    BOOST_TEST(waiter.result() == "aborted");
    BOOST_TEST(now() == 10);
    BOOST_TEST(open.cancelled());
    BOOST_TEST(!safe.cancel_requested());
    co_await until_done(safe);
    BOOST_TEST(safe.succeeded());
    // Left alone, it gives its value.
    auto later = create_task(ex, sleeper(10ms, 4));
    auto [v, w] = co_await gather(shield(later), sleeper(5ms, 5));
    BOOST_TEST(v + w == 9);
}

CO_TEST_CASE(work_runs_on_the_executor_named) {
    auto ex = co_await asio::this_coro::executor;
    const asio::any_io_executor tracked_ex = test::tracker_executor(ex, 5);
    const auto where = []() -> asio::awaitable<int> {
        co_await yield_once();
        co_return test::innermost_executor();
    };
    auto [named] = co_await gather(tracked_ex, where());
    BOOST_TEST(named == 5);
    auto [own] = co_await gather(where());
    BOOST_TEST(own == 0);
    BOOST_TEST(test::innermost_executor() == 0); // we resume on our own
    std::vector<asio::awaitable<int>> several;
    several.push_back(where());
    several.push_back(where());
    auto values = co_await gather(tracked_ex, std::move(several));
    BOOST_TEST(values == (std::vector{5, 5}), boost::test_tools::per_element());
}

// "Work that is started runs on the executor named, else on the handler's", and that of a handler
// without one is the first unfinished task's.
CO_TEST_CASE(without_an_executor_work_runs_on_that_of_the_first_task) {
    auto ex = co_await asio::this_coro::executor;
    const asio::any_io_executor tracked_ex = test::tracker_executor(ex, 5);
    auto t = create_task(tracked_ex, sleeper(10ms, 1));
    const auto where = []() -> asio::awaitable<int> { co_return test::innermost_executor(); };
    int calls = 0;
    int work = 0;
    int handler = 0;
    gather(t, where(), [&](std::exception_ptr, std::tuple<int, int> values) {
        ++calls;
        work = std::get<1>(values);
        handler = test::innermost_executor();
    });
    co_await sleep_for(20ms);
    BOOST_TEST(calls == 1);
    BOOST_TEST(work == 5);
    BOOST_TEST(handler == 5);
}

BOOST_AUTO_TEST_CASE(a_context_that_dies_takes_its_gather) {
    virtual_clock::reset();
    test::lifetime_tracker::reset();
    asio::io_context io;
    auto a = create_task(io, sleeper(10ms, 1));
    {
        asio::io_context dies;
        gather(a, asio::bind_executor(
                      dies, [held = test::lifetime_tracker()](auto...) { BOOST_ERROR("called"); }));
        BOOST_TEST(test::lifetime_tracker::live() == 1);
    }
    BOOST_TEST(test::lifetime_tracker::live() == 0);
    run_virtual(io);
    BOOST_TEST(a.result() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace family
