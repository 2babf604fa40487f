// SPDX-License-Identifier: BSL-1.0
#pragma once

// A clock for Asio timers that stands still while anything can run and then jumps to the next
// expiry, so that tests take no real time and may compare times exactly.
//
//     test::virtual_timer t(io, 10s);                       // any Asio code using virtual_clock
//     test::virtual_clock::reset();
//     test::run_virtual(io);                                // until nothing is left to run
//     BOOST_TEST(test::virtual_clock::ms() == 10'000);
//
// One clock for the program: use it from one thread. Several io_contexts may share it if they are
// driven together, `run_virtual(a, b)`. Timers that expire at one instant fire in no fixed order.

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/wait_traits.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace test {

namespace asio = boost::asio;
using namespace std::chrono_literals;

class virtual_clock {
public:
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<virtual_clock>;
    static constexpr bool is_steady = true;

    static time_point now() noexcept { return now_; }

    /// Whole milliseconds since the last reset.
    static std::int64_t ms() noexcept {
        return std::chrono::duration_cast<std::chrono::milliseconds>(now_.time_since_epoch())
            .count();
    }

    static void reset() noexcept {
        now_ = time_point{};
        next_ = time_point::max();
    }

private:
    friend struct boost::asio::wait_traits<virtual_clock>;
    friend class virtual_driver;

    inline static time_point now_{};
    inline static time_point next_ = time_point::max();
};

} // namespace test

// Asio asks these traits how long it may sleep until the earliest timer: that is how the driver
// learns of the next expiry. The answer only has to tell "now" from "not yet".
template<>
struct boost::asio::wait_traits<test::virtual_clock> {
    using clock = test::virtual_clock;

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

namespace test {

using virtual_timer = asio::basic_waitable_timer<virtual_clock>;

inline constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

/// Runs io_contexts on virtual time, at most a given number of handlers.
class virtual_driver {
public:
    explicit virtual_driver(const std::vector<asio::io_context*>& contexts) {
        for (asio::io_context* context : contexts)
            lanes_.push_back({context, std::make_unique<virtual_timer>(*context)});
    }

    /// Returns the number of handlers run: fewer than `limit` means that nothing is left.
    std::size_t run(std::size_t limit = no_limit) {
        limit_ = limit;
        handlers_ = 0;
        for (;;) {
            run_ready();
            if (spent())
                return handlers_;
            const auto deadline = next_deadline();
            if (spent() || deadline == virtual_clock::time_point::max())
                return handlers_;
            virtual_clock::now_ = std::max(virtual_clock::now_, deadline);
            for (lane& l : lanes_)
                kick(l);
        }
    }

private:
    struct lane {
        asio::io_context* context;
        std::unique_ptr<virtual_timer> timer;
    };

    static constexpr std::size_t livelock = 5'000'000;

    bool spent() const noexcept { return handlers_ >= limit_; }

    std::size_t step(asio::io_context& context) {
        context.restart();
        return context.poll_one();
    }

    void count(std::size_t n) {
        handlers_ += n;
        if (handlers_ >= livelock && limit_ == no_limit)
            throw std::runtime_error("livelock: " + std::to_string(handlers_) +
                                     " handlers run, virtual time " +
                                     std::to_string(virtual_clock::ms()) + " ms");
    }

    void run_ready() {
        for (bool progress = true; progress && !spent();) {
            progress = false;
            for (lane& l : lanes_) {
                while (!spent() && step(*l.context) != 0) {
                    count(1);
                    progress = true;
                }
            }
        }
    }

    // Setting the clock forward wakes nobody: Asio looks at its timers again only when one of them
    // becomes the earliest. A timer in the distant past does, and makes Asio reveal the next one.
    void kick(lane& l) {
        // Shared, because a driver that stops half way leaves this wait behind in the context.
        auto fired = std::make_shared<bool>(false);
        virtual_clock::next_ = virtual_clock::time_point::max();
        l.timer->expires_at(virtual_clock::time_point::min());
        l.timer->async_wait([fired](const boost::system::error_code&) { *fired = true; });
        while (!*fired && !spent()) {
            const std::size_t n = step(*l.context);
            if (!*fired)
                count(n);
        }
    }

    virtual_clock::time_point next_deadline() {
        auto earliest = virtual_clock::time_point::max();
        for (lane& l : lanes_) {
            kick(l);
            earliest = std::min(earliest, virtual_clock::next_);
        }
        return earliest;
    }

    std::vector<lane> lanes_;
    std::size_t limit_ = no_limit;
    std::size_t handlers_ = 0;
};

/// Run until no handler and no virtual timer is left; returns the number of handlers run.
template<class... Contexts>
std::size_t run_virtual(Contexts&... contexts) {
    return virtual_driver({&contexts...}).run();
}

} // namespace test
