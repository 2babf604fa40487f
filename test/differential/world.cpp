// SPDX-License-Identifier: BSL-1.0

#include "world.hpp"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/execution.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/result.hpp>

#include <string_view>
#include <utility>

namespace differential {
namespace {

using namespace std::string_view_literals;

constexpr auto for_one = {"join"sv, "get"sv, "shield"sv, "wait_for"sv};
constexpr auto scopes = {"timeout"sv, "group"sv};
constexpr auto for_many = {"wait"sv, "drain"sv, "gather"sv, "gather_settled"sv};
constexpr auto passing_on = {"join"sv, "wait_for"sv, "timeout"sv, "group"sv};
constexpr auto in_order = {"completed"sv, "collect"sv};

template<class List>
bool is_in(const List& list, const std::string& op) {
    return std::find(list.begin(), list.end(), op) != list.end();
}

using waiting = asio::awaitable<outcome> (*)(world&, place);

waiting waiting_step(const std::string& op) {
    return is_in(for_one, op)    ? wait_for_one
           : is_in(scopes, op)   ? run_scope
           : is_in(for_many, op) ? wait_for_many
           : is_in(in_order, op) ? wait_in_order
                                 : nullptr;
}

asio::awaitable<bool> asked_to_end() {
    const auto state = co_await asio::this_coro::cancellation_state;
    co_return state.cancelled() != asio::cancellation_type::none;
}

asio::awaitable<outcome> sleep(world& w, place at) {
    outcome o;
    try {
        if (at.what->op == "forever")
            co_await test::forever();
        else {
            test::virtual_timer timer(w.executor(), unit(std::stoll(at.what->word(0))));
            co_await timer.async_wait(asio::use_awaitable);
        }
    } catch (...) {
        o.error = std::current_exception();
    }
    co_return o;
}

} // namespace

world::world(const scenario& s, std::ostream& out)
    : script_(s), out_(out), actors_(s.bodies.size()), io_(1), executor_(io_.get_executor()) {
    if (s.lazy)
        executor_ = asio::require(io_.get_executor(), asio::execution::blocking.never);
}

void world::log(const std::string& who, const std::string& what, const std::string& text) {
    out_ << now() << ' ' << who << ' ' << what << ' ' << text << '\n';
}

void world::log(const place& at, const std::string& text) {
    log(name(at.actor), std::to_string(at.number) + ":" + at.what->op, text);
}

void world::log_wait(const place& at, std::int64_t start, const std::string& text) {
    log(at, "(since " + std::to_string(start) + ") " + text);
}

actor* world::find(const std::string& name_of_body) {
    const std::size_t i = index(name_of_body);
    return i < actors_.size() ? &actors_[i] : nullptr;
}

std::string world::names(const std::vector<task<int>>& tasks) const {
    std::string text;
    for (const auto& t : tasks)
        text += ' ' + t.name();
    return text;
}

task<int> world::handle(const std::string& name_of_body) {
    actor* a = find(name_of_body);
    if (a == nullptr)
        return {};
    if (!a->started) {
        a->started = true;
        const std::size_t i = index(name_of_body);
        a->handle = create_task(executor_, play(i, start::as_task), name_of_body);
    }
    return a->handle;
}

std::vector<task<int>> world::handles(const step& s, std::size_t from) {
    std::vector<task<int>> all;
    for (std::size_t i = from; i < s.words.size() && s.words[i] != "+"; ++i)
        if (auto t = handle(s.words[i]); t.valid())
            all.push_back(std::move(t));
    return all;
}

bool world::all_new(const step& s, std::size_t from) {
    for (std::size_t i = from; i < s.words.size(); ++i)
        if (const actor* a = find(s.words[i]); a == nullptr || a->started)
            return false;
    return true;
}

asio::awaitable<void> world::pause(const place& at) {
    test::virtual_timer timer(executor_, unit(1 + (at.actor * 31 + at.number * 7) % 199));
    co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<int> world::play(std::size_t i, start how) {
    // D15: asyncio never begins a task inside the call that makes it, and not at all when a cancel
    // comes before that. A request is seen in the handle at once, without one when it is delivered.
    if (how != start::as_block && !script_.lazy) {
        co_await asio::post(executor_, asio::use_awaitable);
        if (how == start::as_work)
            co_await asio::post(executor_, asio::use_awaitable);
        const bool delivered = co_await asked_to_end();
        if (delivered || (actors_[i].handle.valid() && actors_[i].handle.cancel_requested()))
            std::rethrow_exception(aborted());
    }
    log(name(i), "begin", "");
    int value = 0;
    std::exception_ptr error;
    try {
        value = co_await play_steps(i, how);
    } catch (...) {
        error = std::current_exception();
    }
    log(name(i), "end", error ? words_of(error) : "value:" + std::to_string(value));
    if (error)
        std::rethrow_exception(error);
    co_return value;
}

asio::awaitable<int> world::play_steps(std::size_t i, start how) {
    std::exception_ptr swallowed;
    for (std::size_t number = 0; number < script_.bodies[i].steps.size(); ++number) {
        const step& s = script_.bodies[i].steps[number];
        const place at{i, number, &s};
        outcome o;
        bool pauses = false;
        if (s.op == "return") {
            co_return std::stoi(s.word(0));
        } else if (s.op == "fail") {
            throw test::boom(s.word(0));
        } else if (s.op == "raise_cancelled") {
            std::rethrow_exception(aborted());
        } else if (s.op == "reraise") {
            if (swallowed)
                std::rethrow_exception(swallowed);
        } else if (s.op == "sleep" || s.op == "forever") {
            try {
                o = co_await sleep(*this, at);
            } catch (...) {
                o.error = std::current_exception();
            }
            if (o.error && s.tried)
                co_await asio::this_coro::reset_cancellation_state(); // D9
        } else if (const waiting wait = waiting_step(s.op)) {
            const std::int64_t start = now();
            try { // in a coroutine that has been cancelled, the call itself throws
                o = co_await wait(*this, at);
            } catch (...) {
                o.error = std::current_exception();
            }
            log_wait(at, start, o.words());
            // D9. A cancel that a step passed on or ended by is used up. A group that failed while
            // it was cancelled leaves the cancel standing (TG9).
            if (o.error ? s.op != "group" || !o.is_group() : is_in(passing_on, s.op))
                co_await asio::this_coro::reset_cancellation_state();
            // A block that was cancelled leaves its scope at once.
            pauses = how != start::as_block || s.tried || !o.is_cancelled();
        } else {
            act(*this, at);
            pauses = s.op == "cancel" && s.word(0) != name(i);
        }
        if (pauses) {
            std::exception_ptr interrupted;
            try {
                co_await pause(at);
            } catch (...) {
                interrupted = std::current_exception();
            }
            if (interrupted) {
                co_await asio::this_coro::reset_cancellation_state();
                log(at, "interrupted");
                o.error = interrupted;
            }
            if (interrupted && s.op == "group") { // it was at once, by TG9
                std::exception_ptr again;
                try {
                    co_await pause(at);
                } catch (...) {
                    again = std::current_exception();
                }
                if (again) {
                    co_await asio::this_coro::reset_cancellation_state();
                    o.error = again;
                }
            }
        }
        if (o.error) {
            swallowed = o.error;
            if (!s.tried)
                std::rethrow_exception(o.error);
        }
    }
    co_return static_cast<int>(i);
}

void world::run() {
    clock::reset();
    out_ << "scenario " << script_.name << '\n';
    if (!script_.bodies.empty())
        handle(script_.bodies[0].name);
    test::run_virtual(io_);
    for (std::size_t i = 0; i < actors_.size(); ++i) {
        const task<int>& t = actors_[i].handle;
        if (!t.valid())
            continue;
        out_ << "state " << name(i) << ' '
             << (!t.done()       ? "pending"
                 : t.succeeded() ? "value:" + std::to_string(t.result())
                 : t.cancelled() ? "cancelled"
                                 : "failed " + words_of(t.exception(), "aborted"))
             << '\n';
    }
    out_ << "end\n";
}

} // namespace differential
