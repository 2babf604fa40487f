// SPDX-License-Identifier: BSL-1.0

// Completion tokens with the calls over many tasks.

#include "collections.hpp"
#include "support/views.hpp"

#include "unit/contract.hpp"

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/system/result.hpp>

namespace family {
namespace {

struct fixture : unit::fixture {
    test::tracker_executor<asio::any_io_executor> tracked{ex, 4};

    template<class... Args>
    using record = unit::record<Args...>;
};

using step = unit::record<std::exception_ptr, std::optional<task<int>>>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(family_collections_tokens, fixture)

BOOST_AUTO_TEST_CASE(callbacks_with_a_bound_executor) {
    auto t = create_task(ex, sleeper(5ms, 1), "t");
    auto u = create_task(ex, sleeper(5ms, 2), "u");
    auto v = create_task(ex, forever(), "v");
    std::vector<int> numbers{1, 2};
    semaphore s(1);
    auto stream = as_completed(t);
    record<std::exception_ptr, std::tuple<int, int>> listed;
    record<std::exception_ptr, std::vector<int>> ranged;
    record<std::exception_ptr, std::vector<boost::system::result<int, std::exception_ptr>>> settled;
    record<error_code, wait_result<task<>>> cancelled;
    record<error_code> acquired;
    record<std::exception_ptr> each;
    step next;
    const auto on = [this](auto& r) { return asio::bind_executor(tracked, r.handler()); };
    test::initiate([&] {
        gather(t, u, on(listed));
        gather(std::vector{t, u}, on(ranged));
        gather_settled(std::vector{u, t}, on(settled));
        cancel_and_wait(v, 1h, on(cancelled));
        s.async_acquire(on(acquired));
        stream.async_next(on(next));
        for_each_limited(
            numbers, 1, [](int) { return sleep_for(1ms); }, on(each));
    });
    run();
    BOOST_TEST((listed.get<1>() == std::tuple(1, 2)));
    BOOST_TEST(ranged.get<1>().size() == 2u);
    BOOST_TEST(settled.get<1>().at(0).value() == 2);
    BOOST_TEST(names(cancelled.get<1>().done) == "v");
    BOOST_TEST(!acquired.get<0>());
    BOOST_TEST((next.get<1>() == t));
    BOOST_TEST(!each.get<0>());
    const auto well_called = [](const auto& r) {
        return r.calls == 1 && r.on_executor == 4 && !r.inside_initiation;
    };
    BOOST_TEST(well_called(listed));
    BOOST_TEST(well_called(ranged));
    BOOST_TEST(well_called(settled));
    BOOST_TEST(well_called(cancelled));
    BOOST_TEST(well_called(acquired));
    BOOST_TEST(well_called(next));
    BOOST_TEST(well_called(each));
}

BOOST_AUTO_TEST_CASE(callbacks_of_their_own_run_where_the_tasks_do) {
    auto t = create_task(tracked, sleeper(5ms, 1), "t");
    auto v = create_task(tracked, forever(), "v");
    auto stream = as_completed(t);
    record<std::exception_ptr, std::tuple<int>> listed;
    record<error_code, wait_result<task<>>> cancelled;
    record<std::exception_ptr, std::vector<int>> named;
    step next;
    gather(t, listed.handler());
    cancel_and_wait(v, cancelled.handler());
    stream.async_next(next.handler());
    const test::tracker_executor other(ex, 9);
    gather(other, std::vector{t}, named.handler());
    run();
    BOOST_TEST(listed.on_executor == 4);
    BOOST_TEST(cancelled.on_executor == 4);
    BOOST_TEST(next.on_executor == 4);
    BOOST_TEST(named.on_executor == 9);
}

BOOST_AUTO_TEST_CASE(detached) {
    auto t = create_task(ex, sleeper(5ms, 1));
    auto v = create_task(ex, forever());
    semaphore s(1);
    auto stream = as_completed(t);
    int calls = 0;
    gather(t, asio::detached);
    gather_settled(t, asio::detached);
    cancel_and_wait(v, asio::detached);
    s.async_acquire(asio::bind_executor(ex, asio::detached));
    stream.async_next(asio::detached);
    for_each_limited(
        ex, test::numbers(3), 2,
        [&calls](int) {
            ++calls;
            return sleep_for(1ms);
        },
        asio::detached);
    run();
    BOOST_TEST(v.cancelled());
    BOOST_TEST(s.available() == 0u);
    BOOST_TEST(stream.remaining() == 0u);
    BOOST_TEST(calls == 3);
}

BOOST_AUTO_TEST_CASE(use_future) {
    auto t = create_task(ex, sleeper(5ms, 1));
    auto u = create_task(ex, failing<int>(1ms, "u"));
    auto v = create_task(ex, forever(), "v");
    semaphore s(1);
    auto stream = as_completed(t);
    auto values = gather(t, asio::use_future);
    auto error = gather(std::vector{t, u}, asio::use_future);
    auto outcomes = gather_settled(t, u, asio::use_future);
    auto tickets = gather_settled(ex, ticket_after(1ms, 3), asio::use_future);
    auto split = cancel_and_wait(v, asio::use_future);
    auto permit = s.async_acquire(asio::use_future);
    auto none = s.async_acquire(in(2ms), asio::bind_executor(ex, asio::use_future));
    auto next = stream.async_next(asio::use_future);
    auto each = for_each_limited(
        ex, test::numbers(3), 2, [](int) { return failing(1ms, "each"); }, asio::use_future);
    run();
    BOOST_TEST((values.get() == std::tuple(1)));
    BOOST_CHECK_THROW(error.get(), boom);
    BOOST_TEST(std::get<1>(outcomes.get()).has_error());
    auto got = tickets.get();
    static_cast<void>(got);
    BOOST_TEST(split.get().done.size() == 1u);
    permit.get();
    BOOST_CHECK_THROW(none.get(), system_error);
    BOOST_TEST((next.get() == t));
    BOOST_CHECK_THROW(each.get(), exception_group);
}

BOOST_AUTO_TEST_CASE(an_erased_handler) {
    auto t = create_task(ex, sleeper(5ms, 1));
    record<std::exception_ptr, std::tuple<int>> listed;
    asio::any_completion_handler<void(std::exception_ptr, std::tuple<int>)> h = listed.handler();
    gather(t, std::move(h));
    run();
    BOOST_TEST((listed.get<1>() == std::tuple(1)));
}

BOOST_AUTO_TEST_CASE(everything_is_freed_before_the_call) {
    test::allocation_tally of_gather, of_stream, of_permit, of_cancel;
    auto t = create_task(ex, sleeper(5ms, 1));
    auto v = create_task(ex, forever());
    auto stream = as_completed(t);
    semaphore s(1);
    int calls = 0;
    const auto bound = [&](test::allocation_tally& tally) {
        return asio::bind_executor(
            io.get_executor(),
            asio::bind_allocator(test::counting_allocator<>(tally), [&](auto...) {
                ++calls;
                BOOST_TEST(tally.live == 0);
                BOOST_TEST(tally.taken > 0);
            }));
    };
    gather(t, bound(of_gather));
    stream.async_next(bound(of_stream));
    s.async_acquire(bound(of_permit));
    cancel_and_wait(v, bound(of_cancel));
    run();
    BOOST_TEST(calls == 4);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(family_collections_coroutine_tokens)

CO_TEST_CASE(use_awaitable_deferred_and_as_tuple) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, sleeper(5ms, 1), "t");
    auto u = create_task(ex, forever(), "u");
    semaphore s(3);
    auto stream = as_completed(t, u);
    const auto visit = [](int) { return sleep_for(1ms); };
    const std::vector one{t};

    auto [a1] = co_await gather(t, asio::use_awaitable);
    auto [a2] = co_await gather(t, asio::deferred);
    auto [e3, v3] = co_await gather(t, as_tuple_awaitable);
    auto [e4, v4] = co_await gather(one, asio::as_tuple(asio::deferred));
    BOOST_TEST(a1 + a2 == 2);
    BOOST_TEST((!e3 && !e4));
    BOOST_TEST((v3 == std::tuple(1)));
    BOOST_TEST(v4.at(0) == 1);
    auto [r5] = co_await gather_settled(t, asio::use_awaitable);
    BOOST_TEST(r5.value() == 1);
    auto [e6, tickets] = co_await gather(ex, ticket_after(1ms, 3), as_tuple_awaitable);
    BOOST_TEST(!e6);
    static_assert(std::is_same_v<decltype(tickets), std::optional<std::tuple<ticket>>>);
    BOOST_TEST(*std::get<0>(*tickets).number == 3);

    auto first = co_await stream.async_next(asio::use_awaitable);
    BOOST_TEST((first == t));
    co_await s.async_acquire(asio::use_awaitable);
    co_await s.async_acquire(asio::deferred);
    auto [e7] = co_await s.async_acquire(asio::as_tuple(asio::deferred));
    BOOST_TEST(!e7);
    error_code ec = asio::error::would_block;
    co_await s.async_acquire(in(1ms), asio::redirect_error(asio::use_awaitable, ec));
    BOOST_TEST(ec == asio::error::timed_out);

    co_await for_each_limited(test::numbers(2), 2, visit, asio::use_awaitable);
    co_await for_each_limited(test::numbers(2), 2, visit, asio::deferred);
    auto [e8] = co_await for_each_limited(test::numbers(2), 2, visit, as_tuple_awaitable);
    BOOST_TEST(!e8);

    auto r = co_await cancel_and_wait(u, asio::use_awaitable);
    BOOST_TEST(r.done.size() == 1u);
    auto again = co_await cancel_and_wait(u, 1h, asio::deferred);
    BOOST_TEST(again.done.size() == 1u);
    auto [e9, second] = co_await stream.async_next(as_tuple_awaitable);
    BOOST_TEST((second == u));
}

CO_TEST_CASE(use_task_makes_tasks_of_them) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, sleeper(5ms, 1), "t");
    semaphore s(1);
    auto stream = as_completed(t);
    auto of_gather = gather(ex, t, t, use_task);
    auto of_stream = stream.async_next(use_task);
    auto of_semaphore = s.async_acquire(asio::bind_executor(ex, use_task));
    auto r = co_await wait_for_tasks(of_gather, of_stream, of_semaphore);
    BOOST_TEST(r.done.size() == 3u);
    BOOST_TEST((of_gather.result() == std::tuple(1, 1)));
    BOOST_TEST((of_stream.result() == t));
    BOOST_TEST(of_semaphore.succeeded());
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace family
