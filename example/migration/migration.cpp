// SPDX-License-Identifier: BSL-1.0

// What programs have built for themselves around Asio, in a few lines each: see ceph.hpp and
// silkworm.hpp.

#include "ceph.hpp"
#include "silkworm.hpp"
#include "work.hpp"

#include <boost/asio.hpp>

#include <iostream>

using namespace work;
using ceph_shapes::cancel_on_error;
using ceph_shapes::co_spawn_group;
using ceph_shapes::co_throttle;

namespace {

asio::awaitable<void> group() {
    co_spawn_group children(co_await asio::this_coro::executor);
    children.spawn(failing("1", 10ms));
    children.spawn(child("2", 150ms));
    co_await children.wait();
}

asio::awaitable<void> cancelling_group() {
    co_spawn_group children(co_await asio::this_coro::executor, cancel_on_error::after);
    children.spawn(child("1", 150ms));
    children.spawn(failing("2", 10ms));
    children.spawn(child("3", 1h));
    co_await children.wait();
}

asio::awaitable<void> left_early() {
    co_spawn_group children(co_await asio::this_coro::executor);
    children.spawn(child("1", 1h));
    throw std::runtime_error("the parent has failed");
}

asio::awaitable<void> throttle() {
    crowd c;
    co_throttle children(co_await asio::this_coro::executor, 2);
    for (int i = 1; i <= 5; ++i)
        co_await children.spawn(member(c, i * 5ms));
    co_await children.wait();
    c.report();
}

asio::awaitable<void> failing_throttle() {
    co_throttle children(co_await asio::this_coro::executor, 1, cancel_on_error::all);
    co_await children.spawn(failing("1", 10ms));
    co_await children.spawn(child("2", 1h)); // is started, and then cancelled
}

asio::awaitable<void> one() {
    using namespace silkworm_shapes;
    auto winner = co_await (value("fast", 10ms) || child("slow", 1h));
    std::cout << "  index " << winner.index() << ", value " << std::get<0>(winner) << '\n';
    winner = co_await (value("slow", 1h) || child("fast", 10ms));
    std::cout << "  index " << winner.index() << '\n';
    co_await (failing("1", 10ms) || child("2", 1h));
}

asio::awaitable<void> all() {
    using namespace silkworm_shapes;
    auto both = co_await (value("1", 10ms) && child("2", 150ms));
    std::cout << "  value " << std::get<0>(both) << '\n';
    co_await (failing("3", 10ms) && child("4", 1h));
}

asio::awaitable<void> clients(silkworm_shapes::task_group& group) {
    const auto executor = co_await asio::this_coro::executor;
    group.spawn(executor, child("client 1", 10ms));
    group.spawn(executor, child("client 2", 1h));
    co_await child("nobody for a while", 150ms);
    group.spawn(executor, failing("client 3", 10ms));
    co_await child("waiting for client 4", 1h);
}

asio::awaitable<void> server() {
    using namespace silkworm_shapes;
    silkworm_shapes::task_group group;
    co_await (clients(group) && group.wait());
}

asio::awaitable<void> demo() {
    co_await report("co_spawn_group, all are waited for:", group());
    co_await report("co_spawn_group, an error cancels what came after it:", cancelling_group());
    co_await report("co_spawn_group, left early:", left_early());
    co_await report("co_throttle, two at a time:", throttle());
    co_await report("co_throttle, an error cancels all:", failing_throttle());
    co_await report("wait_for_one:", one());
    co_await report("wait_for_all:", all());
    co_await report("task_group:", server());
}

} // namespace

int main() {
    asio::io_context context;
    asio::co_spawn(context, demo(), rethrow);
    context.run();
}
