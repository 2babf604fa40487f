// SPDX-License-Identifier: BSL-1.0
#include "snippets.hpp"

#include <asio_wait/create_task.hpp>
#include <asio_wait/wait_for_tasks.hpp>

#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

} // namespace

asio::awaitable<void> cancel_snippets() {
    auto ex = co_await asio::this_coro::executor;
    std::vector<asio_wait::task<int>> tasks{asio_wait::create_task(ex, slow_square(1)),
                                            asio_wait::create_task(ex, slow_square(600'000))};
    //! [cancel]
    auto result = co_await asio_wait::wait_for_tasks(tasks, asio_wait::all_completed, 50ms);
    for (const auto& t : result.pending)
        t.cancel();
    co_await asio_wait::wait_for_tasks(tasks); // a cancelled task still needs a moment to end
    //! [cancel]
    expect(tasks[0].succeeded() && tasks[1].cancelled(), "cancel");
}
