// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/completion_hook.hpp>
#include <asio_wait/detail/context_core.hpp>
#include <asio_wait/detail/ref_ptr.hpp>
#include <asio_wait/detail/wait_rule.hpp>

namespace asio_wait::inline v0::detail {

class wait_anchor;

/// A way the wake-up takes before the operation goes to its executor; must end in hand_over().
struct wake_detour {
    void (*hold)(wake_detour&) noexcept = nullptr; // under the wait's lock: adds a reference
    void (*go)(wake_detour&) = nullptr;            // no lock held: consumes that reference
};

/// What differs between the kinds of wait; a table, for the reason given at task_type.
struct wait_type {
    void (*stop)(wait_anchor&, stop_reason why, unsigned cancellation_types);
    void (*destroy)(wait_anchor*) noexcept;
};

/// The part of a waiting operation that timer, cancellation slot and whatever it waits for may
/// reach, at any time, on any thread.
/** It outlives the operation for as long as a timer handler or a slot still refers to it; it knows
 *  neither handler nor executor.
 *
 *  `op_` is looked at by the winner of the wake only, inside context_core::hand_over(). Which event
 *  wins is decided by the derived class, under its own lock. */
class wait_anchor : private waker {
public:
    wait_anchor(const wait_anchor&) = delete;
    wait_anchor& operator=(const wait_anchor&) = delete;

    /// The limit ran out, or the wait was cancelled. Any thread, any time, any number of times.
    void stop(stop_reason why, unsigned cancellation_types) {
        type_->stop(*this, why, cancellation_types);
    }

    /// While nobody can wake the operation.
    void set_detour(wake_detour* detour) noexcept { detour_ = detour; }

    /// Gives the operation of a woken wait to its executor. For the detour.
    ASIO_WAIT_DECL void hand_over();

    void add_ref() noexcept { refs_.add(); }

    void release() noexcept {
        if (refs_.drop())
            type_->destroy(this);
    }

    /// Whether the handler's slot holds a handler of ours. Touched only where that slot may be
    /// used.
    bool slot_installed = false;

protected:
    ASIO_WAIT_DECL wait_anchor(const wait_type& type, ref_ptr<context_core>&& context,
                               pending_op* op) noexcept;
    ~wait_anchor() = default;

    /// False when the handler's context is being destroyed.
    bool enlist() noexcept { return context_->add(*op_); }

    /// The derived class has decided for the wake-up, under its lock.
    ASIO_WAIT_DECL void claim(wake_queue& wakes) noexcept;

private:
    static void on_wake(waker& self);

    ref_count refs_;
    const wait_type* type_;
    ref_ptr<context_core> context_;
    pending_op* op_;
    wake_detour* detour_ = nullptr; // read by the winner of the wake
};

} // namespace asio_wait::inline v0::detail
