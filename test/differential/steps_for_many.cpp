// SPDX-License-Identifier: BSL-1.0

// Steps that wait for several tasks.

#include "world.hpp"

#include <boost/asio/this_coro.hpp>
#include <boost/system/result.hpp>

#include <utility>

namespace differential {
namespace {

using asio_wait::return_when;

return_when mode_of(const std::string& word) {
    return word == "first_completed"   ? return_when::first_completed
           : word == "first_exception" ? return_when::first_exception
                                       : return_when::all_completed;
}

std::string split(const world& w, const std::vector<task<int>>& done,
                  const std::vector<task<int>>& pending) {
    return "done" + w.names(done) + " pending" + w.names(pending);
}

std::exception_ptr as_error(const boost::system::error_code& ec) {
    return ec ? std::make_exception_ptr(boost::system::system_error(ec)) : nullptr;
}

asio::awaitable<outcome> wait_once(world& w, place at) {
    const step& s = *at.what;
    const auto mode = mode_of(s.word(0));
    const auto limit = limit_of(s.word(1));
    const auto tasks = w.handles(s, 2);
    auto [ec, result] = co_await wait_for_tasks(w.executor(), tasks, mode, limit, as_tuple);
    co_return outcome{split(w, result.done, result.pending), as_error(ec)};
}

/// One round of the usual loop, in one of the three ways there are.
struct rounds {
    std::string way;
    std::vector<task<int>> pending{};
    asio_wait::task_set<int> set{};

    bool over() const { return way == "vector" ? pending.empty() : set.empty(); }

    void add(const task<int>& t) {
        if (way == "vector")
            pending.push_back(t);
        else
            set.insert(t);
    }

    asio::awaitable<std::pair<boost::system::error_code, std::vector<task<int>>>> next(
        return_when mode, clock::time_point limit) {
        if (way == "vector") {
            auto [ec, r] = co_await wait_for_tasks(pending, mode, limit, as_tuple);
            pending = std::move(r.pending);
            co_return std::pair(ec, std::move(r.done));
        }
        if (way == "moved") {
            auto [ec, r] = co_await wait_for_tasks(std::move(set), mode, limit, as_tuple);
            set = std::move(r.pending);
            co_return std::pair(ec, std::move(r.done));
        }
        auto [ec, done] = co_await set.async_wait(mode, limit, as_tuple);
        co_return std::pair(ec, std::move(done));
    }

    std::vector<task<int>> left() const { return way == "vector" ? pending : set.snapshot(); }
};

/// `drain way mode limit tasks + later`: "later" joins after the first round.
asio::awaitable<outcome> drain(world& w, place at) {
    const step& s = *at.what;
    const auto mode = mode_of(s.word(1));
    const auto plus =
        static_cast<std::size_t>(std::find(s.words.begin(), s.words.end(), "+") - s.words.begin());
    rounds r{s.word(0)};
    std::vector<std::uint64_t> known; // asyncio's set takes a task once
    const auto add = [&](const std::vector<task<int>>& tasks) {
        for (const auto& t : tasks)
            if (std::find(known.begin(), known.end(), t.id()) == known.end()) {
                known.push_back(t.id());
                r.add(t);
            }
    };
    add(w.handles(s, 3));
    bool grown = false;
    while (!r.over()) {
        const std::int64_t start = now();
        auto [ec, done] = co_await r.next(mode, limit_of(s.word(2)));
        if (ec)
            co_return outcome{"", as_error(ec)};
        w.log_wait(at, start, "round " + split(w, done, r.left()));
        if (done.empty())
            break;
        if (!std::exchange(grown, true))
            add(w.handles(s, plus + 1));
    }
    co_return outcome{"drained", nullptr};
}

asio::awaitable<outcome> gather_values(world& w, place at) {
    const step& s = *at.what;
    outcome o;
    try {
        std::vector<int> values;
        if (w.all_new(s, 0) && !s.words.empty()) {
            std::vector<asio::awaitable<int>> bodies;
            for (const auto& word : s.words)
                if (!std::exchange(w.find(word)->started, true))
                    bodies.push_back(w.play(w.index(word), start::as_work));
            values = co_await gather(std::move(bodies), asio::use_awaitable);
        } else {
            values = co_await gather(w.handles(s, 0), asio::use_awaitable);
        }
        o.text = "values";
        for (const int v : values)
            o.text += ' ' + std::to_string(v);
    } catch (...) {
        o.error = std::current_exception();
    }
    co_return o;
}

asio::awaitable<outcome> gather_outcomes(world& w, place at) {
    const step& s = *at.what;
    outcome o;
    try {
        const auto results = co_await gather_settled(w.handles(s, 0), asio::use_awaitable);
        o.text = "values";
        for (const auto& r : results)
            o.text += ' ' + (r ? std::to_string(r.value()) : words_of(r.error()));
    } catch (...) {
        o.error = std::current_exception();
    }
    co_return o;
}

} // namespace

asio::awaitable<outcome> wait_for_many(world& w, place at) {
    if (at.what->op == "wait")
        return wait_once(w, at);
    if (at.what->op == "drain")
        return drain(w, at);
    return at.what->op == "gather" ? gather_values(w, at) : gather_outcomes(w, at);
}

} // namespace differential
