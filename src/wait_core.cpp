// SPDX-License-Identifier: BSL-1.0
#include <asio_wait/detail/wait_core.hpp>

#include <asio_wait/detail/block_pool.hpp>

#include <bit>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

namespace asio_wait::inline v0::detail {

namespace {

/// Calls f for each node under the lock of its task's context, held for a short while at a time.
template<class F>
void under_locks(wait_node* nodes, std::size_t count, F f) noexcept {
    constexpr std::size_t at_a_time = 64;
    constexpr std::ptrdiff_t ahead = 8; // states lie anywhere in memory
    for (wait_node* n = nodes; n != nodes + count;) {
        context_core& home = n->task->home();
        std::lock_guard lock(home.tasks);
        for (std::size_t i = 0; i != at_a_time && n != nodes + count && &n->task->home() == &home;
             ++i, ++n) {
            if (nodes + count - n > ahead)
                ASIO_WAIT_PREFETCH(n[ahead].task);
            f(*n);
        }
    }
}

} // namespace

struct wait_core_access {
    template<class... Args>
    static wait_core* make(Args&&... args) {
        void* const block = pool_allocate(sizeof(wait_core));
        return ::new (block) wait_core(std::forward<Args>(args)...);
    }

    static void destroy(wait_core* w) noexcept {
        w->~wait_core();
        pool_deallocate(w, sizeof(wait_core));
    }
};

wait_core::wait_core(return_when condition, std::size_t tasks, ref_ptr<context_core> context,
                     pending_op* op) noexcept
    : rule_(condition, tasks), context_(std::move(context)), op_(op) {
    wake = &on_wake;
    completed = &on_completed;
}

ref_ptr<wait_core> wait_core::create(return_when condition, std::size_t tasks,
                                     ref_ptr<context_core> context, pending_op* op) {
    return ref_ptr<wait_core>::adopt(
        wait_core_access::make(condition, tasks, std::move(context), op));
}

void wait_core::release() noexcept {
    if (refs_.drop())
        wait_core_access::destroy(this);
}

void wait_core::attach(wait_node* nodes, std::size_t count) noexcept {
    under_locks(nodes, count, [this](wait_node& n) {
        if (n.task->add_hook(n, *this))
            return;
        std::lock_guard lock(mutex_);
        early_.push_back(n);
        rule_.completed(n.task->status() == task_status::failed);
    });
}

bool wait_core::over_already() noexcept {
    std::lock_guard lock(mutex_);
    if (!rule_.met() && rule_.reason() == stop_reason::none)
        return false;
    rule_.open();
    return true;
}

bool wait_core::start() {
    if (!context_->add(*op_))
        return false;
    wake_queue wakes;
    {
        std::lock_guard lock(mutex_);
        if (rule_.open() == wait_rule::action::wake)
            claim(wakes);
    }
    wakes.run();
    return true;
}

void wait_core::stop(stop_reason why) {
    wake_queue wakes;
    {
        std::lock_guard lock(mutex_);
        if (rule_.stop(why) == wait_rule::action::wake)
            claim(wakes);
    }
    wakes.run();
}

void wait_core::claim(wake_queue& wakes) noexcept {
    add_ref();
    if (detour_)
        detour_->hold(*detour_);
    wakes.push(*this);
}

stop_reason wait_core::close(wait_node* nodes, std::size_t count, done_list& done) noexcept {
    stop_reason why = stop_reason::none;
    {
        std::lock_guard lock(mutex_);
        rule_.close();
        why = rule_.reason();
    }
    // Closed: no completion changes the lists any more, and a node that was not counted by now
    // stays pending. Taking its task's lock waits for a completion that is just passing by.
    if (early_.size_ + done_.size_ != count)
        under_locks(nodes, count, [](wait_node& n) {
            if (!n.counted)
                n.task->remove_hook(n);
        });
    done.size_ = early_.size_ + done_.size_;
    *early_.last_ = done_.first_;
    done.first_ = early_.first_;
    return why;
}

void wait_core::on_completed(hook_target& target, completion_hook& hook,
                             wake_queue& wakes) noexcept {
    auto& node = static_cast<wait_node&>(hook);
    auto& self = static_cast<wait_core&>(target);
    std::lock_guard lock(self.mutex_);
    if (self.rule_.current() == wait_rule::phase::closed)
        return;
    self.done_.push_back(node);
    if (self.rule_.completed(node.task->status() == task_status::failed) == wait_rule::action::wake)
        self.claim(wakes);
}

void wait_core::on_wake(waker& w) {
    const auto self = ref_ptr<wait_core>::adopt(&static_cast<wait_core&>(w));
    if (self->detour_)
        self->detour_->go(*self->detour_);
    else
        self->hand_over();
}

void wait_core::hand_over() {
    context_->hand_over(op_);
}

bool find_repeats(task_core* const* tasks, std::size_t count, bool* repeats) {
    // Open addressing, at most half full. Compared are addresses: a second copy of the archive, in
    // a plugin, counts its ids anew.
    const std::size_t slots = std::bit_ceil(count * 2);
    const auto shift = 64 - static_cast<unsigned>(std::bit_width(slots - 1));
    const auto seen = std::make_unique<task_core*[]>(slots);
    bool any = false;
    for (std::size_t i = 0; i != count; ++i) {
        // Fibonacci hashing: ids come in runs, and this spreads runs evenly.
        const std::uint64_t hash = tasks[i]->id() * 0x9e3779b97f4a7c15u;
        std::size_t slot = static_cast<std::size_t>(hash >> shift);
        while (seen[slot] && seen[slot] != tasks[i])
            slot = (slot + 1) & (slots - 1);
        repeats[i] = seen[slot] == tasks[i];
        any |= repeats[i];
        seen[slot] = tasks[i];
    }
    return any;
}

} // namespace asio_wait::inline v0::detail
