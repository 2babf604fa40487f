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

/// All that a task knows about who waits for it.
/** `completed` is called once, under the task's lock, when the task ends: it may take a waiter's
 *  lock and push to the queue, nothing else. The hook is unlinked by then, and is not touched by
 *  the task again once that lock has been released. */
struct completion_hook {
    completion_hook* next = nullptr;
    completion_hook* previous = nullptr;
    bool linked = false;
    void (*completed)(completion_hook&, wake_queue&) noexcept = nullptr;
};

/// The hooks of one task in order of registration. Every call is made under the task's lock.
class hook_list {
public:
    void push_back(completion_hook& h) noexcept {
        h.next = nullptr;
        h.previous = last_;
        h.linked = true;
        (last_ ? last_->next : first_) = &h;
        last_ = &h;
    }

    void remove(completion_hook& h) noexcept {
        (h.previous ? h.previous->next : first_) = h.next;
        (h.next ? h.next->previous : last_) = h.previous;
        h.linked = false;
    }

    completion_hook* pop_front() noexcept {
        completion_hook* h = first_;
        if (h)
            remove(*h);
        return h;
    }

private:
    completion_hook* first_ = nullptr;
    completion_hook* last_ = nullptr;
};

} // namespace asio_wait::inline v0::detail
