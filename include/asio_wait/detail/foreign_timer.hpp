// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/block_pool.hpp>
#include <asio_wait/detail/limit.hpp>
#include <asio_wait/detail/serial_executor.hpp>
#include <asio_wait/detail/small_mutex.hpp>
#include <asio_wait/detail/wait_anchor.hpp>
#include <asio_wait/detail/wait_service.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>

#include <mutex>
#include <utility>

namespace asio_wait::inline v0::detail {

/// Uses a timer of somebody else as the limit.
/** The timer is not safe to share, so it is touched on its own executor only, and no longer once
 *  the wait has completed. A wake-up therefore takes a detour over the timer's executor, where our
 *  wait on the timer is withdrawn, before the operation goes to the handler's executor. Until then
 *  the operation stays in the list of the handler's context: if that is destroyed meanwhile, the
 *  detour arrives at nothing.
 *
 *  `phase_` and `signal_` belong to the timer's executor. `mutex_` guards `executor_`, which is let
 *  go of on that executor or inside its context, since a copy must not outlive it. */
template<class Timer>
class foreign_wait : private wake_detour {
public:
    foreign_wait(Timer& timer, ref_ptr<wait_anchor> core)
        : timer_(&timer), executor_(make_serial(timer.get_executor())),
          context_(core_of_executor(executor_)), core_(std::move(core)) {
        hold = [](wake_detour& d) noexcept { static_cast<foreign_wait&>(d).add_ref(); };
        go = &on_wake;
    }

    void start() {
        BOOST_ASIO_HANDLER_LOCATION((__FILE__, __LINE__, "time limit"));
        core_->set_detour(this);
        asio::dispatch(executor_, step(ref_ptr<foreign_wait>::share(this), &foreign_wait::arm));
    }

    void add_ref() noexcept { refs_.add(); }

    void release() noexcept {
        if (refs_.drop())
            pool_delete(this);
    }

private:
    template<class T, class... Args>
    friend T* pool_new(Args&&...);
    template<class T>
    friend void pool_delete(T*) noexcept;

    enum class phase { idle, armed, over };

    /// Calls a member on the timer's executor, or tells that its context died first.
    class step {
    public:
        step(ref_ptr<foreign_wait> self, void (foreign_wait::*member)())
            : self_(std::move(self)), member_(member) {}
        step(step&&) noexcept = default;
        step(const step&) = delete;

        ~step() {
            if (self_)
                self_->timer_lost(member_ == &foreign_wait::withdraw);
        }

        void operator()() {
            const auto keep = std::move(self_);
            (keep.get()->*member_)();
        }

    private:
        ref_ptr<foreign_wait> self_;
        void (foreign_wait::*member_)();
    };

    // Any end of the timer's wait is the end of the limit: expiry, somebody's cancel, the end of
    // the timer's context. Our own withdrawal lands here too, when the wait has been woken already.
    class handler {
    public:
        explicit handler(ref_ptr<foreign_wait> self) : self_(std::move(self)) {}
        handler(handler&&) noexcept = default;
        handler(const handler&) = delete;

        ~handler() {
            if (self_)
                self_->timer_lost(false);
        }

        void operator()(const boost::system::error_code&) {
            const auto keep = std::move(self_);
            keep->end_of_limit();
        }

    private:
        ref_ptr<foreign_wait> self_;
    };

    void arm() {
        BOOST_ASIO_HANDLER_LOCATION((__FILE__, __LINE__, "time limit"));
        if (phase_ != phase::idle) // the wait is over already
            return let_executor_go();
        if (timer_->expiry() <= Timer::clock_type::now())
            return end_of_limit();
        phase_ = phase::armed;
        asio::any_io_executor executor = executor_copy();
        timer_->async_wait(asio::bind_cancellation_slot(
            signal_.slot(),
            asio::bind_executor(std::move(executor), handler(ref_ptr<foreign_wait>::share(this)))));
    }

    void withdraw() {
        if (std::exchange(phase_, phase::over) == phase::armed)
            signal_.emit(asio::cancellation_type::terminal);
        core_->hand_over();
    }

    void end_of_limit() {
        phase_ = phase::over;
        let_executor_go();
        stop_for_limit(*core_);
    }

    /// The timer's context destroys what we had given it.
    void timer_lost(bool on_the_way) noexcept {
        let_executor_go();
        try {
            if (on_the_way)
                core_->hand_over();
            else
                stop_for_limit(*core_);
        } catch (...) {
            // No memory for the wake-up: its operation has been destroyed.
        }
    }

    asio::any_io_executor executor_copy() {
        std::lock_guard lock(mutex_);
        return executor_;
    }

    void let_executor_go() noexcept {
        asio::any_io_executor executor; // let go of outside the lock
        std::lock_guard lock(mutex_);
        executor = std::move(executor_);
    }

    static void on_wake(wake_detour& d) {
        BOOST_ASIO_HANDLER_LOCATION((__FILE__, __LINE__, "time limit"));
        // In this order: the context is left last, when nothing of it is held any more.
        const ref_ptr<context_core> context = static_cast<foreign_wait&>(d).context_;
        const context_entry entry(*context);
        const auto self = ref_ptr<foreign_wait>::adopt(&static_cast<foreign_wait&>(d));
        const asio::any_io_executor executor =
            entry ? self->executor_copy() : asio::any_io_executor();
        if (executor)
            asio::dispatch(executor, step(self, &foreign_wait::withdraw));
        else
            self->core_->hand_over(); // the limit is over, or its context is
    }

    ref_count refs_;
    phase phase_ = phase::idle;
    Timer* timer_;
    small_mutex mutex_;
    asio::any_io_executor executor_;
    ref_ptr<context_core> context_;
    ref_ptr<wait_anchor> core_;
    asio::cancellation_signal signal_;
};

/// The limit of an operation that was given a timer.
template<class Timer>
class foreign_timer_limit {
public:
    explicit foreign_timer_limit(Timer* timer) noexcept : timer_(timer) {}

    // Not looked at here: this may not be the timer's executor.
    static constexpr bool expired() noexcept { return false; }

    template<class Executor>
    void arm(const ref_ptr<wait_anchor>& core, const Executor&) {
        wait_ = ref_ptr<foreign_wait<Timer>>::adopt(pool_new<foreign_wait<Timer>>(*timer_, core));
        wait_->start();
    }

    /// The wake-up has withdrawn the last one.
    template<class Executor>
    void rearm(const ref_ptr<wait_anchor>& core, const Executor& executor) {
        arm(core, executor);
    }

    void disarm() noexcept { wait_ = nullptr; }

private:
    Timer* timer_;
    ref_ptr<foreign_wait<Timer>> wait_;
};

} // namespace asio_wait::inline v0::detail
