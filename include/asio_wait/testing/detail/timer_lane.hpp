// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/testing/virtual_clock.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>

namespace asio_wait::inline v0::testing::detail {

/// Makes one io_context look at its virtual timers.
/** Setting the clock forward wakes nobody: Asio looks at its timers again only when one of them
 *  becomes the earliest. A timer in the distant past does, and makes Asio reveal the next one. */
class timer_lane {
public:
    using time_point = virtual_clock::time_point;

    explicit timer_lane(asio::io_context& context) : context_(&context) {}

    /// At most one handler, which `poll` runs.
    template<class Poll>
    std::size_t step(const Poll& poll) {
        context_->restart();
        return poll(*context_);
    }

    std::size_t step() {
        return step([](asio::io_context& context) { return context.poll_one(); });
    }

    /// Whether step() has found nothing and there is no timer either.
    bool idle() const { return context_->stopped(); }

    /// Begins a look, which is over when step() has made looked() true.
    void look() {
        // Shared, because a driver that stops half way leaves this wait behind in the context.
        looked_ = std::make_shared<bool>(false);
        virtual_clock::next_ = time_point::max();
        if (!timer_) // made late: a context without timers then makes no system call
            timer_.emplace(context_->get_executor());
        timer_->expires_at(time_point::min());
        timer_->async_wait([done = looked_](const boost::system::error_code&) { *done = true; });
    }

    bool looked() const noexcept { return *looked_; }

    /// The next expiry of the lane that looked last, max() for none.
    static time_point next() noexcept { return virtual_clock::next_; }

    static void move_clock(time_point to) noexcept {
        virtual_clock::now_ = std::max(virtual_clock::now_, to);
    }

private:
    using timer = asio::basic_waitable_timer<virtual_clock, asio::wait_traits<virtual_clock>,
                                             asio::io_context::executor_type>;

    asio::io_context* context_;
    std::optional<timer> timer_;
    std::shared_ptr<bool> looked_;
};

} // namespace asio_wait::inline v0::testing::detail
