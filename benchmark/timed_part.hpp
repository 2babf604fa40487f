// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctime>

#include <optional>

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#else
#define CALLGRIND_TOGGLE_COLLECT static_cast<void>(0)
#endif

namespace bench {

/// CPU time of this process in nanoseconds.
inline double cpu_nanoseconds() {
#ifdef CLOCK_PROCESS_CPUTIME_ID
    std::timespec t{};
    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == 0)
        return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
#endif
    return static_cast<double>(std::clock()) * (1e9 / CLOCKS_PER_SEC);
}

/// The part of a round that counts, where a row prepares something first (tasks to be parked, say):
/// from construction to destruction. Without any, all of a round counts. Instructions are collected
/// in it as well, when callgrind is started with --collect-atstart=no.
class timed_part {
public:
    timed_part() : start_(cpu_nanoseconds()) { CALLGRIND_TOGGLE_COLLECT; }

    ~timed_part() {
        CALLGRIND_TOGGLE_COLLECT;
        spent_ = spent_.value_or(0) + (cpu_nanoseconds() - start_);
    }

    timed_part(const timed_part&) = delete;
    timed_part& operator=(const timed_part&) = delete;

    static void reset() { spent_.reset(); }
    static std::optional<double> spent() { return spent_; }

private:
    double start_;
    inline static std::optional<double> spent_;
};

} // namespace bench
