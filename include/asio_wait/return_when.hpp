// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>

#include <cstdint>

namespace asio_wait::inline v0 {

/// When a wait ends.
enum class return_when : std::uint8_t {
    /// At least one task has ended, in whatever way.
    first_completed,
    /// A task has failed; a cancelled one does not count. Without a failure, `all_completed`.
    first_exception,
    /// Every task has ended.
    all_completed
};

/// At least one task has ended.
inline constexpr return_when first_completed = return_when::first_completed;
/// A task has failed, or all have ended.
inline constexpr return_when first_exception = return_when::first_exception;
/// Every task has ended.
inline constexpr return_when all_completed = return_when::all_completed;

} // namespace asio_wait::inline v0
