#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""The rows of task_set and its family: instructions and time, judged against their goals.

    benchmark/sets.py                      some ten minutes on two cores
    benchmark/sets.py --sizes 100,1000     part of it
    benchmark/sets.py --report FILE        the table of an earlier run

Instructions: callgrind, the difference of 2R and R rounds, only the timed part of a round where it
prepares something first. Time: CPU, `bench_cell time`, one process a cell and round, by turns.
"""
import argparse
import concurrent.futures
import json
import pathlib
import re
import statistics
import sys

import report
import run

ROWS = {
    "drain": ["done_queue", "wait_all", "task_set", "next_then_try", "next_each"],
    "as_completed": ["task_set", "next_each"],
    "staircase": ["done_queue", "task_set"],
    "usual_loop": ["done_queue", "task_set"],
    "timed_wait_0": ["single_post", "task_set"],
    "timed_wait_1ms": ["task_set"],
    "cancel_storm": ["parallel_group", "signals", "task_set"],
}
PART_ONLY = ("staircase", "cancel_storm")
# What is compared with what, and the goal: (workload, row), (workload, row), at most.
GOALS = [
    ("drain / wait for all", ("drain", "task_set"), ("drain", "wait_all"), 1.05),
    ("as_completed / drain, batches", ("as_completed", "task_set"), ("drain", "next_then_try"), 1.05),
    ("as_completed / drain, one by one", ("as_completed", "next_each"), ("drain", "next_each"), 1.05),
    ("staircase / hand-written queue", ("staircase", "task_set"), ("staircase", "done_queue"), 1.10),
    ("usual loop / hand-written queue", ("usual_loop", "task_set"), ("usual_loop", "done_queue"), None),
    ("poll / one post", ("timed_wait_0", "task_set"), ("timed_wait_0", "single_post"), 2.0),
    ("cancel storm / one emit of parallel_group", ("cancel_storm", "task_set"),
     ("cancel_storm", "parallel_group"), 1.0),
]


def units(workload, n, rounds):
    return rounds if workload.startswith("timed_wait") else rounds * n


def instructions(program, workload, row, n):
    rounds = 2000 if workload == "timed_wait_0" else 100 if workload == "timed_wait_1ms" else max(
        1, 10000 // n)
    part = ["--collect-atstart=no"] if workload in PART_ONLY else []

    def count(k):
        done = run.sh("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *part,
                      program / "bench_cell", "run", workload, row, "any_io", n, k,
                      capture_output=True)
        return int(re.search(r"Collected : (\d+)", done.stderr)[1])
    return (count(2 * rounds) - count(rounds)) / units(workload, n, rounds)


def times(program, cells, turns):
    """Median over the turns of the median of a process's repetitions."""
    found = {}
    for turn in range(turns):
        for cell in cells:
            workload, row, n = cell
            out = run.output(program / "bench_cell", "time", workload, row, "any_io", n,
                             3 if n < 100000 else 1)
            found.setdefault(cell, []).append(statistics.median(map(float, out.split())))
        print("turn", turn + 1, "of", turns, file=sys.stderr)
    return {cell: statistics.median(v) for cell, v in found.items()}


def table(found):
    def get(metric, cell, n):
        return found[metric].get("/".join(cell), {}).get(str(n))
    about = found["context"]
    out = [", ".join(f"{k} {about[k]}" for k in ("boost", "compiler", "flags", "cpu", "cores",
                                                 "kernel", "commit", "date", "load")), ""]
    sizes = sorted({int(n) for rows in found["time"].values() for n in rows})
    for metric, unit in (("instructions", "instructions"), ("time", "ns CPU")):
        out += [f"### {unit} a task (timed_wait: a wait), any_io_executor", ""]
        out += report.header("workload", "row", *(f"{n:,}" for n in sizes), "growth 100 to the last")
        for workload, rows in ROWS.items():
            for row in rows:
                v = [get(metric, (workload, row), n) for n in sizes]
                base = get(metric, (workload, row), 100)
                growth = "" if not base or v[-1] is None else f"{v[-1] / base:.2f}"
                out.append(report.line(workload, row, *map(report.number, v), growth))
        out += ["", f"### Goals, {unit}", ""]
        out += report.header("ratio", "goal", *(f"{n:,}" for n in sizes), "verdict")
        for text, ours, other, most in GOALS:
            r = [report.ratio(get(metric, ours, n), get(metric, other, n))
                 if get(metric, ours, n) is not None else None for n in sizes]
            bad = [f"{n:,}" for n, x in zip(sizes, r) if most and x is not None and x > most]
            verdict = "" if not most else "missed: " + ", ".join(bad) if bad else "met"
            out.append(report.line(text, f"{most or '-'}",
                                   *("" if x is None else f"{x:.2f}" for x in r), verdict))
        out.append("")
    return "\n".join(out)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--build-dir")
    p.add_argument("--sizes", default="1,10,100,1000,10000,100000")
    p.add_argument("--turns", type=int, default=5)
    p.add_argument("--count-up-to", type=int, default=100000, help="n, for instructions")
    p.add_argument("--name", default="sets")
    p.add_argument("--report", type=pathlib.Path)
    args = p.parse_args()
    if args.report:
        print(table(json.loads(args.report.read_text())))
        return
    program = run.build(args)
    sizes = [int(n) for n in args.sizes.split(",")]
    cells = [(w, row, n) for w, rows in ROWS.items() for row in rows for n in sizes
             if row != "single_post"] + [("timed_wait_0", "single_post", n) for n in sizes]
    args.repetitions, args.min_time = 3, 0
    found = {"context": run.machine(program, args), "instructions": {}, "time": {}}
    for (w, row, n), value in times(program, cells, args.turns).items():
        found["time"].setdefault(f"{w}/{row}", {})[str(n)] = value
    counted = [c for c in cells if c[2] <= args.count_up_to]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for (w, row, n), value in zip(counted, pool.map(
                lambda c: instructions(program, *c), counted)):
            found["instructions"].setdefault(f"{w}/{row}", {})[str(n)] = value
            print(w, row, n, round(value), file=sys.stderr)
    out = run.here / "results" / f"{args.name}.json"
    out.write_text(json.dumps(found, indent=1) + "\n")
    text = table(found)
    out.with_suffix(".md").write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    main()
