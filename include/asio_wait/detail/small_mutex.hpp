// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>

#include <atomic>
#include <cstdint>

namespace asio_wait::inline v0::detail {

/// A mutex of four bytes, for objects of which there may be a million.
/** Same contract as `std::mutex` (40 bytes on Linux): `lock_guard` works, a waiter sleeps.
 *  Three values: free, held, held with somebody asleep. */
class small_mutex {
public:
    small_mutex() noexcept = default;
    small_mutex(const small_mutex&) = delete;
    small_mutex& operator=(const small_mutex&) = delete;

    void lock() noexcept {
        std::uint32_t expected = free;
        // acquire on success: sees what the last holder wrote. relaxed on failure: nothing is read.
        if (!state_.compare_exchange_strong(expected, held, std::memory_order_acquire,
                                            std::memory_order_relaxed))
            lock_contended();
    }

    void unlock() noexcept {
        // release: pairs with the acquire of the next lock().
        if (state_.exchange(free, std::memory_order_release) == contended)
            state_.notify_one();
    }

private:
    enum : std::uint32_t { free, held, contended };

    ASIO_WAIT_DECL void lock_contended() noexcept;

    std::atomic<std::uint32_t> state_{free};
};

} // namespace asio_wait::inline v0::detail
