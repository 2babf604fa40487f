// SPDX-License-Identifier: BSL-1.0
#include "snippets.hpp"

#include <asio_wait/create_task.hpp>
#include <asio_wait/task_events.hpp>
#include <asio_wait/watch_tasks.hpp>

#include <boost/asio/this_coro.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <sstream>
#include <string>

namespace {

namespace asio = boost::asio;
using namespace asio_wait;
using namespace std::chrono_literals;

} // namespace

asio::awaitable<void> watching_snippets() {
    auto executor = co_await asio::this_coro::executor;
    //! [watch_tasks]
    watch_tasks(); // early, in main(); or ASIO_WAIT_WATCH=1 in the environment
    //! [watch_tasks]
    std::uint64_t id = 0;
    auto t = create_task(
        executor,
        [&]() -> asio::awaitable<int> {
            //! [this_task_id]
            id = this_task_id(); // for a log line, say
            //! [this_task_id]
            co_return co_await slow_square(3);
        },
        "three");
    std::ostringstream out;
    //! [dump_tasks]
    dump_tasks(out);                    // a table, and a tree of who waits for whom
    dump_tasks(out, dump_format::dot);  // for Graphviz
    dump_tasks(out, dump_format::json); // for a program
    //! [dump_tasks]
    //! [set_slow_resumption]
    const auto before = set_slow_resumption(20ms); // a server that must answer soon
    //! [set_slow_resumption]
    std::atomic<int> slow = 0;
    //! [task_events]
    set_task_event_handler([&slow](const task_event& e) {
        if (e.what == task_event::kind::slow)
            ++slow;
    });
    //! [task_events]
    co_await t.async_get();
    expect(out.str().find("three") != std::string::npos && slow == 0, "watching");
    set_task_event_handler(nullptr);
    set_slow_resumption(before);
    expect(id == t.id(), "this_task_id");
    watch_tasks(false);
}
