// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <numeric>
#include <vector>

// clang before 16 cannot compile the views of g++ 12's library at all: what is about them is left out.
#if !defined(__clang__) || __clang_major__ >= 16
#define TEST_HAS_VIEWS 1
#else
#define TEST_HAS_VIEWS 0
#endif

namespace test {

/// 0 up to, but not including, `n`.
inline std::vector<int> numbers(int n) {
    std::vector<int> all(static_cast<std::size_t>(n));
    std::iota(all.begin(), all.end(), 0);
    return all;
}

} // namespace test
