// SPDX-License-Identifier: BSL-1.0
#include "heap_count.hpp"
#include "scenario.hpp"

#include <boost/asio/version.hpp>
#include <boost/version.hpp>

#include <malloc.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

// What was built:
//   bench_cell about
// One cell in a process of its own:
//   bench_cell run  <workload> <row> <executor> <n> <rounds>   to be run under callgrind
//   bench_cell heap <workload> <row> <executor> <n> <rounds>   prints heap calls and bytes
//   bench_cell rss  memory     <row> <executor> <n> 1          prints resident bytes a task
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

int usage() {
    std::fputs("usage: bench_cell run|heap|rss <workload> <row> <executor> <n> <rounds>\n", stderr);
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
