// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/cancel_batch.hpp>
#include <asio_wait/detail/collection_op.hpp>
#include <asio_wait/detail/set_core.hpp>
#include <asio_wait/detail/set_wait.hpp>
#include <asio_wait/detail/start_wait.hpp>
#include <asio_wait/detail/task_handle.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/errc.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <exception>
#include <new>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace asio_wait::inline v0::detail {

// The operations of a set, as payloads of wait_op. They differ in what they wait for (set_wait::kind)
// and in what they make of it.

template<class Task>
Task to_handle(ref_ptr<task_core> t) noexcept {
    return handle_access::make<Task>(
        ref_ptr<task_base>::adopt(static_cast<task_base*>(t.detach())));
}

/// What they have in common: no nodes, and a set. A condition that is more than the kind stays with
/// the derived class, which passes it to these functions.
template<set_wait::kind Wants>
class set_payload {
public:
    using core_type = set_wait;

    explicit set_payload(ref_ptr<set_core> set) noexcept : set_(std::move(set)) {}

    static constexpr std::size_t prepare() noexcept { return 0; }
    static constexpr stop_reason objection() noexcept { return stop_reason::none; }
    static constexpr std::size_t seen() noexcept { return 0; }
    static bool content(set_wait& core) noexcept { return core.content(); }

    ref_ptr<set_wait> make_core(wait_node*, std::size_t, ref_ptr<context_core> context,
                                pending_op* op, wait_condition condition = {no_outcome}) {
        return set_wait::create(std::move(set_), Wants, condition, std::move(context), op);
    }

    /// For the short way, see poll_op.
    static constexpr bool short_way = true;
    bool ready(const wait_condition& condition = {no_outcome}) const noexcept {
        return set_->would_serve(Wants, condition);
    }
    bool barren() const noexcept { return set_->barren(Wants); }
    set_wait visit(wait_condition condition = {no_outcome}) noexcept {
        return set_wait(std::move(set_), Wants, condition);
    }

protected:
    ref_ptr<set_core> set_; // until the core has it
};

/// Waits for one finished member, which it takes when it is woken.
class one_member : public set_payload<set_wait::kind::next> {
public:
    using set_payload::set_payload;

    static constexpr bool cancellable_when_over = false;
    static bool content(set_wait& core) noexcept { return core.take_one(); }
};

template<class Task>
class next_member : public one_member {
public:
    static constexpr const char* what = "async_next";
    using one_member::one_member;

    static std::tuple<boost::system::error_code, Task> nothing() noexcept {
        return {asio::error::timed_out, Task()};
    }

    static std::tuple<boost::system::error_code, Task> result(set_wait& core, wait_node*,
                                                              std::size_t) noexcept {
        const set_wait::outcome how = core.ended();
        boost::system::error_code ec;
        if (how.why == stop_reason::cancelled || how.why == stop_reason::invalid)
            ec = error_of(how.why);
        else if (how.emptied)
            ec = asio::error::invalid_argument;
        else if (how.count == 0)
            ec = asio::error::timed_out;
        return {ec, to_handle<Task>(core.taken())};
    }
};

/// Waits for a condition and takes all finished members.
template<class Task, class Condition>
class split_members
    : public set_payload<is_until<Condition> ? set_wait::kind::until : set_wait::kind::split> {
    using base = typename split_members::set_payload;

public:
    static constexpr const char* what = "wait_for_tasks";
    static constexpr bool cancellable_when_over = true;

    split_members(ref_ptr<set_core> set, Condition condition) noexcept
        : base(std::move(set)), condition_(std::move(condition)) {}

    stop_reason objection() const noexcept {
        return core_condition(condition_).valid ? stop_reason::none : stop_reason::invalid;
    }

    ref_ptr<set_wait> make_core(wait_node* nodes, std::size_t count, ref_ptr<context_core> context,
                                pending_op* op) {
        return base::make_core(nodes, count, std::move(context), op, core_condition(condition_));
    }

    bool ready() const noexcept { return base::ready(core_condition(condition_)); }
    set_wait visit() noexcept { return base::visit(core_condition(condition_)); }

    // A predicate is asked once about each member, so it takes the long way.
    static constexpr bool short_way = !is_until<Condition>;

    static std::tuple<wait_error_t<Condition>, std::vector<Task>> nothing() noexcept { return {}; }

    bool content(set_wait& core) {
        if (!core.content())
            return false;
        if constexpr (is_until<Condition>) {
            try {
                for (ref_ptr<task_core>& t : core.look())
                    if (condition_.predicate(
                            std::as_const(unerased(to_handle<Task>(std::move(t))))))
                        return true;
            } catch (...) {
                error_ = std::current_exception();
                return true;
            }
            return !core.may_go_on();
        }
        return true;
    }

    std::tuple<wait_error_t<Condition>, std::vector<Task>> result(set_wait& core, wait_node*,
                                                                  std::size_t) noexcept {
        std::vector<Task> done;
        const set_wait::outcome o = core.settled();
        auto ec = wait_error<Condition>::make(error_of(o.why));
        if constexpr (is_until<Condition>)
            if (error_)
                ec = std::move(error_);
        if (!ec) {
            try {
                done.reserve(o.count);
            } catch (const std::bad_alloc&) {
                ec = wait_error<Condition>::make(
                    make_error_code(boost::system::errc::not_enough_memory));
            }
        }
        if (ec) {
            core.give_back();
            return {std::move(ec), std::move(done)};
        }
        core.take([&](ref_ptr<task_core> t) { done.push_back(to_handle<Task>(std::move(t))); });
        if (done.size() != o.count) // the set has been destroyed just now
            ec = wait_error<Condition>::make(asio::error::operation_aborted);
        return {std::move(ec), std::move(done)};
    }

private:
    static const Task& unerased(const Task& t) noexcept { return t; }

    struct no_error {};

    Condition condition_;
    // Only a predicate throws.
    [[no_unique_address]] std::conditional_t<is_until<Condition>, std::exception_ptr, no_error>
        error_;
};

/// Waits until every member has ended and says who has not.
template<class Task>
class all_members_ended : public set_payload<set_wait::kind::all> {
public:
    static constexpr const char* what = "async_shutdown";
    using set_payload::set_payload;

    static constexpr bool cancellable_when_over = true;
    static constexpr bool short_way = false;

    std::tuple<boost::system::error_code, std::vector<Task>> result(set_wait& core, wait_node*,
                                                                    std::size_t) noexcept {
        std::vector<Task> stuck;
        boost::system::error_code ec = error_of(core.settled().why);
        core.give_back();
        try {
            for (ref_ptr<task_core>& t : core.set().members(true))
                stuck.push_back(to_handle<Task>(std::move(t)));
        } catch (const std::bad_alloc&) {
            ec = make_error_code(boost::system::errc::not_enough_memory);
        }
        return {ec, std::move(stuck)};
    }
};

/// The I/O executor of a set's operations: that of its first member, asked when it is needed.
struct initiate_set_wait {
    using executor_type = asio::any_io_executor;

    ref_ptr<set_core> set;

    template<class Executor = executor_type>
    Executor get_executor() const noexcept {
        const ref_ptr<task_core> first = set->first();
        if (first)
            if (Executor executor = static_cast<task_base&>(*first).get_executor())
                return executor;
        return system_executor_as<Executor>();
    }

    template<class Handler, class Payload, class Timeout>
    void operator()(Handler&& handler, Payload payload, Timeout timeout) const {
        start_wait(std::forward<Handler>(handler), *this, std::move(payload), timeout.make_limit());
    }
};

/// Asks all members to end; see cancel_batch.
template<class Batch = cancel_batch>
void cancel_members(const set_core& set, asio::cancellation_type_t types) {
    Batch batch(types);
    for (ref_ptr<task_core>& t : set.members(true))
        batch.add(ref_ptr<task_base>::adopt(static_cast<task_base*>(t.detach())));
    batch.finish();
}

} // namespace asio_wait::inline v0::detail
