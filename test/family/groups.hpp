// SPDX-License-Identifier: BSL-1.0
#pragma once

// What the tests of task groups have in common.

#include "semantics/semantics.hpp"

#include <exception>
#include <string>
#include <utility>

namespace groups {

using namespace semantics;
using test::milliseconds;

/// An error in a few words: "" for none, "aborted", "late" for a timeout, "<a b>" for a group, which
/// may contain groups.
inline std::string word(const std::exception_ptr& e) {
    if (!e)
        return {};
    try {
        std::rethrow_exception(e);
    } catch (const exception_group& group) {
        std::string text;
        for (const task_error& error : group.errors())
            text += (text.empty() ? "" : " ") + word(error.exception);
        return "<" + text + ">";
    } catch (const timeout_error&) {
        return "late";
    } catch (const boost::system::system_error& error) {
        return error.code() == asio::error::operation_aborted ? "aborted" : error.what();
    } catch (const std::exception& error) {
        return error.what();
    } catch (...) {
        return "?";
    }
}

/// How an operation ends.
template<class Operation>
asio::awaitable<std::string> ending(Operation operation) {
    std::exception_ptr error;
    try {
        co_await std::move(operation);
    } catch (...) {
        error = std::current_exception();
    }
    co_return word(error);
}

/// The text of a group's error.
template<class Operation>
asio::awaitable<std::string> text_of(Operation operation) {
    std::exception_ptr error;
    try {
        co_await std::move(operation);
    } catch (...) {
        error = std::current_exception();
    }
    co_return what_of(error);
}

/// Runs until it is cancelled, and counts that.
inline asio::awaitable<void> counts_cancel(int& count) {
    try {
        co_await forever();
    } catch (const boost::system::system_error&) {
        ++count;
        throw;
    }
}

/// Meets its cancel with an error of its own.
inline asio::awaitable<void> fails_when_cancelled(std::string what) {
    try {
        co_await forever();
    } catch (const boost::system::system_error&) {
        throw boom(what);
    }
}

/// Swallows one cancel and takes so long to end.
inline asio::awaitable<void> resists(milliseconds d, int& cancels) {
    try {
        co_await forever();
    } catch (const boost::system::system_error&) {
        ++cancels;
    }
    co_await asio::this_coro::reset_cancellation_state();
    co_await sleep_for(d);
}

/// Is it refused because its group is over or being cancelled?
template<class F>
bool refused(F f) {
    try {
        f();
    } catch (const invalid_scope_state&) {
        return true;
    }
    return false;
}

} // namespace groups
