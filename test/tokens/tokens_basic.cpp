// SPDX-License-Identifier: BSL-1.0

// Every completion token of Asio with wait_for_tasks, async_wait, async_get and async_join: the
// plain ones and the adapters.

#include "unit/contract.hpp"

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/append.hpp>
#include <boost/asio/consign.hpp>
#include <boost/asio/prepend.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/version.hpp>

#if BOOST_ASIO_VERSION >= 102800
#include <boost/asio/bind_immediate_executor.hpp>
#endif

namespace unit {
namespace {

BOOST_AUTO_TEST_SUITE(tokens_coroutine)

CO_TEST_CASE(use_awaitable) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, sleeper(5ms, 1), "t");
    auto r = co_await wait_for_tasks(t, all_completed, asio::use_awaitable);
    BOOST_TEST(split(r) == "t : ");
    co_await t.async_wait(asio::use_awaitable);
    const int got = co_await t.async_get(asio::use_awaitable);
    const int joined = co_await t.async_join(asio::use_awaitable);
    const int called = co_await t(asio::use_awaitable);
    BOOST_TEST(got + joined + called == 3);
}

CO_TEST_CASE(deferred_and_the_default) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, sleeper(5ms, 1), "t");
    auto r = co_await wait_for_tasks(t, asio::deferred);
    BOOST_TEST(split(r) == "t : ");
    auto s = co_await wait_for_tasks(t);
    BOOST_TEST(split(s) == "t : ");
    co_await t.async_wait(asio::deferred);
    const int got = co_await t.async_get();
    BOOST_TEST(got == 1);
}

CO_TEST_CASE(as_tuple_of_both) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, sleeper(5ms, 1), "t");
    auto [e1, r1] = co_await wait_for_tasks(t, asio::as_tuple(asio::use_awaitable));
    BOOST_TEST(!e1);
    BOOST_TEST(split(r1) == "t : ");
    auto [e2, r2] = co_await wait_for_tasks(t, asio::as_tuple(asio::deferred));
    BOOST_TEST(!e2);
    auto [e3] = co_await t.async_wait(asio::as_tuple(asio::deferred));
    BOOST_TEST(!e3);
    auto [e4, v] = co_await t.async_get(asio::as_tuple(asio::use_awaitable));
    BOOST_TEST(!e4);
    BOOST_TEST(v == 1);
}

CO_TEST_CASE(redirect_error) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, sleeper(5ms, 1), "t");
    error_code ec = asio::error::would_block;
    auto r = co_await wait_for_tasks(t, asio::redirect_error(asio::use_awaitable, ec));
    BOOST_TEST(!ec);
    BOOST_TEST(split(r) == "t : ");
    const std::vector<task<>> none;
    auto empty = co_await wait_for_tasks(none, asio::redirect_error(asio::use_awaitable, ec));
    BOOST_TEST((ec == asio::error::invalid_argument));
    co_await t.async_wait(asio::redirect_error(asio::use_awaitable, ec));
    BOOST_TEST(!ec);
#if BOOST_ASIO_VERSION >= 102800
    auto d = co_await wait_for_tasks(t, asio::redirect_error(asio::deferred, ec));
    BOOST_TEST(split(d) == "t : ");
#endif
}

CO_TEST_CASE(an_error_is_thrown_by_the_throwing_tokens) {
    auto ex = co_await asio::this_coro::executor;
    static_cast<void>(ex);
    const std::vector<task<>> none;
    error_code seen;
    try {
        co_await wait_for_tasks(none);
    } catch (const system_error& e) {
        seen = e.code();
    }
    BOOST_TEST((seen == asio::error::invalid_argument));
}

CO_TEST_CASE(a_deferred_wait_may_be_made_twice) {
    auto ex = co_await asio::this_coro::executor;
    auto a = create_task(ex, sleep_for(5ms), "a");
    auto b = create_task(ex, sleep_for(9ms), "b");
    const auto operation = wait_for_tasks(a, b, first_completed);
    auto r1 = co_await operation(asio::use_awaitable);
    BOOST_TEST(split(r1) == "a : b");
    co_await b.async_wait();
    auto r2 = co_await operation(asio::use_awaitable);
    BOOST_TEST(split(r2) == "a b : ");
}

CO_TEST_CASE(the_coroutine_resumes_on_its_own_executor) {
    auto ex = co_await asio::this_coro::executor;
    const test::tracker_executor on_other(ex, 3);
    auto t = create_task(asio::any_io_executor(on_other), sleep_for(5ms), "t");
    co_await wait_for_tasks(t);
    BOOST_TEST(test::innermost_executor() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(tokens_handler, fixture)

BOOST_AUTO_TEST_CASE(detached) {
    auto t = create_task(ex, sleeper(5ms, 1));
    wait_for_tasks(t, asio::detached);
    t.async_wait(asio::detached);
    t.async_get(asio::detached);
    t.async_join(asio::detached);
    t(asio::detached);
    run();
    BOOST_TEST(t.done());
}

BOOST_AUTO_TEST_CASE(a_callback_that_can_only_be_moved_runs_on_the_io_executor) {
    const test::tracker_executor named(ex, 4);
    auto t = create_task(ex, sleeper(5ms, 1), "t");
    wait_record<task<int>> r;
    wait_for_tasks(named, t, [h = r.handler(), p = std::make_unique<int>(1)](auto... a) mutable {
        h(std::move(a)...);
    });
    run();
    BOOST_TEST(split(r) == "t : ");
    BOOST_TEST(r.on_executor == 4);
}

BOOST_AUTO_TEST_CASE(use_future) {
    auto t = create_task(ex, sleeper(5ms, 1), "t");
    auto f = wait_for_tasks(ex, t, all_completed, asio::use_future);
    auto g = t.async_get(asio::use_future);
    auto w = t.async_wait(asio::use_future);
    const std::vector<task<>> none;
    auto bad = wait_for_tasks(ex, none, asio::use_future);
    auto failing_task = create_task(ex, failing<int>(1ms));
    auto error = failing_task.async_get(asio::use_future);
    run();
    BOOST_TEST(split(f.get()) == "t : ");
    BOOST_TEST(g.get() == 1);
    w.get();
    BOOST_CHECK_THROW(bad.get(), system_error);
    BOOST_CHECK_THROW(error.get(), boom);
    auto moved = create_task(ex, give(std::make_unique<int>(3)));
    auto m = moved.async_get(asio::use_future);
    run();
    BOOST_TEST(*m.get() == 3);
}

// A future's handler runs on the system executor, a context of its own: it does not die with the
// task's, so it learns that the task was abandoned instead of breaking its promise.
BOOST_AUTO_TEST_CASE(use_future_outlives_the_tasks_context) {
    std::future<wait_result<task<>>> f;
    std::future<void> g;
    task<> t;
    {
        asio::io_context other;
        t = create_task(other, forever());
        f = wait_for_tasks(t, asio::use_future);
        g = t.async_get(asio::use_future);
        other.poll();
    }
    const auto r = f.get();
    BOOST_TEST(r.done.size() == 1u);
    BOOST_TEST(r.pending.empty());
    BOOST_CHECK_EXCEPTION(g.get(), system_error,
                          [](const system_error& e) { return e.code() == error::task_abandoned; });
}

BOOST_AUTO_TEST_CASE(use_future_bound_to_a_context_is_broken_by_its_end) {
    std::future<wait_result<task<>>> f;
    auto t = create_task(ex, sleep_for(1ms));
    {
        asio::io_context other;
        f = wait_for_tasks(t, asio::bind_executor(other, asio::use_future));
        other.poll();
    }
    BOOST_CHECK_THROW(f.get(), std::future_error);
    run();
    BOOST_TEST(t.succeeded());
}

BOOST_AUTO_TEST_CASE(append_prepend_consign) {
    auto t = create_task(ex, sleeper(5ms, 1), "t");
    record<error_code, wait_result<task<int>>, int> appended;
    record<int, error_code, wait_result<task<int>>> prepended;
    wait_record<task<int>> consigned;
    auto value = std::make_shared<int>(1);
    const std::weak_ptr<int> alive = value;
    wait_for_tasks(t, asio::append(appended.handler(), 7));
    wait_for_tasks(t, asio::prepend(prepended.handler(), 8));
    wait_for_tasks(t, asio::consign(
                          [&alive, h = consigned.handler()](auto... a) mutable {
                              BOOST_TEST(!alive.expired());
                              h(std::move(a)...);
                          },
                          std::move(value)));
    run();
    BOOST_TEST(appended.get<2>() == 7);
    BOOST_TEST(names(appended.get<1>().done) == "t");
    BOOST_TEST(prepended.get<0>() == 8);
    BOOST_TEST(split(consigned) == "t : ");
    BOOST_TEST(alive.expired());
    record<error_code, int> waited;
    t.async_wait(asio::bind_executor(ex, asio::append(waited.handler(), 9)));
    run();
    BOOST_TEST(waited.get<1>() == 9);
}

BOOST_AUTO_TEST_CASE(bind_executor) {
    asio::io_context second;
    auto strand = asio::make_strand(second);
    auto t = create_task(ex, sleeper(5ms, 1), "t");
    int calls = 0;
    const auto on_strand = [&](auto...) {
        ++calls;
        BOOST_TEST(strand.running_in_this_thread());
    };
    wait_for_tasks(t, asio::bind_executor(strand, on_strand));
    wait_for_tasks(ex, t, asio::bind_executor(strand, on_strand));
    t.async_wait(asio::bind_executor(strand, on_strand));
    t.async_get(asio::bind_executor(strand, on_strand));
    t.async_join(asio::bind_executor(strand, on_strand));
    run();
    BOOST_TEST(calls == 0); // the wrong context
    second.run();
    BOOST_TEST(calls == 5);
}

BOOST_AUTO_TEST_CASE(bind_allocator_everything_is_freed_before_the_call) {
    // any_io_executor cannot pass an allocator on to a post, so a typed one is named.
    for (const bool satisfied : {false, true}) {
        test::allocation_tally wait, get, one;
        auto t = create_task(ex, sleeper(5ms, 1), "t");
        if (satisfied)
            run();
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
        wait_for_tasks(t, bound(wait));
        t.async_get(bound(get));
        t.async_wait(bound(one));
        run();
        BOOST_TEST(calls == 3);
    }
}

BOOST_AUTO_TEST_CASE(bind_cancellation_slot) {
    for (const auto type : {asio::cancellation_type::terminal, asio::cancellation_type::partial,
                            asio::cancellation_type::total}) {
        asio::cancellation_signal signal;
        auto done = ended(nothing(), "done");
        auto t = create_task(ex, forever(), "t");
        wait_record<task<>> r;
        wait_for_tasks(ex, t, done, asio::bind_cancellation_slot(signal.slot(), r.handler()));
        poll();
        test::initiate([&] {
            signal.emit(type);
            signal.emit(type); // twice
        });
        poll();
        BOOST_TEST(split(r) == aborted + "done : t");
        BOOST_TEST(!r.inside_initiation);
        signal.emit(type); // after completion
        BOOST_TEST(!t.cancel_requested());
        t.cancel();
        run();
        BOOST_TEST(r.calls == 1);
    }
}

BOOST_AUTO_TEST_CASE(a_signal_destroyed_first) {
    auto signal = std::make_unique<asio::cancellation_signal>();
    auto t = create_task(ex, sleep_for(5ms), "t");
    wait_record<task<>> r;
    record<std::exception_ptr> join;
    wait_for_tasks(t, asio::bind_cancellation_slot(signal->slot(), r.handler()));
    poll();
    signal.reset();
    run();
    BOOST_TEST(split(r) == "t : ");
}

#if BOOST_ASIO_VERSION >= 102800
BOOST_AUTO_TEST_CASE(bind_immediate_executor) {
    const test::tracker_executor immediate(ex, 6);
    auto t = create_task(ex, sleeper(5ms, 1), "t");
    wait_record<task<int>> later, satisfied;
    const auto bound = [&](auto handler) {
        return asio::bind_immediate_executor(immediate,
                                             asio::bind_executor(ex, std::move(handler)));
    };
    wait_for_tasks(t, bound(later.handler()));
    run();
    BOOST_TEST(later.on_executor == 0); // not an immediate completion
    test::initiate([&] { wait_for_tasks(t, bound(satisfied.handler())); });
    BOOST_TEST(satisfied.calls == 0);
    run();
    BOOST_TEST(satisfied.on_executor == 6);
    BOOST_TEST(split(satisfied) == "t : ");
}
#endif

BOOST_AUTO_TEST_CASE(any_completion_handler) {
    auto t = create_task(ex, sleeper(5ms, 1), "t");
    wait_record<task<int>> r;
    record<std::exception_ptr, int> get;
    using handler = asio::any_completion_handler<void(error_code, wait_result<task<int>>)>;
    const test::tracker_executor tracked(ex, 8);
    wait_for_tasks(t, handler(asio::bind_executor(tracked, r.handler())));
    t.async_get(asio::any_completion_handler<void(std::exception_ptr, int)>(get.handler()));
    asio::cancellation_signal signal;
    wait_record<task<int>> stopped;
    wait_for_tasks(t, handler(asio::bind_cancellation_slot(signal.slot(), stopped.handler())));
    poll();
    signal.emit(asio::cancellation_type::total);
    run();
    BOOST_TEST(split(r) == "t : ");
    BOOST_TEST(r.on_executor == 8);
    BOOST_TEST(get.get<1>() == 1);
    BOOST_TEST(split(stopped) == aborted + " : t");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace unit
