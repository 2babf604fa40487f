// SPDX-License-Identifier: BSL-1.0

// Asks a second copy of a service when the first has not answered in time or has failed: the first
// success wins, the other request is cancelled.

#include "fetch/demo_server.hpp"
#include "fetch/http_get.hpp"

#include <asio_wait.hpp>

#include <boost/asio.hpp>

#include <chrono>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

namespace asio = boost::asio;
using namespace asio_wait;
using namespace std::chrono_literals;
using fetch::page;

namespace {

constexpr auto patience = 500ms;

struct cancelled_at_exit {
    const std::vector<task<page>>& tasks;
    ~cancelled_at_exit() {
        for (const auto& t : tasks)
            t.cancel();
    }
};

asio::awaitable<page> hedged_get(std::string first, std::string second) {
    const auto executor = co_await asio::this_coro::executor;
    std::vector<task<page>> copies;
    const cancelled_at_exit guard{copies}; // also when our caller gives up
    copies.push_back(create_task(executor, fetch::http_get(fetch::parse_url(first)), "copy 1"));
    co_await wait_for_tasks(copies, all_completed, patience);

    if (!copies[0].succeeded()) {
        std::cout << "  copy 1 " << (copies[0].done() ? "failed" : "has not answered in time")
                  << ": asking copy 2" << std::endl;
        copies.push_back(
            create_task(executor, fetch::http_get(fetch::parse_url(second)), "copy 2"));
    }
    auto [done, pending] = co_await wait_for_tasks(copies, first_success);
    const exception_group errors(done); // they have been seen, also when there is a success
    if (!pending.empty()) {
        auto rest = co_await cancel_and_wait(pending);
        for (const auto& t : rest.done)
            std::cout << "  " << t.name() << (t.cancelled() ? " was cancelled" : " ended, too")
                      << std::endl;
    }
    for (const auto& t : done) {
        if (t.succeeded()) {
            std::cout << "  " << t.name() << " answered" << std::endl;
            co_return t.take();
        }
    }
    throw errors;
}

asio::awaitable<void> show(const char* what, std::string first, std::string second) {
    std::cout << what << std::endl;
    try {
        const page p = co_await hedged_get(first, second);
        std::cout << "  " << p.status << ", " << p.body.size() << " bytes" << std::endl;
    } catch (const exception_group& group) {
        for (const task_error& e : group.errors()) {
            try {
                std::rethrow_exception(e.exception);
            } catch (const std::exception& x) {
                std::cout << "  " << e.name << ": " << x.what() << std::endl;
            }
        }
    }
}

asio::awaitable<void> demo(std::string origin) {
    co_await show("The first copy is fast:", origin + "/fast", origin + "/fast");
    co_await show("The first copy hangs:", origin + "/hangs", origin + "/fast");
    co_await show("The first copy fails at once:", origin + "/missing", origin + "/fast");
    co_await show("Both fail:", origin + "/missing", origin + "/missing");
}

} // namespace

int main() {
    const fetch::demo_server server;
    asio::io_context context;
    asio::co_spawn(context, demo(server.origin()), [](std::exception_ptr error) {
        if (error)
            std::rethrow_exception(error);
    });
    context.run();
}
