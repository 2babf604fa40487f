// SPDX-License-Identifier: BSL-1.0

// The scenarios of CPython's tests of Future, by the names they have there. The future set by hand
// is a helper of these tests; what is tested is the task that awaits it.

#include "semantics.hpp"

#include "support/unobserved_log.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/thread_pool.hpp>

#include <string>

namespace semantics {
namespace {
/// A task and the future that decides how it ends.
struct promised {
    explicit promised(const asio::any_io_executor& ex, std::string name = {})
        : future(ex), handle(create_task(ex, future.get(), std::move(name))) {}

    manual_future<int> future;
    task<int> handle;
};

struct callbacks {
    std::string order;

    auto add(const char* what) {
        return [this, what](error_code ec) { order += ec ? std::string() : std::string(what); };
    }
};
} // namespace

BOOST_AUTO_TEST_SUITE(cpython_future)

CO_TEST_CASE(BaseFutureTests__test_initial_state) {
    auto ex = co_await asio::this_coro::executor;
    promised p(ex);
    BOOST_TEST(!p.handle.cancelled());
    BOOST_TEST(!p.handle.done());
    p.handle.cancel();
    co_await yield_times(settle);
    BOOST_TEST(p.handle.cancelled());
}

CO_TEST_CASE(BaseFutureTests__test_result) {
    auto ex = co_await asio::this_coro::executor;
    promised p(ex);
    BOOST_CHECK_THROW(p.handle.result(), invalid_task_state);
    p.future.set_result(42);
    co_await until_done(p.handle);
    BOOST_TEST(!p.handle.cancelled());
    BOOST_TEST(p.handle.result() == 42);
    BOOST_TEST((p.handle.exception() == nullptr));
    BOOST_CHECK_THROW(p.future.set_result(43), std::logic_error);
    BOOST_TEST(!p.handle.cancel());
    BOOST_TEST(p.handle.result() == 42);
}

CO_TEST_CASE(BaseFutureTests__test_exception) {
    auto ex = co_await asio::this_coro::executor;
    promised p(ex);
    const auto error = std::make_exception_ptr(boom("mine"));
    BOOST_CHECK_THROW(p.handle.exception(), invalid_task_state);
    p.future.set_exception(error);
    co_await until_done(p.handle);
    BOOST_TEST(!p.handle.cancelled());
    BOOST_CHECK_THROW(p.handle.result(), boom);
    BOOST_TEST((p.handle.exception() == error));
    BOOST_TEST(!p.handle.cancel());
}

// asyncio's helper sets a result unless it is too late; setting one for a cancelled task is
// harmless.
CO_TEST_CASE(BaseFutureTests__test_set_result_unless_cancelled) {
    auto ex = co_await asio::this_coro::executor;
    promised p(ex);
    p.handle.cancel();
    co_await until_done(p.handle);
    if (!p.future.done())
        p.future.set_result(2);
    co_await yield_times(settle);
    BOOST_TEST(p.handle.cancelled());
    BOOST_TEST(p.future.cancelled());
}

CO_TEST_CASE(BaseFutureTests__test_tb_logger_abandoned) {
    auto ex = co_await asio::this_coro::executor;
    const test::unobserved_log log;
    { promised dropped(ex); }
    {
        // Its context goes while it is pending.
        asio::io_context other;
        auto lost = create_task(other, forever());
    }
    co_await yield_times(settle);
    BOOST_TEST(log.size() == 0u);
}

// D12: asyncio's quirk is not kept.
CO_TEST_CASE(BaseFutureTests__test_tb_logger_not_called_after_cancel) {
    auto ex = co_await asio::this_coro::executor;
    const test::unobserved_log log;
    {
        promised p(ex, "failed");
        p.future.set_exception(std::make_exception_ptr(boom()));
        co_await until_done(p.handle);
        p.handle.cancel();
    }
    co_await yield_times(settle);
    BOOST_TEST(log.size() == 1u);
}

CO_TEST_CASE(BaseFutureTests__test_tb_logger_result_unretrieved) {
    auto ex = co_await asio::this_coro::executor;
    const test::unobserved_log log;
    {
        promised p(ex);
        p.future.set_result(42);
        co_await until_done(p.handle);
    }
    co_await yield_times(settle);
    BOOST_TEST(log.size() == 0u);
}

CO_TEST_CASE(BaseFutureTests__test_tb_logger_result_retrieved) {
    auto ex = co_await asio::this_coro::executor;
    const test::unobserved_log log;
    {
        promised p(ex);
        p.future.set_result(42);
        co_await until_done(p.handle);
        BOOST_TEST(p.handle.result() == 42);
    }
    co_await yield_times(settle);
    BOOST_TEST(log.size() == 0u);
}

CO_TEST_CASE(BaseFutureTests__test_tb_logger_exception_retrieved) {
    auto ex = co_await asio::this_coro::executor;
    const test::unobserved_log log;
    {
        promised p(ex);
        p.future.set_exception(std::make_exception_ptr(boom()));
        co_await until_done(p.handle);
        BOOST_TEST(what_of(p.handle.exception()) == "boom");
    }
    co_await yield_times(settle);
    BOOST_TEST(log.size() == 0u);
}

CO_TEST_CASE(BaseFutureTests__test_future_exception_never_retrieved) {
    auto ex = co_await asio::this_coro::executor;
    const test::unobserved_log log;
    {
        promised p(ex, "the culprit");
        p.future.set_exception(std::make_exception_ptr(boom("nobody reads me")));
        co_await until_done(p.handle);
        BOOST_TEST(log.size() == 0u);
    }
    co_await yield_times(settle);
    BOOST_REQUIRE(log.size() == 1u);
    BOOST_TEST(log.at(0).name == "the culprit");
    BOOST_TEST(what_of(log.at(0).exception) == "nobody reads me");
    BOOST_TEST(std::string(log.at(0).spawned_at.file_name()).find("cpython_future.cpp") !=
               std::string::npos);
}

// The bridge from another executor is the task itself.
BOOST_AUTO_TEST_CASE(BaseFutureTests__test_wrap_future) {
    asio::thread_pool pool(1);
    asio::io_context io;
    auto job =
        create_task(pool, []() -> asio::awaitable<std::string> { co_return "from the pool"; });
    auto reader = create_task(io, [](task<std::string> t) -> asio::awaitable<std::string> {
        co_return co_await t.async_get();
    }(job));
    io.run();
    pool.join();
    BOOST_TEST(reader.result() == "from the pool");
}

CO_TEST_CASE(BaseFutureDoneCallbackTests__test_callbacks_invoked_on_set_result) {
    auto ex = co_await asio::this_coro::executor;
    callbacks called;
    promised p(ex);
    p.handle.async_wait(called.add("1"));
    p.handle.async_wait(called.add("2"));
    BOOST_TEST(called.order == "");
    p.future.set_result(42);
    BOOST_TEST(called.order == "");
    co_await yield_times(settle);
    BOOST_TEST(called.order == "12");
    BOOST_TEST(p.handle.result() == 42);
}

CO_TEST_CASE(BaseFutureDoneCallbackTests__test_callbacks_invoked_on_set_exception) {
    auto ex = co_await asio::this_coro::executor;
    callbacks called;
    promised p(ex);
    p.handle.async_wait(called.add("1"));
    p.handle.async_wait(called.add("2"));
    p.future.set_exception(std::make_exception_ptr(boom("boom")));
    BOOST_TEST(called.order == "");
    co_await yield_times(settle);
    BOOST_TEST(called.order == "12");
    BOOST_TEST(what_of(p.handle.exception()) == "boom");
}

CO_TEST_CASE(BaseFutureDoneCallbackTests__test_callbacks_remove_first_callback) {
    auto ex = co_await asio::this_coro::executor;
    callbacks called;
    asio::cancellation_signal first;
    promised p(ex);
    p.handle.async_wait(asio::bind_cancellation_slot(first.slot(), called.add("1")));
    p.handle.async_wait(called.add("2"));
    p.handle.async_wait(called.add("3"));
    first.emit(asio::cancellation_type::terminal);
    first.emit(asio::cancellation_type::terminal); // twice is harmless
    p.future.set_result(42);
    co_await yield_times(settle);
    BOOST_TEST(called.order == "23");
}

CO_TEST_CASE(BaseFutureDoneCallbackTests__test_callbacks_remove_first_and_second_callback) {
    auto ex = co_await asio::this_coro::executor;
    callbacks called;
    asio::cancellation_signal first;
    asio::cancellation_signal second;
    promised p(ex);
    p.handle.async_wait(asio::bind_cancellation_slot(first.slot(), called.add("1")));
    p.handle.async_wait(asio::bind_cancellation_slot(second.slot(), called.add("2")));
    p.handle.async_wait(called.add("3"));
    first.emit(asio::cancellation_type::partial);
    second.emit(asio::cancellation_type::total);
    p.future.set_result(42);
    co_await yield_times(settle);
    BOOST_TEST(called.order == "3");
}

CO_TEST_CASE(BaseFutureDoneCallbackTests__test_callbacks_remove_third_callback) {
    auto ex = co_await asio::this_coro::executor;
    callbacks called;
    asio::cancellation_signal third;
    promised p(ex);
    p.handle.async_wait(called.add("1"));
    p.handle.async_wait(called.add("2"));
    p.handle.async_wait(asio::bind_cancellation_slot(third.slot(), called.add("3")));
    third.emit(asio::cancellation_type::terminal);
    p.future.set_result(42);
    co_await yield_times(settle);
    BOOST_TEST(called.order == "12");
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace semantics
