// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/ref_ptr.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace asio_wait::inline v0::detail {

class task_core;
class set_core;
struct spawn_site;
struct wait_record;
struct set_record;

// What is watched while introspection is on. Tasks, waits and sets that begin then have a record, and
// all records are known to one registry; what began before has none, and costs nothing more.
//
// Who may touch what: the registry's mutex guards the links of all records and whatever is not const
// here. Under it the lock of a task's context and the mutex of a set may be taken, one at a time; it is
// never asked for under those, so records are made and dropped where no lock is held.

/// Whether new tasks, waits and sets are to be watched.
// relaxed: a switch; what is watched is guarded by the registry's mutex.
enum class watch_state : std::uint8_t { never, on, off_again };
ASIO_WAIT_DECL extern std::atomic<watch_state> watch_switch;
inline bool watching() noexcept {
    return watch_switch.load(std::memory_order_relaxed) == watch_state::on;
}
/// Otherwise no executor carries a task.
inline bool ever_watched() noexcept {
    return watch_switch.load(std::memory_order_relaxed) != watch_state::never;
}

using watch_clock = std::chrono::steady_clock;

/// What is known of one task. Kept alive by the task, its executor's copies and the waits for it.
struct task_record {
    std::uint64_t const id;
    std::uint64_t const spawned_by; // 0: not by a watched task
    watch_clock::time_point const began;
    task_core* task;              // null: destroyed; no derived part of it may be looked at
    wait_record* waits = nullptr; // what the task waits on just now
    task_record* next = nullptr;
    task_record* previous = nullptr;
    // relaxed: only shown. How many threads are inside one of its handlers: 0, or 1 at most.
    std::atomic<int> running{0};

    void add_ref() noexcept { refs.add(); }
    ASIO_WAIT_DECL void release() noexcept;

    ref_count refs{};
    std::string name{}; // when it began; empty: task-<id>
};

/// Makes a record for a new task, null when there is no memory for one.
ASIO_WAIT_DECL ref_ptr<task_record> watch_task(task_core& task, std::string_view name) noexcept;
/// The task is being destroyed.
ASIO_WAIT_DECL void unwatch_task(task_record& record) noexcept;

/// What happens to watched tasks, as it happens.
struct watch_event {
    enum class kind : std::uint8_t {
        spawned, // other: by whom; text: its name
        resumed,
        suspended,
        cancel_requested, // other: by whom
        done,             // text: how
        wait_begun,       // other: the wait; text: what it is called
        wait_ended,       // other: the wait
        slow,             // took: how long it kept its thread; text: its name
        deadlock,         // text: who waits for whom
        set_dropped       // other: how many members run on; text: their names
    };
    kind what;
    std::uint64_t task = 0;
    std::uint64_t other = 0;
    std::string_view text{};
    watch_clock::time_point when = watch_clock::now();
    watch_clock::duration took{};
};

/// A std::function of a type the archive need not know, and how to call it; see unobserved_hook.
struct watch_hook {
    std::shared_ptr<void> function;
    void (*call)(void* function, const watch_event&) = nullptr;
};

/// Without a hook, what is a mistake (slow, deadlock, set_dropped) is a line on stderr.
ASIO_WAIT_DECL watch_hook exchange_watch_hook(watch_hook hook) noexcept;
/// With no lock held.
ASIO_WAIT_DECL void tell(const watch_event& event) noexcept;
/// From which time on a resumption is slow.
ASIO_WAIT_DECL watch_clock::duration exchange_slow_limit(watch_clock::duration limit) noexcept;

/// One resumption of a task on this thread, as long as it lives; what is spawned or waited for meanwhile
/// is the task's doing.
class resumption {
public:
    ASIO_WAIT_DECL explicit resumption(task_record& record) noexcept;
    ASIO_WAIT_DECL ~resumption();
    resumption(const resumption&) = delete;
    resumption& operator=(const resumption&) = delete;

private:
    task_record* outer_;
    watch_clock::time_point began_;
};

/// The task whose resumption this thread is in, null if it is not known.
ASIO_WAIT_DECL task_record* current_task() noexcept;

/// A wait in progress; nothing unless it was watched from the start.
class watched_wait {
public:
    watched_wait() noexcept = default;
    watched_wait(const watched_wait&) = delete;
    watched_wait& operator=(const watched_wait&) = delete;
    ~watched_wait() {
        if (record_)
            end();
    }

    struct traits {
        const char* what;
        bool limited = false; // as in task_graph::wait
        bool needs_all = false;
        task_record* owner = nullptr; // whose coroutine waits
    };

    /// Without memory it is not watched. The function gives the n-th task.
    ASIO_WAIT_DECL void begin(const traits& t, std::size_t tasks,
                              task_core& (*nth)(const void* of, std::size_t n),
                              const void* of) noexcept;
    ASIO_WAIT_DECL void begin(const traits& t, std::uint64_t set) noexcept;

private:
    ASIO_WAIT_DECL void end() noexcept;

    wait_record* record_ = nullptr;
};

/// A set; as above.
class watched_set {
public:
    ASIO_WAIT_DECL explicit watched_set(const set_core& set) noexcept;
    watched_set(const watched_set&) = delete;
    watched_set& operator=(const watched_set&) = delete;
    ~watched_set() {
        if (record_)
            end();
    }

    /// 0 when it is not watched.
    std::uint64_t id() const noexcept { return id_; }

private:
    ASIO_WAIT_DECL void end() noexcept;

    set_record* record_ = nullptr;
    std::uint64_t id_ = 0;
};

struct task_graph;
/// Everything that is watched and has not ended. Any thread, while tasks run.
ASIO_WAIT_DECL task_graph watched_now();

} // namespace asio_wait::inline v0::detail
