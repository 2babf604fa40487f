// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/create_task.hpp>
#include <asio_wait/detail/call_arguments.hpp>
#include <asio_wait/detail/range_concepts.hpp>
#include <asio_wait/detail/set_op.hpp>
#include <asio_wait/detail/set_spawn.hpp>
#include <asio_wait/detail/task_handle.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/assert/source_location.hpp>

#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace asio_wait::inline v0::detail {

struct set_access;

/// Goes through what was in a set when the iteration began.
template<class Task>
class snapshot_iterator {
public:
    using value_type = Task;
    using difference_type = std::ptrdiff_t;
    using reference = const Task&;
    using pointer = const Task*;
    using iterator_category = std::input_iterator_tag;

    snapshot_iterator() noexcept = default;
    explicit snapshot_iterator(std::vector<Task> tasks)
        : tasks_(std::make_shared<const std::vector<Task>>(std::move(tasks))) {}

    reference operator*() const noexcept { return (*tasks_)[at_]; }
    pointer operator->() const noexcept { return &(*tasks_)[at_]; }
    snapshot_iterator& operator++() noexcept {
        ++at_;
        return *this;
    }
    snapshot_iterator operator++(int) noexcept {
        snapshot_iterator old = *this;
        ++at_;
        return old;
    }
    friend bool operator==(const snapshot_iterator& i, std::default_sentinel_t) noexcept {
        return !i.tasks_ || i.at_ == i.tasks_->size();
    }

private:
    std::shared_ptr<const std::vector<Task>> tasks_;
    std::size_t at_ = 0;
};

/// What task_set and any_task_set have in common: everything.
/** @par Thread safety  Every member function may be called from any thread, also from inside a
 *       member and while operations are in flight. Moving, assigning and destroying the set object
 *       itself must not meet another call, as for any object.
 *
 *  A member is a task that was inserted and has not been taken, erased or discarded. A task may be
 *  in many sets and many waits. A set that was moved from is empty and may only be assigned to or
 *  destroyed; everything but size(), empty() and contains() throws `invalid_task_state` there. */
template<class Task>
class basic_task_set {
public:
    /// The type of the members.
    using value_type = Task;

    /// An empty set.
    basic_task_set() : core_(set_core::create(keep::results)) {}

    /// A set of the tasks of a range, as if each had been given to insert().
    template<std::ranges::input_range R>
    requires(!std::is_base_of_v<basic_task_set, std::remove_cvref_t<R>> &&
             std::is_convertible_v<std::ranges::range_reference_t<R>,
                                   Task>) explicit basic_task_set(R&& tasks)
        : basic_task_set() {
        for (auto&& t : tasks)
            insert(std::forward<decltype(t)>(t));
    }

    /// Moves all members; operations in flight go with them.
    basic_task_set(basic_task_set&&) noexcept = default;

    /// As destroying this set and moving the other one here.
    basic_task_set& operator=(basic_task_set&& other) noexcept {
        basic_task_set old(std::move(other));
        std::swap(core_, old.core_);
        return *this;
    }

    /// Operations in flight end with `operation_aborted`; the tasks run on.
    ~basic_task_set() {
        if (!core_)
            return;
        if (core_->watch_id() != 0)
            core_->note_dropped();
        try {
            core_->close();
        } catch (...) {
            // No memory for the wake-up of an operation, which has been destroyed.
        }
    }

    /// False when it is a member already. An empty handle throws `invalid_task_state`.
    bool insert(const Task& task) {
        const auto& state = handle_access::state(task);
        if (!state)
            throw_misuse(misuse::empty_handle);
        return core().insert(state);
    }

    /// Starts a coroutine, as create_task, as a member; a limit is not looked at.
    template<class ExecutorOrContext, class Body>
    auto spawn(ExecutorOrContext&& executor_or_context, Body&& body, std::string_view name = {},
               boost::source_location at = BOOST_CURRENT_LOCATION) {
        set_core& set = core(); // throws before anything has begun
        auto t = create_task(std::forward<ExecutorOrContext>(executor_or_context),
                             std::forward<Body>(body), name, at);
        static_assert(
            std::is_convertible_v<decltype(t), Task>,
            "asio_wait: the coroutine's value is not of the set's type; use any_task_set");
        return insert_started(set, std::move(t));
    }

    /// False when it was no member. A task that is on its way to an async_next goes, too.
    bool erase(const task_handle& task) {
        const auto& state = handle_access::state(task);
        return state && core().erase(*state);
    }

    /// Whether a task is a member.
    bool contains(const task_handle& task) const {
        const auto& state = handle_access::state(task);
        return core_ && state && core_->contains(*state);
    }

    /// Members: unfinished ones, and finished ones that have not been taken.
    std::size_t size() const { return core_ ? core_->size() : 0; }
    bool empty() const { return size() == 0; } ///< Whether there is no member at all.

    /// Members that have not ended.
    std::size_t unfinished() const { return core_ ? core_->unfinished() : 0; }

    /// The members at this moment, in order of insertion.
    std::vector<Task> snapshot() const {
        std::vector<Task> all;
        auto members = core().members(false);
        all.reserve(members.size());
        for (auto& m : members)
            all.push_back(to_handle<Task>(std::move(m)));
        return all;
    }

    /// Goes through a snapshot(), made here.
    auto begin() const { return snapshot_iterator<Task>(snapshot()); }
    std::default_sentinel_t end() const noexcept { return {}; } ///< Where begin() gets to.

    /// A finished member, which leaves the set; nothing when there is none.
    std::optional<Task> try_next() {
        if (auto t = core().try_next())
            return to_handle<Task>(std::move(t));
        return std::nullopt;
    }

    /// From now on a member that ends leaves the set at once; those that have ended stay.
    /** A failure nobody has read is reported as that of any task, when its last handle goes. For a
     *  set of background work that nobody reaps. */
    void discard_results(bool discard = true) {
        core().keeps(discard ? keep::nothing : keep::results);
    }

    /// So many unfinished members, places on their way to async_spawn included; for async_spawn.
    void limit(std::size_t most) { core().limit(most); }

    /// Asks every unfinished member to end, as task::cancel.
    void cancel_all(asio::cancellation_type_t types = asio::cancellation_type::terminal) {
        cancel_members(core(), types);
    }

    /// Waits for a finished member, which leaves the set.
    /** `async_next([timeout], [token])`
     *
     *  @par Requirements   A set that is not empty, else `invalid_argument`, also when it becomes
     *       empty before this wait is served.
     *  @par Completion     `void(boost::system::error_code, Task)`, with the member that has been
     *       finished longest. Several waits are served in order of their start.
     *  @par Errors         `operation_aborted` when the wait was cancelled or the set destroyed,
     *       `timed_out`, `invalid_argument` as above. Never the task's error.
     *  @par Cancellation   terminal, partial, total. A request before the start has no effect, as
     *       everywhere in Asio; a poll that finds nothing has nothing to cancel.
     *  @par Cancel safety  Nothing is lost: a member that was meant for this wait stays in the set,
     *       at the head of the line.
     *  @par Executor       Posted to the token's executor, by default that of the set's first
     *       member; a finished one has none, and the handler then runs on system_executor.
     *  @par Thread safety  Any thread.
     *  @par Lifetimes      The set may be moved, and destroyed, meanwhile. When the handler's
     *       context is destroyed, so is the handler, uncalled.
     *  @par Cost           O(1) whatever the size of the set; one block from the associated
     *       allocator. try_next() costs a lock.
     *  @par asyncio        None; a loop over `asyncio.wait(..., FIRST_COMPLETED)`.
     *  @par Example        @snippet task_set.cpp drain */
    template<class... Args>
    requires(!has_token<Args...>()) [[nodiscard]] auto async_next(Args&&... args) {
        return next(std::forward<Args>(args)...);
    }

    template<class... Args>
    requires(has_token<Args...>()) auto async_next(Args&&... args) {
        return next(std::forward<Args>(args)...);
    }

    /// Waits for a condition and takes all finished members out of the set.
    /** `async_wait([condition], [timeout], [token])`
     *
     *  @par Requirements   A set that is not empty, else `invalid_argument`.
     *  @par Completion     `void(boost::system::error_code, std::vector<Task>)`, when the condition
     *       (default: all_completed) holds for the finished members that nobody has taken, or the
     *       limit has run out. Members added meanwhile count. It holds as well as soon as no member
     *       is unfinished; when others have taken everything by then, the vector is empty. In order
     *       of completion.
     *  @par Errors         `operation_aborted` when the wait was cancelled or the set destroyed,
     *       `invalid_argument` as above, `not_enough_memory` when the result cannot be built. A
     *       limit that ran out is no error. With a predicate the error is an exception_ptr.
     *  @par Cancellation   terminal, partial, total. A request before the start has no effect, as
     *       everywhere in Asio; a poll that finds nothing has nothing to cancel.
     *  @par Cancel safety  Nothing is lost: what has finished stays in the set.
     *  @par Executor       As async_next.
     *  @par Thread safety  Any thread.
     *  @par Lifetimes      As async_next.
     *  @par Cost           O(1) a member that is taken, none for one that stays; one block from the
     *       associated allocator, and the vector.
     *  @par asyncio        `asyncio.wait(pending, ...)`, which costs O(pending).
     *  @par Example        @snippet task_set.cpp async_wait */
    template<class... Args>
    requires(!has_token<Args...>()) [[nodiscard]] auto async_wait(Args&&... args) {
        return wait(std::forward<Args>(args)...);
    }

    template<class... Args>
    requires(has_token<Args...>()) auto async_wait(Args&&... args) {
        return wait(std::forward<Args>(args)...);
    }

    /// Cancels every member and waits until all have ended.
    /** `async_shutdown([grace], [token])`
     *
     *  @par Requirements   None; an empty set is shut down already.
     *  @par Completion     `void(boost::system::error_code, std::vector<Task>)`, when no member is
     *       unfinished or the grace period has run out. The vector holds those that are stuck:
     *       unfinished members, in order of insertion; their names say who. All members stay in
     *       the set. Those added meanwhile are waited for, too, but not cancelled.
     *  @par Errors         `operation_aborted` when the wait was cancelled or the set destroyed. A
     *       grace period that ran out is no error.
     *  @par Cancellation   terminal, partial, total: they end the wait, the members have been
     *       cancelled all the same.
     *  @par Cancel safety  Nothing is lost.
     *  @par Executor       As async_next.
     *  @par Thread safety  Any thread.
     *  @par Lifetimes      As async_next.
     *  @par Cost           O(n); a post for each member.
     *  @par asyncio        `for t in ts: t.cancel()` and `asyncio.wait(ts, timeout=grace)`.
     *  @par Example        @snippet task_set.cpp shutdown */
    template<class... Args>
    requires(!has_token<Args...>()) [[nodiscard]] auto async_shutdown(Args&&... args) {
        return shutdown(std::forward<Args>(args)...);
    }

    template<class... Args>
    requires(has_token<Args...>()) auto async_shutdown(Args&&... args) {
        return shutdown(std::forward<Args>(args)...);
    }

    /// Waits for a place, then starts a coroutine as a member.
    /** `async_spawn(executor_or_context, body, [name], [token])`
     *
     *  @par Requirements   `limit()` has been set, else there is always a place. The body is a
     *       callable that returns an awaitable, or an awaitable.
     *  @par Completion     `void(std::exception_ptr, task<T>)`, when there are fewer unfinished
     *       members than the limit: the coroutine has been started then. Several are served in
     *       order of their start.
     *  @par Errors         `operation_aborted` when the wait was cancelled or the set destroyed;
     *       the body is then destroyed without having run. What create_task throws.
     *  @par Cancellation   terminal, partial, total.
     *  @par Cancel safety  Nothing has been started.
     *  @par Executor       As async_next.
     *  @par Thread safety  Any thread.
     *  @par Lifetimes      The body is kept until its coroutine has ended.
     *  @par Cost           O(1); one block from the associated allocator, and create_task.
     *  @par asyncio        A loop with `asyncio.Semaphore`.
     *  @par Example        @snippet task_set.cpp limit */
    template<class ExecutorOrContext, class Body, class CompletionToken = asio::deferred_t>
    requires(is_executor_or_context<ExecutorOrContext> &&
             !std::is_convertible_v<
                 CompletionToken,
                 std::string_view>) auto async_spawn(ExecutorOrContext&& executor_or_context,
                                                     Body&& body,
                                                     CompletionToken&& token = CompletionToken(),
                                                     boost::source_location at =
                                                         BOOST_CURRENT_LOCATION) {
        return async_spawn(std::forward<ExecutorOrContext>(executor_or_context),
                           std::forward<Body>(body), std::string_view(),
                           std::forward<CompletionToken>(token), at);
    }

    /// The same, with a name for the task.
    template<class ExecutorOrContext, class Body, class CompletionToken = asio::deferred_t>
    requires(is_executor_or_context<ExecutorOrContext>) auto async_spawn(
        ExecutorOrContext&& executor_or_context, Body&& body, std::string_view name,
        CompletionToken&& token = CompletionToken(),
        boost::source_location at = BOOST_CURRENT_LOCATION) {
        auto spawner =
            make_spawner(ref_ptr<set_core>::share(&core()), executor_of(executor_or_context),
                         std::forward<Body>(body), name, at);
        using handle_type = decltype(spawner());
        static_assert(
            std::is_convertible_v<handle_type, Task>,
            "asio_wait: the coroutine's value is not of the set's type; use any_task_set");
        using signature = void(std::exception_ptr, handle_type);
        return initiate_with<signature>(
            std::forward<CompletionToken>(token), initiate_set_wait{core_},
            place_for_task<decltype(spawner)>(core_, std::move(spawner)), no_timeout());
    }

private:
    friend struct set_access;

    set_core& core() const {
        if (!core_)
            throw_misuse(misuse::moved_from);
        return *core_;
    }

    template<class Signature, class Payload, class Call>
    auto start(Call& c, Payload payload) {
        return initiate_with<Signature>(c.token(), initiate_set_wait{core_}, std::move(payload),
                                        c.timeout());
    }

    template<class... Args>
    auto next(Args&&... args) {
        set_arguments<Args...> c(std::forward<Args>(args)...);
        static_assert(c.no_condition && c.in_order,
                      "asio_wait: the arguments are ([timeout], [token]), in this order");
        core();
        return start<void(boost::system::error_code, Task)>(c, next_member<Task>(core_));
    }

    template<class... Args>
    auto wait(Args&&... args) {
        set_arguments<Args...> c(std::forward<Args>(args)...);
        static_assert(c.in_order,
                      "asio_wait: the arguments are ([condition], [timeout], [token]), in this "
                      "order");
        core();
        using condition = std::remove_cvref_t<decltype(c.condition())>;
        return start<void(wait_error_t<condition>, std::vector<Task>)>(
            c, split_members<Task, condition>(core_, c.condition()));
    }

    template<class... Args>
    auto shutdown(Args&&... args) {
        set_arguments<Args...> c(std::forward<Args>(args)...);
        static_assert(c.no_condition && c.in_order,
                      "asio_wait: the arguments are ([grace period], [token]), in this order");
        core();
        return initiate_with<void(boost::system::error_code, std::vector<Task>)>(
            c.token(), initiate_shutdown{{core_}}, all_members_ended<Task>(core_), c.timeout());
    }

    struct initiate_shutdown : initiate_set_wait {
        template<class Handler, class Payload, class Timeout>
        void operator()(Handler&& handler, Payload payload, Timeout timeout) const {
            cancel_members(*this->set, asio::cancellation_type::terminal);
            initiate_set_wait::operator()(std::forward<Handler>(handler), std::move(payload),
                                          timeout);
        }
    };

    ref_ptr<set_core> core_;
};

struct set_access {
    template<class Set>
    static const ref_ptr<set_core>& core(const Set& s) {
        s.core();
        return s.core_;
    }
};

} // namespace asio_wait::inline v0::detail
