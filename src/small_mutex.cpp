// SPDX-License-Identifier: BSL-1.0
#include <asio_wait/detail/small_mutex.hpp>

namespace asio_wait::inline v0::detail {

void small_mutex::lock_contended() noexcept {
    // Held for a few dozen instructions, nearly always: worth a look or two before sleeping.
    for (int i = 0; i != 64; ++i) {
        std::uint32_t expected = free;
        // relaxed first: looking does not take the cache line from the holder.
        if (state_.load(std::memory_order_relaxed) == free &&
            state_.compare_exchange_weak(expected, held, std::memory_order_acquire,
                                         std::memory_order_relaxed))
            return;
    }
    // Whoever gets it here leaves `contended` behind, since others may be asleep: at worst one
    // needless wake-up. acquire as in lock(); relaxed in wait(), the next exchange decides.
    while (state_.exchange(contended, std::memory_order_acquire) != free)
        state_.wait(contended, std::memory_order_relaxed);
}

} // namespace asio_wait::inline v0::detail
