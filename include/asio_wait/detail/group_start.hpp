// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/block_pool.hpp>
#include <asio_wait/detail/get_op.hpp>
#include <asio_wait/detail/group_state.hpp>
#include <asio_wait/detail/join_op.hpp>
#include <asio_wait/detail/start_guard.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/assert/source_location.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace asio_wait::inline v0 {

namespace detail {

/// A task that nobody runs: it ends when somebody says so.
template<class T>
class promised_task final : public task_state<T> {
public:
    explicit promised_task(const asio::any_io_executor& ex)
        : task_state<T>(type_, spawn_site(), {}, ex) {}

private:
    static constexpr task_type type_{
        [](task_core* t) noexcept { pool_delete(static_cast<promised_task*>(t)); },
        [](task_core&, unsigned) {}, &type_tag_of<T>, &task_base::post_delivery<>};
};

/// What a child that is being started and its starter share.
/** `mutex_` guards all of it. The child may say that it is ready before it is a member: whoever comes
 *  second makes its failures count. */
template<class R>
class start_state {
public:
    start_state(ref_ptr<set_core> children, const asio::any_io_executor& executor)
        : children_(std::move(children)),
          ready_(ref_ptr<promised_task<R>>::adopt(pool_new<promised_task<R>>(executor))) {}

    ~start_state() {
        if (!said_)
            ready_->abandon();
    }

    template<class... Value>
    void say(Value&&... value) {
        ref_ptr<task_base> child;
        {
            std::lock_guard lock(mutex_);
            if (std::exchange(said_, true))
                throw_misuse(misuse::started_twice);
            if (!given_up_)
                child = child_;
        }
        if (child)
            children_->not_quiet(*child);
        ready_->complete_with_value(std::forward<Value>(value)...);
    }

    void child_is(ref_ptr<task_base> child) {
        bool said = false;
        {
            std::lock_guard lock(mutex_);
            child_ = child;
            said = said_;
        }
        if (said)
            children_->not_quiet(*child);
    }

    /// The child has ended, and its starter is about to be told so: what comes now is nobody's
    /// business. False when it has said that it is ready, or is just saying so.
    bool give_up() {
        ref_ptr<task_base> child; // let go of outside the lock
        std::lock_guard lock(mutex_);
        if (said_)
            return false;
        given_up_ = true;
        child = std::move(child_);
        return true;
    }

    const ref_ptr<promised_task<R>>& ready() const noexcept { return ready_; }

private:
    ref_ptr<set_core> children_;
    ref_ptr<promised_task<R>> ready_;
    std::mutex mutex_;
    bool said_ = false;
    bool given_up_ = false;
    ref_ptr<task_base> child_;
};

struct start_access;

} // namespace detail

/// How a child of a group says that it is ready; see task_group::async_start.
/** A copyable handle, callable once, from any thread. */
template<class R = void>
class start_signal {
public:
    /// Throws `invalid_scope_state` the second time.
    template<class... Value>
    requires((std::is_void_v<R> && sizeof...(Value) == 0) ||
             (sizeof...(Value) == 1 && std::is_constructible_v<detail::stored<R>, Value...>)) void
    operator()(Value&&... value) const {
        state_->say(std::forward<Value>(value)...);
    }

private:
    friend struct detail::start_access;

    explicit start_signal(std::shared_ptr<detail::start_state<R>> state) noexcept
        : state_(std::move(state)) {}

    std::shared_ptr<detail::start_state<R>> state_;
};

namespace detail {

struct start_access {
    template<class R>
    static start_signal<R> make(std::shared_ptr<start_state<R>> s) noexcept {
        return start_signal<R>(std::move(s));
    }
};

template<class R, class Body>
struct starting_body {
    Body body;
    start_signal<R> signal;

    auto operator()() { return body(signal); }
};

/// Waits until the child is ready or has ended. Without a child there is only an error.
template<class R>
class child_start : public plain_wait {
public:
    static constexpr const char* what = "async_start";
    static constexpr bool cancellable_when_over = false;
    using core_type = joining_core<cancel_task>;

    child_start(std::shared_ptr<start_state<R>> state, ref_ptr<task_base> child) noexcept
        : state_(std::move(state)), child_(std::move(child)) {}
    explicit child_start(std::exception_ptr error) noexcept : error_(std::move(error)) {}

    const ref_ptr<task_base>& child() const noexcept { return child_; }

    std::size_t prepare() const noexcept { return child_ ? 2 : 0; }
    static constexpr std::size_t seen() noexcept { return 1; }

    ref_ptr<core_type> make_core(wait_node* nodes, std::size_t count, ref_ptr<context_core> context,
                                 pending_op* op) const {
        if (child_) {
            nodes[0].task = state_->ready().get();
            nodes[1].task = child_.get();
        }
        return core_type::create({any_outcome}, count, std::move(context), op, {child_});
    }

    /// A child that ends without a word takes its signal along first. One that has said it is ready
    /// will be so in a moment.
    bool content(wait_core&) const {
        return !child_ || is_ready() || (child_->done() && state_->give_up());
    }

    auto result(wait_core& core, wait_node* nodes, std::size_t count) {
        done_list done;
        core.close(nodes, count, done);
        if (!child_)
            return error_instead<R>(std::move(error_));
        if (is_ready())
            return read_outcome<R, true>(*state_->ready());
        state_->ready()->mark_observed();
        child_->mark_observed();
        error_ = child_->error();
        if (child_->status() == task_status::cancelled)
            error_ = as_exception(asio::error::operation_aborted);
        if (!error_) {
            try {
                throw_misuse(misuse::never_started);
            } catch (...) {
                error_ = std::current_exception();
            }
        }
        return error_instead<R>(std::move(error_));
    }

private:
    // Also when making the value failed: that is the starter's error then.
    bool is_ready() const noexcept { return state_->ready()->done(); }

    std::shared_ptr<start_state<R>> state_;
    ref_ptr<task_base> child_;
    std::exception_ptr error_;
};

/// The I/O executor of a group's operations is the group's.
struct initiate_in_group {
    using executor_type = asio::any_io_executor;

    std::shared_ptr<group_state> group;

    template<class Executor = executor_type>
    Executor get_executor() const {
        Executor executor = group->executor();
        return executor ? executor : system_executor_as<Executor>();
    }

    template<class Handler, class Payload>
    void operator()(Handler&& handler, Payload payload) const {
        start_wait(std::forward<Handler>(handler), *this, std::move(payload), no_limit());
    }
};

template<class R>
struct initiate_start : initiate_in_group {
    std::string name;
    boost::source_location at;

    template<class Handler, class Body>
    void operator()(Handler&& handler, Body body) const {
        auto start = begin(std::move(body));
        start_guard started(1);
        started.add(start.child());
        initiate_in_group::operator()(std::forward<Handler>(handler), std::move(start));
        started.dismiss();
    }

private:
    template<class Body>
    child_start<R> begin(Body body) const {
        try {
            const auto state =
                std::make_shared<start_state<R>>(this->group->children(), this->get_executor());
            const auto child = this->group->spawn(
                starting_body<R, Body>{std::move(body), start_access::make(state)}, name, at,
                set_core::role::quiet_member);
            state->child_is(handle_access::state(child));
            return child_start<R>(state, handle_access::state(child));
        } catch (...) {
            return child_start<R>(std::current_exception());
        }
    }
};

/// A child that waits for its place.
template<class Body>
struct group_spawner {
    std::shared_ptr<group_state> group;
    Body body;
    std::string name;
    boost::source_location at;

    auto operator()() {
        // It had its place only because the group is being cancelled.
        if (group->aborting())
            throw boost::system::system_error(asio::error::operation_aborted);
        return group->spawn(std::move(body), name, at);
    }
};

} // namespace detail
} // namespace asio_wait::inline v0
