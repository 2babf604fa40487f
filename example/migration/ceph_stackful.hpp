// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ceph.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/spawn.hpp>

// The shape of Ceph's spawn_throttle: the same for stackful coroutines. It needs Boost.Context. In
// Boost 1.81 a yield_context does not compile where an operation gives an exception_ptr and a value;
// as_tuple helps.

namespace ceph_shapes {

class spawn_throttle : co_spawn_group {
public:
    spawn_throttle(asio::yield_context yield, std::size_t limit,
                   cancel_on_error on_error = cancel_on_error::none)
        : co_spawn_group(yield.get_executor(), on_error), yield_(yield) {
        children_.limit(limit);
    }

    using co_spawn_group::cancel;

    template<class F>
    void spawn(F child) {
        auto body = [executor = executor_, child]() -> asio::awaitable<void> {
            co_await asio::spawn(executor, child, asio::use_awaitable);
        };
        const auto [error, started] =
            children_.async_spawn(executor_, std::move(body), asio::as_tuple(yield_));
        first_ = first_ ? first_ : error;
        while (auto ended = children_.try_next())
            note(*ended);
        rethrow();
    }

    void wait() {
        while (!children_.empty())
            note(children_.async_next(yield_));
        rethrow();
    }

private:
    asio::yield_context yield_;
};

} // namespace ceph_shapes
