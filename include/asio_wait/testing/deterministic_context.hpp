// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/testing/detail/ready_queue.hpp>
#include <asio_wait/testing/detail/timer_lane.hpp>
#include <asio_wait/testing/deterministic_executor.hpp>
#include <asio_wait/testing/pending_note.hpp>
#include <asio_wait/testing/schedule.hpp>
#include <asio_wait/testing/virtual_clock.hpp>

#include <boost/asio/execution_context.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace asio_wait::inline v0::testing {

/// An execution context in which a schedule says which of the ready functions runs next.
/** Use it where a program has its io_context: for tasks, coroutines, strands, virtual timers.
 *  Whatever Asio leaves open is left to the schedule: two functions posted to a context run in
 *  either order. What Asio promises is kept: a strand on it is first come first served, and
 *  `dispatch` from inside runs at once.
 *
 *  It is an io_context, of which only the timers are used; the functions that run an io_context are
 *  replaced. Sockets and other clocks do not belong into a deterministic test.
 *
 *  @par Thread safety  One thread. */
class deterministic_context : public asio::io_context {
public:
    /// Of get_executor().
    using executor_type = deterministic_executor;

    // The queue comes before everything else that has services here: it is shut down after them.
    deterministic_context()
        : queue_(&asio::use_service<detail::ready_queue>(
              static_cast<asio::execution_context&>(*this))),
          timers_(*this) {}

    /// What tasks and timers of this context run on.
    executor_type get_executor() noexcept { return {queue_, {}}; }

    /// Functions that may run now.
    std::size_t ready() const noexcept { return queue_->size(); }

    /// Who has promised that something is still to come: operations, coroutines, work guards.
    std::size_t outstanding() const noexcept { return queue_->work(); }

    /// Runs until nothing is left that could run, virtual timers included.
    /** Returns the number of steps: functions run, and moves of the clock.
     *
     *  @par Requirements   Not from inside a function that it runs.
     *  @par Errors         What a handler throws; `std::logic_error` when the schedule was given
     *       and does not fit; `std::runtime_error` after a million steps.
     *  @par Thread safety  One thread.
     *  @par Cost           One allocation a function, some microseconds a timer; no real time.
     *  @par asyncio        None in the standard library.
     *  @par Example        @snippet testing.cpp explore */
    std::size_t run(schedule& choices);

    /// As run(), and refuses to end while something is still waited for.
    /** @par Requirements   As run(), and the test keeps no work guard on this context.
     *  @par Errors         `would_hang`, whose message lists every pending_note. As run().
     *  @par Thread safety  One thread.
     *  @par Cost           As run().
     *  @par asyncio        None: a program that waits for what never comes stands still.
     *  @par Example        @snippet testing.cpp would_hang */
    void finish(schedule& choices) {
        run(choices);
        if (outstanding() != 0)
            throw would_hang(outstanding());
    }

    void run_one() = delete;
    void run_for() = delete;
    void run_until() = delete;
    void poll() = delete;
    void poll_one() = delete;
    void restart() = delete;
    void stop() = delete;
    bool stopped() const = delete;

private:
    friend class deterministic_driver;

    detail::ready_queue* queue_;
    detail::timer_lane timers_;
};

/// Runs several contexts under one schedule, step by step.
class deterministic_driver {
public:
    /// The contexts must outlive it, or be forgotten.
    deterministic_driver(schedule& choices, std::vector<deterministic_context*> contexts)
        : choices_(&choices), contexts_(std::move(contexts)) {}

    /// Whether a timer may expire while functions are ready, as it does where a machine is busy.
    /** Without this, virtual time stands still while anything can run, and times are exact. */
    void let_time_pass(bool yes = true) noexcept { time_passes_ = yes; }

    /// From now on another schedule is followed.
    void follow(schedule& choices) noexcept { choices_ = &choices; }

    /// One context more.
    void add(deterministic_context& context) { contexts_.push_back(&context); }

    /// For a context that is about to be destroyed.
    void forget(deterministic_context& context) { std::erase(contexts_, &context); }

    /// Runs one function, or sets the clock forward; false when nothing is left.
    bool step() {
        const std::size_t ready = collect();
        if (ready == 0)
            return expire();
        // Whether a timer is armed is known, but not when it expires: asking costs system calls.
        const bool clock = time_passes_ && armed();
        const std::size_t i = choices_->choose(ready + (clock ? 1 : 0));
        if (i != ready)
            run_ready(i);
        else if (!expire())
            run_ready(choices_->choose(ready));
        return true;
    }

    /// Until nothing is left or so many steps have been made; returns their number.
    std::size_t run(std::size_t limit = std::numeric_limits<std::size_t>::max()) {
        std::size_t steps = 0;
        while (steps != limit && step())
            if (++steps == livelock)
                throw std::runtime_error("livelock: " + std::to_string(steps) +
                                         " steps, virtual time " +
                                         std::to_string(virtual_clock::ms()) + " ms");
        return steps;
    }

private:
    static constexpr std::size_t livelock = 1'000'000;

    /// Makes what timers have set free ready; the number of all that is.
    std::size_t collect() {
        std::size_t ready = 0;
        for (deterministic_context* c : contexts_) {
            while (c->timers_.step() != 0) {
            }
            ready += c->ready();
        }
        return ready;
    }

    void run_ready(std::size_t i) {
        for (deterministic_context* c : contexts_) {
            if (i < c->ready())
                return c->queue_->run(i);
            i -= c->ready();
        }
    }

    bool armed() const {
        return std::any_of(contexts_.begin(), contexts_.end(),
                           [](deterministic_context* c) { return !c->timers_.idle(); });
    }

    /// Sets the clock forward to the next expiry; false when there is none.
    bool expire() {
        auto earliest = virtual_clock::time_point::max();
        look([&earliest] { earliest = std::min(earliest, detail::timer_lane::next()); });
        if (earliest == virtual_clock::time_point::max())
            return false;
        detail::timer_lane::move_clock(earliest);
        look([] {});
        return true;
    }

    template<class F>
    void look(F then) {
        for (deterministic_context* c : contexts_) {
            if (c->timers_.idle())
                continue;
            c->timers_.look();
            while (!c->timers_.looked())
                c->timers_.step();
            then();
        }
    }

    schedule* choices_;
    std::vector<deterministic_context*> contexts_;
    bool time_passes_ = false;
};

inline std::size_t deterministic_context::run(schedule& choices) {
    return deterministic_driver(choices, {this}).run();
}

} // namespace asio_wait::inline v0::testing
