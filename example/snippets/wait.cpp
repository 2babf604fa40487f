// SPDX-License-Identifier: BSL-1.0
#include "snippets.hpp"

#include <asio_wait/create_task.hpp>
#include <asio_wait/wait_for_tasks.hpp>

#include <boost/asio/this_coro.hpp>

#include <vector>

namespace {

namespace asio = boost::asio;
using asio_wait::first_completed;
using asio_wait::task;
using asio_wait::wait_for_tasks;

} // namespace

asio::awaitable<void> wait_snippets() {
    auto ex = co_await asio::this_coro::executor;
    int sum = 0;
    //! [first_completed]
    std::vector<task<int>> pending;
    for (int i = 1; i <= 3; ++i)
        pending.push_back(asio_wait::create_task(ex, slow_square(i)));

    while (!pending.empty()) {
        auto result = co_await wait_for_tasks(pending, first_completed);
        for (const auto& t : result.done)
            sum += t.result();
        pending = result.pending;
    }
    //! [first_completed]
    expect(sum == 14, "first_completed");
}
