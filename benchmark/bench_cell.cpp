// SPDX-License-Identifier: BSL-1.0
#include "heap_count.hpp"
#include "scenario.hpp"
#include "timed_part.hpp"

#include <boost/asio/version.hpp>
#include <boost/version.hpp>

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

// What was built:
//   bench_cell about
// One cell in a process of its own:
//   bench_cell run  <workload> <row> <executor> <n> <rounds>   to be run under callgrind
//   bench_cell heap <workload> <row> <executor> <n> <rounds>   prints heap calls and bytes
//   bench_cell rss  memory     <row> <executor> <n> 1          prints resident bytes a task
//   bench_cell time <workload> <row> <executor> <n> <repetitions>   prints CPU ns a task (of
//     timed_wait_*: a wait) for each repetition
// The first round warms up: differences between two counts of rounds are exact.

namespace {

long resident_bytes() {
    malloc_trim(0);
    long size = 0;
    long resident = 0;
    std::FILE* f = std::fopen("/proc/self/statm", "r");
    if (!f || std::fscanf(f, "%ld %ld", &size, &resident) != 2)
        std::abort();
    std::fclose(f);
    return resident * sysconf(_SC_PAGESIZE);
}

void about() {
    std::printf("{\"boost\": \"%s\", \"asio\": \"%d\", \"compiler\": \"%s\", \"flags\": \"%s\"}\n",
                BOOST_LIB_VERSION, BOOST_ASIO_VERSION, ASIO_WAIT_BENCH_COMPILER,
                ASIO_WAIT_BENCH_FLAGS);
}

/// As many rounds a repetition as the peers do: some tens of milliseconds.
std::size_t rounds_for(std::string_view workload, std::size_t n) {
    if (workload == "timed_wait_0")
        return 20000;
    return workload == "timed_wait_1ms" ? 100 : std::max<std::size_t>(1, 40000 / n);
}

void time(const bench::entry& e, std::size_t n, std::size_t repetitions) {
    const auto cell = e.make(n);
    std::size_t const rounds = rounds_for(e.workload, n);
    std::size_t const units = e.workload.starts_with("timed_wait") ? rounds : rounds * n;
    cell->run((rounds + 3) / 4); // warms up
    for (; repetitions != 0; --repetitions) {
        bench::timed_part::reset();
        const double start = bench::cpu_nanoseconds();
        cell->run(rounds);
        const double whole = bench::cpu_nanoseconds() - start;
        std::printf("%.1f\n",
                    bench::timed_part::spent().value_or(whole) / static_cast<double>(units));
    }
}

int usage() {
    std::fputs("usage: bench_cell run|heap|rss <workload> <row> <executor> <n> <rounds>\n"
               "       bench_cell time <workload> <row> <executor> <n> <repetitions>\n",
               stderr);
    for (const bench::entry& e : bench::entries())
        std::fprintf(stderr, "  %s %s %s\n", e.workload.data(), e.row.data(), e.executor.data());
    return 2;
}

} // namespace

int main(int argc, char** argv) {
    if (argc == 2 && std::strcmp(argv[1], "about") == 0) {
        about();
        return 0;
    }
    // Where the heap begins to be used decides how well malloc merges and splits: BENCH_PAD moves
    // it.
    if (const char* pad = std::getenv("BENCH_PAD")) {
        [[maybe_unused]] void* volatile kept = std::malloc(std::strtoull(pad, nullptr, 10));
    }
    const bench::entry* const e = argc == 7 ? bench::find(argv[2], argv[3], argv[4]) : nullptr;
    if (!e)
        return usage();
    std::size_t const n = std::strtoull(argv[5], nullptr, 10);
    std::size_t const rounds = std::strtoull(argv[6], nullptr, 10);
    if (std::strcmp(argv[1], "time") == 0) {
        time(*e, n, rounds);
        return 0;
    }
    const auto cell = e->make(n);
    if (std::strcmp(argv[1], "rss") == 0) {
        const long before = resident_bytes();
        cell->run(1);
        std::printf("%.1f\n",
                    static_cast<double>(resident_bytes() - before) / static_cast<double>(n));
        std::fflush(stdout);
        std::_Exit(0); // taking 100,000 tasks down is another measurement
    }
    cell->run(1);
    bench::heap_count::reset();
    cell->run(rounds);
    if (std::strcmp(argv[1], "heap") == 0)
        std::printf("%zu %zu\n", bench::heap_count::calls(), bench::heap_count::bytes());
}
