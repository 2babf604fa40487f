// SPDX-License-Identifier: BSL-1.0
#include "snippets.hpp"

#include <asio_wait.hpp>

#include <boost/asio/this_coro.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <iostream>
#include <stdexcept>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace asio_wait;
using namespace std::chrono_literals;

asio::awaitable<int> failing() {
    co_await slow_square(1);
    throw std::runtime_error("no answer");
}

template<class Executor, class... Values>
std::vector<task<int>> squares_of(const Executor& executor, Values... values) {
    return {create_task(executor, slow_square(values))...};
}

asio::awaitable<void> one_with_limit() {
    auto executor = co_await asio::this_coro::executor;
    auto t = create_task(executor, slow_square(600'000), "report");
    //! [wait_for]
    int square = co_await wait_for(slow_square(3), 10s);
    try {
        co_await wait_for(t, 5ms);
    } catch (const timeout_error&) {
        std::cout << t.name() << " was too late\n"; // it was cancelled, and has ended
    }
    //! [wait_for]
    expect(square == 9 && t.cancelled(), "wait_for");
}

asio::awaitable<void> keep_alive() {
    auto executor = co_await asio::this_coro::executor;
    //! [shield]
    auto saving = create_task(executor, slow_square(4));
    auto request = create_task(
        executor, [saving]() -> asio::awaitable<int> { co_return co_await shield(saving); });
    request.cancel(); // ends request; saving runs on
    //! [shield]
    co_await request.async_wait();
    int saved = co_await saving.async_get();
    expect(request.cancelled() && saved == 16, "shield");
}

asio::awaitable<void> all_values() {
    auto tasks = squares_of(co_await asio::this_coro::executor, 1, 2, 3);
    //! [gather]
    std::vector<int> squares = co_await gather(tasks); // in input order, or the first error
    auto [a, b] = co_await gather(slow_square(2), tasks[2]);
    //! [gather]
    expect(squares == std::vector<int>{1, 4, 9} && a == 4 && b == 9, "gather");
}

asio::awaitable<void> all_outcomes() {
    //! [gather_settled]
    auto [good, bad] = co_await gather_settled(slow_square(2), failing());
    int square = good.value();              // would throw if it had failed
    std::exception_ptr error = bad.error(); // null if it had succeeded
    //! [gather_settled]
    expect(square == 4 && error, "gather_settled");
}

asio::awaitable<void> stop_the_rest() {
    auto tasks = squares_of(co_await asio::this_coro::executor, 1, 600'000);
    //! [cancel_and_wait]
    auto [done, pending] = co_await wait_for_tasks(tasks, first_completed);
    if (!pending.empty())
        co_await cancel_and_wait(pending, 10s); // until they have ended, at most so long
    //! [cancel_and_wait]
    expect(tasks[0].succeeded() && tasks[1].cancelled(), "cancel_and_wait");
}

asio::awaitable<void> as_they_end() {
    auto tasks = squares_of(co_await asio::this_coro::executor, 3, 1, 2);
    int sum = 0;
    //! [as_completed]
    auto stream = as_completed(tasks, 10s);
    while (auto t = co_await stream.async_next()) // throws timeout_error for each that is too late
        sum += t->result();
    //! [as_completed]
    expect(sum == 14, "as_completed");
}

asio::awaitable<void> limited_block() {
    //! [with_timeout]
    int sum = co_await with_timeout(10s, [](timeout_scope& scope) -> asio::awaitable<int> {
        int first = co_await slow_square(2);
        scope.reschedule(5s); // from now
        int second = co_await slow_square(3);
        co_return first + second;
    });
    //! [with_timeout]
    expect(sum == 13, "with_timeout");
}

} // namespace

asio::awaitable<void> family_snippets() {
    co_await one_with_limit();
    co_await keep_alive();
    co_await all_values();
    co_await all_outcomes();
    co_await stop_the_rest();
    co_await as_they_end();
    co_await limited_block();
}
