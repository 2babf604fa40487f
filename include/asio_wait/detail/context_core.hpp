// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/ref_ptr.hpp>
#include <asio_wait/detail/small_mutex.hpp>

#include <atomic>

namespace asio_wait::inline v0::detail {

/// An operation that waits on behalf of a handler, seen from the handler's execution context.
struct pending_op {
    pending_op* next = nullptr;
    pending_op* previous = nullptr;
    /// Hands the operation to its executor, which owns it from then on.
    void (*post)(pending_op*) = nullptr;
    /// Destroys operation and handler, uncalled.
    void (*destroy)(pending_op*) noexcept = nullptr;
};

/// What one execution context knows of us; outlives the context.
/** Two things meet here: the operations that wait on the context's behalf, and the lock of the
 *  tasks that run on it.
 *
 *  A handler kept in our memory belongs to no context, so its context would be destroyed without
 *  it, and it would then be called into nowhere or never be freed. Therefore:
 *
 *  1. Every pending operation is in exactly one place: this list, or a function posted to the
 *     executor. hand_over() moves it from the first to the second; both destroy what they hold.
 *  2. shutdown() sets `down_`, waits until no other thread is inside a post to this context, and
 *     destroys the list. It runs on the thread that destroys the context and may run twice.
 *  3. Who has won the right to wake an operation may look at it only inside hand_over(), under
 *     `mutex_` and not `down_`: afterwards it is gone, or shutdown() owns it.
 *  4. No lock is held while a handler or a posted function is created, moved, run or destroyed.
 *
 *  `mutex_` guards the list, and every change of `down_` and increment of `in_flight_`: once `down_` is
 *  set nobody enters any more. Leaving takes no lock; whoever leaves keeps this object alive.
 *
 *  `tasks` guards the state of every task of the context (see task_core). One lock for all of them,
 *  since a wait over n tasks then takes it a few times instead of n times; a completion holds it
 *  for a moment, as every handler holds the scheduler's own lock. The two locks are never nested. */
class context_core {
public:
    ASIO_WAIT_DECL static ref_ptr<context_core> create();

    /// Stands for the executors that have no context; never shut down.
    ASIO_WAIT_DECL static context_core& none();

    /// The core remembered by this thread for the context at that address, or null.
    ASIO_WAIT_DECL static context_core* cached(const void* context) noexcept;
    ASIO_WAIT_DECL static void remember(const void* context, context_core& core);

    /// False when the context is being destroyed: the caller keeps the operation.
    ASIO_WAIT_DECL bool add(pending_op& op) noexcept;

    /// Posts an operation that was added, or does nothing if shutdown() has it.
    ASIO_WAIT_DECL void hand_over(pending_op* op);

    /// Brackets any other post to the context; false when it is being destroyed.
    ASIO_WAIT_DECL bool enter() noexcept;
    ASIO_WAIT_DECL void leave() noexcept;

    ASIO_WAIT_DECL void shutdown() noexcept;

    small_mutex tasks;

    void add_ref() noexcept { refs_.add(); }

    void release() noexcept {
        if (refs_.drop())
            destroy();
    }

private:
    context_core() = default;
    ASIO_WAIT_DECL void destroy() noexcept;

    ref_count refs_;
    std::atomic<bool> down_{false};
    small_mutex mutex_;
    std::atomic<unsigned> in_flight_{0};
    pending_op* first_ = nullptr;
};

/// Leaves the context when the post has been made or has failed.
class context_entry {
public:
    context_entry() noexcept = default;
    explicit context_entry(context_core& core) noexcept { enter(core); }

    context_entry(const context_entry&) = delete;
    context_entry& operator=(const context_entry&) = delete;

    ~context_entry() { leave(); }

    void enter(context_core& core) noexcept {
        leave();
        if (core.enter())
            core_ = &core;
    }

    void leave() noexcept {
        if (core_)
            core_->leave();
        core_ = nullptr;
    }

    explicit operator bool() const noexcept { return core_; }

private:
    context_core* core_ = nullptr;
};

} // namespace asio_wait::inline v0::detail
