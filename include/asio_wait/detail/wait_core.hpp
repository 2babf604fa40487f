// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/completion_hook.hpp>
#include <asio_wait/detail/context_core.hpp>
#include <asio_wait/detail/ref_ptr.hpp>
#include <asio_wait/detail/small_mutex.hpp>
#include <asio_wait/detail/task_core.hpp>
#include <asio_wait/detail/wait_rule.hpp>

#include <cstddef>

namespace asio_wait::inline v0::detail {

class wait_core;

/// The registration of one task with one wait; lies in the operation's memory.
struct wait_node : completion_hook {
    task_core* task = nullptr;
    wait_node* next_done = nullptr;
    bool counted = false; // in the list of done tasks
};

/// Nodes in order of completion.
class done_list {
public:
    done_list() noexcept = default;
    done_list(const done_list&) = delete;
    done_list& operator=(const done_list&) = delete;

    void push_back(wait_node& n) noexcept {
        n.counted = true;
        n.next_done = nullptr;
        *last_ = &n;
        last_ = &n.next_done;
        ++size_;
    }

    wait_node* first() const noexcept { return first_; }
    std::size_t size() const noexcept { return size_; }

private:
    friend class wait_core;

    wait_node* first_ = nullptr;
    wait_node** last_ = &first_;
    std::size_t size_ = 0;
};

/// A way the wake-up takes before the operation goes to its executor; must end in hand_over().
struct wake_detour {
    void (*hold)(wake_detour&) noexcept = nullptr; // under the wait's lock: adds a reference
    void (*go)(wake_detour&) = nullptr;            // no lock held: consumes that reference
};

/// The part of a wait that tasks, timer and cancellation slot may reach, at any time, on any
/// thread.
/** It outlives the operation for as long as a timer handler or a slot still refers to it; it knows
 *  neither handler nor executor, and keeps no task alive.
 *
 *  1. `mutex_` guards the rule and the two lists. It is taken under the lock of a task's context,
 *     never the other way round, and nothing is called under it.
 *  2. `op_` is looked at by the winner of the wake only, inside context_core::hand_over().
 *  3. The operation calls attach, over_already, start, then once close; close() returns only when
 *     no task can touch a node any more. */
class wait_core : private waker, private hook_target {
public:
    ASIO_WAIT_DECL static ref_ptr<wait_core> create(return_when condition, std::size_t tasks,
                                                    ref_ptr<context_core> context, pending_op* op);

    /// Links every node to its task, in order.
    ASIO_WAIT_DECL void attach(wait_node* nodes, std::size_t count) noexcept;

    /// True when the wait is over before it began: the caller posts the operation itself.
    ASIO_WAIT_DECL bool over_already() noexcept;

    /// Before start().
    void set_detour(wake_detour* detour) noexcept { detour_ = detour; }

    /// Registration ends. False when the handler's context is being destroyed: the caller destroys
    /// the operation. Otherwise the operation may be gone when this returns.
    ASIO_WAIT_DECL bool start();

    /// Gives the operation of a woken wait to its executor. For the detour.
    ASIO_WAIT_DECL void hand_over();

    /// The limit ran out, or the wait was cancelled. Any thread, any time, any number of times.
    ASIO_WAIT_DECL void stop(stop_reason why);

    /// Ends the wait: nobody touches a node afterwards. Fills `done` in order of completion.
    ASIO_WAIT_DECL stop_reason close(wait_node* nodes, std::size_t count, done_list& done) noexcept;

    void add_ref() noexcept { refs_.add(); }
    ASIO_WAIT_DECL void release() noexcept;

    /// Whether the handler's slot holds a handler of ours. Touched only where that slot may be
    /// used.
    bool slot_installed = false;

private:
    friend struct wait_core_access;

    wait_core(return_when condition, std::size_t tasks, ref_ptr<context_core> context,
              pending_op* op) noexcept;

    static void on_completed(hook_target& self, completion_hook& hook, wake_queue& wakes) noexcept;
    static void on_wake(waker& self);
    void claim(wake_queue& wakes) noexcept;

    ref_count refs_;
    small_mutex mutex_;
    wait_rule rule_;
    done_list early_; // done before the wait began, in input order
    done_list done_;  // in order of completion
    ref_ptr<context_core> context_;
    pending_op* op_;
    wake_detour* detour_ = nullptr; // read by the winner of the wake
};

/// Finds tasks that stand there a second time: `repeats[i]` becomes true. True if there are any.
ASIO_WAIT_DECL bool find_repeats(task_core* const* tasks, std::size_t count, bool* repeats);

} // namespace asio_wait::inline v0::detail
