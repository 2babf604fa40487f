// SPDX-License-Identifier: BSL-1.0
#pragma once

// Small coroutines that take an exact virtual time and then return, fail or simply end.

#include "pending_note.hpp"
#include "virtual_clock.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

namespace test {

using milliseconds = std::chrono::milliseconds;

/// The error that test tasks fail with.
struct boom : std::runtime_error {
    explicit boom(const std::string& what = "boom") : std::runtime_error(what) {}
};

inline asio::awaitable<void> sleep_for(milliseconds d,
                                       boost::source_location where = BOOST_CURRENT_LOCATION) {
    const pending_note note("sleep_for " + std::to_string(d.count()) + " ms", where);
    virtual_timer timer(co_await asio::this_coro::executor, d);
    co_await timer.async_wait(asio::use_awaitable);
}

/// One turn: asyncio's `await sleep(0)`.
inline asio::awaitable<void> yield_once() {
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
}

/// Several turns.
inline asio::awaitable<void> yield_times(int n) {
    for (int i = 0; i < n; ++i)
        co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
}

template<class T>
asio::awaitable<T> sleeper(milliseconds d, T value,
                           boost::source_location where = BOOST_CURRENT_LOCATION) {
    co_await sleep_for(d, where);
    co_return std::move(value);
}

inline asio::awaitable<void> sleeper(milliseconds d,
                                     boost::source_location where = BOOST_CURRENT_LOCATION) {
    co_await sleep_for(d, where);
}

template<class T = void>
asio::awaitable<T> failing(milliseconds d, std::string what = "boom",
                           boost::source_location where = BOOST_CURRENT_LOCATION) {
    if (d > milliseconds::zero())
        co_await sleep_for(d, where);
    throw boom(what);
}

/// Never ends by itself; a cancel ends it.
inline asio::awaitable<void> forever(boost::source_location where = BOOST_CURRENT_LOCATION) {
    const pending_note note("forever", where);
    virtual_timer timer(co_await asio::this_coro::executor, virtual_clock::time_point::max());
    co_await timer.async_wait(asio::use_awaitable);
}

/// Is this how Asio says "cancelled"?
inline bool is_cancelled_error(const std::exception_ptr& e) {
    if (!e)
        return false;
    try {
        std::rethrow_exception(e);
    } catch (const boost::system::system_error& error) {
        return error.code() == boost::system::errc::operation_canceled;
    } catch (...) {
        return false;
    }
}

/// The text of an exception, "" for none.
inline std::string what_of(const std::exception_ptr& e) {
    if (!e)
        return {};
    try {
        std::rethrow_exception(e);
    } catch (const std::exception& error) {
        return error.what();
    } catch (...) {
        return "?";
    }
}

} // namespace test
