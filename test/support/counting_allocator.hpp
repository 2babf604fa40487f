// SPDX-License-Identifier: BSL-1.0
#pragma once

// An allocator that counts into a tally: bind it to a handler and look in the handler whether
// everything taken from it was given back before the call.
//
//     test::allocation_tally tally;
//     op(asio::bind_allocator(test::counting_allocator<>(tally), [&](auto...) {
//         BOOST_TEST(tally.live == 0); BOOST_TEST(tally.taken > 0); }));

#include <atomic>
#include <cstddef>
#include <memory>

namespace test {

struct allocation_tally {
    std::atomic<int> live{0};
    std::atomic<int> taken{0};
    std::atomic<std::size_t> bytes{0}; // taken in all
};

template<class T = void>
class counting_allocator {
public:
    using value_type = T;

    explicit counting_allocator(allocation_tally& tally) noexcept : tally_(&tally) {}

    template<class U>
    counting_allocator(const counting_allocator<U>& other) noexcept : tally_(other.tally_) {}

    T* allocate(std::size_t n) {
        T* p = std::allocator<T>{}.allocate(n);
        ++tally_->live;
        ++tally_->taken;
        tally_->bytes += n * sizeof(T);
        return p;
    }

    void deallocate(T* p, std::size_t n) noexcept {
        --tally_->live;
        std::allocator<T>{}.deallocate(p, n);
    }

    template<class U>
    bool operator==(const counting_allocator<U>& other) const noexcept {
        return tally_ == other.tally_;
    }

private:
    template<class>
    friend class counting_allocator;

    allocation_tally* tally_;
};

} // namespace test
