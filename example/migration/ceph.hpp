// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/task_set.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstddef>
#include <exception>
#include <utility>

// The shapes of Ceph's co_spawn_group and co_throttle (src/common/async there) on a task_set, in at
// most ten statements each. Other than there, errors are acted upon in spawn and wait only.

namespace ceph_shapes {

namespace asio = boost::asio;

enum class cancel_on_error { none, after, all };

/// Children side by side: wait() waits for all of them and throws the first error.
class co_spawn_group {
public:
    explicit co_spawn_group(asio::any_io_executor executor,
                            cancel_on_error on_error = cancel_on_error::none)
        : executor_(std::move(executor)), on_error_(on_error) {}

    ~co_spawn_group() { cancel(); }

    void spawn(asio::awaitable<void> child) { children_.spawn(executor_, std::move(child)); }

    void cancel() { children_.cancel_all(); }

    asio::awaitable<void> wait() {
        while (!children_.empty())
            note(co_await children_.async_next());
        rethrow();
    }

protected:
    void note(const asio_wait::task<>& t) {
        if (const auto error = t.exception()) {
            first_ = first_ ? first_ : error;
            for (const auto& other : children_)
                if (on_error_ == cancel_on_error::all ||
                    (on_error_ == cancel_on_error::after && other > t)) // spawned after it
                    other.cancel();
        }
    }

    void rethrow() {
        if (first_)
            std::rethrow_exception(std::exchange(first_, nullptr));
    }

    asio::any_io_executor executor_;
    cancel_on_error on_error_;
    asio_wait::task_set<> children_;
    std::exception_ptr first_;
};

/// The same, but spawn() waits while so many are running, and throws the first error so far.
class co_throttle : public co_spawn_group {
public:
    co_throttle(asio::any_io_executor executor, std::size_t limit,
                cancel_on_error on_error = cancel_on_error::none)
        : co_spawn_group(std::move(executor), on_error) {
        children_.limit(limit);
    }

    asio::awaitable<void> spawn(asio::awaitable<void> child) {
        co_await children_.async_spawn(executor_, std::move(child));
        while (auto ended = children_.try_next())
            note(*ended);
        rethrow();
    }
};

} // namespace ceph_shapes
