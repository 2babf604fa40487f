// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/inline_executor.hpp>
#include <asio_wait/detail/late.hpp>
#include <asio_wait/detail/limit.hpp>
#include <asio_wait/detail/type_tag.hpp>
#include <asio_wait/detail/wait_anchor.hpp>
#include <asio_wait/timeout.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace asio_wait::inline v0::detail {

/// A point in time of whatever clock.
class any_deadline {
public:
    virtual ~any_deadline() = default;

    virtual bool passed() const noexcept = 0;
    /// How long it is until then, rounded and clamped; negative afterwards.
    virtual std::chrono::nanoseconds remaining() const noexcept = 0;
    /// The time point, if the clock is the one of this tag.
    virtual const void* time_point(const type_tag& clock) const noexcept = 0;
    /// Calls `fired` on a thread of the executor's context, but not necessarily on the executor.
    /** Not any more once the result is destroyed. */
    virtual std::shared_ptr<void> arm(const asio::any_io_executor& executor,
                                      std::function<void()> fired) const = 0;
};

template<class Clock>
class clock_deadline final : public any_deadline {
public:
    explicit clock_deadline(typename Clock::time_point at) noexcept : at_(at) {}

    bool passed() const noexcept override {
        return at_ == Clock::time_point::min() || at_ <= Clock::now();
    }

    std::chrono::nanoseconds remaining() const noexcept override {
        using std::chrono::nanoseconds;
        if (at_ == Clock::time_point::min())
            return nanoseconds::min();
        // Compared as floating seconds: the difference may be too much for the clock's ticks.
        using seconds = late<std::chrono::duration<long double>, Clock>;
        const seconds left =
            seconds(at_.time_since_epoch()) - seconds(Clock::now().time_since_epoch());
        if (left >= seconds(nanoseconds::max()))
            return nanoseconds::max();
        return left <= seconds(nanoseconds::min())
                   ? nanoseconds::min()
                   : std::chrono::duration_cast<nanoseconds>(at_ - Clock::now());
    }

    const void* time_point(const type_tag& clock) const noexcept override {
        return clock == type_tag_of<Clock> ? &at_ : nullptr;
    }

    std::shared_ptr<void> arm(const asio::any_io_executor& executor,
                              std::function<void()> fired) const override {
        return std::make_shared<timer>(executor, at_, std::move(fired));
    }

private:
    class timer {
    public:
        timer(const asio::any_io_executor& executor, typename Clock::time_point at,
              std::function<void()> fired)
            : timer_(executor, at) {
            timer_.async_wait(handler{std::move(fired)});
        }

    private:
        // Called wherever the timer's context runs: to submit it to the executor could fail, and the
        // limit would be lost.
        struct handler {
            std::function<void()> fired;

            using executor_type = inline_executor;
            executor_type get_executor() const noexcept { return {}; }

            void operator()(const boost::system::error_code& ec) const {
                if (!ec)
                    fired();
            }
        };

        asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, asio::any_io_executor> timer_;
    };

    typename Clock::time_point at_;
};

template<class Clock>
std::shared_ptr<const any_deadline> make_deadline(std::optional<typename Clock::time_point> at) {
    return at ? std::make_shared<const clock_deadline<Clock>>(*at) : nullptr;
}

/// The deadline a time limit stands for when it starts now; null for none. A timer is only asked for
/// its expiry.
inline std::shared_ptr<const any_deadline> deadline_of(no_timeout) noexcept {
    return nullptr;
}

template<class Rep, class Period>
std::shared_ptr<const any_deadline> deadline_of(const duration_timeout<Rep, Period>& t) {
    return make_deadline<std::chrono::steady_clock>(t.make_limit().deadline());
}

template<class Clock, class Duration>
std::shared_ptr<const any_deadline> deadline_of(const time_point_timeout<Clock, Duration>& t) {
    return make_deadline<Clock>(t.make_limit().deadline());
}

template<class Timer>
std::shared_ptr<const any_deadline> deadline_of(const timer_timeout<Timer>& t) {
    return make_deadline<typename Timer::clock_type>(t.timer->expiry());
}

/// The limit of an operation that ends at such a point in time.
class any_deadline_limit {
public:
    explicit any_deadline_limit(std::shared_ptr<const any_deadline> deadline) noexcept
        : deadline_(std::move(deadline)) {}

    bool expired() const noexcept { return deadline_ && deadline_->passed(); }

    template<class Executor>
    void arm(ref_ptr<wait_anchor> core, const Executor& executor) {
        if (deadline_)
            timer_ = deadline_->arm(executor, [core = std::move(core)] { stop_for_limit(*core); });
    }

    void rearm(const ref_ptr<wait_anchor>&, const asio::any_io_executor&) noexcept {}
    void disarm() noexcept { timer_ = nullptr; }

private:
    std::shared_ptr<const any_deadline> deadline_;
    std::shared_ptr<void> timer_;
};

} // namespace asio_wait::inline v0::detail
