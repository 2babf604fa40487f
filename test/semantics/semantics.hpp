// SPDX-License-Identifier: BSL-1.0
#pragma once

// What the tests of asyncio's behaviour have in common. A test is named after its row (W1, K5, ...)
// of the comparison with asyncio, or after CPython's own test; a number D1..D19 in a comment names
// the decision by which we differ on purpose.

#include "support/co_test.hpp"
#include "support/manual_future.hpp"
#include "support/printing.hpp"
#include "support/sleepers.hpp"

#include <asio_wait.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/execution.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace semantics {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace asio_wait;
using boost::system::error_code;
using test::boom;
using test::failing;
using test::forever;
using test::is_cancelled_error;
using test::manual_future;
using test::names;
using test::sleep_for;
using test::sleeper;
using test::what_of;
using test::yield_once;
using test::yield_times;

inline constexpr auto as_tuple_awaitable = asio::as_tuple(asio::use_awaitable);

/// Enough turns for everything that is ready to be delivered, with no virtual time going by.
inline constexpr int settle = 12;

inline std::int64_t now() {
    return test::virtual_clock::ms();
}

/// A limit on the virtual clock.
inline test::virtual_clock::time_point in(test::milliseconds d) {
    return test::virtual_clock::now() + d;
}

/// An executor that never runs anything inline: tasks made on it start in a later turn (D15).
inline asio::any_io_executor lazy(const asio::any_io_executor& ex) {
    return asio::require(ex, asio::execution::blocking.never);
}

/// A task that has ended with this value.
template<class T>
asio::awaitable<task<T>> finished(T value, std::string name) {
    auto t = create_task(co_await asio::this_coro::executor,
                         sleeper(test::milliseconds(0), std::move(value)), std::move(name));
    while (!t.done())
        co_await yield_once();
    co_return t;
}

inline asio::awaitable<void> until_done(any_task t) {
    co_await t.async_wait();
}

/// Counts how often a cancel arrives; goes on after each until `rounds` arrived.
inline asio::awaitable<int> swallows_cancels(int rounds, int& seen) {
    for (int i = 0; i < rounds; ++i) {
        try {
            co_await forever();
        } catch (const boost::system::system_error&) {
            ++seen;
        }
        co_await asio::this_coro::reset_cancellation_state();
    }
    co_return 42;
}

/// A range that can be walked only once, making each element when it is asked for it.
template<class T>
class one_shot {
public:
    one_shot(int count, std::function<T(int)> make) : count_(count), make_(std::move(make)) {}

    class iterator {
    public:
        using value_type = T;
        using difference_type = std::ptrdiff_t;
        iterator() = default;
        explicit iterator(one_shot* owner) : owner_(owner) {}
        T operator*() const { return owner_->make_(owner_->at_); }

        iterator& operator++() {
            ++owner_->at_;
            return *this;
        }

        bool at_end() const { return owner_->at_ == owner_->count_; }

        void operator++(int) { ++*this; }

        friend bool operator==(const iterator& i, std::default_sentinel_t) { return i.at_end(); }

    private:
        one_shot* owner_ = nullptr;
    };

    iterator begin() { return iterator(this); }
    std::default_sentinel_t end() const { return {}; }

private:
    int at_ = 0;
    int count_;
    std::function<T(int)> make_;
};

} // namespace semantics
