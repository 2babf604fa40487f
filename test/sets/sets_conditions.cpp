// SPDX-License-Identifier: BSL-1.0

// first_success, at_least and until, for wait_for_tasks and for sets.

#include "unit/contract.hpp"

#include <asio_wait/condition.hpp>
#include <asio_wait/task_set.hpp>

#include <type_traits>

namespace unit {
namespace {

using test::virtual_clock;

awaitable<std::vector<task<>>> four_tasks() {
    auto ex = co_await asio::this_coro::executor;
    std::vector<task<>> all{
        create_task(ex, failing(1ms), "bad"), create_task(ex, forever(), "stopped"),
        create_task(ex, sleep_for(3ms), "good"), create_task(ex, sleep_for(4ms), "late")};
    all[1].cancel();
    co_return all;
}

BOOST_AUTO_TEST_SUITE(sets_conditions)

CO_TEST_CASE(first_success_waits_out_failures_and_cancellations) {
    auto tasks = co_await four_tasks();
    auto r = co_await wait_for_tasks(tasks, first_success);
    BOOST_TEST(split(r) == "stopped bad good : late");
    BOOST_TEST(now() == 3);
    BOOST_TEST(!tasks[3].cancel_requested());
}

CO_TEST_CASE(first_success_without_success_is_all_completed) {
    auto tasks = co_await four_tasks();
    tasks.resize(2);
    auto r = co_await wait_for_tasks(tasks, first_success);
    BOOST_TEST(split(r) == "stopped bad : ");
    BOOST_TEST(now() == 1);
}

CO_TEST_CASE(at_least_counts_every_end) {
    auto tasks = co_await four_tasks();
    auto r = co_await wait_for_tasks(tasks, at_least(2));
    BOOST_TEST(split(r) == "stopped bad : good late");
    auto s = co_await wait_for_tasks(tasks, at_least(3));
    BOOST_TEST(split(s) == "bad stopped good : late");
    auto more = co_await wait_for_tasks(tasks, at_least(99)); // can not be met
    BOOST_TEST(split(more) == "bad stopped good late : ");
}

CO_TEST_CASE(at_least_none_is_met_at_once) {
    auto tasks = co_await four_tasks();
    auto r = co_await wait_for_tasks(tasks, at_least(0));
    BOOST_TEST(r.pending.size() >= 3u);
    BOOST_TEST(now() == 0);
    const std::vector<task<>> none;
    auto [ec, empty] = co_await wait_for_tasks(none, at_least(0), as_tuple_awaitable);
    BOOST_TEST((ec == asio::error::invalid_argument));
}

CO_TEST_CASE(a_condition_with_a_limit) {
    auto tasks = co_await four_tasks();
    auto r = co_await wait_for_tasks(tasks, first_success, virtual_clock::now() + 2ms);
    BOOST_TEST(split(r) == "stopped bad : good late");
    BOOST_TEST(now() == 2);
}

// until

CO_TEST_CASE(a_predicate_is_asked_about_each_once_in_order_of_completion) {
    auto tasks = co_await four_tasks();
    std::string asked;
    auto condition = until([&](const task<>& t) {
        BOOST_TEST(t.done());
        asked += t.name() + " ";
        return t.succeeded();
    });
    auto r = co_await wait_for_tasks(tasks, condition);
    BOOST_TEST(asked == "stopped bad good ");
    BOOST_TEST(split(r) == "stopped bad good : late");
    asked.clear();
    auto s = co_await wait_for_tasks(tasks, condition);
    BOOST_TEST(asked == "bad stopped good "); // done before: in input order
}

CO_TEST_CASE(a_predicate_that_never_says_yes_is_all_completed) {
    auto tasks = co_await four_tasks();
    int asked = 0;
    auto condition = until([&](const task<>&) { return ++asked > 100; });
    auto r = co_await wait_for_tasks(tasks, condition);
    BOOST_TEST(split(r) == "stopped bad good late : ");
    BOOST_TEST(asked == 4);
    BOOST_TEST(now() == 4);
}

CO_TEST_CASE(a_predicate_keeps_count_in_itself) {
    auto tasks = co_await four_tasks();
    auto condition = until([n = std::make_unique<int>(0)](const task<>&) { return ++*n == 3; });
    auto r = co_await wait_for_tasks(tasks, std::move(condition));
    BOOST_TEST(split(r) == "stopped bad good : late");
}

CO_TEST_CASE(several_that_end_in_one_turn_are_all_in_done_whatever_it_says) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, nothing(), "a");
    auto b = create_task(ex, nothing(), "b");
    co_await sleep_for(1ms);
    int asked = 0;
    auto condition = until([&](const task<>&) { return ++asked == 1; });
    auto r = co_await wait_for_tasks(a, b, condition);
    BOOST_TEST(split(r) == "a b : ");
    BOOST_TEST(asked == 1); // no more questions after a yes
}

CO_TEST_CASE(a_predicate_with_a_limit) {
    auto tasks = co_await four_tasks();
    auto condition = until([&](const task<>&) { return false; });
    auto r = co_await wait_for_tasks(tasks, condition, virtual_clock::now() + 2ms);
    BOOST_TEST(split(r) == "stopped bad : good late");
    BOOST_TEST(now() == 2);
    auto polled = co_await wait_for_tasks(tasks, condition, 0s);
    BOOST_TEST(split(polled) == "bad stopped : good late");
    test::virtual_timer timer(co_await asio::this_coro::executor, 1ms);
    auto borrowed = co_await wait_for_tasks(tasks, condition, timer);
    BOOST_TEST(borrowed.pending.size() >= 1u);
    BOOST_TEST(now() == 3);
}

CO_TEST_CASE(what_a_predicate_throws_is_the_error_of_the_wait) {
    auto tasks = co_await four_tasks();
    auto condition = until([](const task<>& t) {
        if (t.failed())
            throw boom("predicate");
        return false;
    });
    auto [error, r] = co_await wait_for_tasks(tasks, condition, as_tuple_awaitable);
    static_assert(std::is_same_v<decltype(error), std::exception_ptr>);
    BOOST_TEST(what_of(error) == "predicate");
    BOOST_TEST(split(r) == "stopped bad : good late"); // the split is told as always
    std::string caught;
    try {
        co_await wait_for_tasks(tasks, condition);
    } catch (const boom& e) {
        caught = e.what();
    }
    BOOST_TEST(caught == "predicate");
    auto rest = co_await wait_for_tasks(tasks);
    BOOST_TEST(rest.pending.empty());
}

CO_TEST_CASE(a_predicate_is_asked_on_the_handlers_executor) {
    auto ex = co_await asio::this_coro::executor;
    const test::tracker_executor here(ex, 5);
    auto a = create_task(ex, sleep_for(1ms), "a");
    auto b = create_task(ex, sleep_for(2ms), "b");
    std::vector<int> where;
    int called = 0;
    wait_for_tasks(a, b, until([&](const task<>&) {
                       where.push_back(test::innermost_executor());
                       return false;
                   }),
                   asio::bind_executor(here, [&](std::exception_ptr e, wait_result<task<>>) {
                       BOOST_TEST(!e);
                       ++called;
                   }));
    co_await sleep_for(5ms);
    BOOST_TEST(called == 1);
    BOOST_TEST(where == (std::vector<int>{5, 5}), boost::test_tools::per_element());
}

CO_TEST_CASE(a_wait_with_a_predicate_is_cancelled_like_any) {
    auto tasks = co_await four_tasks();
    std::string seen;
    auto waiter = create_task(co_await asio::this_coro::executor, [&]() -> awaitable<void> {
        auto condition = until([](const task<>&) { return false; });
        auto [error, r] = co_await wait_for_tasks(tasks, condition, as_tuple_awaitable);
        seen = (is_cancelled_error(error) ? aborted : "") + split(r);
    });
    co_await sleep_for(2ms);
    waiter.cancel();
    co_await waiter.async_wait();
    BOOST_TEST(seen == aborted + "stopped bad : good late");
}

CO_TEST_CASE(a_predicate_over_mixed_tasks) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, sleeper(1ms, 1), "a");
    auto b = create_task(ex, sleep_for(2ms), "b");
    auto c = create_task(ex, sleep_for(3ms), "c");
    auto condition = until([&](const any_task& t) { return t == b; });
    auto r = co_await wait_for_tasks(a, b, c, condition);
    BOOST_TEST(split(r) == "a b : c");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(sets_set_conditions)

CO_TEST_CASE(first_success_of_a_set) {
    task_set set(co_await four_tasks());
    auto done = co_await set.async_wait(first_success);
    BOOST_TEST(names(done) == "stopped bad good");
    auto r = co_await wait_for_tasks(std::move(set), first_success);
    BOOST_TEST(names(r.done) == "late");
}

CO_TEST_CASE(at_least_of_a_set_counts_what_nobody_has_taken) {
    task_set set(co_await four_tasks());
    co_await sleep_for(2ms);
    auto first = set.try_next();
    auto done = co_await set.async_wait(at_least(2));
    BOOST_TEST(names(done) == "bad good");
    BOOST_TEST(now() == 3);
    auto r = co_await wait_for_tasks(std::move(set), at_least(7));
    BOOST_TEST(names(r.done) == "late");
    auto ex = co_await asio::this_coro::executor;
    r.pending.spawn(ex, forever(), "never");
    auto none = co_await r.pending.async_wait(at_least(0));
    BOOST_TEST(none.empty());
}

CO_TEST_CASE(a_predicate_for_a_set) {
    task_set set(co_await four_tasks());
    std::string asked;
    auto condition = until([&](const task<>& t) {
        asked += t.name() + " ";
        return t.name() == "bad" || t.name() == "late";
    });
    auto done = co_await set.async_wait(condition);
    BOOST_TEST(names(done) == "stopped bad");
    auto r = co_await wait_for_tasks(std::move(set), condition);
    BOOST_TEST(names(r.done) == "good late");
    BOOST_TEST(asked == "stopped bad good late ");
}

CO_TEST_CASE(a_predicate_is_asked_about_members_added_meanwhile) {
    auto ex = co_await asio::this_coro::executor;
    task_set<> set;
    auto never = set.spawn(ex, forever(), "never");
    set.spawn(
        ex,
        [&]() -> awaitable<void> {
            co_await sleep_for(1ms);
            set.spawn(co_await asio::this_coro::executor, sleep_for(1ms), "child");
        },
        "parent");
    auto condition = until([&](const task<>& t) { return t.name() == "child"; });
    auto done = co_await set.async_wait(condition);
    BOOST_TEST(names(done) == "parent child");
    never.cancel();
}

CO_TEST_CASE(a_predicate_works_on_its_own_set) {
    auto ex = co_await asio::this_coro::executor;
    task_set<> set;
    set.spawn(ex, sleep_for(1ms), "a");
    auto b = set.spawn(ex, sleep_for(9ms), "b");
    auto condition = until([&](const task<>& t) {
        if (t.name() == "a") {
            BOOST_TEST(set.contains(t));
            set.spawn(ex, sleep_for(1ms), "c");
            set.erase(b);
            set.erase(t); // on its way out: gone
        }
        return t.name() == "c";
    });
    auto done = co_await set.async_wait(condition);
    BOOST_TEST(names(done) == "c");
    BOOST_TEST(set.empty());
}

CO_TEST_CASE(a_predicate_that_throws_or_is_cancelled_loses_nothing_and_is_asked_anew) {
    auto ex = co_await asio::this_coro::executor;
    task_set set(co_await four_tasks());
    auto throwing = until([](const task<>& t) -> bool {
        if (t.failed())
            throw boom("predicate");
        return false;
    });
    auto [error, nothing_done] = co_await set.async_wait(throwing, as_tuple_awaitable);
    BOOST_TEST(what_of(error) == "predicate");
    BOOST_TEST(nothing_done.empty());
    BOOST_TEST(set.size() == 4u);
    auto waiter = create_task(ex, [&]() -> awaitable<void> {
        auto never = until([](const task<>&) { return false; });
        co_await set.async_wait(never);
    });
    co_await sleep_for(1ms);
    waiter.cancel();
    co_await waiter.async_wait();
    BOOST_TEST(waiter.cancelled());
    std::string asked;
    auto condition = until([&](const task<>& t) {
        asked += t.name() + " ";
        return t.failed();
    });
    auto done = co_await set.async_wait(condition);
    BOOST_TEST(asked == "stopped bad ");
    BOOST_TEST(names(done) == "stopped bad");
}

CO_TEST_CASE(a_predicate_for_a_set_with_a_limit) {
    task_set set(co_await four_tasks());
    auto never = until([](const task<>&) { return false; });
    auto done = co_await set.async_wait(never, virtual_clock::now() + 2ms);
    BOOST_TEST(names(done) == "stopped bad");
    auto r = co_await wait_for_tasks(std::move(set), never, virtual_clock::now() + 1ms);
    BOOST_TEST(now() == 3);
    auto polled = co_await r.pending.async_wait(never, 0s);
    BOOST_TEST(polled.size() + r.done.size() <= 1u);
    auto rest = co_await r.pending.async_wait(never);
    BOOST_TEST(r.done.size() + polled.size() + rest.size() == 2u);
    BOOST_TEST(now() == 4);
}

CO_TEST_CASE(a_predicate_that_destroys_the_set_ends_the_wait_as_cancelled) {
    auto ex = co_await asio::this_coro::executor;
    for (const bool answer : {true, false}) {
        auto set = std::make_unique<task_set<>>();
        set->spawn(ex, sleep_for(1ms), "a");
        set->spawn(ex, sleep_for(2ms), "b");
        auto condition = until([&](const task<>&) {
            set.reset();
            return answer;
        });
        auto operation = set->async_wait(condition, as_tuple_awaitable);
        auto [error, done] = co_await std::move(operation);
        BOOST_TEST(is_cancelled_error(error));
        BOOST_TEST(done.empty());
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace unit
