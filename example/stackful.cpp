// SPDX-License-Identifier: BSL-1.0

// stackful: coroutines with a stack of their own (asio::spawn, needs Boost.Context). They wait like
// other code, with their yield_context as the completion token, and can be tasks themselves.

#include <asio_wait/cancel_and_wait.hpp>
#include <asio_wait/task_set.hpp>
#include <asio_wait/timeout_error.hpp>
#include <asio_wait/use_task.hpp>
#include <asio_wait/wait_for.hpp>
#include <asio_wait/wait_for_tasks.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/spawn.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace asio = boost::asio;
using namespace asio_wait;
using namespace std::chrono_literals;

namespace {

/// What a stackful coroutine has computed, after some time.
task<int> square_later(asio::any_io_executor executor, int n, std::chrono::milliseconds delay) {
    auto work = [n, delay](asio::yield_context yield) {
        asio::steady_timer(yield.get_executor(), delay).async_wait(yield);
        if (n < 0)
            throw std::invalid_argument("no negative numbers");
        return n * n;
    };
    return asio::spawn(executor, work, use_task("square of " + std::to_string(n)));
}

void print(const task<int>& t) {
    std::cout << "  " << t.name() << ": ";
    if (t.succeeded())
        std::cout << t.result() << std::endl;
    else if (t.cancelled())
        std::cout << "was cancelled" << std::endl;
    else
        try {
            t.result();
        } catch (const std::exception& e) {
            std::cout << e.what() << std::endl;
        }
}

void wait_for_some(asio::yield_context yield) {
    std::cout << "The first two of four, then the others are cancelled:" << std::endl;
    const auto executor = yield.get_executor();
    const std::vector<task<int>> tasks{
        square_later(executor, 1, 1h), square_later(executor, 2, 60ms),
        square_later(executor, -3, 20ms), square_later(executor, 4, 1h)};
    const auto [done, pending] = wait_for_tasks(tasks, at_least(2), yield);
    for (const auto& t : done)
        print(t);
    for (const auto& t : cancel_and_wait(pending, yield).done)
        print(t);
}

void drain_a_set(asio::yield_context yield) {
    std::cout << "A set, as they end:" << std::endl;
    task_set<int> set;
    for (int n : {3, 1, 2})
        set.insert(square_later(yield.get_executor(), n, n * 30ms));
    while (!set.empty())
        print(set.async_next(yield));
}

void with_a_limit(asio::yield_context yield) {
    std::cout << "A time limit:" << std::endl;
    // as_tuple: before Boost 1.82 a yield_context takes no exception_ptr beside a value.
    auto slow = square_later(yield.get_executor(), 5, 1h);
    const auto [error, square] = wait_for(slow, 30ms, asio::as_tuple(yield));
    try {
        if (error)
            std::rethrow_exception(error);
        std::cout << "  " << square << std::endl;
    } catch (const timeout_error& e) {
        std::cout << "  " << e.what() << std::endl;
    }
    print(slow);
}

} // namespace

int main() {
    asio::io_context context;
    const auto all = [](asio::yield_context yield) {
        wait_for_some(yield);
        drain_a_set(yield);
        with_a_limit(yield);
    };
    asio::spawn(context, all, [](std::exception_ptr error) {
        if (error)
            std::rethrow_exception(error);
    });
    context.run();
}
