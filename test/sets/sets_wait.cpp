// SPDX-License-Identifier: BSL-1.0

// async_wait and wait_for_tasks(task_set&&): a condition, and everything that has finished.

#include "unit/contract.hpp"

#include <asio_wait/task_set.hpp>

#include <type_traits>

namespace unit {
namespace {

using test::virtual_clock;
using done_record = record<error_code, std::vector<task<>>>;

BOOST_AUTO_TEST_SUITE(sets_wait)

CO_TEST_CASE(all_completed_is_the_default) {
    auto ex = co_await asio::this_coro::executor;
    task_set<> set;
    set.spawn(ex, sleep_for(3ms), "a");
    set.spawn(ex, failing(1ms), "b");
    set.spawn(ex, sleep_for(2ms), "c");
    auto done = co_await set.async_wait();
    BOOST_TEST(names(done) == "b c a");
    BOOST_TEST(set.empty());
    BOOST_TEST(now() == 3);
}

CO_TEST_CASE(the_three_conditions) {
    auto ex = co_await asio::this_coro::executor;
    task_set<> set;
    set.spawn(ex, sleep_for(1ms), "a");
    auto b = set.spawn(ex, forever(), "b");
    set.spawn(ex, failing(3ms), "c");
    set.spawn(ex, sleep_for(4ms), "d");
    auto one = co_await set.async_wait(first_completed);
    BOOST_TEST(names(one) == "a");
    b.cancel();
    auto two = co_await set.async_wait(first_exception); // a cancelled one is none
    BOOST_TEST(names(two) == "b c");
    BOOST_TEST(now() == 3);
    auto rest = co_await set.async_wait(first_exception);
    BOOST_TEST(names(rest) == "d");
}

CO_TEST_CASE(what_has_finished_already_comes_at_once_but_not_inline) {
    auto ex = co_await asio::this_coro::executor;
    task_set<> set;
    set.spawn(ex, nothing(), "a");
    set.spawn(ex, nothing(), "b");
    set.spawn(ex, sleep_for(5ms), "c");
    co_await sleep_for(1ms);
    done_record r;
    test::initiate([&] { set.async_wait(first_completed, asio::bind_executor(ex, r.handler())); });
    BOOST_TEST(r.calls == 0);
    co_await yield_once();
    BOOST_TEST(names(r.get<1>()) == "a b");
    BOOST_TEST(!r.inside_initiation);
    BOOST_TEST(names(set) == "c");
}

CO_TEST_CASE(members_added_meanwhile_are_waited_for_and_erased_ones_are_not) {
    auto ex = co_await asio::this_coro::executor;
    task_set<> set;
    auto never = set.spawn(ex, forever(), "never");
    set.spawn(
        ex,
        [&]() -> awaitable<void> {
            co_await sleep_for(1ms);
            set.spawn(co_await asio::this_coro::executor, sleep_for(3ms), "child");
            co_await sleep_for(1ms);
            set.erase(never);
        },
        "parent");
    auto done = co_await set.async_wait();
    BOOST_TEST(names(done) == "parent child");
    BOOST_TEST(now() == 4);
    never.cancel();
}

CO_TEST_CASE(an_empty_set_is_an_invalid_argument) {
    task_set<> set;
    for (const auto condition : {first_completed, first_exception, all_completed}) {
        auto [ec, done] = co_await set.async_wait(condition, as_tuple_awaitable);
        BOOST_TEST((ec == asio::error::invalid_argument));
        BOOST_TEST(done.empty());
    }
}

CO_TEST_CASE(a_condition_that_is_none_is_an_invalid_argument) {
    auto ex = co_await asio::this_coro::executor;
    task_set<> set;
    set.spawn(ex, nothing(), "a");
    co_await yield_times(2);
    auto [ec, done] = co_await set.async_wait(static_cast<return_when>(7), as_tuple_awaitable);
    BOOST_TEST((ec == asio::error::invalid_argument));
    BOOST_TEST(done.empty());
    BOOST_TEST(set.try_next().has_value());
}

CO_TEST_CASE(a_set_that_is_emptied_while_all_is_waited_for_gives_nothing) {
    auto ex = co_await asio::this_coro::executor;
    task_set<> set;
    auto a = set.spawn(ex, sleep_for(5ms), "a");
    auto eraser = create_task(ex, [&]() -> awaitable<void> {
        co_await sleep_for(1ms);
        set.erase(a);
    });
    auto done = co_await set.async_wait();
    BOOST_TEST(done.empty());
    BOOST_TEST(now() == 1);
}

CO_TEST_CASE(a_limit_that_runs_out_gives_what_there_is) {
    auto ex = co_await asio::this_coro::executor;
    task_set<> set;
    set.spawn(ex, sleep_for(1ms), "a");
    set.spawn(ex, sleep_for(20ms), "b");
    auto done = co_await set.async_wait(virtual_clock::now() + 10ms);
    BOOST_TEST(names(done) == "a");
    BOOST_TEST(now() == 10);
    BOOST_TEST(names(set) == "b");
    auto none = co_await set.async_wait(first_completed, virtual_clock::now() + 1ms);
    BOOST_TEST(none.empty());
    auto polled = co_await set.async_wait(0s);
    BOOST_TEST(polled.empty());
    BOOST_TEST(now() == 11);
    auto rest = co_await set.async_wait(all_completed, virtual_clock::now() + 1h);
    BOOST_TEST(names(rest) == "b");
    BOOST_TEST(now() == 20);
}

CO_TEST_CASE(a_poll_takes_what_has_finished) {
    auto ex = co_await asio::this_coro::executor;
    task_set<> set;
    set.spawn(ex, sleep_for(1ms), "a");
    set.spawn(ex, sleep_for(20ms), "b");
    co_await sleep_for(5ms);
    auto done = co_await set.async_wait(all_completed, 0s);
    BOOST_TEST(names(done) == "a");
    BOOST_TEST(now() == 5);
}

CO_TEST_CASE(a_cancelled_wait_loses_nothing) {
    auto ex = co_await asio::this_coro::executor;
    task_set<> set;
    set.spawn(ex, sleep_for(2ms), "b");
    set.spawn(ex, sleep_for(1ms), "a");
    set.spawn(ex, sleep_for(20ms), "c");
    std::string seen;
    auto waiter = create_task(ex, [&]() -> awaitable<void> {
        auto [ec, done] = co_await set.async_wait(as_tuple_awaitable);
        seen = (ec == asio::error::operation_aborted ? aborted : "") + names(done);
    });
    co_await sleep_for(5ms);
    waiter.cancel();
    co_await waiter.async_wait();
    BOOST_TEST(seen == aborted);
    BOOST_TEST(set.size() == 3u);
    BOOST_TEST(set.try_next()->name() == "a");
    auto rest = co_await set.async_wait();
    BOOST_TEST(names(rest) == "b c");
}

CO_TEST_CASE(several_waits_share_what_finishes) {
    auto ex = co_await asio::this_coro::executor;
    task_set<> set;
    for (int i = 1; i != 5; ++i)
        set.spawn(ex, sleep_for(milliseconds(i)), std::to_string(i));
    done_record all, first, second;
    set.async_wait(asio::bind_executor(ex, all.handler()));
    set.async_wait(first_completed, asio::bind_executor(ex, first.handler()));
    set.async_wait(first_completed, asio::bind_executor(ex, second.handler()));
    co_await sleep_for(10ms);
    BOOST_TEST(names(first.get<1>()) == "1");
    BOOST_TEST(names(second.get<1>()) == "2");
    BOOST_TEST(names(all.get<1>()) == "3 4");
}

CO_TEST_CASE(members_of_several_contexts) {
    auto ex = co_await asio::this_coro::executor;
    const test::tracker_executor other(ex, 3);
    task_set<> set;
    set.spawn(asio::any_io_executor(other), sleep_for(2ms), "a");
    set.spawn(asio::make_strand(ex), sleep_for(1ms), "b");
    auto done = co_await set.async_wait();
    BOOST_TEST(names(done) == "b a");
    BOOST_TEST(test::innermost_executor() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

// The set that moves in and comes back.

BOOST_AUTO_TEST_SUITE(sets_moved)

static_assert(std::is_same_v<decltype(set_wait_result<int>::pending), task_set<int>>);
static_assert(std::is_same_v<decltype(set_wait_result<int>::done), std::vector<task<int>>>);
static_assert(std::is_same_v<decltype(any_set_wait_result::pending), any_task_set>);

CO_TEST_CASE(the_loop_of_asyncio) {
    auto ex = co_await asio::this_coro::executor;
    task_set<int> pending;
    for (int i : {3, 1, 2})
        pending.spawn(ex, sleeper(milliseconds(i), i));
    std::string order;
    while (!pending.empty()) {
        auto r = co_await wait_for_tasks(std::move(pending), first_completed);
        for (auto& t : r.done)
            order += std::to_string(t.result()) + "@" + std::to_string(now()) + " ";
        pending = std::move(r.pending);
    }
    BOOST_TEST(order == "1@1 2@2 3@3 ");
}

CO_TEST_CASE(all_completed_is_the_default_and_the_pair_can_be_bound) {
    auto ex = co_await asio::this_coro::executor;
    any_task_set set;
    set.spawn(ex, sleep_for(2ms), "a");
    set.spawn(ex, sleeper(1ms, 5), "b");
    auto [done, pending] = co_await wait_for_tasks(std::move(set));
    BOOST_TEST(names(done) == "b a");
    BOOST_TEST(pending.empty());
    auto c = pending.spawn(ex, sleep_for(1ms), "c"); // good for use
    co_await c.async_wait();
    BOOST_TEST(pending.try_next()->name() == "c");
    static_assert(std::is_same_v<decltype(pending), any_task_set>);
}

CO_TEST_CASE(a_limit_leaves_the_rest_in_pending) {
    auto ex = co_await asio::this_coro::executor;
    task_set<> set;
    set.spawn(ex, sleep_for(1ms), "a");
    auto b = set.spawn(ex, sleep_for(20ms), "b");
    auto r = co_await wait_for_tasks(std::move(set), all_completed, virtual_clock::now() + 10ms);
    BOOST_TEST(names(r.done) + ":" + names(r.pending) == "a:b");
    BOOST_TEST(now() == 10);
    auto s = co_await wait_for_tasks(std::move(r.pending), 0s);
    BOOST_TEST(names(s.done) + ":" + names(s.pending) == ":b");
    BOOST_TEST(!b.cancel_requested());
}

CO_TEST_CASE(a_temporary_set) {
    auto ex = co_await asio::this_coro::executor;
    std::vector<task<int>> tasks{create_task(ex, sleeper(2ms, 1), "a"),
                                 create_task(ex, sleeper(1ms, 2), "b")};
    auto r = co_await wait_for_tasks(task_set(tasks), first_completed);
    BOOST_TEST(names(r.done) + ":" + names(r.pending) == "b:a");
}

CO_TEST_CASE(an_empty_set_comes_back_with_the_error) {
    task_set<> set;
    auto [ec, r] = co_await wait_for_tasks(std::move(set), as_tuple_awaitable);
    BOOST_TEST((ec == asio::error::invalid_argument));
    BOOST_TEST(r.done.empty());
    BOOST_TEST(r.pending.empty());
    auto ex = co_await asio::this_coro::executor;
    r.pending.spawn(ex, nothing(), "a"); // and is a set
    BOOST_TEST(r.pending.size() == 1u);
}

CO_TEST_CASE(a_cancelled_wait_gives_the_set_back_with_all_that_finished) {
    auto ex = co_await asio::this_coro::executor;
    task_set<> set;
    set.spawn(ex, sleep_for(1ms), "a");
    set.spawn(ex, sleep_for(20ms), "b");
    task_set<> back;
    auto waiter = create_task(ex, [&]() -> awaitable<void> {
        auto [ec, r] = co_await wait_for_tasks(std::move(set), as_tuple_awaitable);
        BOOST_TEST((ec == asio::error::operation_aborted));
        BOOST_TEST(r.done.empty());
        back = std::move(r.pending);
    });
    co_await sleep_for(5ms);
    waiter.cancel();
    co_await waiter.async_wait();
    BOOST_TEST(names(back) == "a b");
    BOOST_TEST(back.try_next()->name() == "a");
}

CO_TEST_CASE(a_throwing_token_drops_the_set_and_the_tasks_run_on) {
    auto ex = co_await asio::this_coro::executor;
    task_set<> set;
    auto a = set.spawn(ex, sleep_for(20ms), "a");
    auto waiter =
        create_task(ex, [&]() -> awaitable<void> { co_await wait_for_tasks(std::move(set)); });
    co_await sleep_for(5ms);
    waiter.cancel();
    co_await a.async_wait();
    BOOST_TEST(waiter.cancelled());
    BOOST_TEST(a.succeeded());
    BOOST_TEST(!a.cancel_requested());
}

CO_TEST_CASE(a_deferred_operation_owns_the_set) {
    auto ex = co_await asio::this_coro::executor;
    task_set<> set;
    set.spawn(ex, sleep_for(2ms), "a");
    auto operation = wait_for_tasks(std::move(set), first_completed, asio::deferred);
    BOOST_TEST(set.empty());
    co_await sleep_for(5ms);
    auto r = co_await std::move(operation);
    BOOST_TEST(names(r.done) == "a");
    {
        auto dropped = wait_for_tasks(std::move(r.pending)); // never started
    }
}

CO_TEST_CASE(other_waits_on_a_set_go_along_when_it_moves) {
    auto ex = co_await asio::this_coro::executor;
    task_set<> set;
    set.spawn(ex, sleep_for(1ms), "a");
    set.spawn(ex, sleep_for(2ms), "b");
    record<error_code, task<>> next;
    set.async_next(asio::bind_executor(ex, next.handler()));
    auto r = co_await wait_for_tasks(std::move(set));
    BOOST_TEST(next.get<1>().name() == "a");
    BOOST_TEST(names(r.done) == "b");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace unit
