// SPDX-License-Identifier: BSL-1.0

// wait_for, shield and with_timeout: what they wait for and what comes out of it.

#include "scopes.hpp"
#include "support/unobserved_log.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>

namespace family {
namespace {

struct no_default {
    explicit no_default(int v) : value(v) {}
    int value;
};

using only_moves = std::unique_ptr<int>;

asio::awaitable<only_moves> moves(int value) {
    co_await sleep_for(1ms);
    co_return std::make_unique<int>(value);
}

template<class Operation>
using awaited = decltype(std::declval<Operation>()(asio::use_awaitable));

} // namespace

BOOST_AUTO_TEST_SUITE(family_scope_values)

CO_TEST_CASE(a_value_without_default_constructor) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, sleeper(1ms, no_default(1)));
    auto block = [](timeout_scope&) { return sleeper(1ms, no_default(5)); };
    const no_default a = co_await wait_for(t, in(10ms));
    const no_default b = co_await wait_for(sleeper(1ms, no_default(2)), in(10ms));
    const no_default c = co_await shield(t);
    const no_default d = co_await shield(sleeper(1ms, no_default(4)));
    const no_default e = co_await with_timeout(in(10ms), block);
    BOOST_TEST(a.value == 1);
    BOOST_TEST(b.value == 2);
    BOOST_TEST(c.value == 1);
    BOOST_TEST(d.value == 4);
    BOOST_TEST(e.value == 5);
    // A handler cannot take it: it comes wrapped.
    const auto [error, wrapped] = co_await wait_for(t, in(10ms), as_tuple_awaitable);
    static_assert(std::is_same_v<decltype(wrapped), const std::optional<no_default>>);
    BOOST_TEST(!error);
    BOOST_TEST(wrapped->value == 1);
    const auto [timeout, nothing] =
        co_await wait_for(sleeper(1h, no_default(0)), in(10ms), as_tuple_awaitable);
    BOOST_TEST(ending_of(timeout) == "timeout_error");
    BOOST_TEST(!nothing.has_value());
}

// Without a token it is an awaitable then, and as such an input again.
CO_TEST_CASE(such_a_value_through_one_call_inside_another) {
    const no_default a = co_await wait_for(shield(sleeper(1ms, no_default(3))), in(10ms));
    BOOST_TEST(a.value == 3);
    const std::string how =
        co_await ending(wait_for(wait_for(sleeper(1h, no_default(3)), in(20ms)), in(10ms)));
    BOOST_TEST(how == "timeout_error");
    BOOST_TEST(now() == 11);
}

CO_TEST_CASE(a_value_that_can_only_be_moved) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, moves(1));
    auto block = [](timeout_scope&) { return moves(5); };
    const only_moves a = co_await wait_for(t, in(10ms));
    const only_moves b = co_await wait_for(moves(2), in(10ms));
    const only_moves c = co_await shield(moves(3));
    const only_moves d = co_await with_timeout(in(10ms), block);
    BOOST_TEST(*a == 1);
    BOOST_TEST(*b == 2);
    BOOST_TEST(*c == 3);
    BOOST_TEST(*d == 5);
    BOOST_CHECK_THROW(t.take(), invalid_task_state); // it was taken
}

CO_TEST_CASE(void_as_well) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, sleeper(1ms));
    auto block = [](timeout_scope&) { return sleeper(1ms); };
    co_await wait_for(t, in(10ms));
    co_await wait_for(sleeper(1ms), in(10ms));
    co_await shield(t);
    co_await shield(sleeper(1ms));
    co_await with_timeout(in(10ms), block);
    BOOST_TEST(now() == 4);
    auto operation = wait_for(t, in(10ms));
    static_assert(std::is_same_v<awaited<decltype(operation)>, asio::awaitable<void>>);
}

// The value of what the call started is moved out, a handle's is copied.
CO_TEST_CASE(copies_only_where_somebody_else_could_look) {
    using test::lifetime_tracker;
    auto ex = co_await asio::this_coro::executor;
    auto block = [](timeout_scope&) { return sleeper(1ms, lifetime_tracker(3)); };
    {
        const lifetime_tracker a = co_await wait_for(sleeper(1ms, lifetime_tracker(1)), in(1s));
        const lifetime_tracker c = co_await with_timeout(in(1s), block);
        BOOST_TEST(a.value() == 1);
        BOOST_TEST(c.value() == 3);
        BOOST_TEST(lifetime_tracker::copies() == 0);
        auto t = create_task(ex, sleeper(1ms, lifetime_tracker(4)));
        const lifetime_tracker d = co_await wait_for(t, in(1s));
        BOOST_TEST(d.value() == 4);
        BOOST_TEST(t.result().value() == 4);
        BOOST_TEST(lifetime_tracker::copies() == 1);
    }
}

CO_TEST_CASE(deferred_operations) {
    auto ex = co_await asio::this_coro::executor;
    test::virtual_timer timer(ex, 5ms);
    co_await wait_for(timer.async_wait(asio::deferred), in(10ms));
    BOOST_TEST(now() == 5);
    timer.expires_after(1h);
    const std::string late = co_await ending(wait_for(timer.async_wait(asio::deferred), in(10ms)));
    BOOST_TEST(late == "timeout_error"); // the timer's operation_aborted was ours
    BOOST_TEST(now() == 15);
    auto spawned = asio::co_spawn(ex, sleeper(1ms, 7), asio::deferred);
    const int value = co_await wait_for(std::move(spawned), in(10ms));
    BOOST_TEST(value == 7);
    timer.expires_after(5ms);
    co_await shield(timer.async_wait(asio::deferred));
    BOOST_TEST(now() == 21);
}

// An operation that reports operation_aborted although nobody cancelled it: neither a timeout nor a
// cancel of ours.
CO_TEST_CASE(an_abort_from_elsewhere_is_no_timeout) {
    auto ex = co_await asio::this_coro::executor;
    test::virtual_timer timer(ex, 1h);
    auto closer = create_task(ex, [](test::virtual_timer& t) -> asio::awaitable<void> {
        co_await sleep_for(5ms);
        t.cancel();
    }(timer));
    const std::string how = co_await ending(wait_for(timer.async_wait(asio::deferred), in(10ms)));
    BOOST_TEST(how == "cancelled");
    BOOST_TEST(now() == 5);
}

CO_TEST_CASE(an_empty_handle_is_refused_at_the_call) {
    const task<int> empty;
    BOOST_CHECK_THROW((void)wait_for(empty, 1s), invalid_task_state);
    BOOST_CHECK_THROW((void)shield(empty), invalid_task_state);
    co_await yield_once();
}

// One task, three waits: what each of them is told.
CO_TEST_CASE(timeout_cancelled_wait_and_cancelled_task_are_told_apart) {
    auto ex = co_await asio::this_coro::executor;
    auto late = create_task(ex, forever());
    auto timed_out = create_task(ex, wait_for(late, in(10ms))(asio::use_awaitable));
    auto kept = create_task(ex, sleeper(20ms, 1));
    auto left = create_task(ex, shield(kept)(asio::use_awaitable));
    auto gone = create_task(ex, forever());
    auto told = create_task(ex, wait_for(gone, in(10ms))(asio::use_awaitable));
    co_await sleep_for(5ms);
    left.cancel();
    gone.cancel();
    co_await sleep_for(10ms);
    // The limit: an error of its own.
    BOOST_TEST(timed_out.failed());
    BOOST_TEST(ending_of(timed_out.exception()) == "timeout_error");
    BOOST_TEST(late.cancelled());
    // The wait was cancelled: so is its task, and what it waited for is not.
    BOOST_TEST(left.cancelled());
    BOOST_TEST(!kept.done());
    // What it waited for was cancelled: the wait failed by that.
    BOOST_TEST(told.failed());
    BOOST_TEST(ending_of(told.exception()) == "cancelled");
    BOOST_TEST(gone.cancelled());
}

// Between the end of the work and the handler: the wait was cancelled, and somebody hears of the error.
CO_TEST_CASE(a_cancel_after_the_end_leaves_the_error_to_the_hook) {
    const test::unobserved_log log;
    asio::cancellation_signal cancel;
    std::string how;
    const auto work = [&]() -> asio::awaitable<int> {
        co_await sleep_for(5ms);
        asio::post(co_await asio::this_coro::executor,
                   [&] { cancel.emit(asio::cancellation_type::terminal); });
        throw std::runtime_error("nobody looks");
    };
    const auto note = [&](std::exception_ptr error, int) { how = ending_of(error); };
    auto ex = co_await asio::this_coro::executor;
    wait_for(work(), in(10ms),
             asio::bind_cancellation_slot(cancel.slot(), asio::bind_executor(ex, note)));
    co_await sleep_for(10ms);
    BOOST_TEST(how == "cancelled");
    BOOST_TEST_REQUIRE(log.size() == 1u);
    BOOST_TEST(what_of(log.at(0).exception) == "nobody looks");
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace family
