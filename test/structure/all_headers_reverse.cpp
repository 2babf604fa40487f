// SPDX-License-Identifier: BSL-1.0

// The other half: see all_headers_forward.cpp.
#include "all_headers_reverse.inc"

#include <boost/asio/io_context.hpp>

#include <vector>

namespace {

boost::asio::awaitable<int> reverse_value(int value) {
    co_return value;
}

} // namespace

std::vector<asio_wait::any_task> start_reverse(boost::asio::io_context& io) {
    std::vector<asio_wait::any_task> tasks;
    tasks.push_back(asio_wait::create_task(io, reverse_value(1)));
    tasks.push_back(asio_wait::create_task(io, reverse_value(2)));
    return tasks;
}

int sum_reverse(const std::vector<asio_wait::any_task>& tasks) {
    int sum = 0;
    for (const auto& t : tasks)
        sum += t.get<int>().result();
    return sum;
}
