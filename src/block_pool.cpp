// SPDX-License-Identifier: BSL-1.0
#include <asio_wait/detail/block_pool.hpp>

#include <cstdint>
#include <mutex>
#include <utility>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ASIO_WAIT_PLAIN_NEW 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
    __has_feature(memory_sanitizer)
#define ASIO_WAIT_PLAIN_NEW 1
#endif
#endif

namespace asio_wait::inline v0::detail {

#if defined(ASIO_WAIT_PLAIN_NEW)

void* pool_allocate(std::size_t size) {
    return ::operator new(size);
}
void pool_deallocate(void* block, std::size_t) noexcept {
    ::operator delete(block);
}

#else

namespace {

// Each thread keeps free blocks of its own; a surplus moves in batches through a shared store.
// `caches` belongs to its thread, `store` is guarded by its mutex, a chunk is never given back.

constexpr std::size_t granule = 64; // a cache line: what a wait touches of a task is its first
constexpr std::size_t largest = 1024;
constexpr std::size_t classes = largest / granule;
constexpr std::size_t chunk_bytes = 65536;
constexpr std::size_t batch = 64;
constexpr std::size_t surplus = 16 * batch; // more free blocks than this a thread gives away

struct block {
    block* next;
    block* next_batch; // in the first block of a batch
};

struct cache {
    block* head;
    std::size_t size;
};

struct store_class {
    std::mutex mutex;
    block* batches = nullptr;
};

struct chunk {
    chunk* next;
};

struct store {
    store_class of[classes];
    std::mutex chunk_mutex;
    chunk* chunks = nullptr; // keeps every chunk reachable for leak checkers
};

// Never destroyed: a handle in a static object may be released after every destructor has run.
store& shared_store() {
    static store& s = *new store;
    return s;
}

thread_local cache caches[classes];
thread_local bool flushed; // this thread is ending: no more caching

void give_back(std::size_t c, block* first) noexcept {
    store_class& sc = shared_store().of[c];
    std::lock_guard lock(sc.mutex);
    first->next_batch = sc.batches;
    sc.batches = first;
}

struct flusher {
    bool armed = false;

    ~flusher() {
        flushed = true;
        for (std::size_t c = 0; c < classes; ++c)
            if (block* head = caches[c].head) {
                caches[c] = {};
                give_back(c, head);
            }
    }
};

thread_local flusher at_thread_end;

block* carve(std::size_t c) {
    std::size_t const size = (c + 1) * granule;
    store& s = shared_store();
    auto* raw = static_cast<unsigned char*>(::operator new(chunk_bytes, std::align_val_t(granule)));
    {
        std::lock_guard lock(s.chunk_mutex);
        s.chunks = ::new (raw) chunk{s.chunks};
    }
    // The header takes a granule, so that blocks keep its alignment.
    block* first = nullptr;
    for (std::size_t n = (chunk_bytes - granule) / size; n-- != 0;)
        first = ::new (raw + granule + n * size) block{first, nullptr};
    return first;
}

block* take_batch(std::size_t c) {
    store_class& sc = shared_store().of[c];
    {
        std::lock_guard lock(sc.mutex);
        if (block* first = sc.batches) {
            sc.batches = first->next_batch;
            return first;
        }
    }
    return carve(c);
}

ASIO_WAIT_COLD block* refill(std::size_t c) {
    block* const first = take_batch(c);
    if (!flushed) {
        at_thread_end.armed = true;
    } else if (block* rest = std::exchange(first->next, nullptr)) {
        give_back(c, rest);
    }
    return first;
}

ASIO_WAIT_COLD void give_back_batch(cache& from, std::size_t c) noexcept {
    block* const first = from.head;
    block* last = first;
    for (std::size_t i = 1; i != batch; ++i)
        last = last->next;
    from.head = last->next;
    from.size -= batch;
    last->next = nullptr;
    give_back(c, first);
}

ASIO_WAIT_COLD void give_back_block(std::size_t c, block* b) noexcept {
    b->next = nullptr;
    give_back(c, b);
}

} // namespace

void* pool_allocate(std::size_t size) {
    if (size > largest)
        return ::operator new(size);
    std::size_t const c = (size - 1) / granule;
    cache& mine = caches[c];
    if (!mine.head)
        mine.head = refill(c);
    block* const b = mine.head;
    mine.head = b->next;
    if (mine.size)
        --mine.size;
    return b;
}

void pool_deallocate(void* memory, std::size_t size) noexcept {
    if (size > largest)
        return ::operator delete(memory);
    std::size_t const c = (size - 1) / granule;
    cache& mine = caches[c];
    block* const b = ::new (memory) block{mine.head, nullptr};
    if (flushed)
        return give_back_block(c, b);
    mine.head = b;
    // `size` counts only what came back since the last refill: enough to know a surplus.
    if (++mine.size >= surplus)
        give_back_batch(mine, c);
}

#endif

} // namespace asio_wait::inline v0::detail
