// SPDX-License-Identifier: BSL-1.0
#include <asio_wait/detail/small_mutex.hpp>

namespace asio_wait::inline v0::detail {

void small_mutex::lock_contended() noexcept {
    // Whoever gets it here leaves `contended` behind, since others may be asleep: at worst one
    // needless wake-up. acquire as in lock(); relaxed in wait(), the next exchange decides.
    while (state_.exchange(contended, std::memory_order_acquire) != free)
        state_.wait(contended, std::memory_order_relaxed);
}

} // namespace asio_wait::inline v0::detail
