// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/task_status.hpp>
#include <asio_wait/detail/wait_condition.hpp>
#include <asio_wait/detail/wait_rule.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace asio_wait::inline v0::detail {

class member_queue;

/// What the rule knows of one membership. Links are the rule's.
struct set_entry {
    set_entry* next = nullptr;
    set_entry* previous = nullptr;
    set_entry* next_queued = nullptr;
    set_entry* previous_queued = nullptr;
    member_queue* queue = nullptr; // null while the task runs
    task_status outcome = task_status::running;
    bool seen = false;  // a predicate has looked at it
    bool quiet = false; // its failure is somebody's answer, not the group's error
    bool needs_place = true;
};

/// All entries in order of insertion.
class member_list {
public:
    void push_back(set_entry& e) noexcept {
        e.next = nullptr;
        e.previous = last_;
        (last_ ? last_->next : first_) = &e;
        last_ = &e;
    }

    void remove(set_entry& e) noexcept {
        (e.previous ? e.previous->next : first_) = e.next;
        (e.next ? e.next->previous : last_) = e.previous;
    }

    set_entry* first() const noexcept { return first_; }
    void forget() noexcept { first_ = last_ = nullptr; }

private:
    set_entry* first_ = nullptr;
    set_entry* last_ = nullptr;
};

/// Finished entries in order of completion; an entry is in one queue at most.
class member_queue {
public:
    member_queue() noexcept = default;
    member_queue(const member_queue&) = delete;
    member_queue& operator=(const member_queue&) = delete;

    void push_back(set_entry& e) noexcept {
        e.next_queued = nullptr;
        e.previous_queued = last_;
        e.queue = this;
        (last_ ? last_->next_queued : first_) = &e;
        last_ = &e;
        ++counter(e);
    }

    void remove(set_entry& e) noexcept {
        (e.previous_queued ? e.previous_queued->next_queued : first_) = e.next_queued;
        (e.next_queued ? e.next_queued->previous_queued : last_) = e.previous_queued;
        e.queue = nullptr;
        --counter(e);
    }

    /// Takes all of `other`, behind or in front of its own.
    void append(member_queue& other) noexcept;
    void prepend(member_queue& other) noexcept;

    set_entry* first() const noexcept { return first_; }
    bool empty() const noexcept { return !first_; }

    /// Its entries are being freed.
    void forget() noexcept { first_ = last_ = nullptr; }

    /// How many ended in one of these ways.
    std::size_t count(outcome_set outcomes) const noexcept;

private:
    std::size_t& counter(const set_entry& e) noexcept {
        return counts_[static_cast<std::size_t>(e.outcome)];
    }

    set_entry* first_ = nullptr;
    set_entry* last_ = nullptr;
    std::array<std::size_t, 4> counts_{};
};

/// One operation that waits on a set.
/** Released, it has a claim to what is in `reserved` (or to a place for one more task), which
 *  nobody else can take meanwhile; it gets it when its result is read, or gives it back. */
struct set_waiter {
    enum class kind : std::uint8_t {
        next,  // one finished member
        split, // a condition; takes all finished members
        until, // as split, but asks a predicate about every one; each new one wakes it
        all,   // every member has ended; takes nothing
        place  // fewer tasks than the limit
    };
    enum class phase : std::uint8_t { idle, registering, waiting, released, closed };

    set_waiter* next = nullptr;
    set_waiter* previous = nullptr;
    set_waiter* next_woken = nullptr;
    kind wants = kind::next;
    wait_condition condition;
    when_stopped stopped = when_stopped::end;
    phase current = phase::idle;
    stop_reason reason = stop_reason::none;
    bool emptied = false; // nothing left that it could get
    bool has_place = false;
    member_queue reserved;
};

/// Waiters that have just been released and must be woken.
class woken_list {
public:
    void push_back(set_waiter& w) noexcept {
        w.next_woken = nullptr;
        *last_ = &w;
        last_ = &w.next_woken;
    }
    set_waiter* first() const noexcept { return first_; }

private:
    set_waiter* first_ = nullptr;
    set_waiter** last_ = &first_;
};

/// What a set does with a member that has ended.
enum class keep : std::uint8_t {
    results, // until it is taken
    nothing, // leaves the set at once
    failures // failures are kept, and the first one is news
};

/// Every decision of one set: whom does an event release, and with what?
/** Sans-io, like wait_rule: events go in, released waiters come out. Waiters are served in order of
 *  registration. Completion, insertion and removal are O(1) plus the waiters they serve or pass. */
class set_rule {
public:
    explicit set_rule(keep kept) noexcept : kept_(kept) {}

    void keeps(keep what) noexcept { kept_ = what; }
    /// So many members may run, waiting for a place makes sense only then.
    ASIO_WAIT_DECL void limit(std::size_t most, woken_list& woken) noexcept;
    /// A place for keeps, without waiting; false when others wait for one or there is none.
    ASIO_WAIT_DECL bool try_place() noexcept;
    /// Gives such places back; more than were taken raise the limit.
    ASIO_WAIT_DECL void return_places(std::size_t n, woken_list& woken) noexcept;
    std::size_t free_places() const noexcept {
        const std::size_t used = occupied_ + promised_ + taken_;
        return used < limit_ ? limit_ - used : 0;
    }

    /// Somebody is about to insert a member: until he has left, the members have not all ended for who
    /// runs them. False when it is too late.
    bool enter() noexcept {
        if (closed_ || sealed_)
            return false;
        ++promised_;
        return true;
    }
    void leave(woken_list& woken) noexcept {
        --promised_;
        settle(woken);
    }

    /// A new member, still running.
    void insert(set_entry& e) noexcept {
        members_.push_back(e);
        ++size_;
        ++unfinished_;
        occupied_ += e.needs_place;
    }
    /// Also for one that had ended before it was inserted.
    /** `leaves`: it is no member any more. `news`: the first failure of a group. */
    struct ended {
        bool leaves = false;
        bool news = false;
    };
    ASIO_WAIT_DECL ended completed(set_entry& e, task_status how, woken_list& woken) noexcept;
    /// It has ended, but nobody wants it any more; it stays a member.
    ASIO_WAIT_DECL void completed_late(set_entry& e, task_status how, woken_list& woken) noexcept;
    /// A member that nobody will get: unfinished, or late. Null if there is none.
    ASIO_WAIT_DECL set_entry* unavailable() const noexcept;
    ASIO_WAIT_DECL void erase(set_entry& e, woken_list& woken) noexcept;
    /// Its failure counts from now on. True: it is news.
    ASIO_WAIT_DECL bool not_quiet(set_entry& e) noexcept;
    /// A finished member that nobody has a claim to, which leaves; null if there is none.
    /** Serves nobody: whom its going could help is served by somebody else, in the end by close(). */
    ASIO_WAIT_DECL set_entry* take() noexcept;

    /// Registers a waiter, at the back of the line.
    ASIO_WAIT_DECL void add(set_waiter& w) noexcept;
    /// Whether a waiter for this would be released by its own arrival.
    ASIO_WAIT_DECL bool would_serve(set_waiter::kind wants,
                                    const wait_condition& condition) const noexcept;
    /// Whether a waiter whose limit is over would get nothing, and has nothing else to be told.
    bool barren(set_waiter::kind wants) const noexcept {
        if (wants == set_waiter::kind::place)
            return !closed_ && (places_line_.first || !has_place());
        return !closed_ && size_ != 0 && finished_.empty();
    }
    /// It is ready to be woken. True: wake it.
    ASIO_WAIT_DECL bool open(set_waiter& w) noexcept;
    /// `wake`, or `cancel_tasks` for one that passes its stop on.
    ASIO_WAIT_DECL wait_rule::action stop(set_waiter& w, stop_reason why) noexcept;

    /// Looks at what a released waiter gets, all of it now in `reserved`. False: it came for nothing
    /// and goes back to the head of the line.
    ASIO_WAIT_DECL bool content(set_waiter& w) noexcept;
    ASIO_WAIT_DECL void again(set_waiter& w, woken_list& woken) noexcept;

    /// Tells a released waiter, too, when the set has been closed.
    void still_open(set_waiter& w) const noexcept {
        if (closed_)
            refuse(w);
    }

    /// Ends a wait. What it got leaves the set, and a place is the caller's, when it `takes`;
    /// otherwise all goes back and may serve others.
    ASIO_WAIT_DECL void close(set_waiter& w, bool takes, woken_list& woken) noexcept;
    /// Ends all waits and forgets all members: the set goes. Whoever waits or comes later is told that
    /// he has been cancelled.
    ASIO_WAIT_DECL void close_all(woken_list& woken) noexcept;

    std::size_t size() const noexcept { return size_; }
    std::size_t unfinished() const noexcept { return unfinished_; }
    std::size_t occupied() const noexcept { return occupied_; }
    const member_list& members() const noexcept { return members_; }
    bool closed() const noexcept { return closed_; }
    /// No member can be added any more: who runs the members is being told that all have ended.
    bool sealed() const noexcept { return sealed_; }

private:
    struct line {
        set_waiter* first = nullptr;
        set_waiter* last = nullptr;
        void push_back(set_waiter& w) noexcept;
        void push_front(set_waiter& w) noexcept;
        void remove(set_waiter& w) noexcept;
    };

    line& line_of(const set_waiter& w) noexcept {
        return w.wants == set_waiter::kind::place ? places_line_ : line_;
    }
    bool satisfied(const set_waiter& w) const noexcept {
        return satisfied(w.wants, w.condition, w.stopped);
    }
    bool satisfied(set_waiter::kind wants, const wait_condition& condition,
                   when_stopped stopped) const noexcept;
    void serve(set_waiter& w) noexcept;
    void release(set_waiter& w, woken_list& woken) noexcept;
    void settle(woken_list& woken) noexcept {
        if (line_.first || places_line_.first)
            settle_lines(woken);
    }
    void settle_lines(woken_list& woken) noexcept;
    void remove(set_entry& e) noexcept {
        members_.remove(e);
        --size_;
    }
    void ends(set_entry& e) noexcept {
        --unfinished_;
        occupied_ -= e.needs_place;
    }
    static void refuse(set_waiter& w) noexcept;
    bool has_place() const noexcept { return free_places() != 0; }

    member_list members_;
    member_queue finished_; // nobody has a claim to these
    line line_;
    line places_line_;
    std::size_t size_ = 0;
    std::size_t unfinished_ = 0;
    std::size_t occupied_ = 0; // unfinished members that need a place
    std::size_t limit_ = std::numeric_limits<std::size_t>::max();
    std::size_t promised_ = 0; // places of released waiters
    std::size_t taken_ = 0;    // places for keeps
    keep kept_;
    bool failed_ = false;
    bool closed_ = false;
    bool sealed_ = false;
};

} // namespace asio_wait::inline v0::detail
