// SPDX-License-Identifier: BSL-1.0

// Asks all mirrors at once: the first success wins. When there is none, every error is reported.

#include "fetch/demo_server.hpp"
#include "fetch/http_get.hpp"

#include <asio_wait.hpp>

#include <boost/asio.hpp>

#include <exception>
#include <iostream>
#include <string>
#include <vector>

namespace asio = boost::asio;
using namespace asio_wait;
using fetch::page;

namespace {

struct download {
    std::string mirror;
    page content;
};

asio::awaitable<download> get(std::string mirror) {
    page content = co_await fetch::http_get(fetch::parse_url(mirror));
    co_return download{std::move(mirror), std::move(content)};
}

struct cancelled_at_exit {
    task_set<download>& tasks;
    ~cancelled_at_exit() { tasks.cancel_all(); }
};

asio::awaitable<download> get_from_any(std::vector<std::string> mirrors) {
    const auto executor = co_await asio::this_coro::executor;
    task_set<download> downloads;
    const cancelled_at_exit guard{downloads}; // the losers, or all when our caller gives up
    for (const std::string& mirror : mirrors)
        downloads.spawn(executor, get(mirror), mirror);

    auto done = co_await downloads.async_wait(first_success);
    exception_group errors(done);
    for (const auto& t : done)
        if (t.succeeded())
            co_return t.take();
    throw errors;
}

asio::awaitable<void> show(const char* what, std::vector<std::string> mirrors) {
    std::cout << what << std::endl;
    try {
        const download d = co_await get_from_any(std::move(mirrors));
        std::cout << "  " << d.mirror << " gave " << d.content.body.size() << " bytes" << std::endl;
    } catch (const exception_group& group) {
        std::cout << "  none of " << group.errors().size() << ':' << std::endl;
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
    std::vector<std::string> mirrors{origin + "/hangs", origin + "/breaks-off", origin + "/missing",
                                     origin + "/slow", origin + "/fast"};
    co_await show("Five mirrors, of which two work:", mirrors);
    mirrors = {origin + "/breaks-off", origin + "/missing", origin + "/fails"};
    co_await show("Three mirrors, of which none works:", mirrors);
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
