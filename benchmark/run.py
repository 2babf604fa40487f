#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Builds the benchmarks, runs every row, keeps the figures, prints one table, draws the plots.

    benchmark/run.py                  all of it, some ten minutes on two cores
    benchmark/run.py --quick          a minute: any_io_executor, n = 1 and 1,000, one heap layout
    benchmark/run.py --only instructions,heap,memory      no times: for a machine that is not quiet
    benchmark/run.py --report FILE    the table and the plots of an earlier run

See README.md for the method.
"""
import argparse
import concurrent.futures
import datetime
import json
import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys

import report

here = pathlib.Path(__file__).resolve().parent
root = here.parent
ROWS = {
    "all": ["countdown", "countdown_signal", "countdown_signal_kept", "parallel_group", "channel",
            "wait_for_tasks"],
    "limit": ["post_each", "wait_1ns", "wait_1ns_moved"],
    "poll": ["single_post", "wait_0"],
}
MEMORY_ROWS = ["countdown", "countdown_signal", "parallel_group", "wait_for_tasks"]
MEMORY_N = 100000
# The same row costs up to a tenth more or less with the heap's first address (see README.md).
LAYOUTS = (0, 3000, 30000, 200000)


def sh(*command, **kwargs):
    return subprocess.run([str(c) for c in command], check=True, text=True, **kwargs)


def output(*command):
    try:
        return sh(*command, capture_output=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def build(args):
    if not args.build_dir:
        args.build_dir = root / "build" / "bench"
        sh("cmake", "--preset", "bench", cwd=root, stdout=sys.stderr)
    sh("cmake", "--build", args.build_dir, "-j", "2", stdout=sys.stderr)
    return pathlib.Path(args.build_dir).resolve() / "benchmark"


def cells(args):
    for workload, rows in ROWS.items():
        for row in rows:
            for executor in args.executors:
                for n in args.n if row != "single_post" else [1]:
                    yield workload, row, executor, n


def rounds_for(n):
    return max(1, 20000 // n)


def per_task(program, cell, n, measure):
    """(cost of 2R rounds - cost of R rounds) / (R n): whatever happens once cancels out."""
    r = rounds_for(n)
    once, twice = (measure(program, cell, n, k) for k in (r, 2 * r))
    return [(b - a) / (r * n) for a, b in zip(once, twice)]


layouts = len(LAYOUTS)


def callgrind(program, cell, n, rounds):
    """One count for each layout; where the heap grows far beyond it, the first stands for all."""
    counts = []
    for pad in LAYOUTS[:1 if n > 1000 or cell[0] != "all" else layouts]:
        done = sh("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
                  program / "bench_cell", "run", *cell, n, rounds, capture_output=True,
                  env={**os.environ, "BENCH_PAD": str(pad)})
        counts.append(int(re.search(r"Collected : (\d+)", done.stderr)[1]))
    return counts


def heap(program, cell, n, rounds):
    return [int(x) for x in output(program / "bench_heap", "heap", *cell, n, rounds).split()]


def count(args, program, what, measure):
    """Instructions or heap calls of every cell, two processes at a time."""
    def one(cell):
        *name, n = cell
        return "/".join(name), n, per_task(program, name, n, measure)
    figures = {}
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for name, n, values in pool.map(one, cells(args)):
            print(what, name, n, values, file=sys.stderr)
            figures.setdefault(name, {})[str(n)] = values
    return figures


def resident(args, program):
    return {f"memory/{row}/{ex}": {str(MEMORY_N): float(output(program / "bench_cell", "rss", "memory",
                                                               row, ex, MEMORY_N, 1))}
            for row in MEMORY_ROWS for ex in args.executors}


def times(args, program):
    """CPU nanoseconds a task: the median of repetitions that are run in random order."""
    rows = "|".join(f"{w}/({'|'.join(r)})" for w, r in ROWS.items())
    n = "|".join(map(str, args.n))
    out = program / "time.json"
    sh(program / "bench_time", f"--benchmark_filter=^({rows})/({'|'.join(args.executors)})/({n})$",
       "--benchmark_enable_random_interleaving=true", f"--benchmark_repetitions={args.repetitions}",
       f"--benchmark_min_time={args.min_time}", "--benchmark_report_aggregates_only=false",
       f"--benchmark_out={out}", "--benchmark_out_format=json", stdout=subprocess.DEVNULL)
    raw = json.loads(out.read_text())
    samples = {}
    for b in raw["benchmarks"]:
        if b["run_type"] == "iteration":
            name, size = b["run_name"].rsplit("/", 1)
            samples.setdefault(name, {}).setdefault(size, []).append(b["cpu_time"] / int(size))
    figures = {name: {size: {"median": statistics.median(v), "min": min(v), "samples": len(v)}
                      for size, v in by_n.items()} for name, by_n in samples.items()}
    # Whose machine it was, and where the program lay, is nobody's business.
    context = {k: v for k, v in raw["context"].items() if k not in ("executable", "host_name")}
    return context, figures


def machine(program, args):
    cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    known = json.loads(output(program / "bench_cell", "about"))
    return {"date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
            "commit": output("git", "-C", root, "describe", "--always", "--dirty"),
            "cpu": cpu[1] if cpu else platform.processor(), "cores": os.cpu_count(),
            "kernel": platform.release(), "libc": " ".join(platform.libc_ver()),
            "valgrind": output("valgrind", "--version"), "load": os.getloadavg()[0],
            "repetitions": args.repetitions, "min_time": args.min_time, **known}


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--quick", action="store_true")
    p.add_argument("--only", default="instructions,heap,memory,time")
    p.add_argument("--build-dir", help="an existing build with ASIO_WAIT_BUILD_BENCHMARKS=ON")
    p.add_argument("--executors", help="any_io, concrete or both with a comma (the default)")
    p.add_argument("--sizes", help="the values of n, with commas")
    p.add_argument("--layouts", type=int, help=f"heap layouts to count in, 1 to {len(LAYOUTS)}")
    p.add_argument("--name", help="of the result files; default: machine-boost-compiler")
    p.add_argument("--jobs", type=int, default=2, help="processes at a time while counting")
    p.add_argument("--report", type=pathlib.Path)
    args = p.parse_args()
    both = "any_io" if args.quick else "any_io,concrete"
    args.executors = (args.executors or both).split(",")
    args.n = [1, 1000] if args.quick else [1, 10, 100, 1000, 10000, 100000]
    if args.sizes:
        args.n = [int(n) for n in args.sizes.split(",")]
    args.layouts = args.layouts or (1 if args.quick else len(LAYOUTS))
    args.repetitions, args.min_time = (5, 0.02) if args.quick else (9, 0.05)
    return args


def main():
    args = arguments()
    if args.report:
        found = json.loads(args.report.read_text())
        print(report.markdown(found))
        report.plots(found, args.report.with_suffix(""))
        return
    global layouts
    layouts = args.layouts
    program = build(args)
    found = {"context": machine(program, args)}
    wanted = args.only.split(",")
    if "time" in wanted:
        found["context"]["google_benchmark"], found["time"] = times(args, program)
    if "instructions" in wanted:
        found["instructions"] = count(args, program, "instructions", callgrind)
    if "heap" in wanted:
        found["heap"] = count(args, program, "heap calls, bytes", heap)
    if "memory" in wanted:
        found["memory"] = resident(args, program)
    name = args.name or ("quick" if args.quick else re.sub(
        r"[^a-z0-9.]+", "-", f"boost-{found['context'].get('boost', '')}-"
                             f"{found['context'].get('compiler', '')}".lower()))
    out = here / "results" / f"{name}.json"
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(found, indent=1) + "\n")
    table = report.markdown(found)
    out.with_suffix(".md").write_text(table + "\n")
    print(table)
    report.plots(found, out.with_suffix(""))
    print(f"\nkept in {out.relative_to(root)}", file=sys.stderr)


if __name__ == "__main__":
    main()
