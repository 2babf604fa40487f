// SPDX-License-Identifier: BSL-1.0

// wait_for, shield and with_timeout as operations: every kind of completion token.

#include "scopes.hpp"

#include "support/counting_allocator.hpp"
#include "support/drained_context.hpp"
#include "support/tracker_executor.hpp"

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/use_future.hpp>

#include <future>
#include <memory>
#include <optional>
#include <string>
#include <tuple>

namespace family {
namespace {

struct tokens : test::drained_context {
    asio::io_context::executor_type ex = io.get_executor();

    /// What can run without time going by.
    void run_ready() {
        io.restart();
        io.poll();
    }
};

constexpr auto late_block = [](timeout_scope&) { return forever(); };
constexpr auto quick_block = [](timeout_scope&) { return sleeper(1ms, 7); };

} // namespace

BOOST_FIXTURE_TEST_SUITE(family_scope_tokens, tokens)

// Whether it was posted, and to which executor.
BOOST_AUTO_TEST_CASE(a_callback_is_posted_to_its_executor) {
    const test::tracker_executor tracked(ex, 7);
    auto t = create_task(ex, sleeper(1ms, 7));
    auto done = create_task(ex, sleeper(0ms, 7));
    run();
    int calls = 0;
    auto callback = asio::bind_executor(tracked, [&](std::exception_ptr e, int value) {
        ++calls;
        BOOST_TEST(!e);
        BOOST_TEST(value == 7);
        BOOST_TEST(!test::initiating());
        BOOST_TEST(test::innermost_executor() == 7);
    });
    auto pending = create_task(ex, sleeper(1ms, 7));
    test::initiate([&] {
        wait_for(pending, in(10ms), callback);
        wait_for(done, in(10ms), callback); // nothing to wait for, and still not inside the call
        wait_for(done, 0ms, callback);
        wait_for(sleeper(1ms, 7), in(10ms), callback);
        shield(pending, callback);
        shield(done, callback);
        shield(sleeper(1ms, 7), callback);
        with_timeout(in(10ms), quick_block, callback);
    });
    BOOST_TEST(calls == 0);
    run();
    BOOST_TEST(calls == 8);
}

BOOST_AUTO_TEST_CASE(work_that_is_started_runs_on_the_handlers_executor_or_the_one_named) {
    const test::tracker_executor of_handler(ex, 7);
    const test::tracker_executor named(ex, 8);
    int ran_on = 0;
    int heard_on = 0;
    auto work = [&]() -> asio::awaitable<void> {
        co_await yield_once();
        ran_on = test::innermost_executor();
    };
    auto handler = [&] {
        return asio::bind_executor(
            of_handler, [&](std::exception_ptr) { heard_on = test::innermost_executor(); });
    };
    wait_for(work(), in(10ms), handler());
    run();
    BOOST_TEST(ran_on == 7);
    BOOST_TEST(heard_on == 7);
    wait_for(named, work(), in(10ms), handler());
    run();
    BOOST_TEST(ran_on == 8);
    BOOST_TEST(heard_on == 7);
    shield(named, work(), handler());
    run();
    BOOST_TEST(ran_on == 8);
    shield(work(), handler());
    run();
    BOOST_TEST(ran_on == 7);
    with_timeout(
        in(10ms), [&](timeout_scope&) { return work(); },
        asio::bind_executor(named,
                            [&](std::exception_ptr) { heard_on = test::innermost_executor(); }));
    run();
    BOOST_TEST(ran_on == 8);
    BOOST_TEST(heard_on == 8);
}

// A handler without an executor of its own: that of the operation, which is the one named.
BOOST_AUTO_TEST_CASE(a_named_executor_is_the_operations_too) {
    const test::tracker_executor named(ex, 8);
    int heard_on = 0;
    auto heard = [&](std::exception_ptr, int) { heard_on = test::innermost_executor(); };
    wait_for(named, sleeper(1ms, 7), in(10ms), heard);
    run();
    BOOST_TEST(heard_on == 8);
    heard_on = 0;
    shield(named, sleeper(1ms, 7), heard);
    run();
    BOOST_TEST(heard_on == 8);
    auto t = create_task(named, sleeper(1ms, 7));
    heard_on = 0;
    wait_for(t, in(10ms), heard); // the task's
    run();
    BOOST_TEST(heard_on == 8);
}

BOOST_AUTO_TEST_CASE(futures) {
    auto t = create_task(ex, sleeper(1ms, 7));
    auto token = asio::bind_executor(ex, asio::use_future);
    std::future<int> a = wait_for(t, in(10ms), token);
    std::future<int> b = shield(t, token);
    std::future<int> c = with_timeout(in(10ms), quick_block, token);
    std::future<void> late = wait_for(forever(), in(10ms), token);
    std::future<void> block = with_timeout(in(10ms), late_block, token);
    run();
    BOOST_TEST(a.get() == 7);
    BOOST_TEST(b.get() == 7);
    BOOST_TEST(c.get() == 7);
    BOOST_CHECK_THROW(late.get(), timeout_error);
    BOOST_CHECK_THROW(block.get(), timeout_error);
}

BOOST_AUTO_TEST_CASE(deferred_starts_nothing_by_itself) {
    bool begun = false;
    auto a = wait_for(notes_start(begun), in(10ms), asio::deferred);
    auto b = shield(notes_start(begun), asio::deferred);
    auto block = [&](timeout_scope&) { return notes_start(begun); };
    auto c = with_timeout(in(10ms), block, asio::deferred);
    run();
    BOOST_TEST(!begun);
    int calls = 0;
    auto heard = asio::bind_executor(ex, [&](std::exception_ptr, int) { ++calls; });
    std::move(a)(heard);
    std::move(b)(heard);
    std::move(c)(heard);
    run();
    BOOST_TEST(begun);
    BOOST_TEST(calls == 3);
}

BOOST_AUTO_TEST_CASE(as_tuple_and_use_task) {
    std::tuple<std::exception_ptr, int> late;
    std::tuple<std::exception_ptr, int> quick;
    wait_for(sleeper(1h, 1), in(10ms),
             asio::bind_executor(ex, asio::as_tuple([&](auto r) { late = std::move(r); })));
    with_timeout(in(10ms), quick_block,
                 asio::bind_executor(ex, asio::as_tuple([&](auto r) { quick = std::move(r); })));
    task<int> t = wait_for(sleeper(1ms, 3), in(10ms), asio::bind_executor(ex, use_task));
    task<> u = with_timeout(in(10ms), late_block, asio::bind_executor(ex, use_task));
    run();
    BOOST_TEST(ending_of(std::get<0>(late)) == "timeout_error");
    BOOST_TEST(std::get<1>(quick) == 7);
    BOOST_TEST(t.result() == 3);
    BOOST_TEST(ending_of(u.exception()) == "timeout_error");
    BOOST_TEST(u.failed());
}

BOOST_AUTO_TEST_CASE(a_detached_operation) {
    bool begun = false;
    auto token = asio::bind_executor(ex, asio::detached);
    wait_for(notes_start(begun), in(1h), token);
    with_timeout(in(10ms), late_block, token);
    shield(notes_start(begun), token);
    run();
    BOOST_TEST(begun);
    BOOST_TEST(now() == 10);
}

// Everything taken from the handler's allocator is given back before the handler is called.
BOOST_AUTO_TEST_CASE(the_handlers_allocator_is_used_and_gets_all_back) {
    test::allocation_tally tally;
    int calls = 0;
    auto handler = [&] {
        return asio::bind_allocator(test::counting_allocator<>(tally),
                                    asio::bind_executor(ex, [&](std::exception_ptr, int) {
                                        ++calls;
                                        BOOST_TEST(tally.taken > 0);
                                        BOOST_TEST(tally.live == 0);
                                    }));
    };
    auto t = create_task(ex, sleeper(1ms, 7));
    wait_for(t, in(10ms), handler());
    run();
    shield(t, handler());
    run();
    wait_for(sleeper(1h, 7), in(10ms), handler());
    run();
    with_timeout(in(10ms), quick_block, handler());
    run();
    BOOST_TEST(calls == 4);
    BOOST_TEST(tally.live == 0);
}

// Any type of request counts, and is passed on as it is.
BOOST_AUTO_TEST_CASE(cancelling_through_a_slot) {
    using type = asio::cancellation_type;
    for (const auto how : {type::terminal, type::partial, type::total}) {
        asio::cancellation_signal signal;
        std::string ended;
        auto heard = [&] {
            return asio::bind_cancellation_slot(
                signal.slot(), asio::bind_executor(ex, [&](std::exception_ptr e, auto...) {
                    ended = ending_of(e);
                }));
        };
        auto t = create_task(ex, sleeper(1h, 7));
        shield(t, heard());
        run_ready();
        signal.emit(how);
        run_ready();
        BOOST_TEST(ended == "cancelled");
        BOOST_TEST(!t.cancel_requested());
        ended.clear();
        wait_for(t, in(2h), heard());
        run_ready();
        signal.emit(how);
        run_ready();
        BOOST_TEST(t.cancel_requested());
        if (how != type::terminal) { // a coroutine that does not opt in ignores these two
            BOOST_TEST(!t.done());
            signal.emit(type::terminal);
            run_ready();
        }
        BOOST_TEST(ended == "cancelled");
        BOOST_TEST(t.cancelled());
        ended.clear();
        with_timeout(in(1h), late_block, heard());
        run_ready();
        signal.emit(how);
        signal.emit(type::terminal);
        run_ready();
        BOOST_TEST(ended == "cancelled");
    }
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace family
