// SPDX-License-Identifier: BSL-1.0

// The pool of task states: right sizes, no block given out twice, blocks wander between threads.

#include <asio_wait/detail/block_pool.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

// Under these the pool is operator new, and reuse would only hide what they look for.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define UNIT_PLAIN_NEW 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define UNIT_PLAIN_NEW 1
#endif
#endif

namespace {

using namespace asio_wait::detail;

struct piece {
    void* memory;
    std::size_t size;
};

/// Fills each block with a pattern of its own and looks for it again before giving it back.
class filled {
public:
    void take(std::size_t size) {
        piece p{pool_allocate(size), size};
        std::memset(p.memory, pattern(pieces_.size()), size);
        pieces_.push_back(p);
    }

    bool intact() const {
        for (std::size_t i = 0; i != pieces_.size(); ++i) {
            const auto* bytes = static_cast<const unsigned char*>(pieces_[i].memory);
            if (!std::all_of(bytes, bytes + pieces_[i].size,
                             [i](unsigned char b) { return b == pattern(i); }))
                return false;
        }
        return true;
    }

    void give_back() {
        for (const piece& p : pieces_)
            pool_deallocate(p.memory, p.size);
        pieces_.clear();
    }

    const std::vector<piece>& pieces() const { return pieces_; }

private:
    static unsigned char pattern(std::size_t i) { return static_cast<unsigned char>(i * 37 + 1); }

    std::vector<piece> pieces_;
};

BOOST_AUTO_TEST_SUITE(unit_block_pool)

BOOST_AUTO_TEST_CASE(blocks_of_every_size_are_whole_apart_and_aligned) {
    filled all;
    for (std::size_t size = 1; size <= 1100; ++size)
        all.take(size);
    BOOST_TEST(all.intact());
    for (const piece& p : all.pieces())
        if (reinterpret_cast<std::uintptr_t>(p.memory) % alignof(std::max_align_t) != 0)
            BOOST_ERROR("misaligned block of " + std::to_string(p.size));
    all.give_back();
}

BOOST_AUTO_TEST_CASE(more_blocks_than_a_chunk_and_a_batch_hold) {
    for (int round = 0; round != 3; ++round) {
        filled all;
        for (int i = 0; i != 5000; ++i)
            all.take(100);
        BOOST_TEST(all.intact());
        all.give_back();
    }
}

#ifndef UNIT_PLAIN_NEW
BOOST_AUTO_TEST_CASE(a_block_given_back_is_the_next_one_taken) {
    void* const a = pool_allocate(200);
    pool_deallocate(a, 200);
    void* const b = pool_allocate(193); // the same class of sizes
    BOOST_TEST(a == b);
    pool_deallocate(b, 193);
}

BOOST_AUTO_TEST_CASE(blocks_given_back_elsewhere_are_used_again) {
    // 4000 blocks wander from here to another thread, whose end brings them to the shared store.
    std::vector<void*> taken;
    for (int i = 0; i != 4000; ++i)
        taken.push_back(pool_allocate(960));
    std::thread([&] {
        for (void* p : taken)
            pool_deallocate(p, 960);
    }).join();
    std::vector<void*> again;
    std::thread([&] {
        for (int i = 0; i != 4000; ++i)
            again.push_back(pool_allocate(960));
    }).join();
    std::ranges::sort(taken);
    std::ranges::sort(again);
    std::vector<void*> common;
    std::ranges::set_intersection(taken, again, std::back_inserter(common));
    BOOST_CHECK(std::ranges::adjacent_find(again) == again.end());
    BOOST_TEST(common.size() > 3000u);
    for (void* p : again)
        pool_deallocate(p, 960);
}
#endif

BOOST_AUTO_TEST_CASE(threads_take_and_give_back_each_others_blocks) {
    constexpr int threads = 4;
    std::vector<filled> of(threads);
    const auto each = [&](auto f) {
        std::vector<std::thread> running;
        for (int t = 0; t != threads; ++t)
            running.emplace_back([&f, t] { f(t); });
        for (std::thread& t : running)
            t.join();
    };
    for (int round = 0; round != 3; ++round) {
        each([&](int t) {
            for (int i = 0; i != 2000; ++i)
                of[static_cast<std::size_t>(t)].take(static_cast<std::size_t>(i % 600 + 1));
        });
        bool intact = true;
        for (const filled& f : of)
            intact = intact && f.intact();
        BOOST_TEST(intact);
        each([&](int t) { of[static_cast<std::size_t>((t + 1) % threads)].give_back(); });
    }
}

BOOST_AUTO_TEST_CASE(a_thread_that_ends_may_still_use_the_pool_from_its_destructors) {
    struct late {
        void* memory = nullptr;
        ~late() {
            pool_deallocate(memory, 64);
            void* const again = pool_allocate(64);
            std::memset(again, 1, 64);
            pool_deallocate(again, 64);
        }
    };
    std::thread([] {
        static thread_local late l; // made before the pool's own, so destroyed after it
        l.memory = pool_allocate(64);
    }).join();
}

#ifndef UNIT_PLAIN_NEW
BOOST_AUTO_TEST_CASE(a_thread_that_ends_keeps_no_batch) {
    // What the destructors of one thread are given in one piece, the next one can have.
    std::thread([] {
        filled many;
        for (int i = 0; i != 500; ++i)
            many.take(72);
        many.give_back();
    }).join();
    struct late {
        filled used;
        ~late() {
            for (int i = 0; i != 500; ++i)
                used.take(72);
            intact = used.intact();
            used.give_back();
        }
        bool& intact;
    };
    static bool intact = false;
    std::thread([] {
        static thread_local late l{{}, intact}; // as above
        l.used.take(72);
    }).join();
    BOOST_TEST(intact);
}
#endif

BOOST_AUTO_TEST_CASE(objects_are_made_and_destroyed) {
    struct counted {
        int* live;
        explicit counted(int& l) : live(&l) { ++l; }
        ~counted() { --*live; }
    };
    int live = 0;
    auto* const c = pool_new<counted>(live);
    BOOST_TEST(live == 1);
    pool_delete(c);
    BOOST_TEST(live == 0);
}

BOOST_AUTO_TEST_CASE(overaligned_and_large_objects_work) {
    struct alignas(128) wide {
        char bytes[300] = {};
    };
    auto* const w = pool_new<wide>();
    BOOST_TEST(reinterpret_cast<std::uintptr_t>(w) % 128 == 0u);
    pool_delete(w);
    struct large {
        char bytes[5000] = {};
    };
    auto* const l = pool_new<large>();
    std::memset(l->bytes, 7, sizeof l->bytes);
    pool_delete(l);
}

BOOST_AUTO_TEST_CASE(a_throwing_constructor_gives_its_block_back) {
    struct bad {
        char bytes[500];
        bad() { throw std::runtime_error("no"); }
    };
    BOOST_CHECK_THROW(pool_new<bad>(), std::runtime_error);
#ifndef UNIT_PLAIN_NEW
    void* const expected = pool_allocate(sizeof(bad));
    pool_deallocate(expected, sizeof(bad));
    BOOST_CHECK_THROW(pool_new<bad>(), std::runtime_error);
    void* const after = pool_allocate(sizeof(bad));
    BOOST_TEST(after == expected);
    pool_deallocate(after, sizeof(bad));
#endif
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
