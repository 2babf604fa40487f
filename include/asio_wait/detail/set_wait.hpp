// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/block_pool.hpp>
#include <asio_wait/detail/ref_ptr.hpp>
#include <asio_wait/detail/set_core.hpp>
#include <asio_wait/detail/set_rule.hpp>
#include <asio_wait/detail/wait_anchor.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace asio_wait::inline v0::detail {

/// A waiting operation of a set; its state, which a closed wait no longer changes, is guarded by the
/// set's mutex.
class set_wait : public wait_anchor {
public:
    using kind = set_waiter::kind;

    ASIO_WAIT_DECL static ref_ptr<set_wait> create(ref_ptr<set_core> set, kind wants,
                                                   wait_condition condition,
                                                   ref_ptr<context_core> context, pending_op* op);

    /// One that lives on the stack, takes what there is, and is never woken.
    set_wait(ref_ptr<set_core> set, kind wants, wait_condition condition) noexcept
        : set_wait(visitor_, when_stopped::end, std::move(set), wants, condition, nullptr,
                   nullptr) {}
    ASIO_WAIT_DECL ~set_wait();

    /// For the one on the stack: claims what there is; its limit has run out.
    ASIO_WAIT_DECL void look_once() noexcept;

    // As in wait_core; there are no nodes.
    ASIO_WAIT_COLD ASIO_WAIT_DECL void watch(watched_wait& w, watched_wait::traits t, const void*,
                                             std::size_t) noexcept;
    ASIO_WAIT_DECL bool attach(void*, std::size_t) noexcept;
    ASIO_WAIT_DECL bool over_already() noexcept;
    ASIO_WAIT_DECL bool start();
    ASIO_WAIT_DECL bool again(std::size_t);
    ASIO_WAIT_DECL void abandon(void*, std::size_t) noexcept;

    /// Woken: settles what the operation gets. False: nothing yet, and it should go on waiting.
    ASIO_WAIT_DECL bool content() noexcept;

    /// What it has got and has not been shown yet, in order of completion.
    ASIO_WAIT_DECL std::vector<ref_ptr<task_core>> look();
    /// Whether more can come.
    ASIO_WAIT_DECL bool may_go_on() noexcept;

    /// Ends the wait. What it got leaves the set when `takes`, or goes back.
    struct outcome {
        stop_reason why = stop_reason::none;
        bool emptied = false;
        bool has_place = false;
        std::size_t count = 0;
    };
    /// Before close(): how the wait stands, and how many tasks it would give.
    ASIO_WAIT_DECL outcome settled() noexcept;
    /// Calls `each` for each task in order of completion, with no lock held.
    template<class F>
    void take(F each) {
        const member_chain taken = close(true);
        for (set_member* m = taken.first(); m; m = m->next_in_bucket)
            each(std::move(m->task));
    }
    void give_back() noexcept { close(false); }
    /// Woken: content() for a wait for one member, and takes it in the same step. False: it goes on.
    ASIO_WAIT_DECL bool take_one() noexcept;
    /// After that: how it has ended, and what was taken, if anything.
    outcome ended() const noexcept {
        return {state_.reason, state_.emptied, false, static_cast<std::size_t>(bool(taken_))};
    }
    ref_ptr<task_core> taken() noexcept { return std::move(taken_); }

    set_core& set() const noexcept { return *set_; }

protected:
    ASIO_WAIT_DECL set_wait(const wait_type& type, when_stopped stopped, ref_ptr<set_core>&& set,
                            kind wants, const wait_condition& condition,
                            ref_ptr<context_core>&& context, pending_op* op) noexcept;

    /// True when the request has to be passed on to the members.
    ASIO_WAIT_DECL bool note_stop(stop_reason why);

private:
    friend class set_core;
    friend struct set_wait_access;

    ASIO_WAIT_DECL static const wait_type visitor_;

    ASIO_WAIT_DECL member_chain close(bool takes) noexcept;
    static void on_stop(wait_anchor& self, stop_reason why, unsigned cancellation_types);

    struct waiter : set_waiter {
        set_wait* owner = nullptr;
    };

    ref_ptr<set_core> set_;
    waiter state_;
    ref_ptr<task_core> taken_; // by take_one(); the operation's
};

/// A wait for all members whose stop is a request to them; it goes on until they have ended.
template<class Target>
class joining_set final : public set_wait {
public:
    static ref_ptr<joining_set> create(ref_ptr<set_core> set, ref_ptr<context_core> context,
                                       pending_op* op, Target target) {
        return ref_ptr<joining_set>::adopt(
            pool_new<joining_set>(std::move(set), std::move(context), op, std::move(target)));
    }

private:
    template<class T, class... Args>
    friend T* pool_new(Args&&...);
    template<class T>
    friend void pool_delete(T*) noexcept;

    joining_set(ref_ptr<set_core> set, ref_ptr<context_core> context, pending_op* op,
                Target&& target) noexcept
        : set_wait(type_, when_stopped::cancel_tasks, std::move(set), kind::all, {no_outcome},
                   std::move(context), op),
          target_(std::move(target)) {}

    ~joining_set() = default;

    static constexpr wait_type type_{
        [](wait_anchor& a, stop_reason why, unsigned types) {
            auto& self = static_cast<joining_set&>(a);
            if (self.note_stop(why))
                self.target_.cancel(types);
        },
        [](wait_anchor* a) noexcept { pool_delete(static_cast<joining_set*>(a)); }};

    Target target_;
};

} // namespace asio_wait::inline v0::detail
