// SPDX-License-Identifier: BSL-1.0

// Sets of every kind of value, and every completion token with their operations.

#include "unit/contract.hpp"

#include <asio_wait/task_set.hpp>

#include <boost/asio/redirect_error.hpp>

namespace unit {
namespace {

BOOST_AUTO_TEST_SUITE(sets_values)

struct no_default {
    explicit no_default(int v) : value(v) {}
    int value;
};

CO_TEST_CASE(void_values) {
    auto ex = co_await asio::this_coro::executor;
    task_set set; // task_set<void>
    set.spawn(ex, sleep_for(1ms), "a");
    auto t = co_await set.async_next();
    t.result();
    set.spawn(ex, nothing());
    auto r = co_await wait_for_tasks(std::move(set));
    BOOST_TEST(r.done.size() == 1u);
}

CO_TEST_CASE(values_that_can_only_be_moved) {
    auto ex = co_await asio::this_coro::executor;
    task_set<std::unique_ptr<int>> set;
    for (int i = 1; i != 4; ++i)
        set.spawn(ex, give(std::make_unique<int>(i)));
    auto t = co_await set.async_next();
    auto first = t.take();
    auto done = co_await set.async_wait(first_completed);
    auto second = co_await done.at(0).async_get();
    BOOST_TEST(*first + *second == 3);
    set.spawn(ex, give(std::make_unique<int>(4)));
    auto r = co_await wait_for_tasks(std::move(set));
    BOOST_TEST(*r.done.back().take() == 4);
}

CO_TEST_CASE(values_without_default_constructor) {
    auto ex = co_await asio::this_coro::executor;
    task_set<no_default> set;
    set.spawn(ex, give(no_default(1)));
    set.spawn(ex, give(no_default(2)));
    auto a = co_await set.async_next();
    BOOST_TEST(a.result().value == 1);
    auto b = co_await set.async_wait();
    BOOST_TEST(b.at(0).result().value == 2);
    auto [ec, none] = co_await set.async_next(as_tuple_awaitable);
    BOOST_TEST((ec == asio::error::invalid_argument));
    auto [error, t] = co_await set.async_spawn(ex, give(no_default(3)), as_tuple_awaitable);
    auto c = co_await set.async_next(asio::use_awaitable);
    BOOST_TEST(c.result().value == 3);
}

CO_TEST_CASE(mixed_values) {
    auto ex = co_await asio::this_coro::executor;
    any_task_set set;
    auto i = create_task(ex, sleeper(1ms, 1), "i");
    auto s = create_task(ex, sleeper(2ms, std::string("x")), "s");
    auto v = create_task(ex, sleep_for(3ms), "v");
    BOOST_TEST((set.insert(i) && set.insert(s) && set.insert(v)));
    BOOST_TEST(!set.insert(any_task(i)));
    auto first = co_await set.async_next();
    BOOST_TEST(first.get<int>().result() == 1);
    auto [done, pending] = co_await wait_for_tasks(std::move(set), first_completed);
    BOOST_TEST(done.at(0).get<std::string>().result() == "x");
    BOOST_CHECK_THROW(done.at(0).get<int>(), bad_task_cast);
    BOOST_TEST(names(pending) == "v");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(sets_tokens)

CO_TEST_CASE(tokens_in_coroutines) {
    auto ex = co_await asio::this_coro::executor;
    task_set<int> set;
    for (int i = 1; i != 9; ++i)
        set.spawn(ex, sleeper(milliseconds(i), i));
    auto t1 = co_await set.async_next();
    auto t2 = co_await set.async_next(asio::use_awaitable);
    auto t3 = co_await set.async_next(asio::deferred);
    auto [e4, t4] = co_await set.async_next(as_tuple_awaitable);
    auto [e5, t5] = co_await set.async_next(asio::as_tuple(asio::deferred));
    error_code ec = asio::error::would_block;
    auto t6 = co_await set.async_next(asio::redirect_error(asio::use_awaitable, ec));
    BOOST_TEST((!e4 && !e5 && !ec));
    auto operation = set.async_next();
    auto t7 = co_await operation(asio::use_awaitable);
    auto t8 = co_await std::move(operation)(asio::use_awaitable); // made twice
    BOOST_TEST(t1.result() + t2.result() + t3.result() + t4.result() + t5.result() + t6.result() +
                   t7.result() + t8.result() ==
               36);
}

CO_TEST_CASE(the_error_is_thrown_by_the_throwing_tokens) {
    task_set<int> set;
    error_code seen;
    try {
        co_await set.async_next();
    } catch (const system_error& e) {
        seen = e.code();
    }
    BOOST_TEST((seen == asio::error::invalid_argument));
    seen = {};
    try {
        co_await set.async_wait(asio::use_awaitable);
    } catch (const system_error& e) {
        seen = e.code();
    }
    BOOST_TEST((seen == asio::error::invalid_argument));
}

CO_TEST_CASE(tokens_of_the_other_operations) {
    auto ex = co_await asio::this_coro::executor;
    task_set<int> set;
    set.spawn(ex, give(1));
    auto w = co_await set.async_wait(first_completed, asio::use_awaitable);
    auto a = co_await set.async_spawn(ex, give(2), asio::use_awaitable);
    auto [e, done] = co_await set.async_wait(asio::as_tuple(asio::deferred));
    auto s = co_await set.async_shutdown(asio::use_awaitable);
    auto [e2, stuck] = co_await set.async_shutdown(1h, as_tuple_awaitable);
    BOOST_TEST((w.size() == 1u && done.size() == 1u && s.empty() && stuck.empty()));
    set.spawn(ex, give(3));
    auto [e3, r] = co_await wait_for_tasks(std::move(set), as_tuple_awaitable);
    std::vector<task<int>> again;
    again.push_back(a);
    auto u = co_await wait_for_tasks(task_set(again), asio::use_awaitable);
    BOOST_TEST((r.done.size() == 1u && u.done.size() == 1u));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(sets_handlers, fixture)

BOOST_AUTO_TEST_CASE(futures) {
    // Bound, for a plain use_future runs its handlers on another thread.
    const auto future = [this] { return asio::bind_executor(ex, asio::use_future); };
    task_set<int> set;
    set.spawn(ex, sleeper(1ms, 1), "1");
    set.spawn(ex, sleeper(2ms, 2), "2");
    auto next = set.async_next(future());
    auto wait = set.async_wait(first_completed, future());
    auto spawned = set.async_spawn(ex, sleeper(3ms, 3), "3", future());
    run();
    BOOST_TEST(next.get().name() == "1");
    BOOST_TEST(names(wait.get()) == "2");
    BOOST_TEST(spawned.get().name() == "3");
    auto shutdown = set.async_shutdown(future());
    auto moved = wait_for_tasks(std::move(set), future());
    run();
    BOOST_TEST(shutdown.get().empty());
    BOOST_TEST(names(moved.get().done) == "3");
}

BOOST_AUTO_TEST_CASE(futures_of_a_set_without_any_executor) {
    task_set<int> empty;
    auto next = empty.async_next(asio::use_future);
    BOOST_CHECK_THROW(next.get(), system_error);
    auto down = empty.async_shutdown(asio::use_future);
    BOOST_TEST(down.get().empty());
}

BOOST_AUTO_TEST_CASE(detached) {
    auto set = std::make_unique<task_set<int>>();
    set->spawn(ex, sleeper(1ms, 1));
    set->async_next(asio::detached);
    set->async_wait(asio::detached);
    set->async_wait(until([](const task<int>&) { return true; }), asio::detached);
    set->async_spawn(ex, give(1), asio::detached);
    set->async_shutdown(asio::detached);
    wait_for_tasks(std::move(*set), asio::detached); // the set lives on in the operation
    set.reset();
    run();
}

BOOST_AUTO_TEST_CASE(a_handler_that_can_only_be_moved) {
    task_set<int> set;
    set.spawn(ex, sleeper(1ms, 1));
    record<error_code, task<int>> r;
    set.async_next(
        [h = r.handler(), p = std::make_unique<int>(1)](auto... a) mutable { h(std::move(a)...); });
    run();
    BOOST_TEST(r.get<1>().result() == 1);
}

BOOST_AUTO_TEST_CASE(the_handler_runs_on_its_own_executor_else_on_that_of_the_first_member) {
    const test::tracker_executor of_member(ex, 4), of_handler(ex, 5);
    for (const bool bound : {false, true}) {
        task_set<int> set;
        set.spawn(asio::any_io_executor(of_member), sleeper(1ms, 1));
        set.spawn(ex, sleeper(2ms, 2));
        record<error_code, task<int>> next;
        record<error_code, std::vector<task<int>>> wait, shutdown;
        record<std::exception_ptr, task<int>> spawn;
        const auto start = [&](auto with) {
            set.async_next(with(next.handler()));
            set.async_wait(with(wait.handler()));
            set.async_spawn(ex, give(1), with(spawn.handler()));
            set.async_shutdown(with(shutdown.handler()));
        };
        if (bound)
            start([&](auto h) { return asio::bind_executor(of_handler, h); });
        else
            start([](auto h) { return h; });
        run();
        for (const int on :
             {next.on_executor, wait.on_executor, spawn.on_executor, shutdown.on_executor})
            BOOST_TEST(on == (bound ? 5 : 4));
    }
}

BOOST_AUTO_TEST_CASE(the_associated_allocator_serves_and_is_given_everything_back) {
    test::allocation_tally tally;
    task_set<int> set;
    set.spawn(ex, sleeper(1ms, 1));
    set.spawn(ex, sleeper(2ms, 2));
    const auto bound = [&](auto f) {
        return asio::bind_allocator(test::counting_allocator<>(tally),
                                    asio::bind_executor(io.get_executor(), std::move(f)));
    };
    int called = 0;
    set.async_next(bound([&](error_code, task<int>) {
        called += tally.live == 1; // the other one's
    }));
    set.async_wait(bound([&](error_code, std::vector<task<int>>) { called += tally.live == 0; }));
    BOOST_TEST(tally.live == 2);
    run();
    BOOST_TEST(called == 2);
    BOOST_TEST(tally.live == 0);
    BOOST_TEST(tally.taken > 0);
}

BOOST_AUTO_TEST_CASE(handlers_are_destroyed_uncalled_with_their_context) {
    test::lifetime_tracker::reset();
    int called = 0;
    any_task_set set;
    auto a = set.spawn(ex, sleeper(5ms, 1), "a");
    set.limit(1);
    {
        asio::io_context dying;
        const auto handler = [&] {
            return asio::bind_executor(
                dying, [&, tracker = test::lifetime_tracker()](auto...) { ++called; });
        };
        set.async_next(handler());
        set.async_wait(handler());
        set.async_wait(until([](const any_task&) { return false; }), handler());
        set.async_spawn(ex, nothing(), handler());
        set.async_next(test::virtual_clock::now() + 1h, handler());
        dying.poll();
        BOOST_TEST(test::lifetime_tracker::live() > 0);
    }
    BOOST_TEST(test::lifetime_tracker::live() == 0);
    BOOST_TEST(called == 0);
    run();
    BOOST_TEST((set.try_next().value() == a)); // no claim has stayed behind
}

BOOST_AUTO_TEST_CASE(a_set_in_an_operation_goes_with_its_context) {
    test::lifetime_tracker::reset();
    {
        asio::io_context dying;
        any_task_set set;
        auto a = set.spawn(ex, sleeper(1ms, test::lifetime_tracker(1)));
        wait_for_tasks(std::move(set), all_completed,
                       asio::bind_executor(dying, [](error_code, any_set_wait_result) {}));
        run();
    }
    BOOST_TEST(test::lifetime_tracker::live() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace unit
