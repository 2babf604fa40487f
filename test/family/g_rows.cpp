// SPDX-License-Identifier: BSL-1.0

// asyncio.gather, rows G1 to G20.

#include "collections.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/system/result.hpp>

namespace family {
namespace {

asio::awaitable<int> notes_its_start(std::string& log, std::string name, int value) {
    log += name;
    co_await yield_once();
    co_return value;
}

/// gather as a coroutine, to be made a task of.
template<class... Tasks>
asio::awaitable<std::string> gathers(Tasks... tasks) {
    try {
        co_await gather(tasks...);
    } catch (...) {
        co_return word(std::current_exception());
    }
    co_return std::string("fine");
}

template<class... Tasks>
asio::awaitable<std::string> settles(Tasks... tasks) {
    try {
        co_await gather_settled(tasks...);
    } catch (...) {
        co_return word(std::current_exception());
    }
    co_return std::string("fine");
}

} // namespace

BOOST_AUTO_TEST_SUITE(family_gather)

CO_TEST_CASE(G1_results_come_in_argument_order) {
    auto ex = co_await asio::this_coro::executor;
    auto number = create_task(ex, sleeper(30ms, 7));
    auto text = create_task(ex, sleeper(10ms, std::string("seven")));
    auto nothing = create_task(ex, sleep_for(20ms));
    auto [n, s, v] = co_await gather(number, text, nothing);
    BOOST_TEST(n == 7);
    BOOST_TEST(s == "seven");
    static_assert(std::is_same_v<decltype(v), std::monostate>);
    BOOST_TEST(now() == 30);

    std::vector<task<int>> ts;
    for (const int ms : {30, 10, 20})
        ts.push_back(create_task(ex, sleeper(test::milliseconds(ms), int(ms))));
    auto values = co_await gather(ts);
    BOOST_TEST(values == (std::vector{30, 10, 20}), boost::test_tools::per_element());
    BOOST_TEST(now() == 60);
}

CO_TEST_CASE(G2_the_first_failure_comes_out_at_once_and_the_others_run_on) {
    auto ex = co_await asio::this_coro::executor;
    auto slow = create_task(ex, sleeper(50ms, 5), "slow");
    auto fails = create_task(ex, failing<int>(10ms, "early"), "fails");
    auto error = co_await error_of(gather(slow, fails));
    BOOST_TEST(error == "early");
    BOOST_TEST(now() == 10);
    BOOST_TEST(!slow.done());
    BOOST_TEST(!slow.cancel_requested());
    const int value = co_await slow.async_get();
    BOOST_TEST(value == 5);
}

CO_TEST_CASE(G3_later_failures_are_silent) {
    auto ex = co_await asio::this_coro::executor;
    const test::unobserved_log log;
    {
        auto a = create_task(ex, failing<int>(10ms, "first"));
        auto b = create_task(ex, failing<int>(20ms, "second"));
        auto error = co_await error_of(gather(a, b));
        BOOST_TEST(error == "first");
    }
    co_await sleep_for(50ms);
    BOOST_TEST(log.size() == 0u);
    // Of what gather itself started nobody else has a handle.
    auto error =
        co_await error_of(gather(failing<int>(10ms, "third"), failing<int>(20ms, "fourth")));
    BOOST_TEST(error == "third");
    co_await sleep_for(50ms);
    BOOST_TEST(log.size() == 0u);
}

CO_TEST_CASE(G4_settled_waits_for_all_and_has_errors_in_place) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, sleeper(30ms, 1));
    auto b = create_task(ex, failing<int>(10ms, "b"));
    auto c = create_task(ex, failing(20ms, "c"));
    auto [ra, rb, rc] = co_await gather_settled(a, b, c);
    BOOST_TEST(now() == 30);
    BOOST_TEST_REQUIRE(ra.has_value());
    BOOST_TEST(*ra == 1);
    BOOST_TEST_REQUIRE(rb.has_error());
    BOOST_TEST(word(rb.error()) == "b");
    BOOST_TEST_REQUIRE(rc.has_error());
    BOOST_TEST(word(rc.error()) == "c");

    std::vector<task<int>> ts{b, a};
    auto all = co_await gather_settled(ts);
    BOOST_TEST_REQUIRE(all.size() == 2u);
    BOOST_TEST((all[0].error() == b.exception())); // the very object
    BOOST_TEST(all[1].value() == 1);
}

CO_TEST_CASE(G5_a_cancelled_child_counts_as_one_that_threw_that) {
    auto ex = co_await asio::this_coro::executor;
    auto stops = create_task(ex, forever(), "stops");
    auto goes_on = create_task(ex, sleeper(30ms, 3), "goes on");
    asio::post(ex, [stops]() mutable { stops.cancel(); });
    auto error = co_await error_of(gather(goes_on, stops));
    BOOST_TEST(error == "aborted");
    BOOST_TEST(!goes_on.cancel_requested());
    auto state = co_await asio::this_coro::cancellation_state;
    BOOST_TEST((state.cancelled() == asio::cancellation_type::none)); // nobody cancelled us
    const int value = co_await goes_on.async_get();
    BOOST_TEST(value == 3);
}

CO_TEST_CASE(G6_settled_shows_a_cancelled_child_in_place) {
    auto ex = co_await asio::this_coro::executor;
    auto stops = create_task(ex, forever(), "stops");
    auto works = create_task(ex, sleeper(30ms, 3), "works");
    asio::post(ex, [stops]() mutable { stops.cancel(); });
    auto [s, w] = co_await gather_settled(stops, works);
    BOOST_TEST_REQUIRE(s.has_error());
    BOOST_TEST(is_cancelled_error(s.error()));
    BOOST_TEST(w.value() == 3);
    BOOST_TEST(now() == 30);
}

CO_TEST_CASE(G7_cancelling_the_waiter_cancels_all_unfinished_children) {
    auto ex = co_await asio::this_coro::executor;
    auto done = co_await finished(1, "done");
    auto a = create_task(ex, forever(), "a");
    auto b = create_task(ex, sleeper(1h, 1), "b");
    auto waiter = create_task(ex, gathers(done, a, b));
    co_await sleep_for(10ms);
    waiter.cancel();
    co_await until_done(waiter);
    BOOST_TEST(waiter.result() == "aborted");
    BOOST_TEST(a.cancelled());
    BOOST_TEST(b.cancelled());
    BOOST_TEST(done.succeeded());
    BOOST_TEST(now() == 10);
}

// D7: asyncio's gather ends with the first child.
CO_TEST_CASE(G8_a_cancelled_gather_waits_for_all_its_children) {
    auto ex = co_await asio::this_coro::executor;
    auto quick = create_task(ex, forever(), "quick");
    auto thorough = create_task(ex, cleans_up_for(30ms), "thorough");
    auto waiter = create_task(ex, gathers(quick, thorough));
    co_await sleep_for(10ms);
    waiter.cancel();
    co_await until_done(waiter);
    BOOST_TEST(waiter.result() == "aborted");
    BOOST_TEST(thorough.cancelled());
    BOOST_TEST(now() == 40);
}

CO_TEST_CASE(G9_a_cancelled_settled_gather_waits_for_all_and_drops_the_results) {
    auto ex = co_await asio::this_coro::executor;
    auto fails = create_task(ex, failing<int>(5ms), "fails");
    auto quick = create_task(ex, forever(), "quick");
    auto thorough = create_task(ex, cleans_up_for(30ms), "thorough");
    auto waiter = create_task(ex, settles(fails, quick, thorough));
    co_await sleep_for(10ms);
    waiter.cancel();
    co_await until_done(waiter);
    BOOST_TEST(waiter.result() == "aborted");
    BOOST_TEST(thorough.cancelled());
    BOOST_TEST(now() == 40);
}

CO_TEST_CASE(G10_the_first_child_to_end_decides_what_a_cancelled_gather_throws) {
    auto ex = co_await asio::this_coro::executor;
    auto bad = create_task(ex, fails_when_cancelled(10ms, "bad cleanup"));
    auto good = create_task(ex, cleans_up_for(20ms));
    auto waiter = create_task(ex, gathers(good, bad));
    co_await yield_times(settle);
    waiter.cancel();
    co_await until_done(waiter);
    BOOST_TEST(waiter.result() == "bad cleanup");
    BOOST_TEST(now() == 20);

    auto late = create_task(ex, fails_when_cancelled(10ms, "late"));
    auto prompt = create_task(ex, forever());
    auto second = create_task(ex, gathers(late, prompt));
    co_await yield_times(settle);
    second.cancel();
    co_await until_done(second);
    BOOST_TEST(second.result() == "aborted");
}

CO_TEST_CASE(G10_settled_is_cancelled_whatever_its_children_threw) {
    auto ex = co_await asio::this_coro::executor;
    auto bad = create_task(ex, fails_when_cancelled(0ms, "bad cleanup"));
    auto good = create_task(ex, cleans_up_for(20ms));
    auto waiter = create_task(ex, settles(bad, good));
    co_await yield_times(settle);
    waiter.cancel();
    co_await until_done(waiter);
    BOOST_TEST(waiter.result() == "aborted");
    BOOST_TEST(now() == 20);
}

CO_TEST_CASE(G11_children_that_swallow_the_cancel_do_not_save_the_gather) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, swallows_and_returns(0ms, 1));
    auto b = create_task(ex, swallows_and_returns(10ms, 2));
    auto waiter = create_task(ex, gathers(a, b));
    co_await yield_times(settle);
    waiter.cancel();
    co_await until_done(waiter);
    BOOST_TEST(waiter.result() == "aborted");
    BOOST_TEST(a.result() == 1); // they keep their values
    BOOST_TEST(b.result() == 2);
    BOOST_TEST(now() == 10);
}

// D7: asyncio's gather starts them at the call.
CO_TEST_CASE(G13_nothing_starts_before_the_gather_does_then_all_in_argument_order) {
    auto ex = co_await asio::this_coro::executor;
    std::string log;
    auto operation = gather(notes_its_start(log, "a", 1), notes_its_start(log, "b", 2),
                            notes_its_start(log, "c", 3));
    co_await yield_times(settle);
    BOOST_TEST(log == "");
    auto [a, b, c] = co_await std::move(operation);
    BOOST_TEST(log == "abc");
    BOOST_TEST(a + b + c == 6);

    std::vector<asio::awaitable<int>> coroutines;
    coroutines.push_back(notes_its_start(log, "x", 1));
    coroutines.push_back(notes_its_start(log, "y", 2));
    auto of_range = gather(std::move(coroutines));
    co_await yield_times(settle);
    BOOST_TEST(log == "abc");
    auto values = co_await std::move(of_range);
    BOOST_TEST(log == "abcxy");
    BOOST_TEST(values.size() == 2u);

    // One that is dropped never starts anything; one made a task starts at once.
    { [[maybe_unused]] auto dropped = gather(notes_its_start(log, "!", 1)); }
    auto eager = create_task(ex, gather(notes_its_start(log, "e", 1), asio::use_awaitable));
    co_await yield_times(settle);
    BOOST_TEST(log == "abcxye");
    BOOST_TEST(eager.done());
}

CO_TEST_CASE(G14_a_task_that_stands_there_twice_runs_once) {
    auto ex = co_await asio::this_coro::executor;
    std::string log;
    auto a = create_task(ex, notes_its_start(log, "a", 1));
    auto b = create_task(ex, notes_its_start(log, "b", 2));
    auto [v1, v2, v3, v4] = co_await gather(a, b, a, a);
    BOOST_TEST(v1 == 1);
    BOOST_TEST(v2 == 2);
    BOOST_TEST(v3 == 1);
    BOOST_TEST(v4 == 1);
    std::vector<task<int>> ts{b, a, b};
    auto values = co_await gather(ts);
    BOOST_TEST(values == (std::vector{2, 1, 2}), boost::test_tools::per_element());
    BOOST_TEST(log == "ab");
}

CO_TEST_CASE(G15_nothing_gives_an_empty_vector) {
    auto ex = co_await asio::this_coro::executor;
    const std::vector<task<int>> none;
    auto values = co_await gather(none);
    BOOST_TEST(values.empty());
    std::vector<asio::awaitable<std::string>> no_coroutines;
    auto texts = co_await gather(ex, std::move(no_coroutines));
    BOOST_TEST(texts.empty());
    std::vector<task<void>> no_tasks;
    co_await gather(no_tasks);
    auto outcomes = co_await gather_settled(no_tasks);
    BOOST_TEST(outcomes.empty());
    BOOST_TEST(now() == 0);
}

CO_TEST_CASE(G16_inputs_that_are_done_take_no_time) {
    auto ex = co_await asio::this_coro::executor;
    auto a = co_await finished(1, "a");
    auto b = co_await finished(2, "b");
    auto [va, vb] = co_await gather(a, b);
    BOOST_TEST(va + vb == 3);
    auto fails = create_task(ex, failing<int>(0ms, "done before"));
    co_await yield_times(settle);
    BOOST_TEST(fails.done());
    auto pending = create_task(ex, sleeper(50ms, 1));
    auto error = co_await error_of(gather(pending, fails));
    BOOST_TEST(error == "done before");
    BOOST_TEST(now() == 0);
    BOOST_TEST(!pending.done());
}

// D2: asyncio refuses them.
BOOST_AUTO_TEST_CASE(G18_tasks_of_several_contexts_are_gathered) {
    virtual_clock::reset();
    asio::io_context here, there;
    auto strand = asio::make_strand(there);
    auto a = create_task(here, sleeper(30ms, 1));
    auto b = create_task(there, sleeper(20ms, std::string("b")));
    auto c = create_task(strand, sleeper(10ms, 3.0));
    std::string seen;
    const auto body = [&]() -> asio::awaitable<void> {
        auto [va, vb, vc] = co_await gather(a, b, c);
        seen = std::to_string(va) + vb + std::to_string(static_cast<int>(vc));
        auto fails = create_task(there, failing<int>(10ms, "from there"));
        auto stays = create_task(here, forever());
        seen += " " + co_await error_of(gather(stays, fails));
        stays.cancel();
    };
    asio::co_spawn(here, body(), asio::detached);
    run_virtual(here, there);
    BOOST_TEST(seen == "1b3 from there");
    BOOST_TEST(now() == 40);
}

// D7: asyncio's is a future.
CO_TEST_CASE(G19_the_result_is_awaited_once) {
    auto ex = co_await asio::this_coro::executor;
    auto operation = gather(ex, sleeper(10ms, 1), sleeper(20ms, 2));
    static_assert(!std::is_copy_constructible_v<decltype(operation)>);
    auto [a, b] = co_await std::move(operation);
    BOOST_TEST(a + b == 3);
    // For several readers it is made a task.
    auto shared = create_task(ex, gather(sleeper(10ms, 1), sleeper(20ms, 2), asio::use_awaitable));
    auto [a1, b1] = co_await shared.async_get();
    auto [a2, b2] = co_await shared.async_get();
    BOOST_TEST(a1 + b1 == a2 + b2);
}

CO_TEST_CASE(G20_nested_gathers_pass_a_cancel_down) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, forever());
    auto b = create_task(ex, cleans_up_for(10ms));
    auto c = create_task(ex, forever());
    const auto body = [](task<> x, task<> y, task<> z) -> asio::awaitable<std::string> {
        auto inner = gather(x, y);
        co_return co_await error_of(gather(std::move(inner), z));
    };
    auto waiter = create_task(ex, body(a, b, c));
    co_await yield_times(settle);
    waiter.cancel();
    co_await until_done(waiter);
    BOOST_TEST(waiter.result() == "aborted");
    BOOST_TEST(a.cancelled());
    BOOST_TEST(b.cancelled());
    BOOST_TEST(c.cancelled());
    BOOST_TEST(now() == 10);
}

CO_TEST_CASE(G20_nested_gathers_pass_values_up) {
    auto ex = co_await asio::this_coro::executor;
    auto inner = gather(sleeper(10ms, 1), sleeper(20ms, std::string("two")));
    auto [pair, three] = co_await gather(ex, std::move(inner), sleeper(5ms, 3));
    auto [one, two] = pair;
    BOOST_TEST(one + three == 4);
    BOOST_TEST(two == "two");
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace family
