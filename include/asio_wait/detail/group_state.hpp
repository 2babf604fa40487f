// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/create_task.hpp>
#include <asio_wait/detail/misuse.hpp>
#include <asio_wait/detail/set_core.hpp>
#include <asio_wait/detail/set_op.hpp>
#include <asio_wait/detail/task_handle.hpp>
#include <asio_wait/detail/watched_executor.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/execution/bad_executor.hpp>
#include <boost/assert/source_location.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <memory>
#include <mutex>
#include <string_view>
#include <type_traits>
#include <utility>

namespace asio_wait::inline v0::detail {

/// A child's coroutine, which keeps its group alive as long as it runs.
template<class Group, class Body>
struct kept_body {
    std::shared_ptr<Group> group;
    Body body;

    auto operator()() {
        if constexpr (is_awaitable<Body>)
            return std::move(body);
        else
            return body();
    }
};

/// The children of one task group, its body among them.
/** Shared by the operation that runs the group, the handles to it, and every child's coroutine.
 *
 *      open --a failure, a cancel--> aborting --all have ended--> over
 *        \________________________________________________________^
 *
 *  `mutex_` guards everything but `children_` and `cancel_children_`, which are not changed. A child may
 *  be inserted just while the group is being cancelled: whoever inserts looks at the phase afterwards. */
class group_state : public set_core::listener, public std::enable_shared_from_this<group_state> {
public:
    // A template, so that who only has a handle to a group does not compile how all are cancelled.
    template<class Executor>
    explicit group_state(Executor executor)
        : executor_(std::move(executor)), children_(set_core::create(keep::failures)),
          cancel_children_(&cancel_members<basic_cancel_batch<Executor>>) {
        failed = [](set_core::listener& l) { static_cast<group_state&>(l).child_failed(); };
    }

    ~group_state() { close_children(); }

    const ref_ptr<set_core>& children() const noexcept { return children_; }

    /// Empty once the group is over: a copy of a strand must not outlive its context.
    asio::any_io_executor executor() const {
        std::lock_guard lock(mutex_);
        return executor_;
    }

    template<class Body>
    auto spawn(Body&& body, std::string_view name, const boost::source_location& at,
               set_core::role role = set_core::role::member) {
        return spawn_on(executor(), std::forward<Body>(body), name, at, role);
    }

    template<class Ex, class Body>
    auto spawn_on(const Ex& executor, Body&& body, std::string_view name,
                  const boost::source_location& at, set_core::role role = set_core::role::member) {
        using kept = kept_body<group_state, std::decay_t<Body>>;
        using awaitable_type = std::invoke_result_t<kept&>;
        using wanted = typename awaitable_traits<awaitable_type>::executor_type;
        kept k{shared_from_this(), std::forward<Body>(body)}; // goes if it is refused
        check_open();
        const entry inside(*children_);
        if (!inside)
            throw_misuse(misuse::group_over);
        if constexpr (std::is_same_v<Ex, asio::any_io_executor> &&
                      !std::is_same_v<wanted, asio::any_io_executor>) {
            const asio::any_io_executor plain = unmarked(executor);
            const wanted* const typed = plain.template target<wanted>();
            if (!typed)
                throw asio::execution::bad_executor();
            return insert(create_task(*typed, std::move(k), name, at), role);
        } else {
            return insert(create_task(executor, std::move(k), name, at), role);
        }
    }

    /// Without effect while the group is being cancelled: who waits for a place must get one then.
    void limit(std::size_t most) {
        children_->limit(most);
        if (current() != phase::open)
            children_->limit(std::numeric_limits<std::size_t>::max());
    }

    bool aborting() const { return current() == phase::aborting; }

    void body_is(ref_ptr<task_base> body) {
        std::lock_guard lock(mutex_);
        body_ = std::move(body);
    }

    /// Cancels everybody, unless that has been asked for already: then nobody is disturbed again.
    void child_failed() {
        constexpr auto terminal = asio::cancellation_type::terminal;
        {
            std::lock_guard lock(mutex_);
            if (asked_ & static_cast<unsigned>(terminal))
                return;
        }
        abort(terminal, false);
    }

    /// A request of a new type reaches everybody, a repeated one only the body, as in asyncio.
    void abort(asio::cancellation_type_t types, bool quiet_end) {
        const auto bits = static_cast<unsigned>(types);
        unsigned before = 0;
        ref_ptr<task_base> body;
        {
            std::lock_guard lock(mutex_);
            if (phase_ == phase::over)
                return;
            quiet_end_ = quiet_end_ || quiet_end;
            phase_ = phase::aborting;
            before = std::exchange(asked_, asked_ | bits);
            body = body_;
        }
        if ((bits & ~before) == 0) {
            if (body)
                body->cancel(types);
            return;
        }
        std::exception_ptr untold;
        try {
            // Who waits for a place gets one, and is then refused.
            children_->limit(std::numeric_limits<std::size_t>::max());
        } catch (...) {
            untold = std::current_exception(); // the children are asked all the same
        }
        try {
            cancel_children_(*children_, types);
        } catch (...) {
            std::lock_guard lock(mutex_);
            asked_ = before; // some may not have heard of it: the next request is for all again
            throw;
        }
        if (untold)
            std::rethrow_exception(untold);
    }

    /// Nobody waits for the group any more: body and children that still run are asked to end.
    void abandon() noexcept {
        try {
            abort(asio::cancellation_type::terminal, false);
        } catch (...) {
            // No memory for a request, which is recorded.
        }
    }

    /// No child can be added any more. True when the group was asked to end without an error.
    bool end() noexcept {
        asio::any_io_executor executor; // let go of outside the lock
        ref_ptr<task_base> body;
        {
            std::lock_guard lock(mutex_);
            phase_ = phase::over;
            body = std::move(body_);
            executor = std::move(executor_);
        }
        close_children();
        return quiet_end_;
    }

private:
    enum class phase : std::uint8_t { open, aborting, over };

    class entry {
    public:
        explicit entry(set_core& children) noexcept
            : children_(children), entered_(children.enter()) {}
        entry(const entry&) = delete;
        entry& operator=(const entry&) = delete;
        ~entry() {
            if (entered_)
                children_.leave();
        }

        explicit operator bool() const noexcept { return entered_; }

    private:
        set_core& children_;
        bool entered_;
    };

    void close_children() noexcept {
        try {
            children_->close();
        } catch (...) {
            // No memory for the wake-up of an operation, which has been destroyed.
        }
    }

    phase current() const {
        std::lock_guard lock(mutex_);
        return phase_;
    }

    void check_open() const {
        if (const phase p = current(); p != phase::open)
            throw_misuse(p == phase::over ? misuse::group_over : misuse::group_aborting);
    }

    template<class Task>
    Task insert(Task t, set_core::role role) {
        try {
            if (!children_->insert(handle_access::state(t), role))
                throw_misuse(misuse::group_over);
        } catch (...) {
            t.cancel(); // it has begun, but nobody would wait for it
            throw;
        }
        if (current() != phase::open)
            t.cancel();
        return t;
    }

    mutable std::mutex mutex_;
    asio::any_io_executor executor_;
    ref_ptr<set_core> children_;
    void (*cancel_children_)(const set_core& children, asio::cancellation_type_t types);
    phase phase_ = phase::open;
    unsigned asked_ = 0; // types of cancellation
    bool quiet_end_ = false;
    ref_ptr<task_base> body_;
};

} // namespace asio_wait::inline v0::detail
