// SPDX-License-Identifier: BSL-1.0
#pragma once

// What every operation under fault meets: two tasks to wait for, somebody else who waits for the
// first of them, a bystander who has nothing to do with it, and a handler that takes notes.

#include "injector.hpp"
#include "refusing_executor.hpp"
#include "support/lifetime_tracker.hpp"
#include "support/virtual_clock.hpp"

#include <asio_wait/create_task.hpp>
#include <asio_wait/task.hpp>
#include <asio_wait/task_set.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <list>
#include <optional>
#include <type_traits>
#include <utility>

namespace faults {

using namespace asio_wait;
using boost::system::error_code;

/// What tasks give: a value that throws where its turn is.
class value {
public:
    value() { step(); }
    explicit value(int n) noexcept : tracker_(n) {}
    value(const value& other) : tracker_((step(), other.tracker_)) {}
    value(value&& other) : tracker_((step(), std::move(other.tracker_))) {}
    value& operator=(const value&) = delete;
    ~value() = default;

    int number() const noexcept { return tracker_.value(); }

private:
    static void step() { injector::step(fault::value); }

    test::lifetime_tracker tracker_;
};

/// What came of a handler.
struct record {
    int calls = 0;
    int handlers = 0; // alive
    std::exception_ptr error;
};

/// A handler that takes notes; any completion signature.
class recorder {
public:
    explicit recorder(record& r) noexcept : record_(&r) { ++r.handlers; }
    recorder(const recorder& other) noexcept : recorder(*other.record_) {}
    ~recorder() { --record_->handlers; }

    void operator()() const {
        ++record_->calls;
        injector::step(fault::user);
    }

    template<class First, class... Rest>
    void operator()(First&& first, Rest&&...) const {
        note(first);
        injector::step(fault::user);
    }

private:
    recorder& operator=(const recorder&) = delete;

    template<class First>
    void note(const First& first) const {
        const injector::pause closed;
        ++record_->calls;
        if constexpr (std::is_same_v<First, std::exception_ptr>) {
            record_->error = first;
        } else if constexpr (std::is_same_v<First, error_code>) {
            if (first)
                record_->error = std::make_exception_ptr(boost::system::system_error(first));
        }
    }

    record* record_;
};

/// Coroutines wait here until the test opens it; a cancel gets through.
class gate {
public:
    explicit gate(asio::io_context& io) : timer_(std::in_place, io, never) {}

    void open() {
        open_ = true;
        if (timer_)
            timer_->cancel();
    }

    /// Its context is about to go.
    void drop() { timer_.reset(); }

    bool is_open() const noexcept { return open_; }
    test::virtual_timer& timer() noexcept { return *timer_; }

private:
    static constexpr auto never = test::virtual_clock::time_point::max();

    std::optional<test::virtual_timer> timer_;
    bool open_ = false;
};

/// Counts coroutines that exist, begun or not.
class body_note {
public:
    inline static int made = 0;

    explicit body_note(int& alive) noexcept : alive_(&alive) {
        ++alive;
        ++made;
    }
    body_note(body_note&& other) noexcept : alive_(std::exchange(other.alive_, nullptr)) {}
    body_note& operator=(body_note&&) = delete;
    ~body_note() {
        if (alive_)
            --*alive_;
    }

private:
    int* alive_;
};

inline asio::awaitable<value> behind(gate& g, int n, [[maybe_unused]] body_note note) {
    if (!g.is_open()) {
        const auto [ec] = co_await g.timer().async_wait(asio::as_tuple(asio::use_awaitable));
        if (ec && !g.is_open())
            throw boost::system::system_error(ec);
    }
    co_return value(n);
}

/// On what the operation and its tasks run. (No strand: one that gets no memory stops for good, or ends
/// the program; see doc/design/11_failures.md.)
enum class place {
    plain,
    refusing, // an executor that can refuse
    apart     // the tasks on another context than the handlers
};

class stage {
public:
    explicit stage(place where);
    stage(const stage&) = delete;
    stage& operator=(const stage&) = delete;

    /// The handler of the operation under test.
    auto handler() { return asio::bind_executor(home, recorder(result)); }

    /// The same, and `signal` cancels it.
    auto cancellable() { return asio::bind_cancellation_slot(signal.slot(), handler()); }

    /// A handler of somebody else's.
    auto another_handler() { return asio::bind_executor(home, recorder(more.emplace_back())); }

    /// A coroutine for the operation to start, which ends when `bodies` opens.
    asio::awaitable<value> body(int n = 0) { return behind(bodies, n, body_note(bodies_alive)); }

    /// The same as a callable.
    auto factory(int n = 0) {
        return [this, n] {
            injector::step(fault::user);
            return body(n);
        };
    }

    /// Runs what is ready.
    void settle() {
        for (auto* context : {&here, &there})
            if (*context) {
                (*context)->restart();
                (*context)->poll();
            }
    }

    void open_all() {
        for (gate* g : {&quiet, &first, &second, &bodies})
            g->open();
    }

    /// The contexts as they die, with what belongs to them.
    void kill_here() {
        timer.reset();
        here.reset();
    }
    void kill_there() {
        for (gate* g : {&quiet, &first, &second, &bodies})
            g->drop();
        there.reset();
    }

private:
    asio::io_context& tasks_at(place where) {
        if (where != place::apart)
            return *here;
        return there ? *there : there.emplace();
    }

public:
    asio::cancellation_signal signal; // outlives everything, as it may
    record result;                    // of the operation under test
    record other;                     // of somebody else's wait for `a`
    record bystander;                 // of a wait for a task that has nothing to do with it
    std::list<record> more;
    int bodies_alive = 0;
    int subjects_alive = 0;
    std::optional<asio::io_context> here; // of the handlers, and of the tasks unless they are apart
    std::optional<asio::io_context> there; // of the tasks that are apart
    std::optional<asio::io_context> fresh; // when an operation asks for it; dies with what is in it
    asio::any_io_executor home;            // of the handlers
    asio::any_io_executor ex;              // of tasks and what is started
    std::optional<test::virtual_timer> timer;
    gate first, second, bodies, quiet;
    task<value> a, b, idle;
    task_set<value> set; // of `a` and `b`, when an operation asks for it
};

inline stage::stage(place where)
    : here(std::in_place), timer(std::in_place, *here), first(tasks_at(where)),
      second(tasks_at(where)), bodies(tasks_at(where)), quiet(tasks_at(where)) {
    if (where == place::refusing)
        home = refusing_executor<asio::io_context::executor_type>(here->get_executor());
    else
        home = here->get_executor();
    ex = there ? asio::any_io_executor(there->get_executor()) : home;
    a = create_task(ex, behind(first, 1, body_note(subjects_alive)));
    b = create_task(ex, behind(second, 2, body_note(subjects_alive)));
    idle = create_task(ex, behind(quiet, 3, body_note(subjects_alive)));
    a.async_wait(asio::bind_executor(home, recorder(other)));
    idle.async_wait(asio::bind_executor(home, recorder(bystander)));
}

} // namespace faults
