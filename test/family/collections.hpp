// SPDX-License-Identifier: BSL-1.0
#pragma once

// What the tests of the calls over many tasks share: as_completed, gather, cancel_and_wait,
// semaphore, for_each_limited.

#include "semantics/semantics.hpp"
#include "support/lifetime_tracker.hpp"
#include "support/tracker_executor.hpp"
#include "support/unobserved_log.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_future.hpp>

#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace family {

using namespace semantics;
using boost::system::system_error;
using test::run_virtual;
using test::virtual_clock;
using test::virtual_timer;

/// A value that can only be moved and cannot be made from nothing.
struct ticket {
    explicit ticket(int n) : number(std::make_unique<int>(n)) {}
    std::unique_ptr<int> number;
};

/// An error in one word: "" for none.
inline std::string word(const std::exception_ptr& e) {
    if (!e)
        return {};
    try {
        std::rethrow_exception(e);
    } catch (const timeout_error&) {
        return "timeout";
    } catch (const system_error& error) {
        return error.code() == asio::error::operation_aborted ? "aborted" : error.what();
    } catch (const std::exception& error) {
        return error.what();
    }
}

/// How an awaitable or deferred operation fails, in one word; its value is dropped.
template<class Operation>
asio::awaitable<std::string> error_of(Operation operation) {
    try {
        co_await std::move(operation);
    } catch (...) {
        co_return word(std::current_exception());
    }
    co_return std::string();
}

/// The names of all steps of a stream, "timeout" for one that is too late.
template<class Stream>
asio::awaitable<std::string> drain(Stream& stream) {
    std::string text;
    for (;;) {
        auto [e, t] = co_await stream.async_next(as_tuple_awaitable);
        if (!e && !t)
            co_return text;
        text += (text.empty() ? "" : " ") + (t ? t->name() : word(e));
    }
}

/// Needs some time to clean up after a cancel, then ends as cancelled.
inline asio::awaitable<void> cleans_up_for(test::milliseconds d) {
    std::exception_ptr cancelled;
    try {
        co_await forever();
    } catch (...) {
        cancelled = std::current_exception();
    }
    co_await asio::this_coro::reset_cancellation_state();
    co_await sleep_for(d);
    std::rethrow_exception(cancelled);
}

/// Answers a cancel with a value or another error, after some time.
inline asio::awaitable<int> swallows_and_returns(test::milliseconds d, int value) {
    int seen = 0;
    co_await swallows_cancels(1, seen);
    if (d > 0ms)
        co_await sleep_for(d);
    co_return value;
}

inline asio::awaitable<int> fails_when_cancelled(test::milliseconds d, std::string what) {
    co_await swallows_and_returns(d, 0);
    throw boom(what);
}

/// A value behind a coroutine of its own, so that it needs no copy.
inline asio::awaitable<ticket> ticket_after(test::milliseconds d, int n) {
    co_await sleep_for(d);
    co_return ticket(n);
}

} // namespace family
