// SPDX-License-Identifier: BSL-1.0
#pragma once

// Plays a scenario under one schedule and compares what happens with the model, step by step.

#include "gate.hpp"
#include "model.hpp"
#include "registrations.hpp"
#include "scenario.hpp"
#include "support/lifetime_tracker.hpp"

#include <asio_wait/task.hpp>
#include <asio_wait/task_set.hpp>
#include <asio_wait/testing.hpp>
#include <asio_wait/wait_result.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/strand.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace schedules {

namespace asio = boost::asio;
namespace testing = asio_wait::testing;
using boost::system::error_code;
using test::lifetime_tracker;
using value = lifetime_tracker;
using handle = asio_wait::task<value>;

/// Says how a handler fared. Outlives it.
struct fate_of_handler {
    int made = 0;
    int called = 0;
    int destroyed = 0; // uncalled
};

inline std::string name_of(std::size_t task) {
    return std::string(1, static_cast<char>('a' + task));
}

std::string text_of_error(error_code ec);
std::string text_of_error(const std::exception_ptr& e);

class stage {
public:
    stage(const scenario& s, testing::schedule& choices);
    stage(const stage&) = delete;
    stage& operator=(const stage&) = delete;
    ~stage();

    /// Throws std::logic_error with a sentence when something is not as it must be.
    void play();

    /// One for each operation.
    std::vector<std::shared_ptr<fate_of_handler>> handlers() const;

private:
    /// One operation under test.
    struct running {
        operation spec;
        asio::cancellation_signal signal;
        std::shared_ptr<fate_of_handler> handler = std::make_shared<fate_of_handler>();
        std::string outcome;
        int started = never;
        testing::virtual_clock::time_point deadline = testing::virtual_clock::time_point::max();
        bool at_once = false; // over when it started
        int cancelled = never;
        int again = never;
        int limit = never;
        bool asked = false; // its tasks to end
    };

    static asio::awaitable<value> body(stage* s, std::size_t i, gate g);

    void create_tasks();
    void start(std::size_t op);
    template<class F>
    void start_with_limit(running& r, F f);
    template<class F>
    auto token(std::size_t op, F to_text);
    void settle();
    void happen(const event& e);
    bool can_start(std::size_t op) const;
    void kill(bool far);
    void abandon_gates();
    void observe();
    char state_of(std::size_t task) const;
    void delivered(std::size_t op, const std::string& outcome);
    void check_registrations() const;
    void check_quiet() const;
    void check_set();
    model seen_by(const running& r) const;
    std::string names(const std::vector<handle>& handles) const;
    testing::deterministic_context& tasks_context() const { return far_ ? *far_ : *home_; }

    const scenario& scenario_;
    testing::schedule& choices_;
    testing::schedule set_up_;
    testing::deterministic_context script_; // the events happen here
    std::unique_ptr<testing::deterministic_context> home_;
    std::unique_ptr<testing::deterministic_context> far_;
    testing::deterministic_driver driver_;
    std::optional<bool> doomed_; // true: far
    int turn_ = 0;
    int closed_ = never;
    std::vector<gate> gates_;
    std::vector<handle> handles_;
    std::vector<std::uint64_t> ids_;
    std::vector<char> bodies_; // how each body ended, as it says itself
    std::vector<fate> fates_;
    std::optional<asio_wait::task_set<value>> set_;
    std::vector<std::unique_ptr<running>> running_;
};

/// Plays it and checks that nothing is left; throws std::logic_error.
void play(const scenario& s, testing::schedule& choices);

} // namespace schedules
