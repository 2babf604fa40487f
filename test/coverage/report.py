#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Says which lines and branches of include/ and src/ the tests of a build never ran.

    report.py <build directory of the preset coverage> [--html <directory>]

exceptions.txt lists what no test can reach, with the reason: `- <text>` is a line, `* <text>` all of what
that line begins. An uncovered line or branch that is not listed is an error, and so is an exception that a
test has reached.
"""

import argparse
import collections
import json
import pathlib
import re
import shutil
import subprocess
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[2]
Branch = collections.namedtuple("Branch", "line column")


def tool(name: str, compiler: pathlib.Path) -> str:
    """llvm's tool beside the compiler: their formats change with each version."""
    beside = compiler.resolve().parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    return found or sys.exit(f"report.py: no {name} beside {compiler}; Debian's package is llvm")


def cached(build: pathlib.Path, name: str) -> str:
    text = (build / "CMakeCache.txt").read_text()
    return re.search(rf"^{name}:\w+=(.*)$", text, re.M).group(1)


def programs(build: pathlib.Path) -> list[str]:
    """Every program of the build that counts."""
    found = [p for p in build.rglob("*")
             if p.is_file() and not p.suffix and p.stat().st_mode & 0o111 and "CMakeFiles" not in p.parts]
    return [str(p) for p in found if b"__llvm_covmap" in p.read_bytes()]


def listed_lines() -> dict[tuple[str, int], str]:
    """{(file, line): the exception's own text}"""
    found: dict[tuple[str, int], str] = {}
    file, entries = "", []
    for line in (pathlib.Path(__file__).parent / "exceptions.txt").read_text().splitlines():
        if line.startswith("@ "):
            file = line[2:].strip()
        elif line[:2] in ("- ", "* "):
            entries.append([file, line[0], " ".join(line[2:].split()), False])
        elif line.startswith("  ") and entries:
            entries[-1][3] = True
        elif line.strip() and not line.startswith("#"):
            sys.exit(f"exceptions.txt: what is '{line}'?")
    for file, kind, text, has_reason in entries:
        if not has_reason:
            sys.exit(f"exceptions.txt: no reason for '{text}'")
        source = (SOURCE / file).read_text().splitlines()
        starts = [n for n, line in enumerate(source) if " ".join(line.split()) == text]
        if not starts:
            sys.exit(f"exceptions.txt: {file} has no line '{text}'")
        for start in starts:
            end = start
            if kind == "*":
                indent = len(source[start]) - len(source[start].lstrip())
                end += 1
                while not re.match(rf" {{{indent}}}\}}", source[end]):
                    end += 1
            for number in range(start, end + 1):
                found[file, number + 1] = text
    return found


def begun_by(segments: list[list], source: list[str]) -> dict[int, int | None]:
    """{line: how often the code was run that its first character belongs to}, None where there is none.

    llvm-cov says 0 for a line behind a scope that a return leaves, since it counts the gap between the
    two; and for a comment, and for what `#if` leaves out.
    """
    found: dict[int, int | None] = {}
    at = count = 0
    gap = left_out = False
    for number, line in enumerate(source, 1):
        begin = [number, len(line) - len(line.lstrip()) + 1]
        while at != len(segments) and segments[at][:2] <= begin:
            _, _, count, counted, entry, gap = segments[at][:6]
            left_out = entry and not counted
            at += 1
        found[number] = 0 if gap else count
        if left_out or line.lstrip().startswith(("//", "#")):
            found[number] = None
        while at != len(segments) and segments[at][0] == number:
            _, _, count, counted, entry, gap = segments[at][:6]
            left_out = entry and not counted
            at += 1
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--html", type=pathlib.Path, help="writes the annotated sources there")
    options = parser.parse_args()
    build = options.build.resolve()

    compiler = pathlib.Path(cached(build, "CMAKE_CXX_COMPILER"))
    raw = [str(p) for p in (build / "coverage").glob("*.profraw")]
    if not raw:
        sys.exit("report.py: no test has run in this build yet")
    merged = build / "coverage" / "all.profdata"
    subprocess.run([tool("llvm-profdata", compiler), "merge", "-sparse", *raw, "-o", merged], check=True)
    cov = tool("llvm-cov", compiler)
    places = [str(SOURCE / "include"), str(SOURCE / "src")]
    found = programs(build)
    if options.html:
        objects = [word for p in found for word in ("-object", p)][1:]
        subprocess.run([cov, "show", *objects, f"-instr-profile={merged}", "-format=html",
                        "-show-branches=count", f"-output-dir={options.html}", *places], check=True)

    # One program at a time: of two records of an inline function llvm-cov takes the first, though it be
    # that of a program that never calls it. A template's branches come once for each of its instances;
    # together they take both ways.
    lines: dict[str, dict[int, int]] = collections.defaultdict(dict)
    branches: dict[str, dict[Branch, list[int]]] = collections.defaultdict(dict)
    no_code: dict[str, set[int]] = collections.defaultdict(set)
    for program in found:
        def export(*form: str) -> str:
            return subprocess.run([cov, "export", *form, program, f"-instr-profile={merged}", *places],
                                  check=True, capture_output=True, text=True).stdout

        first: dict[str, dict[int, int | None]] = {}
        for entry in json.loads(export())["data"][0]["files"]:
            file = str(pathlib.Path(entry["filename"]).resolve().relative_to(SOURCE))
            first[file] = begun_by(entry["segments"], (SOURCE / file).read_text().splitlines())
            no_code[file] |= {number for number, count in first[file].items() if count is None}
            for row in entry["branches"]:
                counts = branches[file].setdefault(Branch(row[0], row[1]), [0, 0])
                counts[0] += row[4]
                counts[1] += row[5]
        file = ""
        for line in export("-format=lcov").splitlines():
            if line.startswith("SF:"):
                file = str(pathlib.Path(line[3:]).resolve().relative_to(SOURCE))
            elif line.startswith("DA:"):
                number, count = map(int, line[3:].split(",")[:2])
                begun = first[file].get(number)
                if begun is not None:
                    lines[file][number] = max(count, begun, lines[file].get(number, 0))

    listed = listed_lines()
    used = set()
    missed = excepted = all_lines = all_branches = 0
    for file in sorted(lines):
        source = (SOURCE / file).read_text().splitlines()

        def miss(number: int, what: str) -> None:
            nonlocal missed, excepted
            exception = listed.get((file, number))
            if exception:
                used.add((file, exception))
                excepted += 1
                return
            missed += 1
            print(f"{file}:{number}: {what}: {' '.join(source[number - 1].split())}")

        all_lines += len(lines[file])
        for number, count in sorted(lines[file].items()):
            if count == 0 and number not in no_code[file]:
                miss(number, "never run")
        for place, counts in sorted(branches[file].items()):
            if counts == [0, 0]:
                continue  # decided by the compiler, or on a line that was never run
            all_branches += 2
            for taken, value in zip(counts, ("true", "false")):
                if taken == 0:
                    miss(place.line, f"column {place.column} never {value}")

    stale = {(file, text) for (file, _), text in listed.items()} - used
    for file, text in sorted(stale):
        print(f"exceptions.txt: {file}: a test reaches '{text}'")
    print(f"{all_lines} lines and {all_branches} branches in {len(lines)} files: "
          f"{missed} never run, {excepted} excepted")
    return 1 if missed or stale else 0


if __name__ == "__main__":
    sys.exit(main())
