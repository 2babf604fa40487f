// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/get_op.hpp>
#include <asio_wait/detail/group_state.hpp>
#include <asio_wait/detail/join_op.hpp>
#include <asio_wait/detail/late.hpp>
#include <asio_wait/detail/set_core.hpp>
#include <asio_wait/detail/set_wait.hpp>
#include <asio_wait/detail/start_task.hpp>
#include <asio_wait/exception_group.hpp>
#include <asio_wait/task_group.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/assert/source_location.hpp>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace asio_wait::inline v0::detail {

/// Who gets the cancel of a group's owner.
struct cancel_group {
    std::shared_ptr<group_state> group;

    void cancel(unsigned types) const {
        group->abort(static_cast<asio::cancellation_type_t>(types), false);
    }
};

/// The operation's hold on its group. Gone before the end, also in the middle of the initiation, nobody
/// waits for body and children any more, and the group's executor goes with it.
class group_owner {
public:
    explicit group_owner(std::shared_ptr<group_state> group) noexcept : group_(std::move(group)) {}
    group_owner(group_owner&&) noexcept = default;
    group_owner& operator=(group_owner&&) = delete;

    ~group_owner() {
        if (group_) {
            group_->abandon();
            group_->end();
        }
    }

    const std::shared_ptr<group_state>& get() const noexcept { return group_; }
    group_state* operator->() const noexcept { return group_.get(); }

private:
    std::shared_ptr<group_state> group_;
};

/// Waits until body and children have ended, then says what came of it.
template<class T>
class group_end {
public:
    static constexpr const char* what = "with_task_group";
    using core_type = joining_set<cancel_group>;
    static constexpr bool cancellable_when_over = false;

    group_end(group_owner group, ref_ptr<task_state<T>> body) noexcept
        : group_(std::move(group)), body_(std::move(body)) {}

    static constexpr std::size_t prepare() noexcept { return 0; }
    static constexpr stop_reason objection() noexcept { return stop_reason::none; }
    static constexpr std::size_t seen() noexcept { return 0; }
    static bool content(core_type& core) noexcept { return core.content(); }

    ref_ptr<core_type> make_core(wait_node*, std::size_t, ref_ptr<context_core> context,
                                 pending_op* op) const {
        return core_type::create(group_->children(), std::move(context), op, {group_.get()});
    }

    auto result(core_type& core, wait_node*, std::size_t) {
        const stop_reason why = core.settled().why;
        core.give_back();
        std::exception_ptr error;
        try {
            auto errors = collect();
            if (!errors.empty())
                error = std::make_exception_ptr(exception_group(std::move(errors)));
        } catch (...) {
            error = std::current_exception();
        }
        const bool quiet_end = group_->end();
        if (!error && why == stop_reason::cancelled)
            error = as_exception(asio::error::operation_aborted);
        if (error) {
            body_->mark_observed();
            return error_instead<T>(std::move(error));
        }
        // A group that was told to end without an error has none, if it can do without a value.
        if (std::is_void_v<T> && quiet_end)
            return error_instead<T>(nullptr);
        return read_outcome<T, true>(*body_);
    }

private:
    /// In order of completion, the body's own last. An error that went from a child into the body
    /// counts once, and a cancellation that leaves the body is none.
    auto collect() {
        late<std::vector<task_error>, T> errors;
        const auto add = [&errors](const task_core& t) {
            t.mark_observed();
            const auto same = [&t](const task_error& e) { return e.exception == t.error(); };
            if (std::none_of(errors.begin(), errors.end(), same))
                errors.push_back({t.id(), t.name(),
                                  handle_access::make<any_task>(share(t)).spawned_at(), t.error()});
        };
        bool quiet = false;
        while (const ref_ptr<task_core> t = group_->children()->try_next(&quiet))
            if (t.get() != body_.get() && !quiet)
                add(*t);
        if (body_->status() == task_status::failed && !is_cancellation(body_->error()))
            add(*body_);
        return errors;
    }

    static ref_ptr<task_base> share(const task_core& t) noexcept {
        return ref_ptr<task_base>::share(const_cast<task_base*>(static_cast<const task_base*>(&t)));
    }

    group_owner group_;
    ref_ptr<task_state<T>> body_;
};

/// The body of a group and the handle it is given.
template<class Body>
struct group_body {
    Body body;
    task_group& group;

    auto operator()() { return body(group); }
};

template<class Place>
struct initiate_group {
    using executor_type = asio::any_io_executor;

    Place place;
    boost::source_location at;

    executor_type get_executor() const { return place.io(); }

    template<class Handler, class Body>
    void operator()(Handler&& handler, Body body) {
        using value =
            typename awaitable_traits<std::invoke_result_t<Body&, task_group&>>::value_type;
        const auto where = place.of(handler, get_executor());
        const auto group = std::make_shared<owned_group>(asio::any_io_executor(where));
        group_owner owner(group);
        group->children()->listen(std::weak_ptr<set_core::listener>(group));
        const auto t = group->spawn_on(where, group_body<Body>{std::move(body), group->handle}, {},
                                       at, set_core::role::owner);
        group->body_is(handle_access::state(t));
        start_wait(std::forward<Handler>(handler), get_executor(),
                   group_end<value>(std::move(owner), state_of(t)), no_limit());
    }
};

template<class Body>
concept group_function = requires(std::decay_t<Body>& b, task_group& g) {
    requires is_awaitable<decltype(b(g))>;
};

template<class Place, class Body, class CompletionToken>
auto start_group(Place place, Body&& body, CompletionToken&& token,
                 const boost::source_location& at) {
    using value = typename awaitable_traits<
        std::invoke_result_t<std::decay_t<Body>&, task_group&>>::value_type;
    return initiated_or_unwrapped<value>(std::forward<CompletionToken>(token),
                                         initiate_group<Place>{std::move(place), at},
                                         std::decay_t<Body>(std::forward<Body>(body)));
}

} // namespace asio_wait::inline v0::detail
