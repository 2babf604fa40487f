// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>

namespace asio_wait::inline v0::detail {

/// Something to be woken once no lock is held.
struct waker {
    waker* next_waker = nullptr;
    void (*wake)(waker&) = nullptr;
};

/// Wake-ups collected under a lock and run after it, first come first served.
/** A wake-up posts, and a post into a dying context may destroy what it is given on the spot: a
 *  coroutine, its task, and so the next wake-up. run() therefore never nests: called while it is
 *  already running on this thread it leaves its wake-ups to the outer one. */
class wake_queue {
public:
    wake_queue() noexcept = default;
    wake_queue(const wake_queue&) = delete;
    wake_queue& operator=(const wake_queue&) = delete;

    void push(waker& w) noexcept {
        w.next_waker = nullptr;
        *last_ = &w;
        last_ = &w.next_waker;
    }

    /// Every wake-up is tried; the first exception of them is thrown at the end.
    void run() {
        if (first_)
            run_all();
    }

private:
    ASIO_WAIT_DECL void run_all();

    waker* first_ = nullptr;
    waker** last_ = &first_;
};

struct completion_hook;

/// Who is told that a task has ended.
struct hook_target {
    /// Called under the lock of the task's context: may take a waiter's lock and push to the queue,
    /// nothing else. The hook is unlinked, and not touched again once that lock is released.
    void (*completed)(hook_target&, completion_hook&, wake_queue&) noexcept = nullptr;
};

/// All that a task knows about who waits for it. Linked as long as it has a target.
struct completion_hook {
    completion_hook* next = nullptr;
    completion_hook* previous = nullptr;
    hook_target* target = nullptr;
};

/// The hooks of one task in order of registration.
class hook_list {
public:
    void push_back(completion_hook& h, hook_target& target) noexcept {
        h.next = nullptr;
        h.previous = last_;
        h.target = &target;
        (last_ ? last_->next : first_) = &h;
        last_ = &h;
    }

    void remove(completion_hook& h) noexcept {
        (h.previous ? h.previous->next : first_) = h.next;
        (h.next ? h.next->previous : last_) = h.previous;
        h.target = nullptr;
    }

    void complete_all(wake_queue& wakes) noexcept {
        while (completion_hook* const h = first_) {
            hook_target& target = *h->target;
            remove(*h);
            target.completed(target, *h, wakes);
        }
    }

private:
    completion_hook* first_ = nullptr;
    completion_hook* last_ = nullptr;
};

} // namespace asio_wait::inline v0::detail
