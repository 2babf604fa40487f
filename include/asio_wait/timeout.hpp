// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/foreign_timer.hpp>
#include <asio_wait/detail/limit.hpp>

#include <boost/asio/basic_waitable_timer.hpp>

#include <chrono>
#include <optional>
#include <type_traits>
#include <utility>

// What may stand for a time limit, in every call that takes one:
//
//   a duration       counted from the initiation, on std::chrono::steady_clock
//   a time_point     of any clock
//   a timer          an existing asio::basic_waitable_timer, by reference: its expiry is the limit.
//                    It must outlive the operation and its executor must be running. It is touched
//                    on its own executor only, and no longer once the operation has completed.
//                    Whoever cancels it ends the limit at once. This is how tests run on a virtual
//                    clock.
//
// Zero, negative and past: a poll, through the executor once and without a timer. The greatest
// duration or time_point and an infinite one: no limit. Not a number: a poll.

namespace asio_wait::inline v0::detail {

template<class>
struct limit_traits {
    static constexpr bool is_limit = false;
    static constexpr bool is_timer = false;
};

/// A limit as the user gave it; it starts to count when the operation is initiated.
struct no_timeout {
    static no_limit make_limit() noexcept { return {}; }
};

template<class Rep, class Period>
struct duration_timeout {
    std::chrono::duration<Rep, Period> value;

    // The clock is a parameter, so that no timer is compiled for those who set no limit.
    template<class Clock = std::chrono::steady_clock>
    auto make_limit() const {
        using clock = Clock;
        if (!(value > value.zero()))
            return deadline_limit<clock>(clock::time_point::min());
        return deadline_limit<clock>(add_clamped<clock>(clock::now(), value));
    }
};

template<class Clock, class Duration>
struct time_point_timeout {
    std::chrono::time_point<Clock, Duration> value;

    auto make_limit() const {
        using time_point = typename Clock::time_point;
        if (value == (std::chrono::time_point<Clock, Duration>::max)())
            return deadline_limit<Clock>(std::nullopt);
        if constexpr (std::is_same_v<Duration, typename Clock::duration>)
            return deadline_limit<Clock>(value);
        else
            return deadline_limit<Clock>(
                add_clamped<Clock>(time_point(), value.time_since_epoch()));
    }
};

template<class Timer>
struct timer_timeout {
    Timer* timer;

    auto make_limit() const { return foreign_timer_limit<Timer>(timer); }
};

template<class Rep, class Period>
struct limit_traits<std::chrono::duration<Rep, Period>> {
    static constexpr bool is_limit = true;
    static constexpr bool is_timer = false;
    static auto make(std::chrono::duration<Rep, Period> d) noexcept {
        return duration_timeout<Rep, Period>{d};
    }
};

template<class Clock, class Duration>
struct limit_traits<std::chrono::time_point<Clock, Duration>> {
    static constexpr bool is_limit = true;
    static constexpr bool is_timer = false;
    static auto make(std::chrono::time_point<Clock, Duration> t) noexcept {
        return time_point_timeout<Clock, Duration>{t};
    }
};

template<class Clock, class Traits, class Ex>
struct limit_traits<boost::asio::basic_waitable_timer<Clock, Traits, Ex>> {
    using timer = boost::asio::basic_waitable_timer<Clock, Traits, Ex>;
    static constexpr bool is_limit = true;
    static constexpr bool is_timer = true;
    static auto make(timer& t) noexcept { return timer_timeout<timer>{&t}; }
};

template<class T>
inline constexpr bool is_limit = limit_traits<std::remove_cvref_t<T>>::is_limit;

// A timer about to die, or one that must not be touched.
template<class T>
inline constexpr bool is_unusable_timer = limit_traits<std::remove_cvref_t<T>>::is_timer &&
                                          (!std::is_lvalue_reference_v<T> ||
                                           std::is_const_v<std::remove_reference_t<T>>);

} // namespace asio_wait::inline v0::detail
