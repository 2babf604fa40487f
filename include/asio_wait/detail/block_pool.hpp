// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>

#include <cstddef>
#include <new>
#include <utility>

namespace asio_wait::inline v0::detail {

/// Memory for task states and wait controls, kept apart from the heap.
/** A state lies between two coroutine frames when both come from malloc, and malloc then merges and
 *  splits its neighbours for every task: half of what a task cost in the first prototype.
 *  Any thread may give back what another took. Blocks are reused, never returned to the system.
 *  Under AddressSanitizer and ThreadSanitizer this is plain operator new. */
ASIO_WAIT_DECL void* pool_allocate(std::size_t size);
ASIO_WAIT_DECL void pool_deallocate(void* block, std::size_t size) noexcept;

template<class T, class... Args>
T* pool_new(Args&&... args) {
    if constexpr (alignof(T) > alignof(std::max_align_t)) {
        return new T(std::forward<Args>(args)...);
    } else {
        void* block = pool_allocate(sizeof(T));
        try {
            return ::new (block) T(std::forward<Args>(args)...);
        } catch (...) {
            pool_deallocate(block, sizeof(T));
            throw;
        }
    }
}

template<class T>
void pool_delete(T* object) noexcept {
    if constexpr (alignof(T) > alignof(std::max_align_t)) {
        delete object;
    } else {
        object->~T();
        pool_deallocate(object, sizeof(T));
    }
}

} // namespace asio_wait::inline v0::detail
