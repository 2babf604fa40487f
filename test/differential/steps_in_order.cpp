// SPDX-License-Identifier: BSL-1.0

// Steps that take tasks one by one in order of completion.

#include "world.hpp"

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace differential {
namespace {

std::string words_of_task(const task<int>& t) {
    return t.succeeded() ? "value:" + std::to_string(t.result()) : words_of(t.exception());
}

asio::awaitable<outcome> completed(world& w, place at) {
    const step& s = *at.what;
    const auto limit = limit_of(s.word(0));
    auto stream = as_completed(w.handles(s, 1), limit);
    for (;;) {
        auto [error, t] = co_await stream.async_next(as_tuple);
        if (error && at.what->tried && words_of(error) == "cancelled") {
            w.log(at, "step cancelled");
            co_await asio::this_coro::reset_cancellation_state();
            continue;
        }
        if (error || !t)
            co_return outcome{"completed", error};
        w.log(at, "step " + words_of_task(*t));
    }
}

/// `collect set limit`: while others insert.
asio::awaitable<outcome> collect(world& w, place at) {
    const step& s = *at.what;
    growing_set& set = w.set(s.word(0));
    if (std::exchange(set.busy, true))
        co_return outcome{"busy", nullptr};
    outcome o{"collected", nullptr};
    while (!o.error && !set.tasks.empty()) {
        auto [ec, t] = co_await set.tasks.async_next(limit_of(s.word(1)), as_tuple);
        if (ec)
            o.error = std::make_exception_ptr(boost::system::system_error(ec));
        else
            w.log(at, "step " + t.name());
    }
    set.busy = false;
    co_return o;
}

} // namespace

asio::awaitable<outcome> wait_in_order(world& w, place at) {
    return at.what->op == "completed" ? completed(w, at) : collect(w, at);
}

} // namespace differential
