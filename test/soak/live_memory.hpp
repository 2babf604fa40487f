// SPDX-License-Identifier: BSL-1.0
#pragma once

// How much of the heap is in use, whoever took it and by whatever call: operator new, malloc and
// Asio's aligned_alloc all count. Single-threaded tests only: glibc reports its main arena.

#include <cstddef>
#include <cstdint>
#include <iostream>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ASIO_WAIT_TEST_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define ASIO_WAIT_TEST_SANITIZED 1
#endif
#endif

#ifdef ASIO_WAIT_TEST_SANITIZED
// g++ brings no header for it.
extern "C" std::size_t __sanitizer_get_current_allocated_bytes();
#else
#include <malloc.h>
#endif

namespace soak {

inline std::int64_t live_bytes() {
#ifdef ASIO_WAIT_TEST_SANITIZED
    return static_cast<std::int64_t>(__sanitizer_get_current_allocated_bytes());
#else
    const auto info = mallinfo2();
    return static_cast<std::int64_t>(info.uordblks + info.hblkhd);
#endif
}

/// The millions belong to plain builds; a sanitized one makes do with fewer and says so.
#ifdef ASIO_WAIT_TEST_SANITIZED
inline constexpr int million = 20'000;
#else
inline constexpr int million = 1'000'000;
#endif

inline void announce_size() {
    if (million != 1'000'000)
        std::clog << "sanitized build: " << million << " instead of a million\n";
}

} // namespace soak
