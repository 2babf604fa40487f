#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Counts which rows of the asyncio comparison and which CPython tests have a test of their name.

usage: count_coverage.py [test directory]

Prints covered / wanted per table and per group, lists what is missing, and exits with 1 if anything
is. The wanted ids are in asyncio_rows.txt beside this script.
"""
import re
import sys
from collections import defaultdict
from pathlib import Path

TEST_CASE = re.compile(
    r"^\s*(?:CO_TEST_CASE|BOOST_AUTO_TEST_CASE|BOOST_FIXTURE_TEST_CASE|BOOST_DATA_TEST_CASE)"
    r"\(\s*([A-Za-z0-9_]+)", re.MULTILINE)
ROW = re.compile(r"((?:TG|[WFAGSTKCO])\d+)_")
GROUPS = {"1": "wait", "2": "wait_for", "3": "as_completed", "4": "gather", "5": "shield",
          "6": "Task: creation, result, name", "7": "Task: cancel",
          "8": "Future protocol, done callbacks", "9": "timeout", "10": "TaskGroup",
          "12": "Helpers"}


def test_names(root):
    """The names of all test cases below `root` that are compiled, comments left out."""
    names = []
    for path in sorted(root.rglob("*.cpp")):
        if not listed_in_cmake(path, root):
            continue
        text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
        names += TEST_CASE.findall(re.sub(r"//[^\n]*", "", text))
    return names


def listed_in_cmake(path, root):
    """A file nobody compiles covers nothing."""
    directory = path.parent
    while True:
        lists = directory / "CMakeLists.txt"
        if lists.exists() and path.relative_to(directory).as_posix() in lists.read_text():
            return True
        if directory == root:
            return False
        directory = directory.parent


def wanted(listing):
    rows, cpython, excluded = defaultdict(list), defaultdict(list), []
    for line in listing.read_text().splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "row":
            rows[rest.rstrip("0123456789")].append(rest)
        elif kind == "cpython":
            group, name = rest.split()
            cpython[group].append(name)
        elif kind == "n/a":
            excluded.append(rest)
    return rows, cpython, excluded


def report(title, have, want):
    missing = [name for name in want if name not in have]
    print(f"{title}: {len(want) - len(missing)} of {len(want)}")
    for name in missing:
        print(f"    missing: {name}")
    return len(missing)


def main():
    here = Path(__file__).resolve().parent
    root = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else here.parent
    names = test_names(root)
    covered_rows = {m.group(1) for m in map(ROW.match, names) if m}
    covered_cpython = {name.replace("__", ".", 1) for name in names if "__" in name}

    rows, cpython, excluded = wanted(here / "asyncio_rows.txt")
    missing = 0
    for table, ids in rows.items():
        missing += report(f"asyncio table {table}", covered_rows, ids)
    for group, ids in cpython.items():
        missing += report(f"CPython {group}. {GROUPS[group]}", covered_cpython, ids)
    print("not applicable: " + "; ".join(excluded))

    known = {i for ids in rows.values() for i in ids} | {e.split()[0] for e in excluded}
    unknown = sorted(covered_rows - known) + sorted(
        covered_cpython - {n for ids in cpython.values() for n in ids})
    for name in unknown:
        print(f"    no such row or test: {name}")
    return 1 if missing or unknown else 0


if __name__ == "__main__":
    sys.exit(main())
