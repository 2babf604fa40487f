// SPDX-License-Identifier: BSL-1.0

// What an application does, small enough to be built many ways: starts tasks, waits in all three
// modes, with a limit, cancels, reads the results. Exits with the number of the step that failed.
#include <asio_wait.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

asio::awaitable<int> value(int v) {
    co_return v;
}

asio::awaitable<int> failure() {
    throw std::runtime_error("failed");
    co_return 0;
}

asio::awaitable<int> forever() {
    asio::steady_timer timer(co_await asio::this_coro::executor,
                             asio::steady_timer::time_point::max());
    co_await timer.async_wait(asio::use_awaitable);
    co_return 0;
}

int failed_step = 0;

void check(bool condition, int step) {
    if (!condition && failed_step == 0)
        failed_step = step;
}

asio::awaitable<void> use() {
    auto ex = co_await asio::this_coro::executor;
    auto hanging = asio_wait::create_task(ex, forever(), "hanging");
    std::vector<asio_wait::task<int>> tasks{asio_wait::create_task(ex, value(1)), hanging};

    auto first = co_await asio_wait::wait_for_tasks(tasks, asio_wait::first_completed);
    check(first.done.size() == 1 && first.done[0].result() == 1, 1);
    check(first.pending.size() == 1 && first.pending[0] == hanging, 2);

    tasks.push_back(asio_wait::create_task(ex, failure()));
    auto error = co_await asio_wait::wait_for_tasks(tasks, asio_wait::first_exception);
    check(error.done.size() == 2 && tasks[2].failed() && tasks[2].exception() != nullptr, 3);

    auto limited = co_await asio_wait::wait_for_tasks(tasks, asio_wait::all_completed, 1ms);
    check(limited.pending.size() == 1 && !hanging.done(), 4);

    check(hanging.cancel() && hanging.cancel_requested(), 5);
    auto all = co_await asio_wait::wait_for_tasks(tasks);
    check(all.done.size() == 3 && all.pending.empty() && hanging.cancelled(), 6);

    asio::steady_timer timer(ex, 1ms);
    auto expiry = timer.async_wait(asio_wait::use_task);
    auto typed = asio_wait::create_task(ex, value(7));
    auto mixed = co_await asio_wait::wait_for_tasks(expiry, typed);
    check(mixed.done.size() == 2 && expiry.succeeded() &&
              asio_wait::any_task(typed).get<int>().result() == 7,
          7);
    check(co_await typed.async_get() == 7, 8);

    auto refused = co_await asio_wait::wait_for_tasks(std::vector<asio_wait::task<int>>(),
                                                      asio::as_tuple(asio::use_awaitable));
    check(std::get<0>(refused) == asio::error::invalid_argument, 9);
}

} // namespace

int main() {
    asio::io_context io(1);
    bool ended = false;
    asio::co_spawn(io, use(), [&](std::exception_ptr e) { ended = !e; });
    io.run();
    check(ended, 10);
    std::printf("step %d failed (0: none)\n", failed_step);
    return failed_step;
}
