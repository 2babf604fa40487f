// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/any_task.hpp>
#include <asio_wait/config.hpp>
#include <asio_wait/detail/any_deadline.hpp>
#include <asio_wait/detail/call_arguments.hpp>
#include <asio_wait/detail/set_op.hpp>
#include <asio_wait/detail/start_guard.hpp>
#include <asio_wait/detail/task_sources.hpp>
#include <asio_wait/task.hpp>
#include <asio_wait/timeout_error.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

namespace asio_wait::inline v0 {

namespace detail {

/// Waits for the next of a stream.
template<class Task>
class next_completed : public one_member {
public:
    static constexpr const char* what = "as_completed";
    using one_member::one_member;

    std::tuple<std::exception_ptr, std::optional<Task>> result(set_wait& core, wait_node*,
                                                               std::size_t) {
        const set_wait::outcome how = core.ended();
        if (how.why == stop_reason::cancelled)
            return {as_exception(error_of(how.why)), std::nullopt};
        if (how.count != 0)
            return {nullptr, to_handle<Task>(core.taken())};
        if (how.emptied)
            return {nullptr, std::nullopt};
        return too_late(core.set());
    }

    std::tuple<std::exception_ptr, std::optional<Task>> nothing() { return too_late(*this->set_); }

private:
    /// Each step that is too late stands for one task.
    static std::tuple<std::exception_ptr, std::optional<Task>> too_late(set_core& set) {
        try {
            set.drop_unavailable();
        } catch (...) {
            // No memory for somebody else's wake-up; this one must not be lost with it.
        }
        return {exception_from<timeout_error>(), std::nullopt};
    }
};

struct initiate_next_completed : initiate_set_wait {
    std::shared_ptr<const any_deadline> deadline;

    template<class Handler, class Payload>
    void operator()(Handler&& handler, Payload payload) const {
        start_wait(std::forward<Handler>(handler), *this, std::move(payload),
                   any_deadline_limit(deadline));
    }
};

} // namespace detail

/// The tasks of a collection in order of completion; made by as_completed.
/** Move-only. Dropping it leaves the tasks alone.
 *  @par Thread safety  Every member function from any thread; moving and destroying the object must
 *       not meet another call. */
template<class Task>
class basic_completion_stream {
public:
    /// The type of the handles.
    using value_type = Task;

    /// Moves what is left; operations in flight go with it.
    basic_completion_stream(basic_completion_stream&&) noexcept = default;

    /// As destroying this stream and moving the other one here.
    basic_completion_stream& operator=(basic_completion_stream&& other) noexcept {
        basic_completion_stream old(std::move(other));
        std::swap(set_, old.set_);
        std::swap(cutoff_, old.cutoff_);
        return *this;
    }

    /// Operations in flight end with `operation_aborted`; the tasks run on.
    ~basic_completion_stream() {
        if (!set_)
            return;
        try {
            set_->close();
        } catch (...) {
            // No memory for the wake-up of an operation, which has been destroyed.
        }
    }

    /// How many more there are, errors for those that are too late included.
    std::size_t remaining() const { return core().size(); }

    /// The next one if it has ended already.
    std::optional<Task> try_next() {
        if (auto t = core().try_next())
            return detail::to_handle<Task>(std::move(t));
        return std::nullopt;
    }

    /// Waits for the next task to end and gives its handle, whatever its outcome; none at the end.
    /** @par Requirements   A stream that was not moved from, else `invalid_task_state` is thrown here.
     *  @par Completion     `void(std::exception_ptr, std::optional<Task>)`, in order of completion; the
     *       empty optional when all have been given. Several waits are served in order of their
     *       start.
     *  @par Errors         `timeout_error` once for each task that had not ended at the deadline, when
     *       all that had have been given; `operation_aborted` when the wait was cancelled or the
     *       stream destroyed. Never a task's error.
     *  @par Cancellation   terminal, partial, total. A request before the start has no effect, as
     *       everywhere in Asio.
     *  @par Cancel safety  Nothing is lost: a cancelled wait uses nothing up.
     *  @par Executor       Posted to the token's executor, by default that of the first task left; a
     *       finished one has none, and the handler then runs on system_executor.
     *  @par Thread safety  Any thread.
     *  @par Lifetimes      The stream may be moved, and destroyed, meanwhile.
     *  @par Cost           O(1); one block from the associated allocator, and a timer when it has to
     *       wait with a limit. try_next() costs a lock.
     *  @par asyncio        `async for t in asyncio.as_completed(...)`. Differs: a cancelled step is
     *       not lost.
     *  @par Example        @snippet family.cpp as_completed */
    template<boost::asio::completion_token_for<void(std::exception_ptr, std::optional<Task>)>
                 CompletionToken = boost::asio::deferred_t>
    [[nodiscard]] auto async_next(CompletionToken&& token = CompletionToken()) {
        core();
        using signature = void(std::exception_ptr, std::optional<Task>);
        return detail::initiate_with<signature>(
            std::forward<CompletionToken>(token),
            detail::initiate_next_completed{{set_}, cutoff_ ? cutoff_->deadline : nullptr},
            detail::next_completed<Task>(set_));
    }

private:
    friend struct stream_access;

    /// What a task that ends asks: is it too late?
    struct cutoff : detail::set_core::deadline {
        std::shared_ptr<const detail::any_deadline> deadline;

        explicit cutoff(std::shared_ptr<const detail::any_deadline> d) : deadline(std::move(d)) {
            passed = [](const detail::set_core::deadline& self) noexcept {
                return static_cast<const cutoff&>(self).deadline->passed();
            };
        }
    };

    basic_completion_stream() : set_(detail::set_core::create(detail::keep::results)) {}

    // Delegates, so that the destructor runs when this throws.
    basic_completion_stream(const std::vector<Task>& tasks,
                            std::shared_ptr<const detail::any_deadline> deadline)
        : basic_completion_stream() {
        for (const Task& t : tasks) {
            const auto& state = detail::handle_access::state(t);
            if (!state)
                detail::throw_misuse(detail::misuse::empty_handle);
            set_->insert(state);
        }
        // Only now: those that had ended before are given in any case.
        if (deadline) {
            cutoff_ = std::make_unique<cutoff>(std::move(deadline));
            set_->only_until(cutoff_.get());
        }
    }

    detail::set_core& core() const {
        if (!set_)
            detail::throw_misuse(detail::misuse::moved_from);
        return *set_;
    }

    detail::ref_ptr<detail::set_core> set_;
    std::unique_ptr<cutoff> cutoff_;
};

/// A stream of tasks of one type.
template<class T = void>
using completion_stream = basic_completion_stream<task<T>>;
/// A stream of tasks of different types.
using any_completion_stream = basic_completion_stream<any_task>;

struct stream_access {
    template<class Task>
    static basic_completion_stream<Task> make(
        const std::vector<Task>& tasks, std::shared_ptr<const detail::any_deadline> deadline) {
        return {tasks, std::move(deadline)};
    }
};

/// A stream of tasks in order of completion.
/** `as_completed([executor], tasks, [timeout])`, with tasks as in wait_for_tasks; awaitables are
 *  started at the call.
 *
 *  @par Requirements   No empty handle, else `invalid_task_state` is thrown here. A task may stand
 *       there twice; it counts once. No task is fine: a stream that is at its end.
 *  @par Completion     Returns at once; the limit counts from the call. See async_next.
 *  @par Errors         What allocation and create_task throw.
 *  @par Cancellation   None; see async_next.
 *  @par Cancel safety  Dropping the stream leaves the tasks alone.
 *  @par Executor       Awaitables run on the executor named.
 *  @par Thread safety  Any thread. A timer is asked for its expiry here, and only here.
 *  @par Lifetimes      Handles are copied at the call. The stream keeps its tasks' results until they
 *       are fetched.
 *  @par Cost           O(n); a small block for each task.
 *  @par asyncio        `asyncio.as_completed(tasks, timeout=)`, iterated with `async for`. Differs:
 *       tasks that had ended before come in input order.
 *  @par Example        @snippet family.cpp as_completed */
template<class... Args>
[[nodiscard]] auto as_completed(Args&&... args) {
    using call = detail::call_arguments<Args...>;
    constexpr bool well_formed = call::in_order && call::at.only_handles && call::no_condition &&
                                 call::at.token == detail::none;
    static_assert(
        well_formed,
        "asio_wait: the arguments are ([executor], tasks, [timeout]), in this order; tasks "
        "is a range of task<T> or any_task, or handles one by one");
    if constexpr (well_formed && call::usable) {
        call c(std::forward<Args>(args)...);
        auto deadline = detail::deadline_of(c.timeout());
        return detail::with_tasks(c, [&](auto source, detail::initiate_wait_for_tasks) {
            detail::start_guard started(detail::started_by(source));
            auto stream = stream_access::make(detail::take_tasks(std::move(source), started),
                                              std::move(deadline));
            started.dismiss();
            return stream;
        });
    }
}

} // namespace asio_wait::inline v0
