// SPDX-License-Identifier: BSL-1.0

// One half of a program whose two files see all headers in opposite orders. The tasks of each half
// are waited for by the other.
#include "all_headers_forward.inc"

#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdio>
#include <vector>

std::vector<asio_wait::any_task> start_reverse(boost::asio::io_context& io);
int sum_reverse(const std::vector<asio_wait::any_task>& tasks);

namespace {

boost::asio::awaitable<int> forward_value(int value) {
    co_return value;
}

} // namespace

int main() {
    boost::asio::io_context io;
    auto tasks = start_reverse(io);
    tasks.push_back(asio_wait::create_task(io, forward_value(4)));
    int sum = 0;
    asio_wait::wait_for_tasks(
        tasks, [&](boost::system::error_code ec, asio_wait::wait_result<asio_wait::any_task> r) {
            if (!ec && r.pending.empty())
                sum = sum_reverse(r.done);
        });
    io.run();
    std::printf("sum %d\n", sum);
    return sum == 7 ? 0 : 1;
}
