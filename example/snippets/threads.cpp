// SPDX-License-Identifier: BSL-1.0

// The blocks of doc/06_threads_and_lifetimes.md, as one program.

#include <asio_wait.hpp>

#include <boost/asio.hpp>

#include <chrono>
#include <exception>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace asio = boost::asio;
using namespace asio_wait;
using namespace std::chrono_literals;

namespace {

void require(bool right, const char* what) {
    if (!right)
        throw std::logic_error(what);
}

asio::awaitable<void> never() {
    asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
    co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<long> sum_to(long n) {
    long sum = 0;
    for (long i = 1; i <= n; ++i)
        sum += i;
    co_return sum;
}

asio::awaitable<void> where_one_resumes() {
    const auto here = std::this_thread::get_id();
    //! [pool]
    asio::thread_pool pool(2);
    auto low = create_task(pool, sum_to(1000));
    auto high = create_task(pool, sum_to(2000)); // may run at the same time as low
    long sum = co_await low.async_get();         // computed there, resumed here
    //! [pool]
    sum += co_await high.async_get();
    require(sum == 500500 + 2001000, "pool");
    std::cout << "resumed on my own thread: " << (here == std::this_thread::get_id()) << '\n';

    auto t = create_task(pool, never());
    //! [cancel]
    std::thread other([t] { t.cancel(); }); // a copy of the handle; any thread, any time
    co_await wait_for_tasks(t);
    other.join();
    //! [cancel]
    std::cout << "cancelled from another thread: " << t.cancelled() << '\n';
}

void callbacks(asio::io_context& context) {
    //! [callback]
    asio::thread_pool pool(1);
    auto t = create_task(pool, sum_to(1000));
    const auto here = std::this_thread::get_id();
    wait_for_tasks(t, asio::bind_executor(context, [here](boost::system::error_code, auto result) {
                       std::cout << "callback: " << result.done[0].result()
                                 << ", on the context's thread: "
                                 << (std::this_thread::get_id() == here) << '\n';
                   }));
    context.run(); // a pending wait is work, so this waits for the callback
    //! [callback]
    context.restart();
}

void several_threads() {
    //! [strand]
    asio::io_context io;
    auto strand = asio::make_strand(io);
    int steps = 0; // only touched on the strand
    std::vector<task<void>> tasks;
    for (int i = 0; i < 4; ++i)
        tasks.push_back(create_task(strand, [&steps]() -> asio::awaitable<void> {
            for (int step = 0; step < 1000; ++step) {
                ++steps;
                co_await asio::post(asio::use_awaitable);
            }
        }));
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i)
        threads.emplace_back([&io] { io.run(); });
    for (auto& thread : threads)
        thread.join();
    std::cout << "steps: " << steps << '\n';
    //! [strand]
}

void dying_contexts() {
    //! [abandoned]
    task<void> orphan;
    {
        asio::io_context short_lived;
        orphan = create_task(short_lived, never(), "orphan");
        short_lived.poll(); // it runs up to its first wait
    }                       // its coroutine is destroyed here
    std::cout << orphan.name() << ": done " << orphan.done() << ", failed " << orphan.failed()
              << '\n';
    try {
        orphan.result();
    } catch (const boost::system::system_error& e) {
        std::cout << e.code().message() << '\n';
    }
    //! [abandoned]
    try {
        orphan.result();
    } catch (const boost::system::system_error& e) {
        require(e.code() == asio_wait::error::task_abandoned, "abandoned");
    }
    require(!orphan.cancel(), "a cancel after the end");

    //! [foreign_wait]
    auto other = std::make_unique<asio::io_context>();
    asio::io_context mine;
    auto t = create_task(*other, never());
    wait_for_tasks(t, asio::bind_executor(mine, [](boost::system::error_code, auto result) {
                       std::cout << "a wait elsewhere: " << result.done.size() << " done\n";
                   }));
    other.reset(); // its tasks end as abandoned, and my wait completes
    mine.run();
    //! [foreign_wait]
}

void stopping() {
    //! [stop]
    asio::io_context io;
    auto t = create_task(io, never());
    asio::post(io, [&io] { io.stop(); });
    io.run(); // returns; t has not ended, nothing of it runs any more
    std::cout << "after stop(): done " << t.done() << '\n';

    t.cancel(); // recorded, and delivered when the context runs again
    io.restart();
    io.run(); // returns when t has ended
    std::cout << "after cancel() and run(): done " << t.done() << '\n';
    //! [stop]
}

//! [shutdown]
asio::awaitable<void> serve(asio::steady_timer& quit) {
    auto executor = co_await asio::this_coro::executor;
    task_set<void> sessions;
    for (std::string name : {"anna", "bela"})
        sessions.spawn(executor, never(), name);

    boost::system::error_code ec; // in a service, a signal_set stands here
    co_await quit.async_wait(asio::redirect_error(asio::use_awaitable, ec));

    auto stuck = co_await sessions.async_shutdown(10s); // asks all, waits at most so long
    for (const auto& t : stuck)
        std::cout << t.name() << " has not ended\n";
    std::cout << "sessions ended: " << sessions.size() - stuck.size() << '\n';
}
//! [shutdown]

} // namespace

int main() {
    asio::io_context context;
    auto first = create_task(context, where_one_resumes());
    context.run();
    context.restart();
    first.result();
    callbacks(context);
    several_threads();
    dying_contexts();
    stopping();
    asio::steady_timer quit(context, 1ms);
    auto server = create_task(context, serve(quit));
    context.run();
    server.result();
}
