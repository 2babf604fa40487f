// SPDX-License-Identifier: BSL-1.0

// stuck: a service that hangs, and says why (SIGUSR1: as text, SIGUSR2: as a graph; SIGTERM ends it).
// Orders wait for stock, stock waits for a delivery, and the delivery waits for the orders.

#include <asio_wait.hpp>
#include <asio_wait/chrome_trace.hpp>

#include <boost/asio.hpp>
#include <boost/json/src.hpp>

#include <chrono>
#include <csignal>
#include <fstream>
#include <iostream>
#include <memory>

namespace asio = boost::asio;
using namespace asio_wait;
using namespace std::chrono_literals;

namespace {

struct departments {
    task<void> orders, stock, delivery;
};
using shop = std::shared_ptr<departments>;

asio::awaitable<void> count_shelves() {
    asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
    co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> take_orders(shop s) {
    co_await asio::post(asio::use_awaitable); // until all departments are there
    co_await s->stock.async_wait(asio::use_awaitable);
}

asio::awaitable<void> fill_stock(shop s) {
    co_await asio::post(asio::use_awaitable);
    const auto executor = co_await asio::this_coro::executor;
    co_await gather(s->delivery, create_task(executor, count_shelves(), "shelves"));
}

asio::awaitable<void> deliver(shop s) {
    task_set<> customers;
    customers.insert(s->orders);
    co_await customers.async_wait(return_when::all_completed);
}

asio::awaitable<void> run_shop() {
    const auto executor = co_await asio::this_coro::executor;
    const shop s = std::make_shared<departments>();
    s->orders = create_task(executor, take_orders(s), "orders");
    s->stock = create_task(executor, fill_stock(s), "stock");
    s->delivery = create_task(executor, deliver(s), "delivery");
    co_await s->orders.async_wait(asio::use_awaitable);
}

/// Prints the tasks as text or as a graph, as the signal asks, and ends at SIGTERM.
asio::awaitable<void> answer_signals(asio::any_io_executor executor) {
    asio::signal_set signals(executor, SIGUSR1, SIGUSR2, SIGTERM);
    std::cout << "ready" << std::endl;
    for (int s = 0; (s = co_await signals.async_wait(asio::use_awaitable)) != SIGTERM;) {
        dump_tasks(std::cout, s == SIGUSR1 ? dump_format::text : dump_format::dot);
        std::cout.flush();
    }
}

} // namespace

int main(int argc, char** argv) {
    watch_tasks(); // or ASIO_WAIT_WATCH=1 in the environment
    const chrome_trace trace;
    if (argc > 1) // stuck <file>: a timeline for ui.perfetto.dev
        set_task_event_handler(trace.handler());
    asio::io_context io(1);
    const auto main_task = create_task(io, run_shop(), "shop");
    asio::co_spawn(io, answer_signals(io.get_executor()), [&](std::exception_ptr) { io.stop(); });
    io.run();
    if (argc > 1) {
        std::ofstream file(argv[1]);
        trace.write(file);
    }
}
