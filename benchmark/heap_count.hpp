// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>

/// Counts heap requests. malloc and the aligned functions: Asio takes memory with aligned_alloc.
namespace bench::heap_count {

void reset() noexcept;
std::size_t calls() noexcept;
std::size_t bytes() noexcept;

} // namespace bench::heap_count
