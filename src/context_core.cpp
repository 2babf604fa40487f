// SPDX-License-Identifier: BSL-1.0
#include <asio_wait/detail/context_core.hpp>

#include <mutex>

namespace asio_wait::inline v0::detail {

namespace {

// One entry a thread is enough: a thread works for one context at a time, nearly always.
struct last_seen {
    const void* context;
    context_core* core;
};

thread_local last_seen last;
thread_local bool forgotten; // this thread is ending: nothing is remembered any more

// Gives the remembered reference back when its thread ends; touched on the slow path only.
struct last_seen_owner {
    ref_ptr<context_core> core;

    ~last_seen_owner() {
        last = {};
        forgotten = true;
    }
};

thread_local last_seen_owner last_owner;

} // namespace

ref_ptr<context_core> context_core::create() {
    return ref_ptr<context_core>::adopt(new context_core);
}

context_core& context_core::none() {
    static context_core& core = *new context_core; // never destroyed: tasks in statics refer to it
    return core;
}

void context_core::destroy() noexcept {
    delete this;
}

context_core* context_core::cached(const void* context) noexcept {
    if (last.context != context)
        return nullptr;
    // The address may belong to a new context by now. Then the old one has been shut down, and
    // whoever told this thread of the new one made that visible too; acquire costs nothing here.
    return last.core->down_.load(std::memory_order_acquire) ? nullptr : last.core;
}

void context_core::remember(const void* context, context_core& core) {
    if (forgotten)
        return;
    last_owner.core = ref_ptr<context_core>::share(&core);
    last = {context, &core};
}

bool context_core::add(pending_op& op) noexcept {
    std::lock_guard lock(mutex_);
    if (down_.load(std::memory_order_relaxed)) // written under the lock
        return false;
    op.previous = nullptr;
    op.next = first_;
    if (first_)
        first_->previous = &op;
    first_ = &op;
    return true;
}

void context_core::hand_over(pending_op* op) {
    {
        std::lock_guard lock(mutex_);
        if (down_.load(std::memory_order_relaxed)) // shutdown() owns it
            return;
        (op->previous ? op->previous->next : first_) = op->next;
        if (op->next)
            op->next->previous = op->previous;
        in_flight_.fetch_add(1, std::memory_order_relaxed); // ordered by the mutex
    }
    struct leaver {
        context_core& core;
        ~leaver() { core.leave(); }
    } guard{*this};
    op->post(op);
}

bool context_core::enter() noexcept {
    std::lock_guard lock(mutex_);
    if (down_.load(std::memory_order_relaxed))
        return false;
    in_flight_.fetch_add(1, std::memory_order_relaxed); // ordered by the mutex
    return true;
}

void context_core::leave() noexcept {
    // seq_cst, with the store and the loads in shutdown(): either this thread sees `down_` and wakes
    // the one that waits, or that one sees the count without this post. What the post did to the
    // context is released by the count.
    if (in_flight_.fetch_sub(1, std::memory_order_seq_cst) == 1 &&
        down_.load(std::memory_order_seq_cst))
        in_flight_.notify_all();
}

void context_core::shutdown() noexcept {
    pending_op* op = nullptr;
    {
        std::lock_guard lock(mutex_);
        down_.store(true, std::memory_order_seq_cst); // see leave(); releases for cached()
        op = first_;
        first_ = nullptr;
    }
    while (const unsigned n = in_flight_.load(std::memory_order_seq_cst)) // see leave()
        in_flight_.wait(n, std::memory_order_seq_cst);
    while (op) {
        pending_op* const next = op->next;
        op->destroy(op);
        op = next;
    }
}

} // namespace asio_wait::inline v0::detail
