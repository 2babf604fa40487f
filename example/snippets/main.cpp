// SPDX-License-Identifier: BSL-1.0
#include "snippets.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>

namespace asio = boost::asio;

asio::awaitable<int> slow_square(int value) {
    asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::milliseconds(value));
    co_await timer.async_wait(asio::use_awaitable);
    co_return value* value;
}

void expect(bool condition, const char* what) {
    if (!condition) {
        std::fprintf(stderr, "snippet: %s\n", what);
        std::exit(1);
    }
}

namespace {

asio::awaitable<void> all() {
    co_await task_snippets();
    co_await wait_snippets();
    co_await cancel_snippets();
    co_await task_set_snippets();
    co_await family_snippets();
    co_await group_snippets();
    co_await condition_snippets();
    co_await watching_snippets();
}

} // namespace

int main() {
    asio::io_context io(1);
    bool ended = false;
    asio::co_spawn(io, all(), [&](std::exception_ptr e) {
        if (e)
            std::rethrow_exception(e);
        ended = true;
    });
    io.run();
    expect(ended, "not all ran to the end");
}
