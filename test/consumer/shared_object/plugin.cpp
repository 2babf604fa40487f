// SPDX-License-Identifier: BSL-1.0
#include "plugin.hpp"

#include <asio_wait.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <vector>

namespace {

namespace asio = boost::asio;
using asio_wait::task;

asio::awaitable<int> inner(int value) {
    co_return value;
}

asio::awaitable<int> hanging() {
    asio::steady_timer timer(co_await asio::this_coro::executor,
                             asio::steady_timer::time_point::max());
    co_await timer.async_wait(asio::use_awaitable);
    co_return 0;
}

// The plugin waits itself, with its own copy of the library.
asio::awaitable<int> sum_of(int value) {
    auto ex = co_await asio::this_coro::executor;
    std::vector<task<int>> tasks;
    tasks.push_back(asio_wait::create_task(ex, inner(value)));
    tasks.push_back(asio_wait::create_task(ex, inner(1)));
    auto result = co_await asio_wait::wait_for_tasks(tasks);
    int sum = 0;
    for (const auto& t : result.done)
        sum += t.result();
    co_return sum;
}

} // namespace

/// A negative value asks for a task that never ends.
extern "C" __attribute__((visibility("default"))) asio_wait::any_task* start(asio::io_context& io,
                                                                             int value) {
    if (value < 0)
        return new asio_wait::any_task(asio_wait::create_task(io, hanging()));
    return new asio_wait::any_task(asio_wait::create_task(io, sum_of(value)));
}
