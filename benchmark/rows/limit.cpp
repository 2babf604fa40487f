// SPDX-License-Identifier: BSL-1.0
#include "rows/rows.hpp"

#include "body.hpp"
#include "one_shot_event.hpp"

#include <asio_wait/create_task.hpp>
#include <asio_wait/wait_for_tasks.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>

#include <chrono>
#include <vector>

// Waits over n tasks that sleep, and what they are measured against: one post for each of n tasks,
// and a single post.

namespace bench {

namespace {

template<class Ex>
class over_pending : public loop_scenario<Ex> {
protected:
    explicit over_pending(std::size_t n) : loop_scenario<Ex>(n) {
        tasks_.reserve(n);
        for (std::size_t i = 0; i != n; ++i)
            tasks_.push_back(asio_wait::create_task(this->executor(), sleeper<Ex>()));
        this->io_.poll();
        this->io_.restart();
    }

    std::vector<asio_wait::task<int>> tasks_;
};

template<class Ex, int Nanoseconds>
class timed_wait : public over_pending<Ex> {
public:
    explicit timed_wait(std::size_t n) : over_pending<Ex>(n) {}

private:
    asio::awaitable<void, Ex> rounds(std::size_t count) override {
        constexpr std::chrono::nanoseconds limit(Nanoseconds);
        for (; count != 0; --count) {
            auto [done, pending] =
                co_await asio_wait::wait_for_tasks(this->tasks_, asio_wait::first_completed, limit);
            check(done.empty() && pending.size() == this->n_);
        }
    }
};

/// The loop that hands back what it got, without copying handles.
template<class Ex>
class timed_wait_moved : public over_pending<Ex> {
public:
    explicit timed_wait_moved(std::size_t n) : over_pending<Ex>(n) {}

private:
    asio::awaitable<void, Ex> rounds(std::size_t count) override {
        constexpr std::chrono::nanoseconds limit(1);
        for (; count != 0; --count) {
            auto r = co_await asio_wait::wait_for_tasks(std::move(this->tasks_),
                                                        asio_wait::first_completed, limit);
            check(r.done.empty() && r.pending.size() == this->n_);
            this->tasks_ = std::move(r.pending);
        }
    }
};

template<class Ex>
class post_each : public loop_scenario<Ex> {
public:
    explicit post_each(std::size_t n) : loop_scenario<Ex>(n) {}

private:
    asio::awaitable<void, Ex> rounds(std::size_t count) override {
        const Ex ex = this->executor();
        for (; count != 0; --count) {
            std::size_t left = this->n_;
            one_shot_event<Ex> event;
            for (std::size_t i = 0; i != this->n_; ++i)
                asio::post(ex, [&left, &event] {
                    if (--left == 0)
                        event.set();
                });
            co_await event.wait();
            check(left == 0);
        }
    }
};

/// One turn through the loop, awaited: what a poll cannot do without. Beside the same n sleepers,
/// for a loop with timers asks the system for events at every turn.
template<class Ex>
class single_post : public loop_scenario<Ex> {
public:
    explicit single_post(std::size_t n) : loop_scenario<Ex>(n) {
        for (std::size_t i = 0; i != n; ++i)
            asio::co_spawn(this->executor(), sleeper<Ex>(), asio::detached);
        this->io_.poll();
        this->io_.restart();
    }

private:
    asio::awaitable<void, Ex> rounds(std::size_t count) override {
        for (; count != 0; --count)
            co_await asio::post(asio::deferred);
    }
};

} // namespace

const entry limit_rows[12] = {
    {"limit", "post_each", "any_io", make_scenario<post_each<any_io>>},
    {"limit", "post_each", "concrete", make_scenario<post_each<concrete>>},
    {"limit", "wait_1ns", "any_io", make_scenario<timed_wait<any_io, 1>>},
    {"limit", "wait_1ns", "concrete", make_scenario<timed_wait<concrete, 1>>},
    {"limit", "wait_1ns_moved", "any_io", make_scenario<timed_wait_moved<any_io>>},
    {"limit", "wait_1ns_moved", "concrete", make_scenario<timed_wait_moved<concrete>>},
    {"poll", "single_post", "any_io", make_scenario<single_post<any_io>>},
    {"poll", "single_post", "concrete", make_scenario<single_post<concrete>>},
    {"timed_wait_0", "single_post", "any_io", make_scenario<single_post<any_io>>},
    {"timed_wait_0", "single_post", "concrete", make_scenario<single_post<concrete>>},
    {"poll", "wait_0", "any_io", make_scenario<timed_wait<any_io, 0>>},
    {"poll", "wait_0", "concrete", make_scenario<timed_wait<concrete, 0>>},
};

} // namespace bench
