// SPDX-License-Identifier: BSL-1.0

// asyncio.wait, rows W1 to W9: what may be waited for, and what the result is made of.

#include "semantics.hpp"

#include <span>

namespace semantics {
BOOST_AUTO_TEST_SUITE(semantics_wait)

CO_TEST_CASE(W1_done_inputs_still_suspend) {
    auto ex = co_await asio::this_coro::executor;
    std::vector<task<int>> ts;
    ts.push_back(co_await finished(1, "a"));
    bool other_work = false;
    asio::post(ex, [&] { other_work = true; });
    auto r = co_await wait_for_tasks(ts);
    BOOST_TEST(other_work);
    BOOST_TEST(names(r.done) == "a");
    BOOST_TEST(r.pending.empty());
}

CO_TEST_CASE(W1_the_handler_never_runs_inside_the_call) {
    auto ex = co_await asio::this_coro::executor;
    std::vector<task<int>> ts;
    ts.push_back(co_await finished(1, "a"));
    int calls = 0;
    wait_for_tasks(ex, ts, [&](error_code, wait_result<task<int>>) { ++calls; });
    BOOST_TEST(calls == 0);
    co_await yield_times(settle);
    BOOST_TEST(calls == 1);
}

CO_TEST_CASE(W2_the_split_is_read_when_the_waiter_resumes) {
    auto ex = co_await asio::this_coro::executor;
    std::vector<task<void>> ts;
    ts.push_back(create_task(ex, yield_times(0), "done"));
    co_await until_done(ts[0]);
    ts.push_back(create_task(ex, yield_once(), "one step"));
    ts.push_back(create_task(ex, forever(), "never"));
    BOOST_TEST(!ts[1].done());
    auto r = co_await wait_for_tasks(ts, first_completed);
    BOOST_TEST(names(r.done) == "done one step");
    BOOST_TEST(names(r.pending) == "never");
}

CO_TEST_CASE(W2_a_task_that_ends_after_the_release_counts) {
    auto ex = co_await asio::this_coro::executor;
    manual_future<int> f(ex);
    std::vector<task<int>> ts;
    ts.push_back(create_task(ex, f.get(), "a"));
    ts.push_back(create_task(ex, f.get(), "b"));
    co_await yield_once();
    asio::post(ex, [f]() mutable { f.set_result(5); });
    auto r = co_await wait_for_tasks(ts, first_completed);
    BOOST_TEST(r.done.size() == 2u);
    BOOST_TEST(r.pending.empty());
}

CO_TEST_CASE(W3_tasks_ending_in_one_turn_are_all_done_first_completed) {
    auto ex = co_await asio::this_coro::executor;
    std::vector<task<void>> ts;
    ts.push_back(create_task(ex, sleep_for(10ms), "a"));
    ts.push_back(create_task(ex, sleep_for(20ms), "late"));
    ts.push_back(create_task(ex, sleep_for(10ms), "b"));
    auto r = co_await wait_for_tasks(ts, first_completed);
    BOOST_TEST(now() == 10);
    BOOST_TEST(r.done.size() == 2u);
    BOOST_TEST(names(r.pending) == "late");
}

CO_TEST_CASE(W3_tasks_ending_in_one_turn_are_all_done_first_exception) {
    auto ex = co_await asio::this_coro::executor;
    std::vector<task<void>> ts;
    ts.push_back(create_task(ex, failing(10ms), "a"));
    ts.push_back(create_task(ex, sleep_for(20ms), "late"));
    ts.push_back(create_task(ex, failing(10ms), "b"));
    ts.push_back(create_task(ex, sleep_for(10ms), "c"));
    auto r = co_await wait_for_tasks(ts, first_exception);
    BOOST_TEST(now() == 10);
    BOOST_TEST(r.done.size() == 3u);
    BOOST_TEST(names(r.pending) == "late");
}

CO_TEST_CASE(W3_tasks_ending_in_one_turn_are_all_done_all_completed) {
    auto ex = co_await asio::this_coro::executor;
    std::vector<task<void>> ts;
    for (const char* name : {"a", "b", "c"})
        ts.push_back(create_task(ex, sleep_for(10ms), name));
    auto r = co_await wait_for_tasks(ts, all_completed, in(10ms));
    BOOST_TEST(now() == 10);
    BOOST_TEST(r.done.size() == 3u);
    BOOST_TEST(r.pending.empty());
}

CO_TEST_CASE(W4_an_empty_collection_is_refused_on_await_not_at_the_call) {
    const std::vector<task<int>> list;
    auto waiting = wait_for_tasks(list, first_completed, asio::use_awaitable); // says nothing yet
    auto [ec, r] = co_await wait_for_tasks(list, as_tuple_awaitable);
    BOOST_TEST(ec == asio::error::invalid_argument);
    BOOST_TEST(r.done.empty());
    BOOST_TEST(r.pending.empty());
    error_code thrown;
    try {
        co_await std::move(waiting);
    } catch (const boost::system::system_error& e) {
        thrown = e.code();
    }
    BOOST_TEST(thrown == asio::error::invalid_argument);
    BOOST_TEST(now() == 0);
}

CO_TEST_CASE(W4_the_refusal_goes_through_the_executor) {
    auto ex = co_await asio::this_coro::executor;
    const std::vector<task<int>> list;
    error_code seen;
    int calls = 0;
    wait_for_tasks(ex, list, all_completed, [&](error_code ec, wait_result<task<int>>) {
        seen = ec;
        ++calls;
    });
    BOOST_TEST(calls == 0);
    co_await yield_times(settle);
    BOOST_TEST(calls == 1);
    BOOST_TEST(seen == asio::error::invalid_argument);
}

// D4: every kind of empty range gets the same error; asyncio trips over an empty iterator.
CO_TEST_CASE(W5_an_empty_iterator_is_refused_like_an_empty_list) {
    one_shot<task<int>> none(0, [](int) { return task<int>{}; });
    auto [ec, r] = co_await wait_for_tasks(none, as_tuple_awaitable);
    BOOST_TEST(ec == asio::error::invalid_argument);

    std::span<const task<int>> nothing;
    auto [ec2, r2] = co_await wait_for_tasks(nothing, first_completed, as_tuple_awaitable);
    BOOST_TEST(ec2 == asio::error::invalid_argument);
}

// The rest of asyncio's checks are compile-time here.
CO_TEST_CASE(W6_emptiness_is_checked_before_the_limit) {
    const std::vector<task<int>> none;
    auto [ec, r] = co_await wait_for_tasks(none, all_completed, -1s, as_tuple_awaitable);
    BOOST_TEST(ec == asio::error::invalid_argument);

    std::vector<task<int>> with_empty_handle;
    with_empty_handle.push_back(co_await finished(1, "a"));
    with_empty_handle.emplace_back();
    auto [ec2, r2] =
        co_await wait_for_tasks(with_empty_handle, first_completed, 0s, as_tuple_awaitable);
    BOOST_TEST(ec2 == asio::error::invalid_argument);
    BOOST_TEST(r2.done.empty());
    BOOST_TEST(r2.pending.empty());
}

CO_TEST_CASE(W7_duplicates_collapse_by_identity) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, sleeper(10ms, 1), "a");
    auto b = create_task(ex, sleeper(20ms, 1), "b");
    std::vector<task<int>> ts{a, b, a, a, b};
    auto first = co_await wait_for_tasks(ts, first_completed);
    BOOST_TEST(names(first.done) == "a");
    BOOST_TEST(names(first.pending) == "b");
    auto all = co_await wait_for_tasks(ts);
    BOOST_TEST(names(all.done) == "a b");
    BOOST_TEST(all.pending.empty());
    auto listed = co_await wait_for_tasks(b, b, a);
    BOOST_TEST(names(listed.done) == "b a");
}

// D17: bare awaitables are no tasks; the overload that names an executor makes tasks of them.
CO_TEST_CASE(W8_coroutines_are_taken_only_with_an_executor) {
    auto ex = co_await asio::this_coro::executor;
    std::vector<asio::awaitable<int>> coroutines;
    coroutines.push_back(sleeper(30ms, 3));
    coroutines.push_back(sleeper(10ms, 1));
    auto r = co_await wait_for_tasks(ex, std::move(coroutines), all_completed, in(20ms));
    BOOST_TEST(now() == 20);
    BOOST_REQUIRE(r.done.size() == 1u);
    BOOST_REQUIRE(r.pending.size() == 1u);
    BOOST_TEST(r.done[0].result() == 1);
    auto rest = co_await wait_for_tasks(r.pending);
    BOOST_TEST(rest.done.at(0).result() == 3);
    BOOST_TEST(now() == 30);
}

CO_TEST_CASE(W8_generators_of_tasks_are_fine) {
    auto ex = co_await asio::this_coro::executor;
    one_shot<task<int>> three(3, [ex](int i) {
        return create_task(ex, sleeper(10ms * (3 - i), int(i)), std::string(1, char('a' + i)));
    });
    auto r = co_await wait_for_tasks(three);
    BOOST_TEST(names(r.done) == "c b a");
    BOOST_TEST(now() == 30);
}

// D11: handles are typed; tasks of different types mix as any_task.
CO_TEST_CASE(W9_mixed_tasks_are_waited_for_as_any_task) {
    auto ex = co_await asio::this_coro::executor;
    auto number = create_task(ex, sleeper(10ms, 7), "number");
    auto text = create_task(ex, sleeper(20ms, std::string("seven")), "text");
    auto nothing = create_task(ex, sleeper(30ms), "nothing");
    auto r = co_await wait_for_tasks(number, text, nothing, first_completed);
    BOOST_REQUIRE(names(r.done) == "number");
    BOOST_TEST(names(r.pending) == "text nothing");
    BOOST_TEST(r.done[0].get<int>().result() == 7);
    std::vector<any_task> rest{text, nothing};
    auto r2 = co_await wait_for_tasks(rest);
    BOOST_TEST(names(r2.done) == "text nothing");
    BOOST_TEST(r2.done[0].get<std::string>().result() == "seven");
    BOOST_TEST((r2.done[1] == any_task(nothing)));
    BOOST_CHECK_THROW(r2.done[0].get<int>(), bad_task_cast);
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace semantics
