// SPDX-License-Identifier: BSL-1.0
#include "scenario.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>

// Times every cell: Google Benchmark runs its repetitions in random order, so that what a
// neighbour costs is spread over all rows.

namespace {

void measure(benchmark::State& state, const bench::entry& e) {
    const auto n = static_cast<std::size_t>(state.range(0));
    const auto cell = e.make(n);
    // Several rounds in one go, so that starting and leaving the loop does not show at n = 1.
    std::size_t const rounds = std::max<std::size_t>(1, 2000 / n);
    cell->run(1);
    while (state.KeepRunningBatch(static_cast<benchmark::IterationCount>(rounds)))
        cell->run(rounds);
}

} // namespace

int main(int argc, char** argv) {
    for (const bench::entry& e : bench::entries()) {
        if (e.workload == "memory")
            continue;
        const std::string name =
            std::string(e.workload) + '/' + std::string(e.row) + '/' + std::string(e.executor);
        auto* b = benchmark::RegisterBenchmark(name.c_str(), measure, e);
        for (long n = 1; n <= 100000; n *= 10)
            b->Arg(n);
        b->Unit(benchmark::kNanosecond);
    }
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv))
        return 1;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
}
