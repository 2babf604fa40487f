// SPDX-License-Identifier: BSL-1.0
#pragma once

// A value that the test sets by hand and coroutines wait for: asyncio's Future, as a helper.
//
//     test::manual_future<int> f(ex);
//     auto t = create_task(ex, f.get());
//     f.set_result(42);                  // wakes every waiter through its executor, never inline
//
// A waiter that is cancelled cancels the future, as in asyncio. Copies are the same future.

#include "pending_note.hpp"
#include "virtual_clock.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

namespace test {

template<class T = int>
class manual_future {
public:
    explicit manual_future(asio::any_io_executor ex) : state_(std::make_shared<state>(ex)) {}

    /// A second setter throws, as asyncio's InvalidStateError.
    void set_result(T value) {
        end([&] { state_->value.emplace(std::move(value)); });
    }
    void set_exception(std::exception_ptr e) {
        end([&] { state_->error = e; });
    }

    /// False when it had ended before.
    bool cancel() {
        if (state_->done)
            return false;
        state_->cancelled = true;
        set_exception(aborted());
        return true;
    }

    bool done() const { return state_->done; }
    bool cancelled() const { return state_->cancelled; }
    int waiters() const { return state_->waiters; }

    asio::awaitable<T> get(boost::source_location where = BOOST_CURRENT_LOCATION) const {
        return wait(state_, where);
    }

private:
    struct state {
        explicit state(const asio::any_io_executor& ex)
            : gate(ex, virtual_clock::time_point::max()) {}

        virtual_timer gate; // never expires; ending the future cancels the waits
        std::optional<T> value;
        std::exception_ptr error;
        bool done = false;
        bool cancelled = false;
        int waiters = 0;
    };

    static std::exception_ptr aborted() {
        return std::make_exception_ptr(
            boost::system::system_error(asio::error::operation_aborted, "manual_future"));
    }

    template<class F>
    void end(F f) {
        if (state_->done)
            throw std::logic_error("manual_future set twice");
        f();
        state_->done = true;
        state_->gate.cancel();
    }

    static asio::awaitable<T> wait(std::shared_ptr<state> s, boost::source_location where) {
        const pending_note note("manual_future", where);
        if (!s->done) {
            ++s->waiters;
            co_await s->gate.async_wait(asio::as_tuple(asio::use_awaitable));
            --s->waiters;
        }
        if (!s->done) { // the gate opened for a cancel of this coroutine
            s->done = s->cancelled = true;
            s->error = aborted();
            s->gate.cancel();
        }
        if (s->error)
            std::rethrow_exception(s->error);
        co_return *s->value;
    }

    std::shared_ptr<state> state_;
};

} // namespace test
