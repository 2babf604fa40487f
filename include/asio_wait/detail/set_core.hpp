// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/block_pool.hpp>
#include <asio_wait/detail/completion_hook.hpp>
#include <asio_wait/detail/ref_ptr.hpp>
#include <asio_wait/detail/set_rule.hpp>
#include <asio_wait/detail/small_mutex.hpp>
#include <asio_wait/detail/task_core.hpp>
#include <asio_wait/detail/watch.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace asio_wait::inline v0::detail {

/// One membership: the registration with the task, and the task.
/** The hook's links are guarded by the lock of the task's context, the rest by the set's mutex. */
struct set_member : completion_hook, set_entry {
    ref_ptr<task_core> task;
    set_member* next_in_bucket = nullptr;
};

/// Members that have left a set; frees them, and lets their tasks go, where no lock is held.
class member_chain {
public:
    member_chain() noexcept = default;
    member_chain(member_chain&& other) noexcept : first_(std::exchange(other.first_, nullptr)) {}
    member_chain& operator=(member_chain&&) = delete;
    ASIO_WAIT_DECL ~member_chain();

    void push_front(set_member& m) noexcept {
        m.next_in_bucket = first_;
        first_ = &m;
    }
    set_member* first() const noexcept { return first_; }

private:
    set_member* first_ = nullptr;
};

class set_wait;

/// A set of tasks: a registration with every one of them, kept until the task leaves the set.
/** 1. `mutex_` guards everything. It is taken under the lock of a task's context, never the other
 *     way round; nothing is called under it but the claim of a wake-up.
 *  2. A member belongs to the set from insert() until it leaves: taken, erased, discarded, or the
 *     set is closed. Whoever unlinks it from the set under `mutex_` frees it afterwards; a running
 *     one is first unlinked from its task, under the lock of the task's context.
 *  3. Owned by the set object, by operations in flight, and by a reaping on its way. */
class set_core : private hook_target, private waker {
public:
    ASIO_WAIT_DECL static ref_ptr<set_core> create(keep kept);

    enum class role : std::uint8_t {
        member,
        quiet_member, // its failure is no news until not_quiet()
        owner         // needs no place
    };

    /// False when the task is a member already, or the set closed. May throw for want of memory; then
    /// it is not one.
    ASIO_WAIT_DECL bool insert(ref_ptr<task_core> task, role as = role::member);
    /// Brackets the making of a task that is to be inserted, for sets that somebody runs.
    ASIO_WAIT_DECL bool enter() noexcept;
    ASIO_WAIT_DECL void leave() noexcept;

    ASIO_WAIT_DECL bool erase(task_core& task);
    ASIO_WAIT_DECL bool contains(const task_core& task) const noexcept;

    /// The member that has been finished longest, which leaves the set; null if there is none.
    /** `*quiet`: whether it was still one whose failure is no news. */
    ASIO_WAIT_DECL ref_ptr<task_core> try_next(bool* quiet = nullptr);

    ASIO_WAIT_DECL std::size_t size() const noexcept;
    ASIO_WAIT_DECL std::size_t unfinished() const noexcept;
    /// Unfinished members that need a place.
    ASIO_WAIT_DECL std::size_t occupied() const noexcept;
    /// Whether such a wait would be over at once.
    ASIO_WAIT_DECL bool would_serve(set_waiter::kind wants,
                                    const wait_condition& condition) const noexcept;
    /// Whether such a wait would get nothing if its limit were over.
    ASIO_WAIT_DECL bool barren(set_waiter::kind wants) const noexcept;

    /// The first member in order of insertion, null in an empty set.
    ASIO_WAIT_DECL ref_ptr<task_core> first() const noexcept;
    /// In order of insertion.
    ASIO_WAIT_DECL std::vector<ref_ptr<task_core>> members(bool only_unfinished) const;
    ASIO_WAIT_DECL std::vector<std::uint64_t> unfinished_ids() const;
    /// 0 when it is not watched.
    std::uint64_t watch_id() const noexcept { return watched_.id(); }
    /// For introspection: its owner goes, and members that run on are told of.
    ASIO_WAIT_COLD ASIO_WAIT_DECL void note_dropped() const noexcept;

    ASIO_WAIT_DECL void keeps(keep what);
    ASIO_WAIT_DECL void limit(std::size_t most);
    ASIO_WAIT_DECL bool try_place() noexcept;
    ASIO_WAIT_DECL void return_places(std::size_t n);
    ASIO_WAIT_DECL std::size_t free_places() const noexcept;

    /// From now on its failure counts as one of the group's.
    ASIO_WAIT_DECL void not_quiet(task_core& task);

    /// Called when the first member fails, with no lock held; for keep::failures.
    struct listener {
        void (*failed)(listener&) = nullptr;
    };
    ASIO_WAIT_DECL void listen(std::weak_ptr<listener> l) noexcept;

    /// Tells whether a task that ends now ends too late to be handed out.
    struct deadline {
        bool (*passed)(const deadline&) noexcept = nullptr;
    };
    /// It is asked under the set's mutex, and must outlive the set's close().
    ASIO_WAIT_DECL void only_until(const deadline* d) noexcept;
    /// Erases one member that is unfinished or ended too late.
    ASIO_WAIT_DECL void drop_unavailable();

    /// Ends every wait and lets all members go. Members may be tasks on other threads.
    ASIO_WAIT_DECL void close();

    void add_ref() noexcept { refs_.add(); }

    void release() noexcept {
        if (refs_.drop())
            destroy();
    }

private:
    friend class set_wait;

    template<class T, class... Args>
    friend T* pool_new(Args&&...);
    template<class T>
    friend void pool_delete(T*) noexcept;

    explicit set_core(keep kept) noexcept;
    ~set_core() = default;

    static void on_completed(hook_target& self, completion_hook& hook, wake_queue& wakes) noexcept;
    static void on_wake(waker& self);
    ASIO_WAIT_DECL void destroy() noexcept;

    /// What became of a new member; `left`: it has come and gone, `lacking`: the table is full.
    enum class place : std::uint8_t { taken, left, refused, lacking };
    place try_insert(set_member& m, wake_queue& wakes) noexcept;
    template<class Element, class F>
    std::vector<Element> collect(bool only_unfinished, F element) const;
    set_member* find(const task_core& task) const noexcept;
    void link(set_member& m) noexcept;
    void unlink(set_member& m) noexcept;
    void make_room();
    std::size_t bucket(const task_core& task) const noexcept { return task.id() & (slots_ - 1); }
    static void wake(const woken_list& woken, wake_queue& wakes) noexcept;
    void call_back(wake_queue& wakes) noexcept;

    ref_count refs_;
    mutable small_mutex mutex_;
    set_rule rule_;
    bool closed_ = false;
    bool called_back_ = false; // on its way to on_wake()
    bool news_ = false;
    std::weak_ptr<listener> listener_;
    const deadline* deadline_ = nullptr;
    member_chain left_; // to be freed by on_wake()
    // Chained hashing by id: ids come in runs, so the next power of two of slots is hardly shared.
    std::size_t slots_ = 0;
    // Not a unique_ptr: every program that includes this would pay for compiling one.
    struct places {
        set_member** first = nullptr;

        places() noexcept = default;
        places(const places&) = delete;
        places& operator=(const places&) = delete;
        ~places() { delete[] first; }
    } table_;
    watched_set watched_{*this}; // the last: goes before what it shows
};

} // namespace asio_wait::inline v0::detail
