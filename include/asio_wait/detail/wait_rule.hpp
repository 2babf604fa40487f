// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/return_when.hpp>

#include <cstddef>
#include <cstdint>

namespace asio_wait::inline v0::detail {

/// What ends a wait besides its tasks.
enum class stop_reason : std::uint8_t { none, limit, cancelled, invalid };

/// Every decision of one wait: is the condition met, and who wakes the waiter?
/** No thread, clock, executor or task in it: events go in, and at most one `wake` comes out.
 *
 *      registering --open()--> waiting --wake--> released --close()--> closed
 *
 *  While registering nothing is woken; open() makes up for it. Between wake and close the waiter
 *  is on its way to its executor, and only a cancel still changes something: the outcome. */
class wait_rule {
public:
    enum class phase : std::uint8_t { registering, waiting, released, closed };
    enum class action : std::uint8_t { none, wake };

    ASIO_WAIT_DECL wait_rule(return_when condition, std::size_t tasks) noexcept;

    /// A task has ended.
    ASIO_WAIT_DECL action completed(bool failed) noexcept;
    /// The limit ran out, or the wait was cancelled, or its arguments make no sense.
    ASIO_WAIT_DECL action stop(stop_reason why) noexcept;
    /// All tasks are registered. `wake`: the condition holds already.
    ASIO_WAIT_DECL action open() noexcept;
    /// The result is read now; no event counts afterwards.
    ASIO_WAIT_DECL void close() noexcept;

    bool met() const noexcept { return met_; }
    phase current() const noexcept { return phase_; }
    stop_reason reason() const noexcept { return reason_; }

private:
    action wake_if(bool due) noexcept;

    std::size_t unfinished_;
    return_when condition_;
    phase phase_ = phase::registering;
    stop_reason reason_ = stop_reason::none;
    bool met_ = false;
};

} // namespace asio_wait::inline v0::detail
