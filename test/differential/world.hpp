// SPDX-License-Identifier: BSL-1.0
#pragma once

// What the bodies of one scenario share: the log, the tasks by name, open scopes, sets.

#include "outcome.hpp"
#include "scenario.hpp"

#include "support/sleepers.hpp"
#include "support/virtual_clock.hpp"

#include <asio_wait.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace differential {

using clock = test::virtual_clock;
using namespace asio_wait;

inline constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable);

/// Scenarios count in microseconds.
using unit = std::chrono::microseconds;

inline std::int64_t now() {
    return std::chrono::duration_cast<unit>(clock::now().time_since_epoch()).count();
}

/// A body and what has become of it. A body is started at most once.
struct actor {
    bool started = false;
    task<int> handle; // empty when it runs as a part of another
    std::optional<asio_wait::task_group> group;
    std::optional<asio_wait::timeout_scope> scope;
};

struct growing_set {
    asio_wait::task_set<int> tasks;
    bool busy = false;
};

/// One step of one body, while it is carried out.
struct place {
    std::size_t actor;
    std::size_t number;
    const step* what;
};

/// How a body begins: as a task with a handle, as work given to a call, as a block of a scope.
enum class start { as_task, as_work, as_block };

class world {
public:
    world(const scenario& s, std::ostream& out);

    void run();

    // What a step may do.
    void log(const place& at, const std::string& text);
    void log(const std::string& who, const std::string& what, const std::string& text);
    /// `text` for a step that waited since `start`.
    void log_wait(const place& at, std::int64_t start, const std::string& text);

    actor* find(const std::string& name);
    std::size_t index(const std::string& name) const { return script_.find(name); }
    const std::string& name(std::size_t i) const { return script_.bodies[i].name; }
    std::string names(const std::vector<task<int>>& tasks) const;
    growing_set& set(const std::string& name) { return sets_[name]; }

    /// Started if need be; empty when there is no such body, or it is a part of another.
    task<int> handle(const std::string& name);
    /// Those named from a word on, up to a "+".
    std::vector<task<int>> handles(const step& s, std::size_t from);
    /// None of them has been started.
    bool all_new(const step& s, std::size_t from);

    /// A body as a coroutine.
    asio::awaitable<int> play(std::size_t i, start how);

    asio::any_io_executor executor() const { return executor_; }

private:
    asio::awaitable<int> play_steps(std::size_t i, start how);
    /// So that what others do now, and what this body does next, have instants of their own.
    asio::awaitable<void> pause(const place& at);

    const scenario& script_;
    std::ostream& out_;
    std::vector<actor> actors_;
    std::map<std::string, growing_set> sets_;
    std::map<std::uint64_t, std::size_t> by_id_;
    asio::io_context io_; // the last, so that what it destroys may use the rest
    asio::any_io_executor executor_;
};

/// "-" is no limit.
inline clock::time_point limit_of(const std::string& word) {
    return word == "-" ? clock::time_point::max() : clock::now() + unit(std::stoll(word));
}

void act(world& w, const place& at);

// Each waits, logs what it has to say besides its end, and never throws.
asio::awaitable<outcome> wait_for_one(world& w, place at);
asio::awaitable<outcome> run_scope(world& w, place at);
asio::awaitable<outcome> wait_for_many(world& w, place at);
asio::awaitable<outcome> wait_in_order(world& w, place at);

} // namespace differential
