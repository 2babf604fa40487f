// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/wait_traits.hpp>

#include <chrono>
#include <cstddef>
#include <cstdlib>

namespace bench {

namespace asio = boost::asio;

/// What every task of the first workload does: one turn through the loop.
template<class Ex>
asio::awaitable<int, Ex> one_turn(int i) {
    co_await asio::post(asio::use_awaitable_t<Ex>());
    co_return i;
}

/// What every pending task does.
template<class Ex>
asio::awaitable<int, Ex> sleeper() {
    using clock = std::chrono::steady_clock;
    asio::basic_waitable_timer<clock, asio::wait_traits<clock>, Ex> timer(
        co_await asio::this_coro::executor, std::chrono::hours(1));
    co_await timer.async_wait(asio::use_awaitable_t<Ex>());
    co_return 0;
}

/// The same without an exception when it is cancelled: throwing costs ten times what is measured.
template<class Ex>
asio::awaitable<int, Ex> quiet_sleeper() {
    using clock = std::chrono::steady_clock;
    asio::basic_waitable_timer<clock, asio::wait_traits<clock>, Ex> timer(
        co_await asio::this_coro::executor, std::chrono::hours(1));
    auto [ec] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable_t<Ex>()));
    co_return ec ? 1 : 0;
}

/// What the values 0 ... n - 1 add up to.
inline long long sum_below(std::size_t n) {
    return static_cast<long long>(n) * (static_cast<long long>(n) - 1) / 2;
}

/// A row that does not do its work must not be measured.
inline void check(bool as_expected) {
    if (!as_expected)
        std::abort();
}

} // namespace bench
