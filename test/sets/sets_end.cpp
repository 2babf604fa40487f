// SPDX-License-Identifier: BSL-1.0

// Sets and contexts that go while something is under way.

#include "unit/contract.hpp"

#include <asio_wait/task_set.hpp>

namespace unit {
namespace {

using test::virtual_clock;

/// Goes on for a while after it has been cancelled.
awaitable<void> stubborn(milliseconds d) {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await sleep_for(d);
}

BOOST_AUTO_TEST_SUITE(sets_end)

CO_TEST_CASE(the_destructor_ends_every_operation_and_the_tasks_run_on) {
    auto ex = co_await asio::this_coro::executor;
    auto set = std::make_unique<task_set<>>();
    set->limit(1);
    auto a = set->spawn(ex, sleep_for(5ms), "a");
    std::vector<error_code> codes;
    std::vector<std::exception_ptr> errors;
    auto code = [&](error_code ec, auto) { codes.push_back(ec); };
    auto error = [&](std::exception_ptr e, auto) { errors.push_back(e); };
    set->async_next(asio::bind_executor(ex, code));
    set->async_next(virtual_clock::now() + 1h, asio::bind_executor(ex, code));
    set->async_wait(asio::bind_executor(ex, code));
    set->async_wait(until([](const task<>&) { return false; }), asio::bind_executor(ex, error));
    set->async_spawn(ex, nothing(), asio::bind_executor(ex, error));
    set.reset();
    BOOST_TEST(codes.size() + errors.size() == 0u); // never inline
    co_await sleep_for(1ms);
    BOOST_TEST(codes.size() == 3u);
    for (const auto& ec : codes)
        BOOST_TEST((ec == asio::error::operation_aborted));
    BOOST_TEST(errors.size() == 2u);
    for (const auto& e : errors)
        BOOST_TEST(is_cancelled_error(e));
    BOOST_TEST(!a.cancel_requested());
    co_await a.async_wait();
    BOOST_TEST(a.succeeded());
}

CO_TEST_CASE(a_shutdown_whose_set_goes_is_aborted) {
    auto ex = co_await asio::this_coro::executor;
    auto set = std::make_unique<task_set<>>();
    auto a = set->spawn(ex, stubborn(5ms), "a");
    co_await sleep_for(1ms);
    error_code seen;
    set->async_shutdown(asio::bind_executor(ex, [&](error_code ec, auto) { seen = ec; }));
    set.reset();
    co_await a.async_wait();
    BOOST_TEST((seen == asio::error::operation_aborted));
}

CO_TEST_CASE(an_operation_started_after_its_set_is_gone_is_aborted) {
    auto ex = co_await asio::this_coro::executor;
    for (const bool ended : {true, false}) {
        auto set = std::make_unique<task_set<>>();
        auto a = set->spawn(ex, ended ? nothing() : sleep_for(5ms), "a");
        co_await yield_times(3);
        auto next = set->async_next(as_tuple_awaitable);
        auto wait = set->async_wait(as_tuple_awaitable);
        auto shutdown = set->async_shutdown(as_tuple_awaitable);
        auto spawn = set->async_spawn(ex, nothing(), as_tuple_awaitable);
        set.reset();
        auto [e1, t1] = co_await std::move(next);
        BOOST_TEST((e1 == asio::error::operation_aborted));
        auto [e2, t2] = co_await std::move(wait);
        BOOST_TEST((e2 == asio::error::operation_aborted));
        auto [e3, t3] = co_await std::move(shutdown);
        BOOST_TEST((e3 == asio::error::operation_aborted));
        auto [e4, t4] = co_await std::move(spawn);
        BOOST_TEST(is_cancelled_error(e4));
        BOOST_TEST(!t4);
        BOOST_TEST(!a.cancel_requested());
        co_await a.async_wait();
    }
}

CO_TEST_CASE(a_result_on_its_way_is_aborted_when_the_set_goes_first) {
    auto ex = co_await asio::this_coro::executor;
    auto set = std::make_unique<task_set<>>();
    auto a = set->spawn(ex, nothing(), "a");
    co_await a.async_wait();
    error_code next, all;
    set->async_next(asio::bind_executor(ex, [&](error_code ec, auto t) {
        next = ec;
        BOOST_TEST(!t);
    }));
    set->async_wait(asio::bind_executor(ex, [&](error_code ec, auto done) {
        all = ec;
        BOOST_TEST(done.empty());
    }));
    set.reset();
    co_await yield_times(2);
    BOOST_TEST((next == asio::error::operation_aborted));
    BOOST_TEST((all == asio::error::operation_aborted));
}

CO_TEST_CASE(a_member_destroys_its_own_set) {
    auto ex = co_await asio::this_coro::executor;
    auto set = std::make_unique<task_set<>>();
    auto a = set->spawn(ex, [&]() -> awaitable<void> {
        co_await sleep_for(1ms);
        set.reset();
    });
    auto operation = set->async_next(as_tuple_awaitable);
    auto [ec, t] = co_await std::move(operation);
    BOOST_TEST((ec == asio::error::operation_aborted));
    co_await a.async_wait();
    BOOST_TEST(a.succeeded());
}

CO_TEST_CASE(a_member_owns_its_own_set) {
    auto ex = co_await asio::this_coro::executor;
    auto set = std::make_shared<any_task_set>();
    set->spawn(ex, [set]() -> awaitable<void> {
        set->spawn(co_await asio::this_coro::executor, forever(), "sibling");
        co_await set->async_next();
    });
    co_await sleep_for(1ms);
    set->cancel_all();
    co_await sleep_for(1ms);
}

CO_TEST_CASE(members_whose_context_dies_have_ended) {
    auto ex = co_await asio::this_coro::executor;
    task_set<> set;
    auto other = std::make_unique<asio::io_context>();
    auto a = set.spawn(*other, forever(), "a");
    auto b = set.spawn(ex, sleep_for(5ms), "b");
    other->poll();
    other.reset();
    auto t = co_await set.async_next();
    BOOST_TEST((t == a && a.failed()));
    BOOST_TEST(what_of(a.exception()) != "");
    auto rest = co_await set.async_wait();
    BOOST_TEST(names(rest) == "b");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace unit
