// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/inline_executor.hpp>
#include <asio_wait/detail/wait_anchor.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/wait_traits.hpp>

#include <chrono>
#include <optional>
#include <type_traits>
#include <utility>

namespace asio_wait::inline v0::detail {

namespace asio = boost::asio;

inline void stop_for_limit(wait_anchor& wait) {
    wait.stop(stop_reason::limit, static_cast<unsigned>(asio::cancellation_type::terminal));
}

/// Runs wherever the timer's context runs its handlers, and touches only the wait's anchor.
struct limit_handler {
    ref_ptr<wait_anchor> core;

    using executor_type = inline_executor;
    executor_type get_executor() const noexcept { return {}; }

    void operator()(const boost::system::error_code& ec) const {
        if (ec != asio::error::operation_aborted)
            stop_for_limit(*core);
    }
};

// A limit of an operation: `expired` before the tasks are registered (a poll needs no timer),
// `arm` after it when the wait has to go on, `rearm` when a woken wait goes on once more, `disarm`
// on the handler's executor before the result.

struct no_limit {
    static constexpr bool unlimited = true;
    static constexpr bool expired() noexcept { return false; }
    template<class Executor>
    void arm(const ref_ptr<wait_anchor>&, const Executor&) noexcept {}
    template<class Executor>
    void rearm(const ref_ptr<wait_anchor>&, const Executor&) noexcept {}
    void disarm() noexcept {}
};

/// A point in time, and a timer of the operation's own when it comes to that.
template<class Clock>
class deadline_limit {
public:
    /// No value: no limit.
    explicit deadline_limit(std::optional<typename Clock::time_point> deadline)
        : deadline_(deadline) {}

    std::optional<typename Clock::time_point> deadline() const noexcept { return deadline_; }

    bool expired() const {
        // A poll need not ask for the time.
        return deadline_ && (*deadline_ == Clock::time_point::min() || *deadline_ <= Clock::now());
    }

    template<class Executor>
    void arm(const ref_ptr<wait_anchor>& core, const Executor& executor) {
        if (!deadline_)
            return;
        timer_.emplace(asio::any_io_executor(executor), *deadline_);
        timer_->async_wait(limit_handler{core});
    }

    /// The timer ticks on; what it said meanwhile has been noted.
    template<class Executor>
    void rearm(const ref_ptr<wait_anchor>&, const Executor&) noexcept {}

    void disarm() noexcept { timer_.reset(); }

private:
    using timer =
        asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, asio::any_io_executor>;

    std::optional<typename Clock::time_point> deadline_;
    std::optional<timer> timer_;
};

/// `from + by` without overflow, no value where the clock ends. NaN counts as zero.
template<class Clock, class Rep, class Period>
std::optional<typename Clock::time_point> add_clamped(typename Clock::time_point from,
                                                      std::chrono::duration<Rep, Period> by) {
    using ticks = typename Clock::duration;
    if (!(by > by.zero()))
        return from;
    // Compared as floating seconds: no common tick of the two exists that cannot overflow.
    using seconds = std::chrono::duration<long double>;
    const auto room =
        seconds(Clock::time_point::max().time_since_epoch()) - seconds(from.time_since_epoch());
    if (by >= (std::chrono::duration<Rep, Period>::max)() || seconds(by) >= room)
        return std::nullopt;
    // Rounded up: a wait never ends before its limit.
    auto delta = std::chrono::duration_cast<ticks>(by);
    if (delta < by)
        ++delta;
    return from + delta;
}

} // namespace asio_wait::inline v0::detail
