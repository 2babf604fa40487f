// SPDX-License-Identifier: BSL-1.0
#include <asio_wait/detail/wait_rule.hpp>

namespace asio_wait::inline v0::detail {

wait_rule::wait_rule(wait_condition condition, std::size_t tasks, when_stopped stopped) noexcept
    : tasks_(tasks), unfinished_(tasks), condition_(condition), stopped_(stopped),
      met_(tasks == 0 || condition.trivial()) {}

wait_rule::action wait_rule::wake_if(bool due) noexcept {
    if (!due || phase_ != phase::waiting)
        return action::none;
    phase_ = phase::released;
    return action::wake;
}

wait_rule::action wait_rule::completed(task_status how) noexcept {
    --unfinished_;
    if (condition_.counts(how) && condition_.count != 0 && --condition_.count == 0)
        met_ = true;
    if (unfinished_ == 0)
        met_ = true;
    return wake_if(met_);
}

wait_rule::action wait_rule::stop(stop_reason why) noexcept {
    if (phase_ == phase::closed)
        return action::none;
    // The tasks' end is on its way already: too late for a limit.
    if (stopped_ == when_stopped::cancel_tasks && why == stop_reason::limit && met_)
        return action::none;
    // A cancel that comes before delivery wins over everything but nonsense, as in asyncio.
    if (why > reason_)
        reason_ = why;
    late_ = late_ || (met_ && why == stop_reason::cancelled);
    if (ends_by(why))
        return wake_if(true);
    if (met_)
        return action::none;
    // Who has asked its tasks to end waits for all of them, unless any end was enough anyway.
    if (!condition_.counts(task_status::succeeded))
        condition_ = {no_outcome};
    return action::cancel_tasks;
}

wait_rule::action wait_rule::open() noexcept {
    phase_ = phase::waiting;
    return wake_if(over());
}

wait_rule::action wait_rule::again(std::size_t seen) noexcept {
    phase_ = phase::waiting;
    condition_ = {any_outcome};
    met_ = unfinished_ == 0 || tasks_ - unfinished_ > seen;
    return wake_if(over());
}

void wait_rule::close() noexcept {
    phase_ = phase::closed;
}

} // namespace asio_wait::inline v0::detail
