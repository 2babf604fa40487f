// SPDX-License-Identifier: BSL-1.0
#pragma once

// What the tests of wait_for, shield and with_timeout have in common.

#include "semantics/semantics.hpp"

#include <exception>
#include <string>
#include <utility>

namespace family {

using namespace semantics;

/// How an operation ended, in one word, so that a mix-up of two outcomes shows.
inline std::string ending_of(const std::exception_ptr& e) {
    if (!e)
        return "value";
    try {
        std::rethrow_exception(e);
    } catch (const timeout_error&) {
        return "timeout_error";
    } catch (const boost::system::system_error& error) {
        return error.code() == asio::error::operation_aborted ? "cancelled" : error.what();
    } catch (const std::exception& error) {
        return error.what();
    }
}

/// Awaits an operation and tells how it ended.
template<class Operation>
asio::awaitable<std::string> ending(Operation operation) {
    std::exception_ptr error;
    try {
        co_await std::move(operation);
    } catch (...) {
        error = std::current_exception();
    }
    co_return ending_of(error);
}

/// Ignores a cancel for a while: a clean-up that takes its time. Then ends as cancelled.
inline asio::awaitable<int> slow_to_die(test::milliseconds clean_up, bool& cleaned) {
    std::exception_ptr cancel;
    try {
        co_await forever();
    } catch (...) {
        cancel = std::current_exception();
    }
    co_await asio::this_coro::reset_cancellation_state();
    co_await sleep_for(clean_up);
    cleaned = true;
    std::rethrow_exception(cancel);
}

/// Meets a cancel with an error of its own.
inline asio::awaitable<int> fails_when_cancelled(std::string what) {
    bool cancelled = false;
    try {
        co_await forever();
    } catch (const boost::system::system_error&) {
        cancelled = true;
    }
    throw boom(cancelled ? what : "not cancelled");
}

/// Takes note that it was begun.
inline asio::awaitable<int> notes_start(bool& begun) {
    begun = true;
    co_await sleep_for(10ms);
    co_return 1;
}

/// Tries to move a limit and tells whether that was refused.
template<class Limit>
bool refuses(timeout_scope& scope, const Limit& limit) {
    try {
        scope.reschedule(limit);
        return false;
    } catch (const invalid_scope_state&) {
        return true;
    }
}

/// Has this coroutine been asked to end?
inline asio::awaitable<bool> asked_to_end() {
    const auto state = co_await asio::this_coro::cancellation_state;
    co_return state.cancelled() != asio::cancellation_type::none;
}

} // namespace family
