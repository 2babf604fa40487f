// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/testing/detail/timer_lane.hpp>
#include <asio_wait/testing/virtual_clock.hpp>

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace asio_wait::inline v0::testing {

/// As many handlers as there are.
inline constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

/// Runs io_contexts on virtual time, at most a given number of handlers.
class virtual_driver {
public:
    /// Runs at most one ready handler of a context and returns how many that were: for tests that
    /// do something around each handler.
    using poll_function = std::function<std::size_t(asio::io_context&)>;

    /// The contexts must outlive it.
    explicit virtual_driver(
        const std::vector<asio::io_context*>& contexts,
        poll_function poll = [](asio::io_context& context) { return context.poll_one(); })
        : poll_(std::move(poll)) {
        for (asio::io_context* context : contexts)
            lanes_.emplace_back(*context);
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
            detail::timer_lane::move_clock(deadline);
            for (detail::timer_lane& l : lanes_)
                look(l);
        }
    }

private:
    static constexpr std::size_t livelock = 5'000'000;

    bool spent() const noexcept { return handlers_ >= limit_; }

    void count(std::size_t n) {
        handlers_ += n;
        if (limit_ == no_limit && handlers_ >= livelock)
            throw std::runtime_error("livelock: " + std::to_string(handlers_) +
                                     " handlers run, virtual time " +
                                     std::to_string(virtual_clock::ms()) + " ms");
    }

    void run_ready() {
        for (bool progress = true; progress && !spent();) {
            progress = false;
            for (detail::timer_lane& l : lanes_) {
                while (!spent() && l.step(poll_) != 0) {
                    count(1);
                    progress = true;
                }
            }
        }
    }

    void look(detail::timer_lane& l) {
        l.look();
        while (!l.looked() && !spent()) {
            const std::size_t n = l.step(poll_);
            if (!l.looked())
                count(n);
        }
    }

    virtual_clock::time_point next_deadline() {
        auto earliest = virtual_clock::time_point::max();
        for (detail::timer_lane& l : lanes_) {
            look(l);
            earliest = std::min(earliest, detail::timer_lane::next());
        }
        return earliest;
    }

    poll_function poll_;
    std::vector<detail::timer_lane> lanes_;
    std::size_t limit_ = no_limit;
    std::size_t handlers_ = 0;
};

/// Runs contexts on virtual time until no handler and no virtual timer is left.
/** Returns the number of handlers run.
 *
 *  @par Requirements   Contexts that share the virtual clock are run together. Timers that expire
 *       at one instant fire in no fixed order; deterministic_context explores the orders.
 *  @par Errors         What a handler throws; `std::runtime_error` after five million handlers,
 *       which is a loop that will not end.
 *  @par Thread safety  One thread; the contexts must not be run elsewhere.
 *  @par Cost           No real time passes between timers; some microseconds for each.
 *  @par asyncio        None in the standard library.
 *  @par Example        @snippet testing.cpp virtual_time */
template<class... Contexts>
std::size_t run_virtual(Contexts&... contexts) {
    return virtual_driver({&contexts...}).run();
}

} // namespace asio_wait::inline v0::testing
