// SPDX-License-Identifier: BSL-1.0
#include "snippets.hpp"

#include <asio_wait/create_task.hpp>
#include <asio_wait/task.hpp>
#include <asio_wait/task_events.hpp>
#include <asio_wait/testing.hpp>
#include <asio_wait/watch_tasks.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <iostream>
#include <sstream>
#include <string_view>

namespace {

namespace asio = boost::asio;
using namespace asio_wait;
using namespace std::chrono_literals;

/// What is written to stderr while it lives.
class captured_stderr {
public:
    captured_stderr() : old_(std::cerr.rdbuf(text_.rdbuf())) {}
    ~captured_stderr() { std::cerr.rdbuf(old_); }
    captured_stderr(const captured_stderr&) = delete;
    captured_stderr& operator=(const captured_stderr&) = delete;
    bool has(std::string_view part) const { return text_.str().find(part) != std::string::npos; }

private:
    std::ostringstream text_;
    std::streambuf* const old_;
};

//! [answer_signals]
asio::awaitable<void> answer_signals(asio::any_io_executor executor) {
    asio::signal_set signals(executor, SIGUSR1);
    for (;;) {
        co_await signals.async_wait(asio::use_awaitable);
        dump_tasks(std::cerr); // any thread may
    }
}
//! [answer_signals]

asio::awaitable<void> ask_by_signal() {
    auto executor = co_await asio::this_coro::executor;
    const captured_stderr printed;
    auto service = create_task(executor, answer_signals(executor), "service");
    std::raise(SIGUSR1);
    while (!printed.has("service"))
        co_await asio::post(executor, asio::use_awaitable);
    service.cancel();
    co_await service.async_wait();
}

asio::awaitable<void> wait_for_ever(const task<void>& other) {
    co_await other.async_wait();
}

void run_out_of_things_to_do() {
    const captured_stderr printed;
    asio::io_context io(1);
    task<void> main_task;
    main_task = create_task(io, wait_for_ever(main_task), "main");
    //! [test_hangs]
    testing::run_virtual(io);
    if (!main_task.done())
        dump_tasks(std::cerr);
    //! [test_hangs]
    expect(printed.has("DEADLOCK: main"), "a test that hangs");
}

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
    co_await ask_by_signal();
    run_out_of_things_to_do();
    set_task_event_handler(nullptr);
    set_slow_resumption(before);
    expect(id == t.id(), "this_task_id");
    watch_tasks(false);
}
