// SPDX-License-Identifier: BSL-1.0

// What Ceph has for stackful coroutines: see ceph_stackful.hpp.

#include "ceph_stackful.hpp"
#include "work.hpp"

#include <boost/asio.hpp>
#include <boost/asio/spawn.hpp>

#include <iostream>
#include <stdexcept>

using namespace work;
using ceph_shapes::cancel_on_error;
using ceph_shapes::spawn_throttle;

namespace {

void sleep(asio::yield_context yield, std::chrono::milliseconds delay) {
    asio::steady_timer(yield.get_executor(), delay).async_wait(yield);
}

void parent(asio::yield_context yield) {
    std::cout << "spawn_throttle, two at a time:\n";
    crowd c;
    spawn_throttle children(yield, 2);
    for (int i = 1; i <= 5; ++i) {
        children.spawn([&c, i](asio::yield_context y) {
            c.enter();
            sleep(y, i * 5ms);
            c.leave();
        });
    }
    children.wait();
    c.report();
}

void failing_parent(asio::yield_context yield) {
    std::cout << "spawn_throttle, an error cancels all:\n";
    spawn_throttle children(yield, 2, cancel_on_error::all);
    children.spawn([](asio::yield_context y) {
        sleep(y, 10ms);
        throw std::runtime_error("1 has failed");
    });
    children.spawn([](asio::yield_context y) {
        const notice n{"2"};
        sleep(y, 1h);
    });
    try {
        children.wait();
    } catch (const std::runtime_error& e) {
        std::cout << "  error: " << e.what() << '\n';
    }
}

} // namespace

int main() {
    asio::io_context context;
    const auto all = [](asio::yield_context yield) {
        parent(yield);
        failing_parent(yield);
    };
    asio::spawn(context, all, rethrow);
    context.run();
}
