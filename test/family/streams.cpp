// SPDX-License-Identifier: BSL-1.0

// as_completed beyond asyncio's rows: steps in flight, streams that move and die, kinds of tasks
// and limits.

#include "collections.hpp"

#include <boost/asio/co_spawn.hpp>

#include <set>
#include <span>

namespace family {
namespace {

/// Starts a step and notes what came of it.
template<class Stream>
void note_next(Stream& stream, const asio::any_io_executor& ex, std::string& log) {
    using task_type = typename Stream::value_type;
    stream.async_next(
        asio::bind_executor(ex, [&log](std::exception_ptr e, std::optional<task_type> t) {
            log += (t ? t->name() : e ? word(e) : std::string("end")) + " ";
        }));
}

} // namespace

BOOST_AUTO_TEST_SUITE(family_as_completed)

CO_TEST_CASE(ranges_of_every_kind) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, sleeper(20ms, 1), "a");
    auto b = create_task(ex, sleeper(10ms, 2), "b");
    const std::vector<task<int>> list{a, b};
    const std::set<task<int>> tree{a, b};
    std::span<const task<int>> view(list);
    one_shot<task<int>> once(2, [&](int i) { return list[static_cast<std::size_t>(i)]; });
    auto of_list = as_completed(list);
    auto of_tree = as_completed(tree);
    auto of_view = as_completed(view);
    auto of_once = as_completed(once);
    auto of_temporary = as_completed(std::vector<task<int>>{a, b});
    static_assert(std::is_same_v<decltype(of_once), completion_stream<int>>);
    for (auto* s : {&of_list, &of_tree, &of_view, &of_once, &of_temporary}) {
        auto order = co_await drain(*s);
        BOOST_TEST((order == "b a" || s == &of_tree));
    }
    BOOST_TEST(now() == 20);
}

CO_TEST_CASE(mixed_types_are_any_task) {
    auto ex = co_await asio::this_coro::executor;
    auto number = create_task(ex, sleeper(20ms, 7), "number");
    auto nothing = create_task(ex, sleep_for(10ms), "nothing");
    auto s = as_completed(number, nothing);
    static_assert(std::is_same_v<decltype(s), any_completion_stream>);
    auto first = co_await s.async_next();
    auto second = co_await s.async_next();
    BOOST_TEST((*first == nothing));
    BOOST_TEST(second->get<int>().result() == 7);
}

CO_TEST_CASE(move_only_values) {
    auto ex = co_await asio::this_coro::executor;
    std::vector<asio::awaitable<ticket>> coroutines;
    for (int i = 3; i > 0; --i)
        coroutines.push_back(ticket_after(i * 10ms, i));
    auto s = as_completed(ex, std::move(coroutines));
    int expected = 0;
    while (auto t = co_await s.async_next())
        BOOST_TEST(*t->take().number == ++expected);
    BOOST_TEST(expected == 3);
}

CO_TEST_CASE(handles_are_copied_at_the_call) {
    auto ex = co_await asio::this_coro::executor;
    std::vector<task<void>> ts;
    ts.push_back(create_task(ex, sleep_for(10ms), "a"));
    auto s = as_completed(ts);
    ts.clear();
    auto order = co_await drain(s);
    BOOST_TEST(order == "a");
}

CO_TEST_CASE(empty_handles_are_refused_at_the_call) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, sleep_for(10ms), "a");
    const std::vector<any_task> with_empty{a, any_task()};
    BOOST_CHECK_THROW(static_cast<void>(as_completed(with_empty)), invalid_task_state);
    BOOST_CHECK_THROW(static_cast<void>(as_completed(a, task<>(), 1s)), invalid_task_state);
    co_await until_done(a);
}

CO_TEST_CASE(try_next_gives_what_has_ended) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, sleep_for(20ms), "a");
    auto b = create_task(ex, sleep_for(10ms), "b");
    auto s = as_completed(a, b);
    BOOST_TEST(!s.try_next().has_value());
    co_await sleep_for(15ms);
    auto first = s.try_next();
    BOOST_TEST((first == b));
    BOOST_TEST(s.remaining() == 1u);
    BOOST_TEST(!s.try_next().has_value());
    auto second = co_await s.async_next();
    BOOST_TEST((second == a));
    BOOST_TEST(!s.try_next().has_value());
}

CO_TEST_CASE(try_next_does_not_take_what_is_on_its_way) {
    auto ex = co_await asio::this_coro::executor;
    manual_future<int> f(ex);
    auto a = create_task(ex, f.get(), "a");
    auto s = as_completed(a);
    std::string log;
    note_next(s, ex, log);
    note_next(s, ex, log);
    co_await yield_once();
    f.set_result(1);
    while (!a.done())
        co_await yield_once();
    BOOST_TEST(log == "");
    BOOST_TEST(!s.try_next().has_value());
    co_await yield_times(settle);
    BOOST_TEST(log == "a end ");
}

CO_TEST_CASE(more_steps_in_flight_than_tasks) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, sleep_for(10ms), "a");
    auto b = create_task(ex, sleep_for(20ms), "b");
    auto s = as_completed(a, b);
    std::string log;
    for (int i = 0; i < 4; ++i)
        note_next(s, ex, log);
    co_await sleep_for(30ms);
    BOOST_TEST(log == "a b end end ");
}

CO_TEST_CASE(several_steps_in_flight_at_the_deadline) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, sleep_for(10ms), "a");
    auto b = create_task(ex, sleep_for(50ms), "b");
    auto c = create_task(ex, sleep_for(60ms), "c");
    auto s = as_completed(a, b, c, in(20ms));
    std::string log;
    for (int i = 0; i < 5; ++i)
        note_next(s, ex, log);
    co_await sleep_for(30ms);
    BOOST_TEST(log == "a timeout timeout end end ");
    BOOST_TEST(s.remaining() == 0u);
    co_await wait_for_tasks(b, c);
}

CO_TEST_CASE(a_cancelled_step_after_the_deadline_uses_nothing_up) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, sleep_for(50ms), "a");
    auto s = as_completed(a, in(20ms));
    asio::cancellation_signal signal;
    std::string got;
    s.async_next(asio::bind_cancellation_slot(
        signal.slot(), asio::bind_executor(ex, [&](std::exception_ptr e, std::optional<task<>>) {
            got = word(e);
        })));
    co_await sleep_for(10ms);
    signal.emit(asio::cancellation_type::total);
    co_await sleep_for(20ms);
    BOOST_TEST(got == "aborted");
    BOOST_TEST(s.remaining() == 1u);
    auto order = co_await drain(s);
    BOOST_TEST(order == "timeout");
}

CO_TEST_CASE(one_of_several_steps_is_cancelled) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, sleep_for(10ms), "a");
    auto b = create_task(ex, sleep_for(20ms), "b");
    auto s = as_completed(a, b);
    asio::cancellation_signal signal;
    std::string log;
    s.async_next(asio::bind_cancellation_slot(
        signal.slot(), asio::bind_executor(ex, [&](std::exception_ptr e, std::optional<task<>>) {
            log += word(e) + " ";
        })));
    note_next(s, ex, log);
    note_next(s, ex, log);
    co_await sleep_for(5ms);
    signal.emit(asio::cancellation_type::terminal);
    co_await sleep_for(30ms);
    BOOST_TEST(log == "aborted a b ");
}

CO_TEST_CASE(the_same_task_in_many_streams) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, sleep_for(10ms), "a");
    auto b = create_task(ex, sleep_for(20ms), "b");
    auto one = as_completed(a, b);
    auto two = as_completed(b, a, in(15ms));
    auto three = as_completed(a);
    auto o1 = co_await drain(one);
    auto o2 = co_await drain(two);
    auto o3 = co_await drain(three);
    BOOST_TEST(o1 == "a b");
    BOOST_TEST(o2 == "a timeout");
    BOOST_TEST(o3 == "a");
}

CO_TEST_CASE(a_stream_moves_with_a_step_in_flight) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, sleep_for(10ms), "a");
    auto b = create_task(ex, sleep_for(20ms), "b");
    auto c = create_task(ex, sleep_for(90ms), "c");
    auto s = as_completed(a, b, c, in(50ms));
    std::string log;
    note_next(s, ex, log);
    auto moved = std::move(s);
    BOOST_CHECK_THROW(static_cast<void>(s.try_next()), invalid_task_state);
    BOOST_CHECK_THROW(static_cast<void>(s.remaining()), invalid_task_state);
    BOOST_CHECK_THROW(static_cast<void>(s.async_next()), invalid_task_state);
    co_await sleep_for(15ms);
    BOOST_TEST(log == "a ");
    auto rest = co_await drain(moved);
    BOOST_TEST(rest == "b timeout");
    BOOST_TEST(now() == 50);
}

CO_TEST_CASE(an_assignment_ends_the_steps_of_the_old_stream) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, sleep_for(10ms), "a");
    auto b = create_task(ex, sleep_for(20ms), "b");
    auto s = as_completed(a, in(15ms));
    std::string log;
    note_next(s, ex, log);
    s = as_completed(b, in(30ms));
    co_await yield_times(settle);
    BOOST_TEST(log == "aborted ");
    auto order = co_await drain(s);
    BOOST_TEST(order == "b");
    BOOST_TEST(a.succeeded());
}

CO_TEST_CASE(a_stream_is_destroyed_with_steps_in_flight) {
    auto ex = co_await asio::this_coro::executor;
    manual_future<int> f(ex);
    auto a = create_task(ex, f.get(), "a");
    auto b = create_task(ex, sleeper(20ms, 1), "b");
    std::optional s = as_completed(a, b, in(10ms));
    std::string log;
    note_next(*s, ex, log);
    note_next(*s, ex, log);
    co_await yield_once();
    f.set_result(1);
    while (!a.done())
        co_await yield_once();
    s.reset(); // one task on its way, one step waiting
    co_await sleep_for(30ms);
    BOOST_TEST(log == "aborted aborted ");
    BOOST_TEST(b.succeeded());
}

CO_TEST_CASE(a_step_made_from_a_stream_that_is_gone) {
    auto ex = co_await asio::this_coro::executor;
    auto a = co_await finished(1, "a");
    std::optional s = as_completed(a);
    auto step = s->async_next();
    s.reset();
    auto error = co_await error_of(std::move(step));
    BOOST_TEST(error == "aborted");
    static_cast<void>(ex);
}

CO_TEST_CASE(a_step_may_be_prepared_and_started_later) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, sleep_for(10ms), "a");
    auto s = as_completed(a, in(20ms));
    auto step = s.async_next();
    co_await sleep_for(50ms);
    auto t = co_await std::move(step);
    BOOST_TEST((t == a));
}

CO_TEST_CASE(tasks_that_never_end_take_the_deadline) {
    auto ex = co_await asio::this_coro::executor;
    std::vector<task<>> ts;
    for (int i = 0; i < 20; ++i)
        ts.push_back(create_task(ex, forever()));
    auto s = as_completed(ts, in(10ms));
    int timeouts = 0;
    while (s.remaining() != 0) {
        auto error = co_await error_of(s.async_next());
        timeouts += error == "timeout";
    }
    BOOST_TEST(timeouts == 20);
    BOOST_TEST(now() == 10);
    co_await cancel_and_wait(ts);
}

BOOST_AUTO_TEST_CASE(a_task_is_claimed_at_the_start) {
    virtual_clock::reset();
    asio::io_context slow, quick;
    auto a = create_task(quick, sleep_for(0ms), "a");
    auto b = create_task(quick, sleep_for(10ms), "b");
    run_virtual(quick);
    auto s = as_completed(a, b);
    std::string log;
    note_next(s, slow.get_executor(), log);
    note_next(s, quick.get_executor(), log);
    BOOST_TEST(!s.try_next().has_value());
    quick.restart();
    quick.poll();
    BOOST_TEST(log == "b ");
    slow.poll();
    BOOST_TEST(log == "b a ");
}

BOOST_AUTO_TEST_CASE(tasks_of_several_contexts) {
    virtual_clock::reset();
    asio::io_context here, there;
    auto strand = asio::make_strand(there);
    auto a = create_task(here, sleep_for(30ms), "a");
    auto b = create_task(there, sleep_for(20ms), "b");
    auto c = create_task(strand, sleep_for(10ms), "c");
    auto d = create_task(there, sleep_for(50ms), "d");
    std::string order;
    const auto body = [&]() -> asio::awaitable<void> {
        auto s = as_completed(a, b, c, d, in(40ms));
        order = co_await drain(s);
    };
    asio::co_spawn(here, body(), asio::detached);
    run_virtual(here, there);
    BOOST_TEST(order == "c b a timeout");
}

BOOST_AUTO_TEST_CASE(a_context_that_dies_takes_its_step_and_loses_no_task) {
    virtual_clock::reset();
    asio::io_context io;
    manual_future<int> f(io.get_executor());
    auto a = create_task(io, f.get(), "a");
    io.poll();
    auto s = as_completed(a);
    std::string log;
    {
        asio::io_context dies;
        note_next(s, dies.get_executor(), log);
        f.set_result(1);
        io.restart();
        io.poll();
        BOOST_TEST(a.done());
    }
    BOOST_TEST(log == "");
    BOOST_TEST((s.try_next() == a));
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace family
