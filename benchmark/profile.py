#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Where a row's instructions go, next to those of another row.

    benchmark/profile.py build/bench-g/benchmark/bench_cell wait_for_tasks --against countdown

The program must have been built with -g, so that inlined code is counted for the file it comes
from. Figures are instructions a task: the difference between R and 2R warm rounds.
"""
import argparse
import collections
import pathlib
import re
import subprocess
import sys
import tempfile


def bare(name):
    """A function's name without template arguments and parameters, so that rows can be compared."""
    name = re.sub(r"'\d+$", "", name).replace("operator<", "operator less").replace("->", "")
    while True:
        shorter = re.sub(r"<[^<>]*>", "", name)
        shorter = re.sub(r"\([^()]*\)", "", shorter)
        if shorter == name:
            return name.split(" ")[-1] if " " in name and "lambda" not in name else name
        name = shorter


def parse(path):
    """Self cost by (source file, line) and by function of one callgrind output."""
    lines, functions = collections.Counter(), collections.Counter()
    file = function = "?"
    skip = False
    cost_line = re.compile(r"^(\d+) (\d+)$")
    for text in open(path, errors="replace"):
        text = text.rstrip("\n")
        key, found, value = text.partition("=")
        if found and key in ("fl", "fi", "fe"):
            file = value
        elif found and key == "fn":
            function = value
        elif found and key == "calls":
            skip = True
        else:
            m = cost_line.match(text)
            if m and skip:
                skip = False  # the callee's inclusive cost
            elif m:
                cost = int(m[2])
                lines[file, int(m[1])] += cost
                functions[bare(function)] += cost
    return lines, functions


def run(args, row, executor, rounds):
    with tempfile.NamedTemporaryFile() as out:
        subprocess.run(
            ["valgrind", "--tool=callgrind", "--compress-strings=no", "--compress-pos=no",
             f"--callgrind-out-file={out.name}", args.program, "run", args.workload, row, executor,
             str(args.n), str(rounds)],
            check=True, capture_output=True)
        return parse(out.name)


def profile(args, row):
    once, twice = (run(args, row, args.executor, r) for r in (args.rounds, 2 * args.rounds))
    tasks = args.n * args.rounds
    return [collections.Counter({k: (v - a[k]) / tasks for k, v in b.items() if v != a[k]})
            for a, b in zip(once, twice)]


def short(path):
    for mark in ("/boost/", "asio_wait/", "/src/", "/benchmark/", "/c++/12/"):
        if mark in path:
            return mark.strip("/") + "/" + path.split(mark, 1)[1]
    return path


def category(path):
    if "malloc" in path:
        return "heap (libc)"
    if "block_pool" in path:
        return "asio_wait: pool"
    if "asio_wait/" in path or re.search(r"main/src/|/src/(task|wait|context|completion|small)", path):
        return "asio_wait: " + pathlib.PurePath(path).name
    name = pathlib.PurePath(path).name
    if "/boost/asio/" in path:
        if "any_executor" in name or "any_io_executor" in name or "executor_function" in name:
            return "asio: type-erased executor"
        if "cancellation" in name:
            return "asio: cancellation"
        if name in ("awaitable.hpp", "use_awaitable.hpp"):
            return "asio: awaitable"
        if name == "co_spawn.hpp":
            return "asio: co_spawn"
        if name in ("thread_info_base.hpp", "recycling_allocator.hpp", "aligned_new"):
            return "asio: recycling cache"
        if "scheduler" in name or "reactor" in name or name == "io_context.hpp":
            return "asio: scheduler"
        return "asio: other"
    if "/c++/" in path:
        return "std"
    if "pthread" in path or "nptl" in path:
        return "mutex"
    return "other (" + name + ")"


def table(title, mine, other, names, top):
    print(f"\n### {title}\n\n| instructions a task | {names[0]} | {names[1]} | excess |\n|---|---:|---:|---:|")
    keys = sorted(set(mine) | set(other), key=lambda k: other[k] - mine[k])
    shown = [k for k in keys if abs(mine[k] - other[k]) >= 3][:top]
    for k in shown:
        print(f"| {k} | {mine[k]:.0f} | {other[k]:.0f} | {mine[k] - other[k]:+.0f} |")
    print(f"| **total** | {sum(mine.values()):.0f} | {sum(other.values()):.0f} | "
          f"{sum(mine.values()) - sum(other.values()):+.0f} |")


def grouped(lines, key):
    c = collections.Counter()
    for (file, line), cost in lines.items():
        c[key(file, line)] += cost
    return c


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("program")
    p.add_argument("row")
    p.add_argument("--against", default="countdown")
    p.add_argument("--workload", default="all")
    p.add_argument("--executor", default="any_io")
    p.add_argument("-n", type=int, default=1000)
    p.add_argument("--rounds", type=int, default=10)
    p.add_argument("--top", type=int, default=40)
    args = p.parse_args()
    names = (args.row, args.against)
    mine, other = profile(args, args.row), profile(args, args.against)
    print(f"{args.workload}, {args.executor}, n = {args.n}, {args.rounds} rounds")
    table("By part", *(grouped(x[0], lambda f, _: category(f)) for x in (mine, other)), names, 99)
    table("By source file", *(grouped(x[0], lambda f, _: short(f)) for x in (mine, other)), names,
          args.top)
    table("By function", mine[1], other[1], names, args.top)
    ours = grouped(mine[0], lambda f, l: f"{short(f)}:{l}" if "asio_wait" in f or "/src/" in f else "")
    ours.pop("", None)
    table("Our lines", ours, collections.Counter(), (args.row, "-"), args.top)


if __name__ == "__main__":
    sys.exit(main())
