// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <optional>
#include <utility>

namespace bench {

namespace asio = boost::asio;

/// The event of a hand-written countdown: one saved handler, posted once. One thread.
/** Knows the handler's type, so that it costs as little as a hand-writer can make it cost. */
template<class Ex>
class one_shot_event {
    using token = asio::use_awaitable_t<Ex>;
    using handler = typename asio::async_result<token, void()>::handler_type;

public:
    auto wait() {
        return asio::async_initiate<token, void()>(
            [this](handler&& h) { handler_.emplace(std::move(h)); }, token_);
    }

    void set() {
        handler h(std::move(*handler_));
        handler_.reset();
        const auto ex = asio::get_associated_executor(h);
        asio::post(ex, std::move(h));
    }

private:
    token token_;
    std::optional<handler> handler_;
};

} // namespace bench
