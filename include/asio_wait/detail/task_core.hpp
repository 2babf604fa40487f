// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/completion_hook.hpp>
#include <asio_wait/detail/context_core.hpp>
#include <asio_wait/detail/ref_ptr.hpp>
#include <asio_wait/detail/task_status.hpp>
#include <asio_wait/detail/type_tag.hpp>
#include <asio_wait/detail/watch.hpp>

#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>
#include <string>
#include <string_view>

namespace asio_wait::inline v0::detail {

class task_core;

/// Where a task was spawned; the parts of a source_location, whose layout is Boost's affair.
struct spawn_site {
    const char* file = "";
    const char* function = "";
    std::uint32_t line = 0;
    std::uint32_t column = 0;
};

/// What differs between the types of task; a table rather than virtual functions, so that an
/// application without RTTI and an archive with it (or the other way round) link.
struct task_type {
    void (*destroy)(task_core*) noexcept;
    /// Emits on the task's own executor.
    void (*emit)(task_core&, unsigned types);
    const type_tag* value;
    /// Posts what emits to that executor. Here, so that only who creates tasks compiles a post.
    void (*deliver)(task_core&);
};

/// The part of a task's state that depends on no type. Life of a task:
/**
 *      created -> started -> succeeded | failed | cancelled     (finish, once)
 *
 *  Who may touch what:
 *  1. `refs_`: anybody. The running work holds one reference, each handle one, a cancel request on
 *     its way to the executor one.
 *  2. `status_` is written once, under the lock, after the value or `error_`; whoever has read a
 *     final status may read those without it.
 *  3. The lock is that of the task's context, `home().tasks`. It guards the hooks, the cancel
 *  request, `started_`, `name_`, and in the derived class the executor. Lock order: a context's
 *  tasks before a waiter, never two contexts.
 *  4. No handler, post or destructor of anybody else's object runs under the lock.
 *  5. A request to cancel is recorded here first, and delivered on the task's executor. Delivery
 *     looks again: not started means begin() will see the request, finished means too late.
 *
 *  What a wait touches comes first and fits a cache line. */
class task_core {
public:
    task_core(const task_core&) = delete;
    task_core& operator=(const task_core&) = delete;

    // acquire: pairs with the release in finish(), so that the outcome can be read.
    task_status status() const noexcept { return status_.load(std::memory_order_acquire); }
    bool done() const noexcept { return status() != task_status::running; }

    std::uint64_t id() const noexcept { return id_; }
    const spawn_site& site() const noexcept { return site_; }
    const task_type& type() const noexcept { return *type_; }

    ASIO_WAIT_DECL std::string name() const;
    ASIO_WAIT_DECL void name(std::string_view value);

    ASIO_WAIT_DECL bool cancel_requested() const noexcept;
    ASIO_WAIT_DECL bool started() const noexcept;

    /// Null unless it was watched from its creation.
    const ref_ptr<task_record>& record() const noexcept { return record_; }

    /// The context whose lock guards this task.
    context_core& home() const noexcept { return *home_; }

    /// False when the task has ended already; the hook is then not linked. Needs the lock.
    bool add_hook(completion_hook& h, hook_target& target) noexcept {
        if (status_.load(std::memory_order_relaxed) != task_status::running) // under the lock
            return false;
        hooks_.push_back(h, target);
        return true;
    }

    /// When the lock is released, the task has let go of the hook. Needs the lock.
    void remove_hook(completion_hook& h) noexcept {
        if (h.target)
            hooks_.remove(h);
    }

    /// The error it ended with, null if none; valid once done.
    const std::exception_ptr& error() const noexcept { return error_; }

    // relaxed: a flag that is only looked at by the last owner, ordered by the reference count.
    void mark_observed() const noexcept { observed_.store(true, std::memory_order_relaxed); }

    /// The first to claim the value gets true.
    // acq_rel: a later claimer sees that the value has been moved out.
    bool claim_value() noexcept { return !taken_.exchange(true, std::memory_order_acq_rel); }
    // acquire: pairs with the claim, for the error message only.
    bool value_taken() const noexcept { return taken_.load(std::memory_order_acquire); }

    void add_ref() noexcept { refs_.add(); }

    void release() noexcept {
        if (refs_.drop())
            destroy();
    }

protected:
    ASIO_WAIT_DECL task_core(const task_type& type, const spawn_site& site, std::string_view name,
                             ref_ptr<context_core> home);
    ASIO_WAIT_DECL ~task_core();

    /// The body is about to run. False when it must not: a cancel came first.
    ASIO_WAIT_DECL bool begin() noexcept;

    enum class request { refused, recorded, deliver };

    /// Records a cancel. `deliver`: the caller must bring it to the executor. Needs the lock.
    /** Made while another task's cancel is being emitted, it is the same request, passed on; a task
     *  takes each request once, so that tasks that join each other do not pass it round for ever.
     */
    ASIO_WAIT_DECL request record_cancel(unsigned types) noexcept;

    /// Withdraws the promise to deliver, not the request.
    ASIO_WAIT_DECL void delivery_failed() noexcept;

    /// On the executor: emits what was recorded since the last delivery.
    ASIO_WAIT_DECL void emit_recorded();

    /// Ends the task. Needs the lock; the caller runs `wakes` after releasing it.
    ASIO_WAIT_DECL void finish(task_status status, std::exception_ptr&& error,
                               wake_queue& wakes) noexcept;

    // For introspection; with no lock held.
    ASIO_WAIT_COLD ASIO_WAIT_DECL void note_cancel() const noexcept;
    ASIO_WAIT_COLD ASIO_WAIT_DECL void note_end() const noexcept;

    std::unique_lock<small_mutex> lock() const noexcept { return std::unique_lock(home_->tasks); }

private:
    ASIO_WAIT_DECL void destroy() noexcept;
    ASIO_WAIT_COLD void report() const noexcept;

    ref_count refs_;
    std::atomic<task_status> status_{task_status::running};
    bool started_ = false;
    bool delivery_queued_ = false;
    mutable std::atomic<bool> observed_{false};
    std::atomic<bool> taken_{false};
    std::uint8_t requested_ = 0; // every type ever asked for
    std::uint8_t undelivered_ = 0;
    std::uint32_t last_request_ = 0;
    hook_list hooks_;
    std::uint64_t id_;
    ref_ptr<context_core> home_;
    const task_type* type_;
    std::exception_ptr error_;
    char* name_ = nullptr;
    ref_ptr<task_record> record_;
    spawn_site site_;
};

} // namespace asio_wait::inline v0::detail
