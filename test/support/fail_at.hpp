// SPDX-License-Identifier: BSL-1.0
#pragma once

// Make the k-th allocation (or any other counted step) throw, for every k that occurs.
//
//     test::for_each_failure([](test::fail_at& fail) {
//         op(asio::bind_allocator(test::failing_allocator<>(fail), handler)); ... });

#include <cstddef>
#include <memory>
#include <new>

namespace test {

/// Counts steps; the one with the given number (from 0) throws std::bad_alloc.
class fail_at {
public:
    explicit fail_at(std::size_t k) noexcept : left_(k) {}

    void step() {
        if (left_-- == 0) {
            failed_ = true;
            throw std::bad_alloc();
        }
    }

    bool failed() const noexcept { return failed_; }

private:
    std::size_t left_;
    bool failed_ = false;
};

template<class T = void>
class failing_allocator {
public:
    using value_type = T;

    explicit failing_allocator(fail_at& fail) noexcept : fail_(&fail) {}

    template<class U>
    failing_allocator(const failing_allocator<U>& other) noexcept : fail_(other.fail_) {}

    T* allocate(std::size_t n) {
        fail_->step();
        return std::allocator<T>{}.allocate(n);
    }

    void deallocate(T* p, std::size_t n) noexcept { std::allocator<T>{}.deallocate(p, n); }

    template<class U>
    bool operator==(const failing_allocator<U>& other) const noexcept {
        return fail_ == other.fail_;
    }

private:
    template<class>
    friend class failing_allocator;

    fail_at* fail_;
};

/// Calls `f(fail_at&)` with k = 0, 1, ... until a call gets by without a failure; returns how many
/// steps that call had. std::bad_alloc out of `f` is expected.
template<class F>
std::size_t for_each_failure(F f) {
    for (std::size_t k = 0;; ++k) {
        fail_at fail(k);
        try {
            f(fail);
        } catch (const std::bad_alloc&) {
        }
        if (!fail.failed())
            return k;
    }
}

} // namespace test
