// SPDX-License-Identifier: BSL-1.0
#include <asio_wait/detail/watch.hpp>

#include "record_list.hpp"

#include <asio_wait/detail/set_core.hpp>
#include <asio_wait/detail/task_core.hpp>
#include <asio_wait/detail/task_graph.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace asio_wait::inline v0::detail {

struct wait_record {
    watched_wait::traits const traits;
    watch_clock::time_point const began = watch_clock::now();
    std::uint64_t id = 0;
    std::uint64_t set = 0;
    std::vector<ref_ptr<task_record>> tasks{};
    ref_ptr<task_record> waiter{};
    wait_record* next_of_waiter = nullptr;
    wait_record* next = nullptr;
    wait_record* previous = nullptr;
};

struct set_record {
    const set_core& set;
    std::uint64_t id = 0;
    set_record* next = nullptr;
    set_record* previous = nullptr;
};

namespace {

struct registry {
    std::mutex mutex;
    std::mutex hook_mutex; // guards the hook's pointers; it runs without it
    watch_hook hook;
    record_list<task_record> tasks;
    record_list<wait_record> waits;
    record_list<set_record> sets;
    std::uint64_t last_wait = 0;
    std::uint64_t last_set = 0;
    // relaxed: two numbers, and each counts from whenever it is seen.
    std::atomic<bool> has_hook{false};
    std::atomic<watch_clock::rep> slow{
        std::chrono::duration_cast<watch_clock::duration>(std::chrono::milliseconds(100)).count()};
};

// Never destroyed: the last handle to a task may lie in a static object. No heap: nobody here may throw.
registry& all() noexcept {
    alignas(registry) static std::byte place[sizeof(registry)];
    static registry& r = *::new (static_cast<void*>(place)) registry;
    return r;
}

thread_local task_record* current = nullptr;

bool asked_for_by_environment() noexcept {
    // Before main() there is one thread.
    const char* const value = std::getenv("ASIO_WAIT_WATCH"); // NOLINT(concurrency-mt-unsafe)
    return value && *value && *value != '0';
}

double age(watch_clock::time_point began, watch_clock::time_point now) noexcept {
    return std::chrono::duration<double>(now - began).count();
}

} // namespace

// Set by whoever comes first: a static object elsewhere may have called watch_tasks() already.
constinit std::atomic<watch_state> watch_switch{watch_state::never};

namespace {

[[maybe_unused]] const bool asked = [] {
    const bool on = asked_for_by_environment();
    if (on)
        watch_switch.store(watch_state::on, std::memory_order_relaxed); // see there
    return on;
}();

} // namespace

void task_record::release() noexcept {
    if (refs.drop())
        delete this;
}

watch_hook exchange_watch_hook(watch_hook hook) noexcept {
    registry& r = all();
    {
        std::lock_guard lock(r.hook_mutex);
        std::swap(hook, r.hook);
        r.has_hook.store(r.hook.function != nullptr, std::memory_order_relaxed);
    }
    return hook;
}

watch_clock::duration exchange_slow_limit(watch_clock::duration limit) noexcept {
    return watch_clock::duration(all().slow.exchange(limit.count(), std::memory_order_relaxed));
}

void tell(const watch_event& event) noexcept {
    using kind = watch_event::kind;
    registry& r = all();
    if (r.has_hook.load(std::memory_order_relaxed)) {
        watch_hook hook;
        {
            std::lock_guard lock(r.hook_mutex);
            hook = r.hook;
        }
        if (hook.function)
            hook.call(hook.function.get(),
                      event); // a throw ends the program: nobody could catch it
        return;
    }
    const auto id = static_cast<unsigned long long>(event.task);
    const auto length = static_cast<int>(event.text.size());
    if (event.what == kind::slow)
        std::fprintf(stderr, "asio_wait: task %llu kept its thread for %.3f s: %.*s\n", id,
                     std::chrono::duration<double>(event.took).count(), length, event.text.data());
    else if (event.what == kind::deadlock)
        std::fprintf(stderr, "asio_wait: deadlock, task %llu can only fail or be cancelled: %.*s\n",
                     id, length, event.text.data());
    else if (event.what == kind::set_dropped)
        std::fprintf(stderr, "asio_wait: a set was destroyed, and %llu of its tasks run on: %.*s\n",
                     static_cast<unsigned long long>(event.other), length, event.text.data());
}

ref_ptr<task_record> watch_task(task_core& task, std::string_view name) noexcept {
    try {
        auto record = ref_ptr<task_record>::adopt(
            new task_record{task.id(), current ? current->id : 0, watch_clock::now(), &task});
        record->name = name;
        {
            registry& r = all();
            std::lock_guard lock(r.mutex);
            r.tasks.push_back(*record);
        }
        tell({watch_event::kind::spawned, record->id, record->spawned_by, name, record->began});
        return record;
    } catch (...) {
        return nullptr;
    }
}

void unwatch_task(task_record& record) noexcept {
    registry& r = all();
    std::lock_guard lock(r.mutex);
    record.task = nullptr;
    r.tasks.remove(record);
}

resumption::resumption(task_record& record) noexcept : outer_(std::exchange(current, &record)) {
    record.running.fetch_add(1, std::memory_order_relaxed);
    began_ = watch_clock::now();
    tell({watch_event::kind::resumed, record.id, 0, {}, began_});
}

namespace {

/// What it is called now, or was when it began, if it is gone.
std::string name_of(const task_record& record) noexcept {
    try {
        std::lock_guard lock(all().mutex);
        if (record.task)
            return record.task->name();
        return record.name.empty() ? "task-" + std::to_string(record.id) : record.name;
    } catch (...) {
        return {}; // the number is told all the same
    }
}

} // namespace

resumption::~resumption() {
    task_record& record = *current; // kept by the function that runs
    record.running.fetch_sub(1, std::memory_order_relaxed);
    current = outer_;
    const auto now = watch_clock::now();
    tell({watch_event::kind::suspended, record.id, 0, {}, now});
    if ((now - began_).count() >= all().slow.load(std::memory_order_relaxed)) {
        const std::string name = name_of(record);
        tell({watch_event::kind::slow, record.id, 0, name, now, now - began_});
    }
}

task_record* current_task() noexcept {
    return current;
}

namespace {

bool binds(const wait_record& w) noexcept {
    return !w.traits.limited && w.traits.needs_all;
}

/// The way from one of its tasks back to its waiter, over waits that cannot end without each other;
/// empty when there is none. Needs the registry's mutex. Sets are left to dump_tasks(), and so are long
/// ways: each wait of a long chain would go down all of it.
std::vector<const task_record*> circle_of(const wait_record& wait) {
    struct step {
        const task_record* task;
        const wait_record* wait;
        std::size_t next = 0;
    };
    std::vector<const task_record*> found;
    // A function bound to the executor of a task may run when the task is done, or gone.
    if (!wait.waiter || !wait.waiter->task || wait.waiter->task->done() || !binds(wait))
        return found;
    std::vector<step> path{{wait.waiter.get(), &wait}};
    std::unordered_set<const wait_record*> seen{&wait};
    constexpr std::size_t patience = 100;
    while (!path.empty() && seen.size() <= patience) {
        step& s = path.back();
        if (s.next == s.wait->tasks.size()) {
            s.wait = s.wait->next_of_waiter; // null for the one in question, not linked yet
            s.next = 0;
            if (!s.wait)
                path.pop_back();
            else if (!binds(*s.wait) || !seen.insert(s.wait).second)
                s.next = s.wait->tasks.size();
            continue;
        }
        const task_record* const t = s.wait->tasks[s.next++].get();
        if (t == wait.waiter.get()) {
            for (const step& p : path)
                found.push_back(p.task);
            return found;
        }
        // Who is asked to end will not wait any longer.
        if (t->task && !t->task->done() && !t->task->cancel_requested() && t->waits) {
            path.push_back({t, t->waits});
            if (!binds(*t->waits) || !seen.insert(t->waits).second)
                path.back().next = t->waits->tasks.size();
        }
    }
    return found;
}

/// Links a wait that is complete; takes it over.
wait_record* link(std::unique_ptr<wait_record> made) {
    wait_record* const w = made.get();
    std::string circle;
    {
        registry& r = all();
        std::lock_guard lock(r.mutex);
        for (const task_record* t : circle_of(*w))
            circle += t->task->name() + " (" + std::to_string(t->id) + ") -> ";
        if (!circle.empty())
            circle += w->waiter->task->name() + " (" + std::to_string(w->waiter->id) + ')';
        w->id = ++r.last_wait;
        r.waits.push_back(*w);
        if (w->waiter)
            w->next_of_waiter = std::exchange(w->waiter->waits, w);
    }
    static_cast<void>(made.release()); // the registry's
    const std::uint64_t waiter = w->waiter ? w->waiter->id : 0;
    tell({watch_event::kind::wait_begun, waiter, w->id, w->traits.what, w->began});
    if (!circle.empty())
        tell({watch_event::kind::deadlock, waiter, w->id, circle});
    return w;
}

std::unique_ptr<wait_record> make_wait(const watched_wait::traits& t) {
    std::unique_ptr<wait_record> w(new wait_record{t});
    w->waiter = ref_ptr<task_record>::share(t.owner);
    return w;
}

} // namespace

void watched_wait::begin(const traits& t, std::size_t tasks,
                         task_core& (*nth)(const void*, std::size_t), const void* of) noexcept {
    try {
        // Of those it was begun for: a first one of several may come from where nobody watches.
        auto w = make_wait({t.what, t.limited, t.needs_all || tasks == 1, t.owner});
        w->tasks.reserve(tasks);
        for (std::size_t i = 0; i != tasks; ++i)
            if (const auto& record = nth(of, i).record())
                w->tasks.push_back(record);
        record_ = link(std::move(w));
    } catch (...) {
        // No memory, so nobody sees this one.
    }
}

void watched_wait::begin(const traits& t, std::uint64_t set) noexcept {
    try {
        auto w = make_wait(t);
        w->set = set;
        record_ = link(std::move(w));
    } catch (...) {
        // As above.
    }
}

void watched_wait::end() noexcept {
    const std::unique_ptr<wait_record> w(std::exchange(record_, nullptr));
    {
        registry& r = all();
        std::lock_guard lock(r.mutex);
        r.waits.remove(*w);
        if (w->waiter) {
            wait_record** at = &w->waiter->waits;
            while (*at != w.get())
                at = &(*at)->next_of_waiter;
            *at = w->next_of_waiter;
        }
    }
    tell({watch_event::kind::wait_ended, w->waiter ? w->waiter->id : 0, w->id});
}

watched_set::watched_set(const set_core& set) noexcept {
    if (!watching())
        return;
    try {
        auto made = std::unique_ptr<set_record>(new set_record{set});
        registry& r = all();
        std::lock_guard lock(r.mutex);
        made->id = id_ = ++r.last_set;
        r.sets.push_back(*made);
        record_ = made.release();
    } catch (...) {
        // As above.
    }
}

void watched_set::end() noexcept {
    const std::unique_ptr<set_record> gone(std::exchange(record_, nullptr));
    registry& r = all();
    std::lock_guard lock(r.mutex);
    r.sets.remove(*gone);
}

task_graph watched_now() {
    task_graph g;
    registry& r = all();
    std::lock_guard lock(r.mutex);
    const auto now = watch_clock::now();
    for (const task_record* t = r.tasks.first(); t; t = t->next) {
        if (t->task->done())
            continue;
        const spawn_site& at = t->task->site();
        g.tasks.push_back({t->id, t->task->name(),
                           t->running.load(std::memory_order_relaxed) ? "running"
                           : t->task->started()                       ? "waiting"
                                                                      : "not started",
                           age(t->began, now),
                           at.line ? std::string(at.file) + ':' + std::to_string(at.line) : "-",
                           t->spawned_by});
    }
    for (const wait_record* w = r.waits.first(); w; w = w->next) {
        task_graph::wait shown{w->id,
                               w->waiter ? w->waiter->id : 0,
                               w->traits.what,
                               age(w->began, now),
                               w->traits.limited,
                               w->traits.needs_all,
                               w->set,
                               {}};
        for (const auto& t : w->tasks)
            if (t->task && !t->task->done())
                shown.tasks.push_back(t->id);
        g.waits.push_back(std::move(shown));
    }
    for (const set_record* s = r.sets.first(); s; s = s->next) {
        task_graph::set shown{s->id, s->set.size(), s->set.unfinished_ids()};
        shown.finished -= std::min(shown.finished, shown.unfinished.size()); // it may have grown
        g.sets.push_back(std::move(shown));
    }
    // The registry is in order of links, made by several threads; ids may lie crosswise.
    std::sort(g.tasks.begin(), g.tasks.end(),
              [](const auto& a, const auto& b) { return a.id < b.id; });
    return g;
}

} // namespace asio_wait::inline v0::detail
