#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""The same scenarios through asyncio and through asio_wait: the logs must be equal.

usage: run.py <differential_asio_side> [--seeds A-B | --minutes N | --files F...] [--keep DIR]

Without an option seeds 0 to 3999; with --minutes seeds from the clock on. What differs is shrunk
and printed, as a scenario and as an asyncio program; with --keep the scenario is also written
there, ready for the corpus.
"""
import argparse
import difflib
import sys
import time
from pathlib import Path

import scenario
from as_program import program
from compare import Comparison, Crash
from generate import generate
from shrink import shrink

BATCH = 250
REPORTED = 3  # failures shrunk; of the rest only the name is told


def arguments():
    p = argparse.ArgumentParser()
    p.add_argument("program")
    p.add_argument("--seeds", default="0-4000")
    p.add_argument("--minutes", type=float)
    p.add_argument("--files", nargs="+", type=Path)
    p.add_argument("--keep", type=Path)
    p.add_argument("--all", action="store_true", help="do not stop at the first batch that differs")
    return p.parse_args()


def batches(a):
    if a.files:
        files = [f for path in a.files
                 for f in (sorted(path.iterdir()) if path.is_dir() else [path])]
        yield [s for f in files for s in scenario.parse(f.read_text())]
        return
    first, last = map(int, a.seeds.split("-"))
    if a.minutes:
        first = int(time.time()) * 1000
        print(f"seeds from {first} on", flush=True)
    started = time.monotonic()
    while time.monotonic() - started < a.minutes * 60 if a.minutes else first < last:
        end = first + BATCH if a.minutes else min(last, first + BATCH)
        yield [generate(seed) for seed in range(first, end)]
        first = end


def shrunk(comparison, script):
    """A smaller scenario that differs, not just because timers meet."""
    scratch = Comparison(comparison.asio.program)
    tied = scratch.asyncio.run(script, True)[2] > 0

    def fails(scripts):
        try:
            logs = scratch.asio.run(scripts)
        except Crash:
            return [False] * len(scripts)
        return [scratch.differs(s, log) and (tied or scratch.asyncio.run(s, True)[2] == 0)
                for s, log in zip(scripts, logs, strict=True)]

    small = shrink(script, fails)
    theirs, ours = scratch.run([small])[0][1:]
    return small, theirs, ours


def report(comparison, different, keep):
    for script, theirs, ours in different[:REPORTED]:
        small, theirs, ours = shrunk(comparison, script)
        print(f"\nscenario {script.name} differs. Shrunk:\n\n{small.text()}")
        print("\n".join(difflib.unified_diff(theirs.normal, ours.normal, "asyncio", "asio_wait",
                                             lineterm="", n=1000)))
        print(f"\nas a program:\n\n{program(small)}\n")
        if keep:
            (keep / f"{script.name}.txt").write_text(small.text())
    for script, *_ in different[REPORTED:]:
        print(f"scenario {script.name} differs, too")


def main():
    a = arguments()
    comparison, different, started = Comparison(a.program), [], time.monotonic()
    for scripts in batches(a):
        different += comparison.run(scripts)
        if different and not a.all:
            break
    report(comparison, different, a.keep)
    counts = dict(comparison.counts)
    print(f"Python {sys.version.split()[0]}, {sum(counts.values())} scenarios in "
          f"{time.monotonic() - started:.1f} s")
    for what, count in counts.items():
        print(f"{count:8} {what}")
    print("rules used, in so many scenarios:")
    for rule, count in sorted(comparison.rules.items()):
        print(f"{count:8} {rule}")
    return 1 if different or not sum(counts.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
