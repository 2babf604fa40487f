// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/wait_traits.hpp>

#include <chrono>
#include <cstdint>

namespace asio_wait::inline v0::testing {

namespace asio = boost::asio;

namespace detail {
class timer_lane;
}

/// A clock for Asio timers that stands still while anything can run and then jumps to the next
/// expiry: tests take no real time and may compare times exactly.
/** Moved on by run_virtual() and by the drivers only. Give the library a point in time or a timer
 *  of this clock as a limit; a plain duration is counted on `std::chrono::steady_clock`.
 *
 *  @par Thread safety  One clock for the program, to be used from one thread. */
class virtual_clock {
public:
    /// @cond members_of_every_clock
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<virtual_clock>;
    static constexpr bool is_steady = true;
    /// @endcond

    /// The virtual time.
    static time_point now() noexcept { return now_; }

    /// Whole milliseconds since the last reset.
    static std::int64_t ms() noexcept {
        return std::chrono::duration_cast<std::chrono::milliseconds>(now_.time_since_epoch())
            .count();
    }

    /// Back to zero; at the start of every test.
    static void reset() noexcept {
        now_ = time_point{};
        next_ = time_point::max();
    }

private:
    friend struct boost::asio::wait_traits<virtual_clock>;
    friend class detail::timer_lane;

    inline static time_point now_{};
    inline static time_point next_ = time_point::max();
};

} // namespace asio_wait::inline v0::testing

// Asio asks these traits how long it may sleep until the earliest timer: that is how a driver
// learns of the next expiry. The answer only has to tell "now" from "not yet".
template<>
struct boost::asio::wait_traits<asio_wait::testing::virtual_clock> {
    using clock = asio_wait::testing::virtual_clock;

    static clock::duration to_wait_duration(const clock::duration& d) noexcept {
        if (d <= clock::duration::zero())
            return clock::duration::zero();
        if (d < clock::time_point::max() - clock::now_)
            clock::next_ = clock::now_ + d;
        return clock::duration::max();
    }

    static clock::duration to_wait_duration(const clock::time_point& t) noexcept {
        return to_wait_duration(t - clock::now_);
    }
};

namespace asio_wait::inline v0::testing {

/// A timer on virtual time.
using virtual_timer = asio::basic_waitable_timer<virtual_clock>;

} // namespace asio_wait::inline v0::testing
