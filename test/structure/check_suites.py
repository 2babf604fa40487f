#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Every top-level Boost.Test suite runs: each test source belongs to a program, each suite it opens
is a ctest entry of that program, and no test case stands outside a suite.

usage: check_suites.py <test directory> <manifest>

A line of the manifest is `file|suite,suite,...`; `*` stands for a program left out on purpose.
"""
import re
import sys
from collections import defaultdict
from pathlib import Path

TOKEN = re.compile(
    r"^\s*(BOOST_AUTO_TEST_SUITE_END|BOOST_(?:AUTO|FIXTURE)_TEST_SUITE|"
    r"(?:BOOST_(?:AUTO|FIXTURE|DATA)_|CO_)TEST_CASE\w*)\s*\(\s*(\w*)", re.MULTILINE)
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)


def scan(path):
    """The top-level suites of a file and the cases outside any suite."""
    suites, stray, depth = set(), [], 0
    for kind, name in TOKEN.findall(COMMENT.sub("", path.read_text())):
        if kind == "BOOST_AUTO_TEST_SUITE_END":
            depth -= 1
        elif kind.endswith("_TEST_SUITE"):
            if depth == 0:
                suites.add(name)
            depth += 1
        elif depth == 0:
            stray.append(name)
    return suites, stray


def main():
    tests, manifest = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
    listed, problems, opened = defaultdict(set), [], set()
    for line in manifest.read_text().splitlines():
        if line:
            name, _, suites = line.partition("|")
            listed[Path(name).resolve()].update(suites.split(","))
    for path in sorted(tests.rglob("*.cpp")):
        suites, stray = scan(path)
        where = path.relative_to(tests)
        problems += [f"{where}: test case {name} stands outside any suite" for name in stray]
        if suites and path not in listed:
            problems.append(f"{where}: has tests, but no program compiles it")
            continue
        opened |= suites
        if "*" not in listed[path]:
            problems += [f"{where}: suite {suite} is no ctest entry"
                         for suite in sorted(suites - listed[path])]
    for suite in sorted(set().union(*listed.values()) - opened - {"*"}):
        problems.append(f"suite {suite}: a ctest entry, but no source opens it")
    for problem in problems:
        print(problem)
    print(f"{len(opened)} suites, {len(problems)} problems")
    return 1 if problems or not opened else 0


if __name__ == "__main__":
    sys.exit(main())
