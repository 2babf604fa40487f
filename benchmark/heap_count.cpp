// SPDX-License-Identifier: BSL-1.0
#include "heap_count.hpp"

#include <cerrno>

// Replaces the malloc family of glibc by itself and a counter. One thread only. Linked into
// bench_heap alone, so that nothing else is measured with it.

extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
}

namespace {

std::size_t call_count;
std::size_t byte_count;

void count(std::size_t size) noexcept {
    ++call_count;
    byte_count += size;
}

} // namespace

extern "C" {

void* malloc(std::size_t size) {
    count(size);
    return __libc_malloc(size);
}

void* calloc(std::size_t number, std::size_t size) {
    count(number * size);
    return __libc_calloc(number, size);
}

void* realloc(void* block, std::size_t size) {
    count(size);
    return __libc_realloc(block, size);
}

void* memalign(std::size_t alignment, std::size_t size) {
    count(size);
    return __libc_memalign(alignment, size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) {
    return memalign(alignment, size);
}

int posix_memalign(void** block, std::size_t alignment, std::size_t size) {
    *block = memalign(alignment, size);
    return *block ? 0 : ENOMEM;
}
}

namespace bench::heap_count {

void reset() noexcept {
    call_count = byte_count = 0;
}
std::size_t calls() noexcept {
    return call_count;
}
std::size_t bytes() noexcept {
    return byte_count;
}

} // namespace bench::heap_count
