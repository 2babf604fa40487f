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
    static void destroy(wait_anchor* w) noexcept {
        auto* const self = static_cast<wait_core*>(w);
        self->~wait_core();
        pool_deallocate(self, sizeof(wait_core));
    }

    static constexpr wait_type plain{&wait_core::on_stop, &destroy};
};

wait_core::wait_core(const wait_type& type, wait_condition condition, std::size_t tasks,
                     when_stopped stopped, ref_ptr<context_core> context, pending_op* op) noexcept
    : wait_anchor(type, std::move(context), op), rule_(condition, tasks, stopped) {
    completed = &on_completed;
}

ref_ptr<wait_core> wait_core::create(wait_condition condition, std::size_t tasks,
                                     ref_ptr<context_core> context, pending_op* op) {
    void* const block = pool_allocate(sizeof(wait_core));
    return ref_ptr<wait_core>::adopt(::new (block) wait_core(
        wait_core_access::plain, condition, tasks, when_stopped::end, std::move(context), op));
}

void wait_core::link(wait_node* nodes, std::size_t count) noexcept {
    under_locks(nodes, count, [this](wait_node& n) {
        if (n.task->add_hook(n, *this))
            return;
        std::lock_guard lock(mutex_);
        early_.push_back(n);
        rule_.completed(n.task->status());
    });
}

void wait_core::watch(watched_wait& w, watched_wait::traits t, const wait_node* nodes,
                      std::size_t count) noexcept {
    t.needs_all = rule_.needs_all();
    w.begin(
        t, count,
        [](const void* first, std::size_t n) -> task_core& {
            return *static_cast<const wait_node*>(first)[n].task;
        },
        nodes);
}

bool wait_core::over_already() noexcept {
    std::lock_guard lock(mutex_);
    if (!rule_.over())
        return false;
    rule_.open();
    return true;
}

bool wait_core::start() {
    if (!enlist())
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

const wait_node* wait_core::next_done(const wait_node* last) noexcept {
    std::lock_guard lock(mutex_);
    if (!last)
        return early_.first_ ? early_.first_ : done_.first_;
    // Two lists, until close() joins them.
    return &last->next_done == early_.last_ ? done_.first_ : last->next_done;
}

bool wait_core::may_go_on() noexcept {
    std::lock_guard lock(mutex_);
    return !rule_.exhausted() && rule_.reason() == stop_reason::none;
}

bool wait_core::again(std::size_t seen) {
    if (!enlist())
        return false;
    wake_queue wakes;
    {
        std::lock_guard lock(mutex_);
        if (rule_.again(seen) == wait_rule::action::wake)
            claim(wakes);
    }
    wakes.run();
    return true;
}

bool wait_core::note_stop(stop_reason why) {
    wake_queue wakes;
    auto what = wait_rule::action::none;
    {
        std::lock_guard lock(mutex_);
        what = rule_.stop(why);
        if (what == wait_rule::action::wake)
            claim(wakes);
    }
    wakes.run();
    return what == wait_rule::action::cancel_tasks;
}

void wait_core::on_stop(wait_anchor& self, stop_reason why, unsigned) {
    static_cast<wait_core&>(self).note_stop(why);
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
    if (self.rule_.completed(node.task->status()) == wait_rule::action::wake)
        self.claim(wakes);
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
