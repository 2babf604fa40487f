// SPDX-License-Identifier: BSL-1.0
#include <asio_wait/detail/set_rule.hpp>

#include <algorithm>
#include <utility>

namespace asio_wait::inline v0::detail {

void member_queue::append(member_queue& other) noexcept {
    while (set_entry* const e = other.first_) {
        other.remove(*e);
        push_back(*e);
    }
}

void member_queue::prepend(member_queue& other) noexcept {
    other.append(*this);
    append(other);
}

std::size_t member_queue::count(outcome_set outcomes) const noexcept {
    if (!first_)
        return 0;
    std::size_t n = 0;
    for (std::size_t i = 0; i != counts_.size(); ++i)
        if (outcomes & outcome(static_cast<task_status>(i)))
            n += counts_[i];
    return n;
}

void set_rule::line::push_back(set_waiter& w) noexcept {
    w.next = nullptr;
    w.previous = last;
    (last ? last->next : first) = &w;
    last = &w;
}

void set_rule::line::push_front(set_waiter& w) noexcept {
    w.previous = nullptr;
    w.next = first;
    (first ? first->previous : last) = &w;
    first = &w;
}

void set_rule::line::remove(set_waiter& w) noexcept {
    (w.previous ? w.previous->next : first) = w.next;
    (w.next ? w.next->previous : last) = w.previous;
}

bool set_rule::satisfied(set_waiter::kind wants, const wait_condition& condition,
                         when_stopped stopped) const noexcept {
    switch (wants) {
    case set_waiter::kind::next:
        return !finished_.empty() || size_ == 0;
    case set_waiter::kind::split:
        return unfinished_ == 0 || condition.trivial() ||
               (condition.outcomes != no_outcome &&
                finished_.count(condition.outcomes) >= condition.count);
    case set_waiter::kind::until:
        return unfinished_ == 0 || !finished_.empty();
    case set_waiter::kind::all:
        // For who runs the members, those that wait for a place count as well.
        return unfinished_ == 0 &&
               (stopped == when_stopped::end || (!places_line_.first && promised_ == 0));
    case set_waiter::kind::place:
        break;
    }
    return has_place();
}

bool set_rule::would_serve(set_waiter::kind wants, const wait_condition& condition) const noexcept {
    if (closed_ || !condition.valid)
        return true;
    return satisfied(wants, condition, when_stopped::end);
}

/// Gives a satisfied waiter its claim.
void set_rule::serve(set_waiter& w) noexcept {
    switch (w.wants) {
    case set_waiter::kind::next:
        if (set_entry* const e = finished_.first()) {
            finished_.remove(*e);
            w.reserved.push_back(*e);
        } else {
            w.emptied = true;
        }
        break;
    case set_waiter::kind::split:
    case set_waiter::kind::until:
        w.reserved.append(finished_);
        break;
    case set_waiter::kind::all:
        break;
    case set_waiter::kind::place:
        w.has_place = true;
        ++promised_;
        break;
    }
}

void set_rule::release(set_waiter& w, woken_list& woken) noexcept {
    line_of(w).remove(w);
    // While registering nobody may be woken; open() makes up for it.
    const bool ready =
        std::exchange(w.current, set_waiter::phase::released) == set_waiter::phase::waiting;
    if (ready)
        woken.push_back(w);
}

void set_rule::settle_lines(woken_list& woken) noexcept {
    while (places_line_.first && has_place()) {
        set_waiter& w = *places_line_.first;
        serve(w);
        release(w, woken);
    }
    for (set_waiter* w = line_.first; w;) {
        // Nothing to give, and no condition of any kind can have become true.
        if (finished_.empty() && unfinished_ != 0)
            break;
        set_waiter* const next = w->next;
        // Most wait for all members, and most of the time some of them run.
        const bool in_vain = unfinished_ != 0 && w->wants == set_waiter::kind::split &&
                             w->condition.outcomes == no_outcome;
        if (!in_vain && satisfied(*w)) {
            serve(*w);
            release(*w, woken);
        }
        w = next;
    }
}

void set_rule::limit(std::size_t most, woken_list& woken) noexcept {
    limit_ = most;
    settle(woken);
}

bool set_rule::try_place() noexcept {
    if (places_line_.first || !has_place())
        return false;
    ++taken_;
    return true;
}

void set_rule::return_places(std::size_t n, woken_list& woken) noexcept {
    const std::size_t held = std::min(n, taken_);
    taken_ -= held;
    limit_ += std::min(n - held, std::numeric_limits<std::size_t>::max() - limit_);
    settle(woken);
}

set_rule::ended set_rule::completed(set_entry& e, task_status how, woken_list& woken) noexcept {
    ended result;
    e.outcome = how;
    ends(e);
    const bool failure = how == task_status::failed;
    if (kept_ == keep::results || (kept_ == keep::failures && failure)) {
        // Straight to the first in line if he wants just one: what settle() would come to.
        set_waiter* const w = line_.first;
        if (w && w->wants == set_waiter::kind::next) { // so there is nothing else for him
            w->reserved.push_back(e);
            release(*w, woken);
        } else {
            finished_.push_back(e);
        }
    } else {
        remove(e);
        result.leaves = true;
    }
    if (failure && !e.quiet)
        result.news = !std::exchange(failed_, true);
    settle(woken);
    return result;
}

void set_rule::completed_late(set_entry& e, task_status how, woken_list& woken) noexcept {
    e.outcome = how;
    ends(e);
    settle(woken);
}

set_entry* set_rule::unavailable() const noexcept {
    set_entry* e = members_.first();
    while (e && e->queue)
        e = e->next;
    return e;
}

void set_rule::erase(set_entry& e, woken_list& woken) noexcept {
    if (e.outcome == task_status::running)
        ends(e);
    else if (e.queue)
        e.queue->remove(e);
    remove(e);
    settle(woken);
}

bool set_rule::not_quiet(set_entry& e) noexcept {
    e.quiet = false;
    return e.outcome == task_status::failed && !std::exchange(failed_, true);
}

set_entry* set_rule::take() noexcept {
    set_entry* const e = finished_.first();
    if (e) {
        finished_.remove(*e);
        remove(*e);
    }
    return e;
}

/// Too late: the set has been closed.
void set_rule::refuse(set_waiter& w) noexcept {
    w.reserved.forget();
    w.reason = stop_reason::cancelled;
    w.current = set_waiter::phase::released;
}

void set_rule::add(set_waiter& w) noexcept {
    w.current = set_waiter::phase::registering;
    if (closed_)
        return refuse(w);
    // An empty set has nothing to wait for; a place in it is another matter.
    if (size_ == 0 && w.wants != set_waiter::kind::place && w.wants != set_waiter::kind::all) {
        w.emptied = true;
        w.reason = stop_reason::invalid;
        w.current = set_waiter::phase::released;
        return;
    }
    line& l = line_of(w);
    l.push_back(w);
    woken_list nobody; // it is the only one that can be released by its own arrival
    // Who waits for a place overtakes nobody: while there is one, nobody stands in line for it.
    if (satisfied(w)) {
        serve(w);
        release(w, nobody);
    }
}

bool set_rule::open(set_waiter& w) noexcept {
    if (w.current == set_waiter::phase::released)
        return true;
    w.current = set_waiter::phase::waiting;
    return false;
}

wait_rule::action set_rule::stop(set_waiter& w, stop_reason why) noexcept {
    using phase = set_waiter::phase;
    if (w.current == phase::closed || w.current == phase::idle)
        return wait_rule::action::none;
    if (why > w.reason)
        w.reason = why;
    // Passed on even when the result is on its way: a member may be added until it is read.
    if (w.stopped == when_stopped::cancel_tasks)
        return wait_rule::action::cancel_tasks;
    if (w.current == phase::released)
        return wait_rule::action::none;
    woken_list woken;
    release(w, woken);
    return woken.first() ? wait_rule::action::wake : wait_rule::action::none;
}

bool set_rule::content(set_waiter& w) noexcept {
    using kind = set_waiter::kind;
    if (closed_)
        refuse(w);
    // Members may have been added since the release.
    if (w.wants == kind::all && w.stopped == when_stopped::cancel_tasks && !closed_) {
        sealed_ = satisfied(w);
        return sealed_;
    }
    if (w.reason == stop_reason::cancelled || w.reason == stop_reason::invalid || w.emptied)
        return true;
    // What has ended since the release belongs to it as well, and what it was released for may have
    // been erased.
    if (w.wants == kind::split || w.wants == kind::until)
        w.reserved.append(finished_);
    else if (w.wants == kind::next && w.reserved.empty() && !finished_.empty())
        serve(w);
    if (w.wants == kind::next && w.reserved.empty() && size_ == 0)
        w.emptied = true;
    if (w.wants == kind::place || w.emptied || w.reason != stop_reason::none)
        return true;
    if (w.wants == kind::all)
        return unfinished_ == 0;
    if (w.wants == kind::next)
        return !w.reserved.empty();
    if (unfinished_ == 0 || w.condition.trivial())
        return true;
    if (w.wants == kind::until)
        return !w.reserved.empty();
    return w.condition.outcomes != no_outcome &&
           w.reserved.count(w.condition.outcomes) >= w.condition.count;
}

void set_rule::again(set_waiter& w, woken_list& woken) noexcept {
    w.current = set_waiter::phase::registering;
    if (closed_)
        return refuse(w);
    // What it was released for has gone; the rest is anybody's until its condition holds again. A
    // predicate keeps what it has seen, or it would be asked twice.
    if (w.wants == set_waiter::kind::split)
        finished_.prepend(w.reserved);
    line_of(w).push_front(w);
    if (w.reason != stop_reason::none && w.stopped == when_stopped::end) {
        woken_list nobody;
        if (satisfied(w))
            serve(w);
        release(w, nobody);
    }
    settle(woken);
}

void set_rule::close(set_waiter& w, bool takes, woken_list& woken) noexcept {
    using phase = set_waiter::phase;
    if (w.current == phase::closed || w.current == phase::idle)
        return;
    const bool in_line = w.current != phase::released;
    w.current = phase::closed;
    if (closed_)
        return w.reserved.forget();
    if (in_line)
        line_of(w).remove(w);
    if (std::exchange(w.has_place, false)) {
        --promised_;
        taken_ += takes;
    }
    if (takes) {
        for (set_entry* e = w.reserved.first(); e; e = e->next_queued)
            remove(*e);
    } else {
        for (set_entry* e = w.reserved.first(); e; e = e->next_queued)
            e->seen = false;
        finished_.prepend(w.reserved);
    }
    settle(woken);
}

void set_rule::close_all(woken_list& woken) noexcept {
    closed_ = true;
    members_.forget();
    finished_.forget();
    size_ = unfinished_ = occupied_ = 0;
    for (line* l : {&line_, &places_line_})
        while (set_waiter* const w = l->first) {
            w->reason = stop_reason::cancelled;
            release(*w, woken);
        }
}

} // namespace asio_wait::inline v0::detail
