// SPDX-License-Identifier: BSL-1.0
#include "snippets.hpp"

#include <asio_wait/create_task.hpp>
#include <asio_wait/unobserved_exception.hpp>
#include <asio_wait/use_task.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

asio::awaitable<void> create() {
    //! [create_task]
    auto ex = co_await asio::this_coro::executor;
    asio_wait::task<int> t = asio_wait::create_task(ex, slow_square(3), "square");

    // A lambda that captures is kept alive until its coroutine has ended.
    auto input = std::make_unique<int>(4);
    auto u = asio_wait::create_task(ex, [input = std::move(input)]() -> asio::awaitable<int> {
        co_return co_await slow_square(*input);
    });
    int square = co_await t.async_get();
    int other = co_await u.async_get();
    //! [create_task]
    expect(square == 9 && other == 16, "create_task");
}

asio::awaitable<void> use() {
    auto ex = co_await asio::this_coro::executor;
    //! [use_task]
    asio::steady_timer timer(ex, 1ms);
    asio_wait::task<> expiry = timer.async_wait(asio_wait::use_task);
    co_await expiry.async_get();
    //! [use_task]
    expect(expiry.succeeded(), "use_task");
}

asio::awaitable<void> wait() {
    auto ex = co_await asio::this_coro::executor;
    auto t = asio_wait::create_task(ex, slow_square(2));
    //! [async_wait]
    co_await t.async_wait(); // never the task's error
    bool good = t.succeeded() && t.result() == 4;
    //! [async_wait]
    expect(good, "async_wait");
}

asio::awaitable<void> get() {
    auto ex = co_await asio::this_coro::executor;
    auto t = asio_wait::create_task(ex, slow_square(2));
    //! [async_get]
    int value = co_await t.async_get(); // or throws what the task threw
    //! [async_get]
    expect(value == 4, "async_get");
}

asio::awaitable<void> join() {
    auto ex = co_await asio::this_coro::executor;
    auto t = asio_wait::create_task(ex, slow_square(2));
    //! [async_join]
    int value = co_await t.async_join(); // whoever cancels this coroutine cancels t, too
    //! [async_join]
    expect(value == 4, "async_join");
}

asio::awaitable<int> failing() {
    co_await slow_square(1);
    throw std::runtime_error("the disk is full");
}

asio::awaitable<void> nobody_reads() {
    auto ex = co_await asio::this_coro::executor;
    std::string log;
    //! [unobserved]
    asio_wait::set_unobserved_exception_handler([&log](const asio_wait::unobserved_exception& e) {
        log += e.name + " failed, and nobody asked";
    });
    //! [unobserved]
    asio_wait::create_task(ex, failing(), "save"); // the handle is dropped at once
    co_await slow_square(10);
    asio_wait::set_unobserved_exception_handler(nullptr);
    expect(log == "save failed, and nobody asked", "unobserved");
}

} // namespace

asio::awaitable<void> task_snippets() {
    co_await create();
    co_await use();
    co_await wait();
    co_await get();
    co_await join();
    co_await nobody_reads();
}
