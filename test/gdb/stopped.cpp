// SPDX-License-Identifier: BSL-1.0

// A program to stop in a debugger, with tasks in all states. Globals, since they are there at -O2, too.

#include <asio_wait/any_task.hpp>
#include <asio_wait/create_task.hpp>
#include <asio_wait/task_set.hpp>
#include <asio_wait/wait_for_tasks.hpp>
#include <asio_wait/watch_tasks.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

namespace asio = boost::asio;
using namespace asio_wait;
using namespace std::chrono_literals;

task<int> price, sent, unknown, empty;
task<std::string> label;
task<void> payment, parcel, customer, refund;
any_task any_label;
task_set<> open_orders;
any_task_set sorted, moved_from;
wait_result<task<int>> prices;
// What no handle can be: seen as one they are broken. The second points to an object of zeros but for
// more unfinished members than members.
std::uintptr_t broken[40] = {0x10, reinterpret_cast<std::uintptr_t>(&broken[2])};
std::uintptr_t broken_result[] = {0x40, 0x10, 0, 0x10, 0x18, 0x18};

namespace {

asio::awaitable<int> find_price() {
    co_return 42;
}

asio::awaitable<std::string> print_label() {
    co_return "to Bonn";
}

asio::awaitable<void> pay() {
    throw std::runtime_error("no money");
    co_return;
}

asio::awaitable<void> carry() {
    asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
    co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> buy() {
    std::vector<any_task> all{parcel, price};
    co_await wait_for_tasks(all, return_when::all_completed, 1h);
}

asio::awaitable<void> pay_back() {
    co_await open_orders.async_wait(return_when::all_completed);
}

} // namespace

int main() {
    watch_tasks();
    open_orders = task_set<>(); // a watched one
    asio::io_context io(1);
    price = create_task(io, find_price(), "price");
    sent = create_task(io, find_price());
    label = create_task(io, print_label(), "label");
    payment = create_task(io, pay(), "payment");
    parcel = create_task(io, carry(), "parcel");
    customer = create_task(io, buy(), "customer");
    for (const task<void>& t : {payment, parcel, customer})
        open_orders.insert(t);
    refund = create_task(io, pay_back(), "refund");
    io.poll();
    static_cast<void>(sent.take());
    parcel.cancel();
    unknown = create_task(io, find_price(), "unknown");
    any_label = label;
    sorted.insert(price);
    sorted.insert(label);
    any_task_set elsewhere = std::move(moved_from);
    prices.done.push_back(price);
    prices.pending.push_back(unknown);
    broken[2 + 17] = 5;
    std::puts("everything is in place"); // stop here
    return static_cast<int>(broken[0] - 0x10);
}
