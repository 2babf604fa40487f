// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/get_op.hpp>
#include <asio_wait/detail/ref_ptr.hpp>
#include <asio_wait/detail/task_base.hpp>
#include <asio_wait/error.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/assert/source_location.hpp>

#include <compare>
#include <cstdint>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace asio_wait::inline v0::detail {

/// What task<T> and any_task have in common: everything that does not touch the value.
/** @par Thread safety  Distinct handles: safe, also when they refer to one task. One handle: as
 *       for any object, concurrent calls of const members are safe. Every member but assignment is
 *       const or acts on the shared task.
 *  @par asyncio        `asyncio.Task`; there, nothing but `call_soon_threadsafe` may cross
 *       threads.
 */
class task_handle {
public:
    /// Of get_executor().
    using executor_type = asio::any_io_executor;

    /// Whether the handle refers to a task. On an empty handle every other member function except id()
    /// throws `invalid_task_state`; comparing and hashing are allowed.
    bool valid() const noexcept { return static_cast<bool>(state_); }
    /// valid().
    explicit operator bool() const noexcept { return valid(); }

    /// Ended, in whatever way. Any thread; never goes back to false.
    bool done() const { return checked().done(); }

    /// How it ended: exactly one of the three is true once done() is.
    bool succeeded() const { return checked().status() == task_status::succeeded; }
    /// It ended by an error, and is not cancelled(): also by `operation_aborted` when nobody called
    /// cancel() on this task, but something it waited for was cancelled.
    bool failed() const { return checked().status() == task_status::failed; }
    /// cancel() had been called, and it ended by an error equal to `std::errc::operation_canceled` or
    /// by a channel's `channel_cancelled`.
    bool cancelled() const { return checked().status() == task_status::cancelled; }

    /// The task's error, null when it succeeded. Counts as reading it. Throws when not done.
    std::exception_ptr exception() const {
        task_base& t = finished();
        t.mark_observed();
        return t.error();
    }

    /// Asks the task to end; false when it has ended already.
    /** @par Requirements   A handle that is not empty.
     *  @par Completion     Returns at once and runs nothing of the task inside the call: the
     *       request is recorded here and delivered by a post to the task's executor. Any number of
     *       requests; those not yet delivered are delivered together.
     *  @par Errors         What the post throws for want of memory; the request stays recorded,
     *       and the next call delivers it.
     *  @par Cancellation   `types` reaches the task's current operation as if emitted by its own
     *       signal. A coroutine accepts `terminal` without opting in, and stays cancelled until it
     *       calls `reset_cancellation_state`. Before the first step: the body is never entered.
     *  @par Cancel safety  A value the task produces all the same is kept: the task has succeeded.
     *  @par Executor       Delivery runs on the task's executor.
     *  @par Thread safety  Any thread, any time: before the start, between two operations, while a
     *       handler is queued, after the end, while the task's context is being destroyed.
     *  @par Lifetimes      The handle may go as soon as the call returns.
     *  @par Cost           Four short locks and one post, and a lock at delivery. When a delivery
     *       is on its way already, or after the end: one lock.
     *  @par asyncio        `Task.cancel()`, without message, counter and `uncancel()`.
     *  @par Example        @snippet cancel.cpp cancel */
    bool cancel(asio::cancellation_type_t types = asio::cancellation_type::terminal) const {
        return checked().cancel(types);
    }

    /// Whether cancel() was ever called while the task was running.
    bool cancel_requested() const { return checked().cancel_requested(); }

    /// The executor the task runs on; empty once it is done, since it then holds on to nothing.
    executor_type get_executor() const { return checked().get_executor(); }

    /// Unique and increasing in order of creation; 0 for an empty handle.
    std::uint64_t id() const noexcept { return state_ ? state_->id() : 0; }

    /// The name given, or `task-N` with N the id.
    std::string name() const { return checked().name(); }
    /// Gives the task another name.
    void name(std::string_view value) const { checked().name(value); }

    /// Where create_task was called.
    boost::source_location spawned_at() const {
        const spawn_site& s = checked().site();
        return {s.file, s.line, s.function, s.column};
    }

    /// Waits until the task is done, and reads nothing of its outcome.
    /** @par Requirements   A handle that is not empty, else `invalid_task_state` is thrown here.
     *  @par Completion     `void(boost::system::error_code)`, when the task is done.
     *  @par Errors         `operation_aborted` when the wait was cancelled. Never the task's
     *       error.
     *  @par Cancellation   terminal, partial, total. A request before the start has no effect, as
     *       everywhere in Asio; a coroutine that was cancelled before does not get here.
     *  @par Cancel safety  Nothing is lost; the task runs on.
     *  @par Executor       Posted to the token's executor, by default the task's; never inside the
     *       call, unless the token's immediate executor says so. A finished task has no executor:
     *       a handler without one of its own then runs on system_executor, so bind one to a
     *       callback.
     *  @par Thread safety  Any thread; any number of waits on one task.
     *  @par Lifetimes      The wait keeps the task's state, not the handle. When the handler's
     *       context is destroyed, so is the handler, uncalled.
     *  @par Cost           O(1); one block from the associated allocator.
     *  @par asyncio        `add_done_callback`, `asyncio.wait([t])`; cancelling the wait is
     *       `remove_done_callback`.
     *  @par Example        @snippet task.cpp async_wait */
    template<asio::completion_token_for<void(boost::system::error_code)> CompletionToken =
                 asio::deferred_t>
    [[nodiscard]] auto async_wait(CompletionToken&& token = {}) const {
        checked();
        return asio::async_initiate<CompletionToken, void(boost::system::error_code)>(
            initiate_wait_one{state_}, token, one_task{state_});
    }

    /// Whether both refer to one task, or both to none.
    friend bool operator==(const task_handle& a, const task_handle& b) noexcept {
        return a.state_.get() == b.state_.get();
    }

    /// Order of creation; an empty handle comes first.
    friend std::strong_ordering operator<=>(const task_handle& a, const task_handle& b) noexcept {
        // Ids are unique within one copy of the archive; a plugin may hold another.
        if (const auto order = a.id() <=> b.id(); order != 0)
            return order;
        return std::compare_three_way()(a.state_.get(), b.state_.get());
    }

protected:
    task_handle() noexcept = default;
    explicit task_handle(ref_ptr<task_base> state) noexcept : state_(std::move(state)) {}
    ~task_handle() = default;
    task_handle(const task_handle&) noexcept = default;
    task_handle(task_handle&&) noexcept = default;
    task_handle& operator=(const task_handle&) noexcept = default;
    task_handle& operator=(task_handle&&) noexcept = default;

    task_base& checked() const {
        if (!state_)
            throw_misuse(misuse::empty_handle);
        return *state_;
    }

    task_base& finished() const {
        task_base& t = checked();
        if (!t.done())
            throw_misuse(misuse::not_done);
        return t;
    }

    friend struct handle_access;

    ref_ptr<task_base> state_;
};

/// For the library's own parts: the state behind a handle.
struct handle_access {
    static const ref_ptr<task_base>& state(const task_handle& t) noexcept { return t.state_; }

    template<class Handle>
    static Handle make(ref_ptr<task_base> state) noexcept {
        return Handle(std::move(state));
    }
};

template<class T>
concept handle = std::derived_from<std::remove_cvref_t<T>, task_handle>;

struct handle_hash {
    std::size_t operator()(const task_handle& t) const noexcept {
        return std::hash<std::uint64_t>()(t.id());
    }
};

} // namespace asio_wait::inline v0::detail
