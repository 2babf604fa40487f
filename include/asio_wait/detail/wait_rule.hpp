// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/wait_condition.hpp>

#include <cstddef>
#include <cstdint>

namespace asio_wait::inline v0::detail {

/// What ends a wait besides its tasks.
enum class stop_reason : std::uint8_t { none, limit, cancelled, invalid };

/// What a stop means to a wait: it ends, or its tasks are asked to and it goes on until they have.
enum class when_stopped : std::uint8_t { end, cancel_tasks };

/// Every decision of one wait: is the condition met, and who wakes the waiter?
/** No thread, clock, executor or task in it: events go in, and at most one `wake` comes out.
 *
 *      registering --open()--> waiting --wake--> released --close()--> closed
 *                                 ^                  |
 *                                 +-----again()------+    a predicate was not content
 *
 *  While registering nothing is woken; open() makes up for it. Between wake and close the waiter
 *  is on its way to its executor, and only a cancel still changes something: the outcome. */
class wait_rule {
public:
    enum class phase : std::uint8_t { registering, waiting, released, closed };
    enum class action : std::uint8_t { none, wake, cancel_tasks };

    ASIO_WAIT_DECL wait_rule(wait_condition condition, std::size_t tasks,
                             when_stopped stopped = when_stopped::end) noexcept;

    /// A task has ended.
    ASIO_WAIT_DECL action completed(task_status how) noexcept;
    /// The limit ran out, or the wait was cancelled, or its arguments make no sense.
    ASIO_WAIT_DECL action stop(stop_reason why) noexcept;
    /// All tasks are registered. `wake`: the condition holds already.
    ASIO_WAIT_DECL action open() noexcept;
    /// Who was released has seen so many tasks done and wants one more. `wake`: there is one, or
    /// there never will be.
    ASIO_WAIT_DECL action again(std::size_t seen) noexcept;
    /// The result is read now; no event counts afterwards.
    ASIO_WAIT_DECL void close() noexcept;

    bool met() const noexcept { return met_; }
    bool over() const noexcept { return met_ || ends_by(reason_); }
    bool needs_all() const noexcept { return condition_.needs_all(); }
    bool exhausted() const noexcept { return unfinished_ == 0; }
    /// Cancelled when the condition held already.
    bool late() const noexcept { return late_; }
    phase current() const noexcept { return phase_; }
    stop_reason reason() const noexcept { return reason_; }

private:
    // Nonsense ends every wait.
    bool ends_by(stop_reason why) const noexcept {
        return why == stop_reason::invalid ||
               (stopped_ == when_stopped::end && why != stop_reason::none);
    }
    action wake_if(bool due) noexcept;

    std::size_t tasks_;
    std::size_t unfinished_;
    wait_condition condition_;
    phase phase_ = phase::registering;
    stop_reason reason_ = stop_reason::none;
    when_stopped stopped_;
    bool met_;
    bool late_ = false;
};

} // namespace asio_wait::inline v0::detail
