// SPDX-License-Identifier: BSL-1.0

// What is in a set: insertion, removal, iteration, and all that needs no waiting.

#include "support/views.hpp"
#include "unit/contract.hpp"

#include <asio_wait/task_set.hpp>

#include <iterator>
#include <list>
#include <ranges>
#include <set>
#include <type_traits>

namespace unit {
namespace {

BOOST_AUTO_TEST_SUITE(sets_members)

static_assert(!std::is_copy_constructible_v<task_set<int>>);
static_assert(!std::is_copy_assignable_v<any_task_set>);
static_assert(std::is_nothrow_move_constructible_v<task_set<int>>);
static_assert(std::is_nothrow_move_assignable_v<any_task_set>);
static_assert(std::is_default_constructible_v<task_set<>>);
static_assert(!std::is_constructible_v<task_set<int>, std::vector<task<>>>);
static_assert(std::is_constructible_v<any_task_set, std::vector<task<>>&>);
static_assert(std::is_constructible_v<any_task_set, task_set<int>&>);
static_assert(std::ranges::input_range<const task_set<int>>);
static_assert(std::is_same_v<task_set<int>::value_type, task<int>>);
static_assert(std::is_same_v<any_task_set::value_type, any_task>);

// Deduction from a range.
static_assert(
    std::is_same_v<decltype(task_set(std::declval<std::vector<task<>>&>())), task_set<void>>);
static_assert(
    std::is_same_v<decltype(task_set(std::declval<std::list<task<int>>>())), task_set<int>>);

CO_TEST_CASE(a_new_set_is_empty) {
    task_set<int> set;
    BOOST_TEST(set.empty());
    BOOST_TEST(set.size() == 0u);
    BOOST_TEST(set.unfinished() == 0u);
    BOOST_TEST(!set.try_next());
    BOOST_TEST(names(set) == "");
    set.cancel_all();
    co_await yield_once();
}

CO_TEST_CASE(a_member_is_inserted_once) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, sleeper(5ms, 1), "a");
    task_set<int> set;
    BOOST_TEST(!set.contains(a));
    BOOST_TEST(set.insert(a));
    BOOST_TEST(!set.insert(a));
    BOOST_TEST(set.contains(a));
    BOOST_TEST(set.contains(any_task(a)));
    BOOST_TEST(set.size() == 1u);
    co_await a.async_wait();
    BOOST_TEST(!set.insert(a)); // finished, but not taken
    BOOST_TEST(set.size() == 1u);
    BOOST_TEST(set.unfinished() == 0u);
    auto taken = set.try_next();
    BOOST_TEST_REQUIRE(taken.has_value());
    BOOST_TEST((*taken == a));
    BOOST_TEST(!set.contains(a));
    BOOST_TEST(set.insert(a)); // may come back
    auto again = co_await set.async_next();
    BOOST_TEST((again == a));
}

CO_TEST_CASE(an_empty_handle_is_no_member) {
    co_await yield_once();
    task_set<int> set;
    const task<int> none;
    BOOST_CHECK_THROW(set.insert(none), invalid_task_state);
    BOOST_TEST(!set.contains(none));
    BOOST_TEST(!set.erase(none));
    const std::vector<task<int>> one(1);
    BOOST_CHECK_THROW(task_set<int>{one}, invalid_task_state);
}

CO_TEST_CASE(a_set_from_a_range_has_each_task_once) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, sleeper(5ms, 1), "a");
    auto b = create_task(ex, give(2), "b");
    co_await b.async_wait();
    const std::vector<task<int>> tasks{b, a, b, a};
    task_set set(tasks);
    BOOST_TEST(names(set) == "b a");
#if TEST_HAS_VIEWS
    task_set from_view(tasks | std::views::drop(1) | std::views::take(1));
    BOOST_TEST(names(from_view) == "a");
#endif
    any_task_set mixed(tasks);
    BOOST_TEST(names(mixed) == "b a");
    any_task_set from_set(set);
    BOOST_TEST(names(from_set) == "b a");
    std::set<any_task> sorted(tasks.begin(), tasks.end());
    any_task_set from_sorted(sorted);
    BOOST_TEST(from_sorted.size() == 2u);
    co_await a.async_wait();
    BOOST_TEST(set.try_next()->name() == "b"); // done before it was inserted
    BOOST_TEST(set.try_next()->name() == "a");
    BOOST_TEST(mixed.try_next()->name() == "b");
}

CO_TEST_CASE(spawn_gives_the_handle_with_name_and_place) {
    auto ex = co_await asio::this_coro::executor;
    task_set<int> set;
    const auto line = __LINE__ + 1;
    auto a = set.spawn(ex, sleeper(5ms, 1), "a");
    BOOST_TEST(a.name() == "a");
    BOOST_TEST(a.spawned_at().line() == static_cast<unsigned>(line));
    auto b = set.spawn(ex, [x = std::make_unique<int>(2)]() -> awaitable<int> { co_return *x; });
    co_await b.async_wait();
    BOOST_TEST((set.contains(a) && set.contains(b)));
    static_assert(std::is_same_v<decltype(a), task<int>>);
    any_task_set mixed;
    auto c = mixed.spawn(asio::make_strand(ex), sleeper(1ms, std::string("c")), "c");
    static_assert(std::is_same_v<decltype(c), task<std::string>>);
    mixed.spawn(ex, sleep_for(2ms), "d");
    auto first = co_await mixed.async_next();
    BOOST_TEST(first.get<std::string>().result() == "c");
    auto next = co_await set.async_next();
    BOOST_TEST((next == b));
}

CO_TEST_CASE(an_erased_member_runs_on) {
    auto ex = co_await asio::this_coro::executor;
    task_set<int> set;
    auto a = set.spawn(ex, sleeper(5ms, 1), "a");
    auto b = set.spawn(ex, sleeper(6ms, 2), "b");
    BOOST_TEST(set.erase(a));
    BOOST_TEST(!set.erase(a));
    BOOST_TEST(!set.contains(a));
    BOOST_TEST(!a.cancel_requested());
    co_await a.async_wait();
    BOOST_TEST(!set.try_next());
    co_await b.async_wait();
    BOOST_TEST(set.erase(any_task(b))); // finished
    BOOST_TEST(set.empty());
    BOOST_TEST(set.insert(a));
    BOOST_TEST(set.try_next()->result() == 1);
}

CO_TEST_CASE(try_next_gives_each_finished_member_once_in_order_of_completion) {
    auto ex = co_await asio::this_coro::executor;
    task_set<> set;
    set.spawn(ex, sleep_for(3ms), "slow");
    set.spawn(ex, sleep_for(1ms), "fast");
    set.spawn(ex, failing(2ms), "bad");
    set.spawn(ex, forever(), "never");
    BOOST_TEST(!set.try_next());
    co_await sleep_for(10ms);
    std::string order;
    while (auto t = set.try_next())
        order += t->name() + " ";
    BOOST_TEST(order == "fast bad slow ");
    BOOST_TEST(set.size() == 1u);
    set.cancel_all();
}

CO_TEST_CASE(iteration_is_a_snapshot_in_order_of_insertion) {
    auto ex = co_await asio::this_coro::executor;
    task_set<> set;
    auto a = set.spawn(ex, sleep_for(3ms), "a");
    auto b = set.spawn(ex, sleep_for(1ms), "b");
    auto c = set.spawn(ex, sleep_for(2ms), "c");
    co_await b.async_wait();
    std::string seen;
    for (const auto& t : set) { // b has ended: still a member
        seen += t.name();
        set.erase(t);
        set.spawn(ex, sleep_for(1ms), t.name() + "2");
    }
    BOOST_TEST(seen == "abc");
    BOOST_TEST(names(set) == "a2 b2 c2");
    BOOST_TEST(names(set.snapshot()) == "a2 b2 c2");
    auto i = set.begin();
    auto j = i++;
    BOOST_TEST((*j).name() == "a2");
    BOOST_TEST(i->name() == "b2");
    BOOST_TEST((++i)->name() == "c2");
    BOOST_TEST((++i == set.end()));
    BOOST_TEST(std::ranges::distance(set) == 3);
}

CO_TEST_CASE(one_task_in_many_sets_and_waits) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, sleeper(5ms, 1), "a");
    auto b = create_task(ex, sleeper(9ms, 2), "b");
    task_set<int> one, two;
    any_task_set three;
    one.insert(a);
    two.insert(a);
    two.insert(b);
    three.insert(b);
    three.insert(a);
    int called = 0;
    two.async_next(asio::bind_executor(ex, [&](error_code ec, task<int> t) {
        BOOST_TEST(!ec);
        BOOST_TEST((t == a));
        ++called;
    }));
    auto r = co_await wait_for_tasks(a, b, first_completed);
    BOOST_TEST(split(r) == "a : b");
    auto t = co_await three.async_next();
    BOOST_TEST((t == a));
    BOOST_TEST(called == 1);
    BOOST_TEST(one.contains(a)); // what another set gave away stays here
    BOOST_TEST(!two.contains(a));
    one.erase(a);
    auto u = co_await two.async_next();
    auto v = co_await three.async_next();
    BOOST_TEST((u == b && v == b));
}

CO_TEST_CASE(cancel_all_asks_every_unfinished_member) {
    auto ex = co_await asio::this_coro::executor;
    any_task_set set;
    auto a = set.spawn(ex, give(1), "a");
    co_await a.async_wait();
    auto b = set.spawn(ex, forever(), "b");
    auto c = set.spawn(asio::make_strand(ex), forever(), "c");
    auto partial = set.spawn(ex, forever(), "d");
    set.erase(partial);
    set.cancel_all(asio::cancellation_type::total);
    BOOST_TEST(!b.done()); // never inline
    BOOST_TEST((b.cancel_requested() && c.cancel_requested()));
    BOOST_TEST((!a.cancel_requested() && !partial.cancel_requested()));
    set.cancel_all(); // a task's own operations listen to this one, too
    auto all = co_await set.async_wait();
    BOOST_TEST(all.size() == 3u);
    BOOST_TEST((b.cancelled() && c.cancelled()));
    partial.cancel();
}

CO_TEST_CASE(discarded_members_leave_and_their_failures_are_reported) {
    auto ex = co_await asio::this_coro::executor;
    test::unobserved_log unread;
    task_set<> set;
    auto before = set.spawn(ex, nothing(), "before");
    co_await before.async_wait();
    set.discard_results();
    BOOST_TEST(names(set) == "before");
    auto kept = set.spawn(ex, sleep_for(1ms), "kept");
    set.spawn(ex, failing(2ms, "lost"), "bad");
    BOOST_TEST(!set.insert(before));
    set.erase(before);
    BOOST_TEST(set.insert(before)); // done already: it comes and goes
    BOOST_TEST(names(set) == "kept bad");
    co_await sleep_for(5ms);
    BOOST_TEST(names(set) == "");
    BOOST_TEST(set.unfinished() == 0u);
    BOOST_TEST(!set.contains(kept));
    BOOST_TEST(unread.size() == 1u);
    BOOST_TEST(what_of(unread.at(0).exception) == "lost");
    BOOST_TEST(unread.at(0).name == "bad");
    set.discard_results(false);
    set.spawn(ex, sleep_for(1ms), "again");
    co_await sleep_for(5ms);
    BOOST_TEST(names(set) == "again");
}

CO_TEST_CASE(a_moved_set_takes_everything_along) {
    auto ex = co_await asio::this_coro::executor;
    task_set<int> set;
    auto a = set.spawn(ex, sleeper(5ms, 1), "a");
    int called = 0;
    set.async_next(asio::bind_executor(ex, [&](error_code ec, task<int>) { called += !ec; }));
    task_set<int> other(std::move(set));
    BOOST_TEST(other.contains(a));
    set = std::move(other);
    BOOST_TEST(set.contains(a));
    auto& itself = set;
    set = std::move(itself);
    BOOST_TEST(set.contains(a));
    co_await sleep_for(6ms);
    BOOST_TEST(called == 1);
    BOOST_TEST(set.empty());
}

CO_TEST_CASE(a_moved_from_set_is_empty_and_good_for_assignment_only) {
    auto ex = co_await asio::this_coro::executor;
    task_set<> set;
    auto a = set.spawn(ex, sleep_for(5ms), "a");
    task_set<> other(std::move(set));
    BOOST_TEST((set.empty() && set.size() == 0 && set.unfinished() == 0));
    BOOST_TEST(!set.contains(a));
    BOOST_CHECK_THROW(set.insert(a), invalid_task_state);
    BOOST_CHECK_THROW(set.erase(a), invalid_task_state);
    BOOST_CHECK_THROW(set.try_next(), invalid_task_state);
    BOOST_CHECK_THROW(set.begin(), invalid_task_state);
    BOOST_CHECK_THROW(set.snapshot(), invalid_task_state);
    BOOST_CHECK_THROW(set.discard_results(), invalid_task_state);
    BOOST_CHECK_THROW(set.limit(1), invalid_task_state);
    BOOST_CHECK_THROW(set.cancel_all(), invalid_task_state);
    BOOST_CHECK_THROW(static_cast<void>(set.async_next()), invalid_task_state);
    BOOST_CHECK_THROW(static_cast<void>(set.async_wait()), invalid_task_state);
    BOOST_CHECK_THROW(static_cast<void>(set.async_shutdown()), invalid_task_state);
    BOOST_CHECK_THROW(static_cast<void>(set.async_spawn(ex, nothing())), invalid_task_state);
    BOOST_CHECK_THROW(static_cast<void>(wait_for_tasks(std::move(set))), invalid_task_state);
    set = task_set<>();
    BOOST_TEST(set.insert(a));
    co_await a.async_wait();
    BOOST_TEST((set.try_next() && other.try_next()));
}

CO_TEST_CASE(an_assigned_set_drops_what_it_held) {
    auto ex = co_await asio::this_coro::executor;
    task_set<> set;
    auto a = set.spawn(ex, sleep_for(5ms), "a");
    error_code seen;
    set.async_next(asio::bind_executor(ex, [&](error_code ec, task<>) { seen = ec; }));
    set = task_set<>();
    BOOST_TEST(!seen); // never inline
    co_await a.async_wait();
    BOOST_TEST((seen == asio::error::operation_aborted));
    BOOST_TEST(a.succeeded());
}

CO_TEST_CASE(a_set_that_is_gone_holds_no_task) {
    auto ex = co_await asio::this_coro::executor;
    {
        task_set<test::lifetime_tracker> set;
        set.spawn(ex, sleeper(1ms, test::lifetime_tracker(1)));
        set.spawn(ex, sleeper(1ms, test::lifetime_tracker(2)));
        co_await sleep_for(2ms);
        BOOST_TEST(test::lifetime_tracker::live() == 2);
        set.erase(*set.begin());
        BOOST_TEST(test::lifetime_tracker::live() == 1);
    }
    BOOST_TEST(test::lifetime_tracker::live() == 0);
}

CO_TEST_CASE(who_was_taken_may_come_back_beside_others_of_its_place_in_the_table) {
    auto ex = co_await asio::this_coro::executor;
    task_set<int> set;
    std::vector<task<int>> all; // more than the table has places
    for (int i = 0; i != 20; ++i)
        all.push_back(create_task(ex, give(i)));
    co_await wait_for_tasks(all);
    for (const auto& t : all) {
        set.insert(t);
        BOOST_TEST((co_await set.async_next() == t));
        BOOST_TEST(!set.contains(t));
        BOOST_TEST(set.insert(t));
        for (const auto& other : all)
            BOOST_TEST_REQUIRE(set.contains(other) == (other == t));
        BOOST_TEST((set.try_next() == t));
    }
}

CO_TEST_CASE(a_thousand_members_come_and_go) {
    auto ex = co_await asio::this_coro::executor;
    task_set<int> set;
    std::vector<task<int>> all;
    for (int i = 0; i != 1000; ++i)
        all.push_back(set.spawn(ex, give(i)));
    BOOST_TEST(set.size() == 1000u);
    co_await wait_for_tasks(all);
    for (int i = 0; i < 1000; i += 3)
        BOOST_TEST_REQUIRE(set.erase(all[static_cast<std::size_t>(i)]));
    for (std::size_t i = 0; i != 1000; ++i)
        BOOST_TEST_REQUIRE(set.contains(all[i]) == (i % 3 != 0));
    int expected = 1;
    while (auto t = set.try_next()) {
        BOOST_TEST_REQUIRE(t->result() == expected);
        expected += expected % 3 == 1 ? 1 : 2;
    }
    BOOST_TEST(set.empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace unit
