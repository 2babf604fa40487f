// SPDX-License-Identifier: BSL-1.0
#pragma once

// One thing goes wrong, at a place that is counted: the k-th allocation, the k-th function that an
// executor is given, the k-th value that is made, copied or moved, the k-th call of something the user
// has written. It counts only while a window is open, so that nothing but what is under test can fail.
//
//     injector::aim(fault::allocation, k);
//     { injector::window open; call(); }
//     if (!injector::hit()) ... // there are no more than k of them

#include <cstddef>
#include <exception>

namespace faults {

enum class fault { allocation, submission, value, user };

/// What everything but operator new throws.
struct injected : std::exception {
    const char* what() const noexcept override { return "injected"; }
};

class injector {
public:
    /// The step with this number (from 0) fails; `for_good`: and every one after it.
    static void aim(fault what, std::size_t k, bool for_good = false) noexcept;

    static bool hit() noexcept;

    /// Stops in the debugger where the fault happens.
    static void trap(bool on) noexcept;

    /// Counted steps since aim().
    static std::size_t steps() noexcept;

    /// Throws std::bad_alloc or `injected` if it is this one's turn.
    static void step(fault what);

    class window {
    public:
        window() noexcept;
        window(const window&) = delete;
        window& operator=(const window&) = delete;
        ~window();

    private:
        bool outer_;
    };

    /// Closes the window for code of the test's own.
    class pause {
    public:
        pause() noexcept;
        pause(const pause&) = delete;
        pause& operator=(const pause&) = delete;
        ~pause();

    private:
        bool outer_;
    };
};

/// Blocks that operator new has given and nobody has given back.
std::ptrdiff_t live_blocks() noexcept;

} // namespace faults
