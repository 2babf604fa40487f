// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/block_pool.hpp>
#include <asio_wait/detail/limit.hpp>
#include <asio_wait/detail/wait_core.hpp>
#include <asio_wait/detail/wait_service.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>

#include <utility>

namespace asio_wait::inline v0::detail {

/// Uses a timer of somebody else as the limit.
/** The timer is not safe to share, so it is touched on its own executor only, and no longer once
 * the wait has completed. A wake-up therefore takes a detour over the timer's executor, where our
 * wait on the timer is withdrawn, before the operation goes to the handler's executor. Until then
 * the operation stays in the list of the handler's context: if that is destroyed meanwhile, the
 * detour arrives at nothing. `phase_` and `signal_` belong to the timer's executor. */
template<class Timer>
class foreign_wait : private wake_detour {
public:
    foreign_wait(Timer& timer, ref_ptr<wait_core> core)
        : timer_(&timer), executor_(timer.get_executor()), context_(core_of_executor(executor_)),
          core_(std::move(core)) {
        hold = [](wake_detour& d) noexcept { static_cast<foreign_wait&>(d).add_ref(); };
        go = &on_wake;
    }

    void start() {
        core_->set_detour(this);
        asio::dispatch(executor_, step{ref_ptr<foreign_wait>::share(this), &foreign_wait::arm});
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

    /// Calls a member on the timer's executor; if that context dies first, the wake goes on.
    struct step {
        ref_ptr<foreign_wait> self;
        void (foreign_wait::*member)();

        step(ref_ptr<foreign_wait> s, void (foreign_wait::*m)()) : self(std::move(s)), member(m) {}
        step(step&&) noexcept = default;
        step(const step&) = delete;

        ~step() {
            if (self && member == &foreign_wait::withdraw)
                self->continue_wake_from_destructor();
        }

        void operator()() {
            const auto keep = std::move(self);
            (keep.get()->*member)();
        }
    };

    // Any end of the timer's wait is the end of the limit: expiry, somebody's cancel, the end of
    // the timer's context. Our own withdrawal lands here too, when the wait has been woken already.
    struct handler {
        ref_ptr<foreign_wait> self;

        explicit handler(ref_ptr<foreign_wait> s) : self(std::move(s)) {}
        handler(handler&&) noexcept = default;
        handler(const handler&) = delete;

        ~handler() {
            if (!self)
                return;
            try {
                self->core_->stop(stop_reason::limit);
            } catch (...) {
                // No memory for the wake-up: its operation has been destroyed.
            }
        }

        void operator()(const boost::system::error_code&) {
            const auto keep = std::move(self);
            keep->phase_ = phase::over;
            keep->core_->stop(stop_reason::limit);
        }
    };

    void arm() {
        if (phase_ != phase::idle)
            return;
        if (timer_->expiry() <= Timer::clock_type::now()) {
            phase_ = phase::over;
            core_->stop(stop_reason::limit);
            return;
        }
        phase_ = phase::armed;
        timer_->async_wait(asio::bind_cancellation_slot(
            signal_.slot(),
            asio::bind_executor(executor_, handler{ref_ptr<foreign_wait>::share(this)})));
    }

    void withdraw() {
        if (std::exchange(phase_, phase::over) == phase::armed)
            signal_.emit(asio::cancellation_type::terminal);
        continue_wake();
    }

    void continue_wake() { core_->hand_over(); }

    void continue_wake_from_destructor() noexcept {
        try {
            continue_wake();
        } catch (...) {
            // As above.
        }
    }

    static void on_wake(wake_detour& d) {
        auto self = ref_ptr<foreign_wait>::adopt(&static_cast<foreign_wait&>(d));
        const context_entry entry(self->context_.get());
        if (entry)
            asio::dispatch(self->executor_, step{self, &foreign_wait::withdraw});
        else
            self->continue_wake(); // the timer's context, and so its handler, is being destroyed
    }

    ref_count refs_;
    phase phase_ = phase::idle;
    Timer* timer_;
    typename Timer::executor_type executor_;
    ref_ptr<context_core> context_;
    ref_ptr<wait_core> core_;
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
    void arm(const ref_ptr<wait_core>& core, const Executor&) {
        wait_ = ref_ptr<foreign_wait<Timer>>::adopt(pool_new<foreign_wait<Timer>>(*timer_, core));
        wait_->start();
    }

    void disarm() noexcept { wait_ = nullptr; }

private:
    Timer* timer_;
    ref_ptr<foreign_wait<Timer>> wait_;
};

} // namespace asio_wait::inline v0::detail
