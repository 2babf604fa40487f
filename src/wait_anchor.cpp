// SPDX-License-Identifier: BSL-1.0
#include <asio_wait/detail/wait_anchor.hpp>

#include <utility>

namespace asio_wait::inline v0::detail {

wait_anchor::wait_anchor(const wait_type& type, ref_ptr<context_core>&& context,
                         pending_op* op) noexcept
    : type_(&type), context_(std::move(context)), op_(op) {
    wake = &on_wake;
}

void wait_anchor::claim(wake_queue& wakes) noexcept {
    add_ref();
    if (detour_)
        detour_->hold(*detour_);
    wakes.push(*this);
}

void wait_anchor::on_wake(waker& w) {
    const auto self = ref_ptr<wait_anchor>::adopt(&static_cast<wait_anchor&>(w));
    if (self->detour_)
        self->detour_->go(*self->detour_);
    else
        self->hand_over();
}

void wait_anchor::hand_over() {
    context_->hand_over(op_);
}

} // namespace asio_wait::inline v0::detail
