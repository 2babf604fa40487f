// SPDX-License-Identifier: BSL-1.0
#include <asio_wait/detail/set_core.hpp>

#include <asio_wait/detail/block_pool.hpp>
#include <asio_wait/detail/set_wait.hpp>

#include <algorithm>
#include <mutex>
#include <utility>

namespace asio_wait::inline v0::detail {

member_chain::~member_chain() {
    while (set_member* const m = first_) {
        first_ = m->next_in_bucket;
        pool_delete(m);
    }
}

set_core::set_core(keep kept) noexcept : rule_(kept) {
    completed = &on_completed;
    waker::wake = &on_wake;
}

ref_ptr<set_core> set_core::create(keep kept) {
    return ref_ptr<set_core>::adopt(pool_new<set_core>(kept));
}

void set_core::destroy() noexcept {
    pool_delete(this);
}

set_member* set_core::find(const task_core& task) const noexcept {
    if (!slots_)
        return nullptr;
    // Addresses are compared: a second copy of the archive, in a plugin, counts its ids anew.
    set_member* m = table_.first[bucket(task)];
    while (m && m->task.get() != &task)
        m = m->next_in_bucket;
    return m;
}

void set_core::link(set_member& m) noexcept {
    set_member*& head = table_.first[bucket(*m.task)];
    m.next_in_bucket = head;
    head = &m;
}

void set_core::unlink(set_member& m) noexcept {
    set_member** at = &table_.first[bucket(*m.task)];
    while (*at != &m)
        at = &(*at)->next_in_bucket;
    *at = m.next_in_bucket;
}

/// Doubles the table, whose memory is taken where no lock is held.
void set_core::make_room() {
    std::size_t wanted = 0;
    {
        std::lock_guard lock(mutex_);
        if (closed_ || rule_.size() < slots_)
            return; // somebody else was faster still
        wanted = std::max<std::size_t>(8, slots_ * 2);
    }
    auto table = std::make_unique<set_member*[]>(wanted);
    std::lock_guard lock(mutex_);
    if (slots_ >= wanted)
        return;                                                // somebody else was faster
    table.reset(std::exchange(table_.first, table.release())); // the old one goes with this call
    const std::size_t old = std::exchange(slots_, wanted);
    for (std::size_t i = 0; i != old; ++i)
        for (set_member* m = table[i]; m;) {
            set_member* const next = m->next_in_bucket;
            link(*m);
            m = next;
        }
}

void set_core::wake(const woken_list& woken, wake_queue& wakes) noexcept {
    for (set_waiter* w = woken.first(); w; w = w->next_woken)
        static_cast<set_wait::waiter*>(w)->owner->claim(wakes);
}

/// Has on_wake() called once no lock is held.
void set_core::call_back(wake_queue& wakes) noexcept {
    if (std::exchange(called_back_, true))
        return;
    add_ref();
    wakes.push(*this);
}

set_core::place set_core::try_insert(set_member& m, wake_queue& wakes) noexcept {
    task_core& t = *m.task;
    std::lock_guard task_lock(t.home().tasks);
    std::lock_guard lock(mutex_);
    if (closed_ || rule_.sealed() || find(t))
        return place::refused;
    if (rule_.size() >= slots_)
        return place::lacking;
    link(m);
    rule_.insert(m);
    if (t.add_hook(m, *this))
        return place::taken;
    woken_list woken;
    const auto result = rule_.completed(m, t.status(), woken);
    if (result.leaves)
        unlink(m);
    if (result.news) {
        news_ = true;
        call_back(wakes);
    }
    wake(woken, wakes);
    return result.leaves ? place::left : place::taken;
}

bool set_core::insert(ref_ptr<task_core> task, role as) {
    struct pool_deleter {
        void operator()(set_member* m) const noexcept { pool_delete(m); }
    };
    std::unique_ptr<set_member, pool_deleter> m(pool_new<set_member>());
    m->task = std::move(task);
    m->quiet = as == role::quiet_member;
    m->needs_place = as != role::owner;
    wake_queue wakes;
    place found = place::lacking;
    while ((found = try_insert(*m, wakes)) == place::lacking)
        make_room();
    if (found == place::taken)
        static_cast<void>(m.release()); // the set's
    try {
        wakes.run();
    } catch (...) {
        // Somebody else's wake-up could not be posted for want of memory: his operation has been
        // destroyed. The task is a member all the same.
    }
    return found != place::refused;
}

bool set_core::enter() noexcept {
    std::lock_guard lock(mutex_);
    return rule_.enter();
}

void set_core::leave() noexcept {
    wake_queue wakes;
    {
        std::lock_guard lock(mutex_);
        woken_list woken;
        rule_.leave(woken);
        wake(woken, wakes);
    }
    try {
        wakes.run();
    } catch (...) {
        // No memory for the wake-up of an operation, which has been destroyed.
    }
}

bool set_core::erase(task_core& task) {
    member_chain left;
    wake_queue wakes;
    {
        std::lock_guard task_lock(task.home().tasks);
        std::lock_guard lock(mutex_);
        set_member* const m = closed_ ? nullptr : find(task);
        if (!m)
            return false;
        task.remove_hook(*m);
        unlink(*m);
        woken_list woken;
        rule_.erase(*m, woken);
        left.push_front(*m);
        wake(woken, wakes);
    }
    wakes.run();
    return true;
}

bool set_core::contains(const task_core& task) const noexcept {
    std::lock_guard lock(mutex_);
    return !closed_ && find(task);
}

ref_ptr<task_core> set_core::try_next(bool* quiet) {
    member_chain left;
    std::lock_guard lock(mutex_);
    auto* const m = closed_ ? nullptr : static_cast<set_member*>(rule_.take());
    if (!m)
        return nullptr;
    if (quiet)
        *quiet = m->quiet;
    unlink(*m);
    left.push_front(*m);
    return std::move(m->task);
}

std::size_t set_core::size() const noexcept {
    std::lock_guard lock(mutex_);
    return rule_.size();
}

std::size_t set_core::unfinished() const noexcept {
    std::lock_guard lock(mutex_);
    return rule_.unfinished();
}

bool set_core::would_serve(set_waiter::kind wants, const wait_condition& condition) const noexcept {
    std::lock_guard lock(mutex_);
    return rule_.would_serve(wants, condition);
}

bool set_core::barren(set_waiter::kind wants) const noexcept {
    std::lock_guard lock(mutex_);
    return rule_.barren(wants);
}

std::size_t set_core::occupied() const noexcept {
    std::lock_guard lock(mutex_);
    return rule_.occupied();
}

ref_ptr<task_core> set_core::first() const noexcept {
    std::lock_guard lock(mutex_);
    set_entry* const e = closed_ ? nullptr : rule_.members().first();
    return e ? static_cast<set_member*>(e)->task : nullptr;
}

void set_core::keeps(keep what) {
    std::lock_guard lock(mutex_);
    rule_.keeps(what);
}

void set_core::limit(std::size_t most) {
    wake_queue wakes;
    {
        std::lock_guard lock(mutex_);
        woken_list woken;
        rule_.limit(most, woken);
        wake(woken, wakes);
    }
    wakes.run();
}

bool set_core::try_place() noexcept {
    std::lock_guard lock(mutex_);
    return rule_.try_place();
}

void set_core::return_places(std::size_t n) {
    wake_queue wakes;
    {
        std::lock_guard lock(mutex_);
        woken_list woken;
        rule_.return_places(n, woken);
        wake(woken, wakes);
    }
    wakes.run();
}

std::size_t set_core::free_places() const noexcept {
    std::lock_guard lock(mutex_);
    return rule_.free_places();
}

void set_core::not_quiet(task_core& task) {
    wake_queue wakes;
    {
        std::lock_guard lock(mutex_);
        set_member* const m = closed_ ? nullptr : find(task);
        if (m && rule_.not_quiet(*m)) {
            news_ = true;
            call_back(wakes);
        }
    }
    wakes.run();
}

void set_core::listen(std::weak_ptr<listener> l) noexcept {
    std::lock_guard lock(mutex_);
    listener_ = std::move(l);
}

void set_core::only_until(const deadline* d) noexcept {
    std::lock_guard lock(mutex_);
    deadline_ = d;
}

void set_core::drop_unavailable() {
    ref_ptr<task_core> task;
    {
        std::lock_guard lock(mutex_);
        if (set_entry* const e = closed_ ? nullptr : rule_.unavailable())
            task = static_cast<set_member*>(e)->task;
    }
    if (task)
        erase(*task);
}

void set_core::close() {
    member_chain left;
    wake_queue wakes;
    {
        std::lock_guard lock(mutex_);
        if (std::exchange(closed_, true))
            return;
        deadline_ = nullptr;
        for (set_entry* e = rule_.members().first(); e; e = e->next)
            left.push_front(static_cast<set_member&>(*e));
        woken_list woken;
        rule_.close_all(woken);
        wake(woken, wakes);
        delete[] std::exchange(table_.first, nullptr);
        slots_ = 0;
    }
    // A completion that is just passing by holds its task's lock.
    for (set_member* m = left.first(); m; m = m->next_in_bucket) {
        std::lock_guard task_lock(m->task->home().tasks);
        m->task->remove_hook(*m);
    }
    wakes.run();
}

void set_core::on_completed(hook_target& target, completion_hook& hook,
                            wake_queue& wakes) noexcept {
    auto& self = static_cast<set_core&>(target);
    auto& m = static_cast<set_member&>(hook);
    std::lock_guard lock(self.mutex_);
    if (self.closed_)
        return;
    woken_list woken;
    if (self.deadline_ && self.deadline_->passed(*self.deadline_)) {
        self.rule_.completed_late(m, m.task->status(), woken);
        return self.wake(woken, wakes);
    }
    const auto result = self.rule_.completed(m, m.task->status(), woken);
    if (result.leaves) {
        self.unlink(m);
        self.left_.push_front(m);
    }
    if (result.news)
        self.news_ = true;
    if (result.leaves || result.news)
        self.call_back(wakes);
    self.wake(woken, wakes);
}

void set_core::on_wake(waker& w) {
    const auto self = ref_ptr<set_core>::adopt(&static_cast<set_core&>(w));
    std::shared_ptr<listener> news;
    const member_chain left = [&] {
        std::lock_guard lock(self->mutex_);
        self->called_back_ = false;
        if (std::exchange(self->news_, false))
            news = self->listener_.lock();
        return member_chain(std::move(self->left_));
    }();
    if (news)
        news->failed(*news);
}

} // namespace asio_wait::inline v0::detail
