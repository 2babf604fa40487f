// SPDX-License-Identifier: BSL-1.0

// callbacks: no coroutines. use_task starts ordinary operations, here reads from three sockets;
// wait_for_tasks calls a function when some have ended. A thread without a loop asks for a future.

#include <asio_wait/cancel_and_wait.hpp>
#include <asio_wait/use_task.hpp>
#include <asio_wait/wait_for_tasks.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <chrono>
#include <exception>
#include <future>
#include <iostream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace asio = boost::asio;
using namespace asio_wait;
using namespace std::chrono_literals;
using boost::system::error_code;

using read_task = task<std::size_t>;
using reads = wait_result<read_task>;
using time_point = std::chrono::steady_clock::time_point;

namespace {

/// Two ends of a line: what `here` reads is written to `there`. They outlive the tasks.
struct line {
    explicit line(asio::io_context& context) : here(context), there(context) {
        asio::local::connect_pair(here, there);
    }

    read_task read(std::string name) {
        return asio::async_read(here, asio::buffer(text), use_task(std::move(name)));
    }

    asio::local::stream_protocol::socket here, there;
    std::array<char, 5> text{};
};

void print(const read_task& t) {
    std::cout << "  " << t.name() << ": ";
    if (t.cancelled())
        std::cout << "was cancelled" << std::endl;
    else if (t.succeeded())
        std::cout << t.result() << " bytes" << std::endl;
    else
        try {
            std::rethrow_exception(t.exception());
        } catch (const boost::system::system_error& e) {
            std::cout << "failed, " << e.code().message() << std::endl;
        }
}

void on_all_ended(error_code error, const reads& all) {
    if (error)
        std::cout << "  the wait has failed: " << error.message() << std::endl;
    for (const auto& t : all.done)
        print(t);
}

/// Prints the reads as they end; at the deadline the others are cancelled.
void wait_for_next(const std::vector<read_task>& pending, time_point deadline) {
    wait_for_tasks(pending, first_completed, deadline, [=](error_code error, const reads& some) {
        on_all_ended(error, some);
        if (error || some.pending.empty())
            return;
        if (!some.done.empty())
            return wait_for_next(some.pending, deadline);
        std::cout << "  the time is up, " << some.pending.size() << " pending" << std::endl;
        cancel_and_wait(some.pending, on_all_ended);
    });
}

void with_callbacks() {
    std::cout << "With callbacks:" << std::endl;
    asio::io_context context;
    line fast(context), closed(context), silent(context);
    std::vector<read_task> tasks{silent.read("silent"), closed.read("closed"), fast.read("fast")};

    asio::async_write(fast.there, asio::buffer("hello", 5), [](error_code, std::size_t) {});
    asio::steady_timer later(context, 50ms);
    later.async_wait([&](error_code) { closed.there.close(); });

    wait_for_next(tasks, std::chrono::steady_clock::now() + 200ms);
    context.run();
}

/// Runs a context until the end of the scope, also when that comes by an exception.
struct worker {
    explicit worker(asio::io_context& c)
        : context(c), working(c.get_executor()), thread([this] { context.run(); }) {}

    ~worker() {
        context.stop();
        thread.join();
    }

    asio::io_context& context;
    asio::executor_work_guard<asio::io_context::executor_type> working;
    std::thread thread;
};

void with_a_future() {
    std::cout << "With a future:" << std::endl;
    asio::io_context context;
    line first(context), second(context);
    std::vector<read_task> tasks{first.read("first"), second.read("second")};
    const worker guard(context); // after what its thread uses

    asio::write(second.there, asio::buffer("hello", 5));
    std::future<reads> some = wait_for_tasks(tasks, first_completed, asio::use_future);
    const reads r = some.get(); // blocks, or throws the error
    on_all_ended({}, r);
    on_all_ended({}, cancel_and_wait(r.pending, asio::use_future).get());
}

} // namespace

int main() {
    with_callbacks();
    with_a_future();
}
