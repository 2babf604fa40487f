// SPDX-License-Identifier: BSL-1.0
#include <asio_wait/detail/set_wait.hpp>

#include <asio_wait/detail/block_pool.hpp>

#include <mutex>
#include <new>
#include <utility>

namespace asio_wait::inline v0::detail {

struct set_wait_access {
    static void destroy(wait_anchor* w) noexcept {
        auto* const self = static_cast<set_wait*>(w);
        self->~set_wait();
        pool_deallocate(self, sizeof(set_wait));
    }

    static constexpr wait_type plain{&set_wait::on_stop, &destroy};
};

constexpr wait_type set_wait::visitor_{&set_wait::on_stop, [](wait_anchor*) noexcept {}};

set_wait::set_wait(const wait_type& type, when_stopped stopped, ref_ptr<set_core>&& set, kind wants,
                   const wait_condition& condition, ref_ptr<context_core>&& context,
                   pending_op* op) noexcept
    : wait_anchor(type, std::move(context), op), set_(std::move(set)) {
    state_.owner = this;
    state_.wants = wants;
    state_.condition = condition;
    state_.stopped = stopped;
}

set_wait::~set_wait() = default;

ref_ptr<set_wait> set_wait::create(ref_ptr<set_core> set, kind wants, wait_condition condition,
                                   ref_ptr<context_core> context, pending_op* op) {
    void* const block = pool_allocate(sizeof(set_wait));
    return ref_ptr<set_wait>::adopt(::new (block) set_wait(set_wait_access::plain,
                                                           when_stopped::end, std::move(set), wants,
                                                           condition, std::move(context), op));
}

bool set_wait::attach(void*, std::size_t) noexcept {
    std::lock_guard lock(set_->mutex_);
    set_->rule_.add(state_);
    return state_.current == set_waiter::phase::released;
}

void set_wait::watch(watched_wait& w, watched_wait::traits t, const void*, std::size_t) noexcept {
    t.needs_all =
        state_.wants == kind::all || (state_.wants == kind::split && state_.condition.needs_all());
    w.begin(t, set_->watch_id());
}

void set_wait::look_once() noexcept {
    std::lock_guard lock(set_->mutex_);
    set_->rule_.add(state_);
    set_->rule_.stop(state_, stop_reason::limit);
}

bool set_wait::over_already() noexcept {
    std::lock_guard lock(set_->mutex_);
    return state_.current == set_waiter::phase::released;
}

bool set_wait::start() {
    if (!enlist())
        return false;
    wake_queue wakes;
    {
        std::lock_guard lock(set_->mutex_);
        if (set_->rule_.open(state_))
            claim(wakes);
    }
    wakes.run();
    return true;
}

bool set_wait::again(std::size_t) {
    if (!enlist())
        return false;
    wake_queue wakes;
    {
        std::lock_guard lock(set_->mutex_);
        woken_list woken;
        set_->rule_.again(state_, woken);
        if (set_->rule_.open(state_))
            claim(wakes);
        set_core::wake(woken, wakes);
    }
    wakes.run();
    return true;
}

void set_wait::abandon(void*, std::size_t) noexcept {
    give_back();
}

bool set_wait::content() noexcept {
    std::lock_guard lock(set_->mutex_);
    return set_->rule_.content(state_);
}

std::vector<ref_ptr<task_core>> set_wait::look() {
    std::vector<ref_ptr<task_core>> unseen;
    std::lock_guard lock(set_->mutex_);
    if (set_->closed_)
        return unseen;
    for (set_entry* e = state_.reserved.first(); e; e = e->next_queued)
        if (!std::exchange(e->seen, true))
            unseen.push_back(static_cast<set_member*>(e)->task);
    return unseen;
}

bool set_wait::may_go_on() noexcept {
    std::lock_guard lock(set_->mutex_);
    return !set_->closed_ && state_.reason == stop_reason::none && set_->rule_.unfinished() != 0;
}

set_wait::outcome set_wait::settled() noexcept {
    std::lock_guard lock(set_->mutex_);
    set_->rule_.still_open(state_);
    return {state_.reason, state_.emptied, state_.has_place, state_.reserved.count(any_outcome)};
}

bool set_wait::take_one() noexcept {
    member_chain left;
    wake_queue wakes;
    {
        std::lock_guard lock(set_->mutex_);
        set_rule& rule = set_->rule_;
        if (!rule.content(state_))
            return false;
        const bool takes = !state_.reserved.empty() && state_.reason < stop_reason::cancelled;
        if (takes) {
            auto& m = static_cast<set_member&>(*state_.reserved.first());
            set_->unlink(m);
            left.push_front(m);
            taken_ = std::move(m.task);
        }
        woken_list woken;
        rule.close(state_, takes, woken);
        set_core::wake(woken, wakes);
    }
    try {
        wakes.run();
    } catch (...) {
        // As in close().
    }
    return true;
}

member_chain set_wait::close(bool takes) noexcept {
    member_chain taken;
    wake_queue wakes;
    {
        std::lock_guard lock(set_->mutex_);
        set_member* last = nullptr;
        if (takes && !set_->closed_)
            for (set_entry* e = state_.reserved.first(); e; e = e->next_queued) {
                auto& m = static_cast<set_member&>(*e);
                set_->unlink(m);
                m.next_in_bucket = nullptr;
                if (last)
                    last->next_in_bucket = &m;
                else
                    taken.push_front(m);
                last = &m;
            }
        woken_list woken;
        set_->rule_.close(state_, takes, woken);
        set_core::wake(woken, wakes);
    }
    try {
        wakes.run();
    } catch (...) {
        // Somebody else's wake-up could not be posted for want of memory: his operation has been
        // destroyed. What this one has taken must not be lost with it.
    }
    return taken;
}

bool set_wait::note_stop(stop_reason why) {
    wake_queue wakes;
    auto what = wait_rule::action::none;
    {
        std::lock_guard lock(set_->mutex_);
        what = set_->rule_.stop(state_, why);
        if (what == wait_rule::action::wake)
            claim(wakes);
    }
    wakes.run();
    return what == wait_rule::action::cancel_tasks;
}

void set_wait::on_stop(wait_anchor& self, stop_reason why, unsigned) {
    static_cast<set_wait&>(self).note_stop(why);
}

} // namespace asio_wait::inline v0::detail
