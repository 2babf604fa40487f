// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/block_pool.hpp>
#include <asio_wait/detail/completion_hook.hpp>
#include <asio_wait/detail/context_core.hpp>
#include <asio_wait/detail/ref_ptr.hpp>
#include <asio_wait/detail/small_mutex.hpp>
#include <asio_wait/detail/task_core.hpp>
#include <asio_wait/detail/wait_anchor.hpp>
#include <asio_wait/detail/wait_rule.hpp>

#include <cstddef>
#include <utility>

namespace asio_wait::inline v0::detail {

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

/// A wait for a fixed collection of tasks.
/** 1. `mutex_` guards the rule and the two lists. It is taken under the lock of a task's context,
 *     never the other way round, and nothing is called under it.
 *  2. The operation calls attach, over_already, start, then maybe again, then once close; close()
 *     returns only when no task can touch a node any more. */
class wait_core : public wait_anchor, private hook_target {
public:
    ASIO_WAIT_DECL static ref_ptr<wait_core> create(wait_condition condition, std::size_t tasks,
                                                    ref_ptr<context_core> context, pending_op* op);

    /// Links every node to its task, in order. False when the wait cannot be over yet.
    bool attach(wait_node* nodes, std::size_t count) noexcept {
        link(nodes, count);
        return true; // to tell would take as long as over_already()
    }

    /// For introspection; before anybody can wake it.
    ASIO_WAIT_COLD ASIO_WAIT_DECL void watch(watched_wait& w, watched_wait::traits t,
                                             const wait_node* nodes, std::size_t count) noexcept;

    /// True when the wait is over before it began: the caller posts the operation itself.
    ASIO_WAIT_DECL bool over_already() noexcept;

    /// Registration ends. False when the handler's context is being destroyed: the caller destroys
    /// the operation. Otherwise the operation may be gone when this returns.
    ASIO_WAIT_DECL bool start();

    /// The next node of the list of done tasks, after `last` (null: from the start); null at its
    /// end.
    ASIO_WAIT_DECL const wait_node* next_done(const wait_node* last) noexcept;

    /// Whether it makes sense to call again().
    ASIO_WAIT_DECL bool may_go_on() noexcept;

    /// As start(), for an operation that was woken and has looked at so many done tasks.
    ASIO_WAIT_DECL bool again(std::size_t seen);

    /// Ends the wait: nobody touches a node afterwards. Fills `done` in order of completion.
    ASIO_WAIT_DECL stop_reason close(wait_node* nodes, std::size_t count, done_list& done) noexcept;

    /// What stopped it, if anything; after close().
    stop_reason reason() const noexcept { return rule_.reason(); }

    /// Whether a cancel came only when the condition held already; after close().
    bool late() const noexcept { return rule_.late(); }

    /// As close(), for an operation that is destroyed.
    void abandon(wait_node* nodes, std::size_t count) noexcept {
        done_list done;
        close(nodes, count, done);
    }

protected:
    ASIO_WAIT_DECL wait_core(const wait_type& type, wait_condition condition, std::size_t tasks,
                             when_stopped stopped, ref_ptr<context_core> context,
                             pending_op* op) noexcept;
    ~wait_core() = default;

    /// True when the request has to be passed on to the tasks.
    ASIO_WAIT_DECL bool note_stop(stop_reason why);

private:
    friend struct wait_core_access;

    ASIO_WAIT_DECL void link(wait_node* nodes, std::size_t count) noexcept;
    static void on_completed(hook_target& self, completion_hook& hook, wake_queue& wakes) noexcept;
    static void on_stop(wait_anchor& self, stop_reason why, unsigned cancellation_types);

    small_mutex mutex_;
    wait_rule rule_;
    done_list early_; // done before the wait began, in input order
    done_list done_;  // in order of completion
};

/// A wait whose stop is a request to its tasks; it goes on until they have ended.
template<class Target>
class joining_core final : public wait_core {
public:
    static ref_ptr<joining_core> create(wait_condition condition, std::size_t tasks,
                                        ref_ptr<context_core> context, pending_op* op,
                                        Target target) {
        return ref_ptr<joining_core>::adopt(
            pool_new<joining_core>(condition, tasks, std::move(context), op, std::move(target)));
    }

private:
    template<class T, class... Args>
    friend T* pool_new(Args&&...);
    template<class T>
    friend void pool_delete(T*) noexcept;

    joining_core(wait_condition condition, std::size_t tasks, ref_ptr<context_core> context,
                 pending_op* op, Target&& target) noexcept
        : wait_core(type_, condition, tasks, when_stopped::cancel_tasks, std::move(context), op),
          target_(std::move(target)) {}

    ~joining_core() = default;

    static constexpr wait_type type_{
        [](wait_anchor& a, stop_reason why, unsigned types) {
            auto& self = static_cast<joining_core&>(a);
            if (!self.note_stop(why))
                return;
            if constexpr (requires { self.target_.stopped(why); })
                self.target_.stopped(why);
            self.target_.cancel(types);
        },
        [](wait_anchor* a) noexcept { pool_delete(static_cast<joining_core*>(a)); }};

    Target target_;
};

/// Finds tasks that stand there a second time: `repeats[i]` becomes true. True if there are any.
ASIO_WAIT_DECL bool find_repeats(task_core* const* tasks, std::size_t count, bool* repeats);

} // namespace asio_wait::inline v0::detail
