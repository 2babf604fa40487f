// SPDX-License-Identifier: BSL-1.0

// Each operation once, as something that has to wait: what Asio's handler tracking prints must name
// it (check_tracking.py).
#define BOOST_ASIO_ENABLE_HANDLER_TRACKING
#include <asio_wait.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <exception>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace asio_wait;
using namespace std::chrono_literals;

asio::awaitable<int> soon() {
    asio::steady_timer timer(co_await asio::this_coro::executor, 1ms);
    co_await timer.async_wait(asio::use_awaitable);
    co_return 1;
}

asio::awaitable<void> wait_for_one(asio::any_io_executor ex) {
    co_await create_task(ex, soon()).async_get();
    co_await create_task(ex, soon()).async_wait();
    auto joined = create_task(ex, soon());
    co_await joined.async_join();
    co_await shield(create_task(ex, soon()));
    co_await wait_for(soon(), 1h);
    asio::steady_timer limit(ex, 1h);
    co_await wait_for(soon(), limit);
    asio::steady_timer timer(ex, 1ms);
    co_await timer.async_wait(use_task).async_get();
}

asio::awaitable<void> wait_for_several(asio::any_io_executor ex) {
    std::vector<task<int>> tasks{create_task(ex, soon()), create_task(ex, soon())};
    co_await wait_for_tasks(tasks);
    co_await gather(soon(), soon());
    co_await gather_settled(soon(), soon());
    std::vector<task<int>> more{create_task(ex, soon()), create_task(ex, soon())};
    auto stream = as_completed(more);
    co_await stream.async_next();
    auto never = create_task(ex, [ex]() -> asio::awaitable<void> {
        asio::steady_timer timer(ex, 1h);
        co_await timer.async_wait(asio::use_awaitable);
    });
    auto also = create_task(ex, soon());
    also.cancel();
    co_await cancel_and_wait(never, also);
}

asio::awaitable<void> use_sets(asio::any_io_executor ex) {
    task_set<int> set;
    set.spawn(ex, soon());
    co_await set.async_next();
    set.limit(1);
    co_await set.async_spawn(ex, soon());
    co_await set.async_spawn(ex, soon());
    co_await set.async_shutdown();
    semaphore one(1);
    co_await one.async_acquire();
}

asio::awaitable<void> use_scopes() {
    co_await with_timeout(1h, [](timeout_scope&) { return soon(); });
    co_await with_task_group([](task_group& group) -> asio::awaitable<void> {
        co_await group.async_start<void>([](start_signal<void> ready) -> asio::awaitable<void> {
            co_await soon();
            ready();
        });
    });
    const std::vector<int> numbers{1, 2};
    co_await for_each_limited(numbers, 1, [](int) { return soon(); });
}

asio::awaitable<void> use() {
    auto ex = co_await asio::this_coro::executor;
    co_await wait_for_one(ex);
    co_await wait_for_several(ex);
    co_await use_sets(ex);
    co_await use_scopes();
}

} // namespace

int main() {
    asio::io_context io(1);
    bool ended = false;
    asio::co_spawn(io, use(), [&](std::exception_ptr e) { ended = !e; });
    io.run();
    return ended ? 0 : 1;
}
