// SPDX-License-Identifier: BSL-1.0

// Steps that wait for one other body: as a task, or as a block inside a scope.

#include "world.hpp"

#include <utility>

namespace differential {
namespace {

/// The value, in words, that an operation gives.
template<class Operation>
asio::awaitable<outcome> value_of(Operation operation) {
    outcome o;
    try {
        const int value = co_await std::move(operation);
        o.text = "value:" + std::to_string(value);
    } catch (...) {
        o.error = std::current_exception();
    }
    co_return o;
}

} // namespace

asio::awaitable<outcome> wait_for_one(world& w, place at) {
    const step& s = *at.what;
    if (s.op == "wait_for") {
        const auto limit = limit_of(s.word(0));
        actor* a = w.find(s.word(1));
        if (a != nullptr && !a->started) {
            a->started = true;
            co_return co_await value_of(
                wait_for(w.play(w.index(s.word(1)), start::as_work), limit, asio::use_awaitable));
        }
        const task<int> t = w.handle(s.word(1));
        if (!t.valid())
            co_return outcome{"nobody", nullptr};
        co_return co_await value_of(wait_for(t, limit, asio::use_awaitable));
    }
    const task<int> t = w.handle(s.word(0));
    if (!t.valid())
        co_return outcome{"nobody", nullptr};
    if (s.op == "join")
        co_return co_await value_of(t.async_join(asio::use_awaitable));
    if (s.op == "get")
        co_return co_await value_of(t.async_get(asio::use_awaitable));
    co_return co_await value_of(shield(t, asio::use_awaitable));
}

asio::awaitable<outcome> run_scope(world& w, place at) {
    const step& s = *at.what;
    const bool timed = s.op == "timeout";
    const std::string& name = s.word(timed ? 1 : 0);
    actor* a = w.find(name);
    if (a == nullptr || a->started)
        co_return outcome{"nobody", nullptr};
    a->started = true;
    const std::size_t i = w.index(name);
    if (timed) {
        const auto block = [&w, a, i](asio_wait::timeout_scope& scope) -> asio::awaitable<int> {
            a->scope = scope;
            co_return co_await w.play(i, start::as_block);
        };
        co_return co_await value_of(with_timeout(limit_of(s.word(0)), block, asio::use_awaitable));
    }
    const auto block = [&w, a, i](asio_wait::task_group& group) -> asio::awaitable<int> {
        a->group = group;
        co_return co_await w.play(i, start::as_block);
    };
    co_return co_await value_of(with_task_group(block, asio::use_awaitable));
}

} // namespace differential
