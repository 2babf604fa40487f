// SPDX-License-Identifier: BSL-1.0
#pragma once

// A value that counts how many of its kind are alive: put one into a result, a handler or a frame
// and ask `lifetime_tracker::live()` whether everything was destroyed, and exactly once.

#include <atomic>
#include <cstdlib>
#include <utility>

namespace test {

class lifetime_tracker {
public:
    explicit lifetime_tracker(int value = 0) noexcept : value_(value) { ++live_; }

    lifetime_tracker(const lifetime_tracker& other) noexcept : value_(other.value_) {
        other.check();
        ++live_;
        ++copies_;
    }

    lifetime_tracker(lifetime_tracker&& other) noexcept
        : value_(std::exchange(other.value_, moved_from)) {
        other.check();
        ++live_;
    }

    lifetime_tracker& operator=(const lifetime_tracker& other) noexcept {
        check();
        value_ = other.value_;
        ++copies_;
        return *this;
    }

    lifetime_tracker& operator=(lifetime_tracker&& other) noexcept {
        check();
        value_ = std::exchange(other.value_, moved_from);
        return *this;
    }

    ~lifetime_tracker() {
        check();
        alive_ = nullptr;
        --live_;
    }

    int value() const noexcept { return value_; }

    static constexpr int moved_from = -1;
    static int live() noexcept { return live_; }
    static int copies() noexcept { return copies_; }

    static void reset() noexcept {
        live_ = 0;
        copies_ = 0;
    }

private:
    // Used after its end or destroyed twice: nothing a test could still report sensibly.
    void check() const noexcept {
        if (alive_ != this)
            std::abort();
    }

    inline static std::atomic<int> live_{0};
    inline static std::atomic<int> copies_{0};

    int value_;
    const lifetime_tracker* volatile alive_ = this;
};

} // namespace test
