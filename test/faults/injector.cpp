// SPDX-License-Identifier: BSL-1.0

#include "injector.hpp"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <new>
#include <utility>

namespace faults {

namespace {

struct state {
    fault what = fault::allocation;
    std::size_t k = 0;
    std::size_t steps = 0;
    bool for_good = false;
    bool open = false;
    bool hit = false;
};

thread_local state current;
bool trapping = false;

std::atomic<std::ptrdiff_t> live{0};

void* take(std::size_t size, std::size_t alignment) {
    injector::step(fault::allocation);
    void* p = nullptr;
    if (alignment <= alignof(std::max_align_t))
        p = std::malloc(size == 0 ? 1 : size);
    else if (posix_memalign(&p, alignment, size) != 0)
        p = nullptr;
    if (!p)
        throw std::bad_alloc();
    live.fetch_add(1, std::memory_order_relaxed);
    return p;
}

void give_back(void* p) noexcept {
    if (p)
        live.fetch_sub(1, std::memory_order_relaxed);
    std::free(p);
}

} // namespace

void injector::aim(fault what, std::size_t k, bool for_good) noexcept {
    current = {what, k, 0, for_good, false, false};
}

void injector::trap(bool on) noexcept {
    trapping = on;
}

bool injector::hit() noexcept {
    return current.hit;
}

std::size_t injector::steps() noexcept {
    return current.steps;
}

void injector::step(fault what) {
    if (!current.open || current.what != what)
        return;
    const std::size_t n = current.steps++;
    if (n != current.k && !(current.for_good && n > current.k))
        return;
    current.hit = true;
    if (trapping)
        std::raise(SIGTRAP);
    if (what == fault::allocation)
        throw std::bad_alloc();
    throw injected();
}

injector::window::window() noexcept : outer_(std::exchange(current.open, true)) {}
injector::window::~window() {
    current.open = outer_;
}

injector::pause::pause() noexcept : outer_(std::exchange(current.open, false)) {}
injector::pause::~pause() {
    current.open = outer_;
}

std::ptrdiff_t live_blocks() noexcept {
    return live.load(std::memory_order_relaxed);
}

} // namespace faults

// The standard's other forms come down to these.

void* operator new(std::size_t size) {
    return faults::take(size, 1);
}
void* operator new[](std::size_t size) {
    return faults::take(size, 1);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
    return faults::take(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
    return faults::take(size, static_cast<std::size_t>(alignment));
}

void operator delete(void* p) noexcept {
    faults::give_back(p);
}
void operator delete[](void* p) noexcept {
    faults::give_back(p);
}
void operator delete(void* p, std::size_t) noexcept {
    faults::give_back(p);
}
void operator delete[](void* p, std::size_t) noexcept {
    faults::give_back(p);
}
void operator delete(void* p, std::align_val_t) noexcept {
    faults::give_back(p);
}
void operator delete[](void* p, std::align_val_t) noexcept {
    faults::give_back(p);
}
void operator delete(void* p, std::size_t, std::align_val_t) noexcept {
    faults::give_back(p);
}
void operator delete[](void* p, std::size_t, std::align_val_t) noexcept {
    faults::give_back(p);
}
