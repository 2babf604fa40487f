// SPDX-License-Identifier: BSL-1.0

// For readers who know asyncio.wait: starting, waiting for the first, a time limit, cancelling.
//   asyncio_tutorial [seconds per unit of time, default 1]
// Every line printed begins with the time in whole units since the start of its part.

#include <asio_wait.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

namespace asio = boost::asio;
using namespace asio_wait;
using steady_clock = std::chrono::steady_clock;
using task_list = std::vector<task<int>>;

class tutorial {
public:
    explicit tutorial(double seconds_per_unit)
        : unit_(std::chrono::duration_cast<steady_clock::duration>(
              std::chrono::duration<double>(seconds_per_unit))) {}

    asio::awaitable<void> run() {
        co_await first_completed_loop();
        task_list left = co_await time_limit();
        co_await cancel_and_wait(std::move(left));
    }

private:
    // Stands for a request to a server: takes a while, then gives a number.
    asio::awaitable<int> call_api(int units) const {
        asio::steady_timer timer(co_await asio::this_coro::executor, units * unit_);
        co_await timer.async_wait(asio::use_awaitable);
        co_return units * 100;
    }

    // asyncio: pending = {asyncio.create_task(call_api(n), name=f"call-{n}") for n in units}
    asio::awaitable<task_list> start(std::vector<int> units) const {
        const auto executor = co_await asio::this_coro::executor;
        task_list started;
        for (const int n : units)
            started.push_back(create_task(executor, call_api(n), "call-" + std::to_string(n)));
        co_return started;
    }

    // asyncio: while pending:
    //              done, pending = await asyncio.wait(pending, return_when=FIRST_COMPLETED)
    asio::awaitable<void> first_completed_loop() {
        begin("1. Use each result as soon as it is there");
        const std::vector<int> units = {1, 2, 3}; // g++ 12 wants lists outside a co_await
        task_list pending = co_await start(units);
        say("started " + names(pending));
        while (!pending.empty()) {
            auto [done, rest] = co_await wait_for_tasks(pending, first_completed);
            // Several may have finished at once: go through all of done, or some are lost.
            for (const auto& t : done)
                say(t.name() + " gave " + std::to_string(t.result()));
            // The rest is still running; nothing has to be started again.
            pending = std::move(rest);
            say("still pending: " + names(pending));
        }
    }

    // asyncio: done, pending = await asyncio.wait(pending, timeout=2)
    asio::awaitable<task_list> time_limit() {
        begin("2. Wait no longer than a limit of 2 units");
        const std::vector<int> units = {1, 4, 5};
        const task_list started = co_await start(units);
        say("started " + names(started));
        auto [done, pending] = co_await wait_for_tasks(started, all_completed, 2 * unit_);
        say("the limit has run out: that is no error, and nothing was cancelled");
        say("done: " + names(done));
        say("still pending: " + names(pending));
        co_return std::move(pending);
    }

    // asyncio: for t in pending: t.cancel()
    //          await asyncio.wait(pending)
    asio::awaitable<void> cancel_and_wait(task_list pending) {
        begin("3. Cancel what is left and wait until it has ended");
        for (const auto& t : pending)
            t.cancel(); // A request. The task ends later, on its own executor.
        say("asked to stop: " + names(pending));
        auto [done, none] = co_await wait_for_tasks(pending);
        for (const auto& t : done)
            say(t.name() + (t.cancelled() ? " was cancelled" : " ended in another way"));
        say("still pending: " + names(none));
    }

    void begin(const std::string& title) {
        std::cout << title << '\n';
        start_ = steady_clock::now();
    }

    void say(const std::string& what) const {
        std::cout << "   " << (steady_clock::now() - start_) / unit_ << "  " << what << std::endl;
    }

    static std::string names(const task_list& list) {
        std::string text;
        for (const auto& t : list)
            text += (text.empty() ? "" : ", ") + t.name();
        return text.empty() ? "nothing" : text;
    }

    steady_clock::duration unit_;
    steady_clock::time_point start_ = steady_clock::now();
};

int main(int argc, char** argv) {
    const double seconds_per_unit = argc > 1 ? std::strtod(argv[1], nullptr) : 1.0;
    if (argc > 2 || !(seconds_per_unit >= 0.001 && seconds_per_unit <= 3600)) {
        std::cerr << "usage: asyncio_tutorial [seconds per unit of time, 0.001 to 3600]\n";
        return 2;
    }
    tutorial lesson(seconds_per_unit);
    asio::io_context context;
    asio::co_spawn(context, lesson.run(), [](std::exception_ptr error) {
        if (error)
            std::rethrow_exception(error);
    });
    context.run();
}
