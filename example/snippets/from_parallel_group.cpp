// SPDX-License-Identifier: BSL-1.0

// The blocks of doc/03_coming_from_parallel_group_and_operators.md: each thing twice, with what
// Asio has and with this library.

#include <asio_wait.hpp>

#include <boost/asio.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/experimental/promise.hpp> // Boost 1.81: before use_promise.hpp
#include <boost/asio/experimental/use_promise.hpp>
#include <boost/asio/multiple_exceptions.hpp>
#include <boost/version.hpp>

#if BOOST_VERSION >= 108600
#include <boost/asio/cancel_after.hpp>
#endif

#include <array>
#include <chrono>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

//! [names]
namespace asio = boost::asio;
namespace experimental = asio::experimental;
using namespace experimental::awaitable_operators;
using namespace asio_wait;
using namespace std::chrono_literals;
//! [names]

namespace {

//! [work]
asio::awaitable<int> square(int n) { // takes n milliseconds
    asio::steady_timer timer(co_await asio::this_coro::executor, n * 1ms);
    co_await timer.async_wait(asio::use_awaitable);
    co_return (n * n);
}

asio::awaitable<void> failing() {
    co_await square(1);
    throw std::runtime_error("the disk is full");
}

asio::awaitable<void> never() { // ends by cancellation only
    asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
    co_await timer.async_wait(asio::use_awaitable);
}
//! [work]

// The text of an error is not the same in all versions of Boost; its message is.
std::string text_of(std::exception_ptr error) {
    try {
        std::rethrow_exception(error);
    } catch (const boost::system::system_error& e) {
        return e.code().message();
    } catch (const std::exception& e) {
        return e.what();
    }
}

void require(bool right, const char* what) {
    if (!right)
        throw std::logic_error(what);
}

asio::awaitable<void> both() {
    //! [both_asio]
    auto [a, b] = co_await (square(2) && square(3));
    //! [both_asio]
    //! [both_ours]
    auto [c, d] = co_await gather(square(2), square(3));
    //! [both_ours]
    require(a == c && b == d && a == 4 && b == 9, "both");
}

asio::awaitable<void> one_fails() {
    auto executor = co_await asio::this_coro::executor;
    //! [fails_asio]
    try {
        co_await (never() && failing());
    } catch (const asio::multiple_exceptions& e) {
        std::cout << "&&: " << text_of(e.first_exception()) << '\n';
    }
    //! [fails_asio]
    //! [fails_ours]
    auto other = create_task(executor, never());
    try {
        co_await gather(other, failing());
    } catch (const std::exception& e) {
        std::cout << "gather: " << e.what() << ", the other runs on: " << !other.done() << '\n';
    }
    //! [fails_ours]
    other.cancel();
    //! [fails_group]
    try {
        co_await with_task_group([](task_group& group) -> asio::awaitable<void> {
            group.spawn(never());
            group.spawn(failing());
            co_return;
        });
    } catch (const exception_group& e) {
        for (const task_error& error : e.errors())
            std::cout << "with_task_group: " << text_of(error.exception) << '\n';
    }
    //! [fails_group]
}

asio::awaitable<void> first_of_two() {
    auto executor = co_await asio::this_coro::executor;
    //! [first_asio]
    auto winner = co_await (square(2) || never()); // a variant; never() was cancelled and has ended
    //! [first_asio]
    //! [first_ours]
    auto quick = create_task(executor, square(2));
    auto slow = create_task(executor, never());
    auto [done, pending] = co_await wait_for_tasks(quick, slow, first_success);
    // Here slow still runs. If it is to end, as with ||:
    co_await cancel_and_wait(pending);
    //! [first_ours]
    require(winner.index() == 0 && done[0] == quick && slow.cancelled(), "first");
}

asio::awaitable<void> range() {
    auto executor = co_await asio::this_coro::executor;
    {
        //! [range_asio]
        using operation = decltype(asio::co_spawn(executor, square(1), asio::deferred));
        std::vector<operation> operations;
        for (int n : {30, 10, 20})
            operations.push_back(asio::co_spawn(executor, square(n), asio::deferred));
        auto group = experimental::make_parallel_group(std::move(operations));
        auto [order, errors, values] =
            co_await group.async_wait(experimental::wait_for_one(), asio::use_awaitable);
        std::cout << "group: " << values[order[0]] << ", and two were cancelled\n";
        //! [range_asio]
        require(order[0] == 1 && errors[0] && errors[2], "range");
    }
    //! [range_ours]
    std::vector<task<int>> tasks;
    for (int n : {30, 10, 20})
        tasks.push_back(create_task(executor, square(n)));
    while (!tasks.empty()) {
        auto [done, pending] = co_await wait_for_tasks(tasks, first_completed);
        for (const auto& t : done)
            std::cout << "task: " << t.result() << '\n';
        tasks = std::move(pending);
    }
    //! [range_ours]
}

asio::awaitable<void> silent_peer() {
    auto executor = co_await asio::this_coro::executor;
    asio::readable_pipe input(executor);
    asio::writable_pipe output(executor);
    asio::connect_pipe(input, output);
    //! [read_or_tick]
    std::array<char, 64> buffer;
    asio::steady_timer timer(executor, 20ms);
    auto read = input.async_read_some(asio::buffer(buffer), use_task); // task<std::size_t>
    auto tick = timer.async_wait(use_task);                            // task<void>
    auto [done, pending] = co_await wait_for_tasks(read, tick, first_completed);
    if (read.succeeded())
        std::cout << "use_task: " << read.result() << " bytes\n";
    else
        std::cout << "use_task: nothing to read\n";
    if (!pending.empty())
        co_await cancel_and_wait(pending); // before buffer, input and timer go
    //! [read_or_tick]
    require(tick.succeeded() && read.cancelled(), "read or tick");
}

asio::awaitable<void> limits() {
    auto executor = co_await asio::this_coro::executor;
    //! [limit_asio]
    asio::steady_timer limit(executor, 20ms);
    auto r = co_await (failing() || limit.async_wait(asio::use_awaitable));
    std::cout << "||: " << (r.index() == 1 ? "the time is up" : "done") << '\n';
    //! [limit_asio]
    //! [limit_ours]
    try {
        co_await wait_for(failing(), 20ms);
    } catch (const std::exception& e) {
        std::cout << "wait_for: " << e.what() << '\n';
    }
    try {
        co_await wait_for(never(), 20ms);
    } catch (const timeout_error&) {
        std::cout << "wait_for: the time is up\n";
    }
    //! [limit_ours]
    //! [limit_wait]
    auto t = create_task(executor, never());
    auto [done, pending] = co_await wait_for_tasks(t, all_completed, 20ms);
    //! [limit_wait]
    require(done.empty() && pending.size() == 1, "limit");
    t.cancel();
    co_await silent_peer();
#if BOOST_VERSION >= 108600
    //! [cancel_after]
    auto result =
        co_await asio::co_spawn(executor, never(), asio::as_tuple(asio::cancel_after(5ms)));
    std::exception_ptr error = std::get<0>(result); // operation_aborted, as for any cancel
    //! [cancel_after]
    require(error != nullptr, "cancel_after");
    auto u = create_task(executor, never());
    //! [task_cancel_after]
    auto waited = co_await u.async_get(asio::as_tuple(asio::cancel_after(5ms))); // u runs on
    auto joined = co_await u(asio::as_tuple(asio::cancel_after(5ms)));           // u is cancelled
    //! [task_cancel_after]
    require(std::get<0>(waited) && std::get<0>(joined) && u.cancelled(), "task_cancel_after");
#endif
}

asio::awaitable<void> handles() {
    auto executor = co_await asio::this_coro::executor;
    //! [promise_asio]
    auto promise = asio::co_spawn(executor, square(2), experimental::use_promise);
    int value = co_await promise(asio::use_awaitable); // once
    //! [promise_asio]
    //! [promise_ours]
    auto t = asio::co_spawn(executor, square(2), use_task); // or create_task(executor, square(2))
    auto copy = t;
    int once = co_await t.async_get();
    int again = co_await copy.async_get();
    //! [promise_ours]
    require(value == 4 && once == 4 && again == 4, "handles");
}

asio::awaitable<void> channels() {
    using channel = experimental::channel<void(boost::system::error_code, int)>;
    auto executor = co_await asio::this_coro::executor;
    channel a(executor, 1), b(executor, 1);
    const auto fill = [&] {
        a.try_send(boost::system::error_code(), 1);
        b.try_send(boost::system::error_code(), 2);
    };
    fill();
    {
        //! [channel_asio]
        auto one =
            co_await (a.async_receive(asio::use_awaitable) || b.async_receive(asio::use_awaitable));
        //! [channel_asio]
        std::cout << "||: one message, left in the channels: " << a.ready() + b.ready() << '\n';
        require(one.index() == 0, "channel");
    }
    fill();
    //! [channel_ours]
    auto from_a = a.async_receive(use_task("from a"));
    auto from_b = b.async_receive(use_task("from b"));
    auto [done, pending] = co_await wait_for_tasks(from_a, from_b, first_completed);
    for (const auto& message : done)
        std::cout << message.name() << ": " << message.result() << '\n';
    // Start a new receive for those in done; what is pending still waits for its message.
    //! [channel_ours]
}

asio::awaitable<void> mixing() {
    auto executor = co_await asio::this_coro::executor;
    auto a = create_task(executor, square(2));
    auto b = create_task(executor, never());
    auto c = create_task(executor, never());
    //! [group_of_tasks]
    auto group = experimental::make_parallel_group(a, b); // async_join: b will be cancelled
    auto outcome = co_await group.async_wait(experimental::wait_for_one(), asio::use_awaitable);
    //! [group_of_tasks]
    auto d = create_task(executor, square(2));
    //! [group_of_waits]
    auto waits =
        experimental::make_parallel_group(c.async_get(asio::deferred), d.async_get(asio::deferred));
    auto first = co_await waits.async_wait(experimental::wait_for_one(), asio::use_awaitable);
    //! [group_of_waits]
    require(b.cancelled() && !c.done(), "group");
    //! [operators]
    auto either = co_await (c.async_get(asio::use_awaitable) || square(2)); // c runs on
    auto pair = create_task(executor, square(2) && square(3));              // task<tuple<int, int>>
    //! [operators]
    co_await wait_for_tasks(pair);
    std::cout << "c still runs: " << !c.done() << '\n';
    require(std::get<0>(outcome)[0] == 0 && std::get<0>(first)[0] == 1 && either.index() == 1 &&
                std::get<1>(pair.result()) == 9,
            "mixing");
    c.cancel();
}

asio::awaitable<void> run() {
    co_await both();
    co_await one_fails();
    co_await first_of_two();
    co_await range();
    co_await limits();
    co_await handles();
    co_await channels();
    co_await mixing();
}

} // namespace

int main() {
    asio::io_context context;
    asio::co_spawn(context, run(), [](std::exception_ptr error) {
        if (error)
            std::rethrow_exception(error);
    });
    context.run();
}
