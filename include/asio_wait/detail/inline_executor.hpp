// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>

#include <boost/asio/execution/blocking.hpp>

#include <utility>

namespace asio_wait::inline v0::detail {

/// Runs a function where it is submitted. For handlers of ours that only touch our own state.
class inline_executor {
public:
    template<class F>
    void execute(F&& f) const {
        std::forward<F>(f)();
    }

    static constexpr boost::asio::execution::blocking_t query(
        boost::asio::execution::blocking_t) noexcept {
        return boost::asio::execution::blocking.always;
    }

    friend bool operator==(const inline_executor&, const inline_executor&) noexcept { return true; }
    friend bool operator!=(const inline_executor&, const inline_executor&) noexcept {
        return false;
    }
};

} // namespace asio_wait::inline v0::detail
