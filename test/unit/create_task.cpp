// SPDX-License-Identifier: BSL-1.0

// create_task: on what, from what, when the body starts, and what becomes of it when it never does.

#include "contract.hpp"

#include <boost/asio/thread_pool.hpp>

#include <thread>

namespace unit {
namespace {

BOOST_FIXTURE_TEST_SUITE(unit_create_task, fixture)

BOOST_AUTO_TEST_CASE(an_executor_or_a_context_of_any_kind) {
    auto strand = asio::make_strand(io);
    const auto io_ex = io.get_executor();
    std::vector<task<int>> ts;
    ts.push_back(create_task(io, give(0)));
    ts.push_back(create_task(io.get_executor(), give(1)));
    ts.push_back(create_task(io_ex, give(2)));
    ts.push_back(create_task(ex, give(3)));
    ts.push_back(create_task(strand, give(4)));
    ts.push_back(create_task(asio::any_io_executor(strand), give(5)));
    ts.push_back(create_task(test::tracker_executor(ex, 1), give(6)));
    run();
    for (int i = 0; i != 7; ++i)
        BOOST_TEST(ts[static_cast<std::size_t>(i)].result() == i);
}

BOOST_AUTO_TEST_CASE(an_awaitable_or_a_callable_of_any_kind) {
    const auto lambda = []() -> awaitable<int> { co_return 1; };
    auto a = create_task(io, lambda);                // an lvalue is copied
    auto b = create_task(io, &nothing);              // a function pointer
    auto c = create_task(io, nothing);               // a function
    auto d = create_task(io, std::function(lambda)); // named or not
    auto e = create_task(
        io, [n = 4]() mutable -> awaitable<int> { co_return ++n; }, "named");
    auto f = create_task(io, [p = std::make_unique<int>(6)]() -> awaitable<int> { co_return *p; });
    run();
    BOOST_TEST(a.result() == 1);
    BOOST_TEST(b.succeeded());
    BOOST_TEST(c.succeeded());
    BOOST_TEST(d.result() == 1);
    BOOST_TEST(e.result() == 5);
    BOOST_TEST(e.name() == "named");
    BOOST_TEST(f.result() == 6);
}

BOOST_AUTO_TEST_CASE(a_callable_is_kept_while_its_coroutine_runs_and_gone_before_it_is_done) {
    auto captured = std::make_shared<int>(3);
    const std::weak_ptr<int> alive = captured;
    bool gone_when_done = false;
    auto t = create_task(ex, [p = std::move(captured)]() -> awaitable<int> {
        co_await sleep_for(5ms);
        co_return *p;
    });
    poll();
    BOOST_TEST(!alive.expired());
    t.async_wait([&](error_code) { gone_when_done = alive.expired(); });
    run();
    BOOST_TEST(gone_when_done);
    BOOST_TEST(t.result() == 3);
}

BOOST_AUTO_TEST_CASE(from_elsewhere_the_start_is_scheduled) {
    bool started = false;
    auto t = create_task(ex, [&]() -> awaitable<void> {
        started = true;
        co_return;
    });
    BOOST_TEST(!started);
    run();
    BOOST_TEST(started);
}

BOOST_AUTO_TEST_CASE(on_the_executors_own_thread_the_body_runs_up_to_its_first_suspension) {
    std::string log;
    asio::post(io, [&] {
        auto t = create_task(ex, [&]() -> awaitable<void> {
            log += "body ";
            co_await yield_once();
            log += "rest ";
        });
        log += "after ";
        BOOST_TEST(!t.done());
    });
    run();
    BOOST_TEST(log == "body after rest ");
}

BOOST_AUTO_TEST_CASE(cancelled_before_the_start_the_body_is_never_entered) {
    bool entered = false;
    auto captured = std::make_shared<int>(1);
    const std::weak_ptr<int> alive = captured;
    auto t = create_task(ex, [&entered, p = std::move(captured)]() -> awaitable<int> {
        entered = true;
        co_return *p;
    });
    BOOST_TEST(t.cancel());
    BOOST_TEST(!t.done()); // nothing runs inside the call
    run();
    BOOST_TEST(!entered);
    BOOST_TEST(alive.expired());
    BOOST_TEST(t.cancelled());
    BOOST_TEST(is_cancelled_error(t.exception()));
}

awaitable<void> with_argument(std::shared_ptr<int> p, bool& entered) {
    entered = true;
    co_await forever();
    static_cast<void>(p);
}

BOOST_AUTO_TEST_CASE(so_it_is_for_an_awaitable_and_its_arguments_are_destroyed) {
    bool entered = false;
    auto argument = std::make_shared<int>(1);
    const std::weak_ptr<int> alive = argument;
    auto t = create_task(ex, with_argument(std::move(argument), entered));
    for (const auto type : {asio::cancellation_type::total, asio::cancellation_type::partial})
        t.cancel(type); // of whatever type
    run();
    BOOST_TEST(!entered);
    BOOST_TEST(alive.expired());
    BOOST_TEST(t.cancelled());
}

BOOST_AUTO_TEST_CASE(a_factory_that_throws_makes_the_task_fail) {
    auto t = create_task(ex, []() -> awaitable<int> { throw boom("factory"); });
    auto captured = std::make_shared<int>(1);
    auto u = create_task(ex, [captured]() -> awaitable<void> {
        if (captured)
            throw boom("other");
        return nothing();
    });
    run();
    BOOST_TEST(what_of(t.exception()) == "factory");
    BOOST_TEST(what_of(u.exception()) == "other");
    BOOST_TEST(captured.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(a_body_that_throws_at_once_on_the_executors_thread) {
    asio::post(io, [&] {
        auto t = create_task(ex, fail_with<int>(std::make_exception_ptr(boom())));
        t.async_wait(asio::detached);
        auto same = t;
        asio::post(io, [same] { BOOST_TEST(same.failed() == same.done()); });
    });
    run();
    BOOST_TEST(unread.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_context_destroyed_before_the_start_abandons) {
    bool entered = false;
    auto captured = std::make_shared<int>(1);
    task<int> t;
    {
        asio::io_context other;
        t = create_task(other, [&entered, captured]() -> awaitable<int> {
            entered = true;
            co_return *captured;
        });
        BOOST_TEST(!t.done());
    }
    BOOST_TEST(!entered);
    BOOST_TEST(captured.use_count() == 1);
    BOOST_TEST(t.failed());
    BOOST_TEST(!t.get_executor());
    BOOST_TEST(!t.cancel());
    BOOST_CHECK_EXCEPTION(t.result(), system_error,
                          [](const system_error& e) { return e.code() == error::task_abandoned; });
}

BOOST_AUTO_TEST_CASE(a_cancel_on_its_way_when_the_context_dies_is_no_cancelled_task) {
    task<void> t;
    {
        asio::io_context other;
        t = create_task(other, forever());
        other.poll();
        BOOST_TEST(t.cancel());
    }
    BOOST_TEST(t.failed());
    BOOST_TEST(!t.cancelled());
    BOOST_TEST(t.cancel_requested());
}

// Concrete executor types

using io_strand = asio::strand<asio::io_context::executor_type>;

awaitable<int, io_strand> on_strand_type() {
    auto strand = co_await asio::this_coro::executor;
    static_assert(std::is_same_v<decltype(strand), io_strand>);
    BOOST_TEST(strand.running_in_this_thread());
    co_await asio::post(strand, asio::use_awaitable_t<io_strand>());
    BOOST_TEST(strand.running_in_this_thread());
    co_return 5;
}

BOOST_AUTO_TEST_CASE(an_awaitable_of_a_strands_type) {
    auto strand = asio::make_strand(io);
    auto t = create_task(strand, on_strand_type());
    auto u = create_task(strand, [] { return on_strand_type(); });
    BOOST_TEST((t.get_executor() == asio::any_io_executor(strand)));
    run();
    BOOST_TEST(t.result() == 5);
    BOOST_TEST(u.result() == 5);
}

awaitable<void, asio::io_context::executor_type> typed_sleeper() {
    using timer =
        asio::basic_waitable_timer<test::virtual_clock, asio::wait_traits<test::virtual_clock>,
                                   asio::io_context::executor_type>;
    timer t(co_await asio::this_coro::executor, test::virtual_clock::time_point::max());
    co_await t.async_wait(asio::use_awaitable_t<asio::io_context::executor_type>());
}

BOOST_AUTO_TEST_CASE(a_typed_coroutine_is_cancelled_like_another) {
    auto t = create_task(io, typed_sleeper());
    auto early = create_task(io, typed_sleeper());
    early.cancel();
    poll();
    t.cancel();
    run();
    BOOST_TEST(t.cancelled());
    BOOST_TEST(early.cancelled());
}

// Pools

template<class Executor>
void gets_a_strand(const Executor& executor, const char* what) {
    BOOST_TEST_CONTEXT(what) {
        auto t = create_task(executor, []() -> awaitable<bool> {
            const auto mine = co_await asio::this_coro::executor;
            co_await yield_times(3);
            using pool_strand = asio::strand<asio::any_io_executor>;
            const auto* strand = mine.template target<pool_strand>();
            bool running = strand && strand->running_in_this_thread();
            if (!strand)
                if (auto* s =
                        mine.template target<asio::strand<asio::thread_pool::executor_type>>())
                    running = s->running_in_this_thread();
            co_return running;
        });
        BOOST_TEST(t.async_get(asio::use_future).get());
    }
}

BOOST_AUTO_TEST_CASE(a_pool_gets_a_strand_in_whatever_dress_it_comes) {
    asio::thread_pool pool(2);
    const auto p = pool.get_executor();
    using namespace asio::execution;
    gets_a_strand(p, "pool executor");
    gets_a_strand(asio::any_io_executor(p), "any_io_executor");
    gets_a_strand(asio::any_io_executor(asio::require(p, blocking.never)), "never");
    gets_a_strand(asio::any_io_executor(asio::require(p, outstanding_work.tracked)), "tracked");
    gets_a_strand(asio::any_io_executor(asio::prefer(p, relationship.continuation)), "cont.");
    gets_a_strand(asio::any_io_executor(
                      asio::require(p, outstanding_work.tracked, relationship.continuation)),
                  "both");
    asio::any_io_executor changed = p;
    changed = asio::prefer(changed, outstanding_work.tracked);
    changed = asio::prefer(changed, blocking.never);
    gets_a_strand(changed, "changed while erased");
    changed = nullptr; // its tracked work would keep the pool alive
    auto by_context = create_task(pool, give(3));
    BOOST_TEST(by_context.async_get(asio::use_future).get() == 3);
    pool.join();
}

BOOST_AUTO_TEST_CASE(the_system_executor_gets_a_strand_too) {
    const auto serial = [](const asio::any_io_executor& executor) {
        auto t = create_task(executor, forever());
        const asio::any_io_executor used = t.get_executor();
        const bool wrapped = !used.target<asio::system_executor>() && used != executor;
        t.cancel();
        t.async_wait(asio::use_future).get();
        return wrapped;
    };
    BOOST_TEST(serial(asio::system_executor()));
    BOOST_TEST(serial(asio::require(asio::system_executor(), asio::execution::blocking.never)));
    auto direct = create_task(asio::system_executor(), give(1));
    BOOST_TEST(direct.async_get(asio::use_future).get() == 1);
}

BOOST_AUTO_TEST_CASE(a_strand_or_an_io_context_stays_what_it_is) {
    asio::thread_pool pool(1);
    auto strand = asio::make_strand(pool);
    auto on_strand = create_task(strand, forever());
    BOOST_TEST((on_strand.get_executor() == asio::any_io_executor(strand)));
    on_strand.cancel();
    auto on_io = create_task(io, nothing());
    BOOST_TEST((on_io.get_executor() == ex));
    run();
    pool.join();
    BOOST_TEST(on_strand.done());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace unit
