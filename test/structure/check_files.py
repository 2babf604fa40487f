#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Checks every file: its SPDX line, the size cap of the library, and that CMake's written-out lists
name exactly the files that exist.

usage: check_files.py [source directory]
"""
import os
import re
import sys
from pathlib import Path

MAX_LINES = 400
CODE = {".hpp", ".cpp", ".cmake", ".py", ".sh", ".in", ".supp"}
NAMES = {"CMakeLists.txt", ".clang-format", ".clang-tidy", "run"}
SKIPPED = re.compile(r"^(build.*|out|\.git|\.cache|__pycache__)$")


def files_below(root):
    for directory, directories, names in os.walk(root):
        directories[:] = sorted(d for d in directories if not SKIPPED.match(d))
        for name in sorted(names):
            yield Path(directory) / name


def check_spdx(root):
    problems, count = [], 0
    for path in files_below(root):
        if path.suffix not in CODE and path.name not in NAMES:
            continue
        count += 1
        lines = path.read_text().splitlines()[:2]
        if lines and lines[0].startswith("#!"):
            lines = lines[1:]
        if not lines or not re.fullmatch(r"(//|#) SPDX-License-Identifier: BSL-1\.0", lines[0]):
            problems.append(f"{path.relative_to(root)}: the SPDX line is missing")
    return problems, count


def library_files(root):
    return sorted(list((root / "include").rglob("*.hpp")) + list((root / "src").rglob("*.?pp")))


def check_size(root):
    problems = []
    for path in library_files(root):
        lines = len(path.read_text().splitlines())
        if lines > MAX_LINES:
            problems.append(f"{path.relative_to(root)}: {lines} lines, the cap is {MAX_LINES}")
    return problems


def check_lists(root):
    text = (root / "cmake" / "Sources.cmake").read_text()
    listed = set(re.findall(r"(?:include|src)/[\w/]+\.[ch]pp", text))
    present = {path.relative_to(root).as_posix() for path in library_files(root)}
    return ([f"{name}: not in cmake/Sources.cmake" for name in sorted(present - listed)]
            + [f"{name}: in cmake/Sources.cmake, but missing" for name in sorted(listed - present)])


def main():
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2]
    problems, count = check_spdx(root)
    problems += check_size(root) + check_lists(root)
    for problem in problems:
        print(problem)
    print(f"{count} files, {len(problems)} problems")
    return 1 if problems or not count else 0


if __name__ == "__main__":
    sys.exit(main())
