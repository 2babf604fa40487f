// SPDX-License-Identifier: BSL-1.0
#include <asio_wait/detail/wait_rule.hpp>

namespace asio_wait::inline v0::detail {

wait_rule::wait_rule(return_when condition, std::size_t tasks) noexcept
    : unfinished_(tasks), condition_(condition) {}

wait_rule::action wait_rule::wake_if(bool due) noexcept {
    if (!due || phase_ != phase::waiting)
        return action::none;
    phase_ = phase::released;
    return action::wake;
}

wait_rule::action wait_rule::completed(bool failed) noexcept {
    --unfinished_;
    if (unfinished_ == 0 || condition_ == return_when::first_completed ||
        (condition_ == return_when::first_exception && failed))
        met_ = true;
    return wake_if(met_);
}

wait_rule::action wait_rule::stop(stop_reason why) noexcept {
    if (phase_ == phase::closed)
        return action::none;
    // A cancel that comes before delivery wins over everything but nonsense, as in asyncio.
    if (why > reason_)
        reason_ = why;
    return wake_if(true);
}

wait_rule::action wait_rule::open() noexcept {
    phase_ = phase::waiting;
    return wake_if(met_ || reason_ != stop_reason::none);
}

void wait_rule::close() noexcept {
    phase_ = phase::closed;
}

} // namespace asio_wait::inline v0::detail
