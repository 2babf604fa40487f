// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/any_deadline.hpp>
#include <asio_wait/detail/foreign_timer.hpp>
#include <asio_wait/detail/misuse.hpp>
#include <asio_wait/detail/wait_anchor.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

namespace asio_wait::inline v0::detail {

/// The state of one with_timeout. A template as in detail/late.hpp.
/**
 *      starting --arm()--> active --the limit--> expired
 *          \                  \                   |
 *           +-------------------+----disarm()----> over   (`expired` stays readable)
 *
 *  `mutex_` guards everything: the block may run on another thread than the operation's initiation
 *  and its delivery. No handler runs under it; a timer's destructor and async_wait call none. */
template<class Executor>
class basic_timeout_state : public std::enable_shared_from_this<basic_timeout_state<Executor>> {
public:
    basic_timeout_state(std::shared_ptr<const any_deadline> deadline, bool by_timer,
                        std::shared_ptr<const basic_timeout_state> outer) noexcept
        : deadline_(std::move(deadline)), by_timer_(by_timer), outer_(std::move(outer)) {}

    void reschedule(std::shared_ptr<const any_deadline> deadline) {
        std::lock_guard lock(mutex_);
        if (by_timer_)
            throw_misuse(misuse::timeout_of_timer);
        if (phase_ == phase::over)
            throw_misuse(misuse::timeout_over);
        if (phase_ == phase::expired)
            throw_misuse(misuse::timeout_expired);
        deadline_ = std::move(deadline);
        if (phase_ == phase::active)
            set_timer();
    }

    bool expired() const noexcept {
        std::lock_guard lock(mutex_);
        return was_expired_;
    }

    /// The nearest deadline of this scope and those around it; null for none.
    std::shared_ptr<const any_deadline> effective() const noexcept {
        std::shared_ptr<const any_deadline> nearest = deadline();
        for (const basic_timeout_state* s = outer_.get(); s; s = s->outer_.get())
            if (auto d = s->deadline(); d && (!nearest || d->remaining() < nearest->remaining()))
                nearest = std::move(d);
        return nearest;
    }

    /// The block has been started on this executor, which is serial.
    void runs_on(Executor executor) {
        std::lock_guard lock(mutex_);
        executor_ = std::move(executor);
    }

    void arm(ref_ptr<wait_anchor> wait) {
        std::lock_guard lock(mutex_);
        wait_ = std::move(wait);
        phase_ = phase::active;
        if (!by_timer_)
            set_timer();
    }

    void note_expired() noexcept {
        std::lock_guard lock(mutex_);
        if (phase_ != phase::over) {
            phase_ = phase::expired;
            was_expired_ = true;
        }
    }

    /// The outcome is known: did the limit have a part in it?
    void settle(stop_reason why) noexcept {
        std::lock_guard lock(mutex_);
        was_expired_ = why == stop_reason::limit || (was_expired_ && why != stop_reason::none);
    }

    void disarm() noexcept {
        Executor executor; // let go of outside the lock
        std::lock_guard lock(mutex_);
        phase_ = phase::over;
        timer_ = nullptr;
        wait_ = nullptr;
        executor = std::move(executor_);
    }

private:
    enum class phase : std::uint8_t { starting, active, expired, over };

    std::shared_ptr<const any_deadline> deadline() const noexcept {
        std::lock_guard lock(mutex_);
        return deadline_;
    }

    void set_timer() {
        BOOST_ASIO_HANDLER_LOCATION((__FILE__, __LINE__, "time limit"));
        // A timer that has fired, but whose handler has not run yet, must not count any more.
        timer_ = nullptr;
        const std::uint64_t number = ++timers_;
        if (!deadline_ || !executor_) // no limit, or the block has ended already
            return;
        auto fired = [weak = this->weak_from_this(), number] {
            if (const auto self = weak.lock())
                self->fire(number);
        };
        // A limit that is over already: behind the block's first step, but without a timer.
        if (deadline_->passed())
            post_to(executor_, std::move(fired));
        else
            timer_ = deadline_->arm(executor_, std::move(fired));
    }

    void fire(std::uint64_t number) {
        ref_ptr<wait_anchor> wait;
        {
            std::lock_guard lock(mutex_);
            if (phase_ != phase::active || timers_ != number)
                return;
            phase_ = phase::expired;
            was_expired_ = true;
            wait = wait_;
        }
        stop_for_limit(*wait);
    }

    mutable std::mutex mutex_;
    std::shared_ptr<const any_deadline> deadline_;
    bool by_timer_;
    bool was_expired_ = false;
    phase phase_ = phase::starting;
    std::uint64_t timers_ = 0;
    std::shared_ptr<const basic_timeout_state> outer_;
    std::shared_ptr<void> timer_;
    ref_ptr<wait_anchor> wait_;
    Executor executor_;
};

using timeout_state = basic_timeout_state<asio::any_io_executor>;

/// The limit of with_timeout's operation: its scope's, which may be moved.
template<class State>
class scope_limit {
public:
    explicit scope_limit(std::shared_ptr<State> state) noexcept : state_(std::move(state)) {}

    // The block is begun in any case.
    static constexpr bool expired() noexcept { return false; }

    void arm(const ref_ptr<wait_anchor>& wait, const asio::any_io_executor&) { state_->arm(wait); }

    void rearm(const ref_ptr<wait_anchor>&, const asio::any_io_executor&) noexcept {}
    void disarm() noexcept { state_->disarm(); }

private:
    std::shared_ptr<State> state_;
};

/// The same for a limit that is somebody's timer.
template<class Timer, class State>
class timer_scope_limit {
public:
    timer_scope_limit(Timer* timer, std::shared_ptr<State> state) noexcept
        : limit_(timer), state_(std::move(state)) {}

    static constexpr bool expired() noexcept { return false; }

    void arm(const ref_ptr<wait_anchor>& wait, const asio::any_io_executor& executor) {
        state_->arm(wait);
        limit_.arm(wait, executor);
    }

    void rearm(const ref_ptr<wait_anchor>&, const asio::any_io_executor&) noexcept {}

    void disarm() noexcept {
        limit_.disarm();
        state_->disarm();
    }

private:
    foreign_timer_limit<Timer> limit_;
    std::shared_ptr<State> state_;
};

} // namespace asio_wait::inline v0::detail
