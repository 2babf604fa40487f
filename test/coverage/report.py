#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Says which lines and branches of include/ and src/ the tests of a build never ran.

    report.py <build directory of the preset coverage> [--html <directory>]

exceptions.txt lists what no test can reach, with the reason. An uncovered line or branch that is not
listed is an error, and so is an exception that a test has reached.
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


def exceptions() -> dict[str, dict[str, str]]:
    """{file: {text of the line: reason}}"""
    listed: dict[str, dict[str, str]] = collections.defaultdict(dict)
    file = text = None
    for line in (pathlib.Path(__file__).parent / "exceptions.txt").read_text().splitlines():
        if line.startswith("@ "):
            file, text = line[2:].strip(), None
        elif line.startswith("- "):
            text = " ".join(line[2:].split())
            listed[file][text] = ""
        elif line.startswith("  ") and text:
            listed[file][text] += line.strip() + " "
        elif line.strip() and not line.startswith("#"):
            sys.exit(f"exceptions.txt: what is '{line}'?")
    for texts in listed.values():
        for text, reason in texts.items():
            if not reason:
                sys.exit(f"exceptions.txt: no reason for '{text}'")
    return listed


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
    objects = [word for p in programs(build) for word in ("-object", p)][1:]
    cov = tool("llvm-cov", compiler)
    common = [*objects, f"-instr-profile={merged}"]
    places = [str(SOURCE / "include"), str(SOURCE / "src")]
    if options.html:
        subprocess.run([cov, "show", *common, "-format=html", "-show-branches=count",
                        f"-output-dir={options.html}", *places], check=True)

    lines: dict[str, dict[int, int]] = collections.defaultdict(dict)
    text = subprocess.run([cov, "export", *common, "-format=lcov", *places],
                          check=True, capture_output=True, text=True).stdout
    file = ""
    for line in text.splitlines():
        if line.startswith("SF:"):
            file = str(pathlib.Path(line[3:]).resolve().relative_to(SOURCE))
        elif line.startswith("DA:"):
            number, count = map(int, line[3:].split(",")[:2])
            lines[file][number] = max(count, lines[file].get(number, 0))

    # A template's branches come once for each of its instances; together they take both ways.
    branches: dict[str, dict[Branch, list[int]]] = collections.defaultdict(dict)
    text = subprocess.run([cov, "export", *common, *places],
                          check=True, capture_output=True, text=True).stdout
    for entry in json.loads(text)["data"][0]["files"]:
        file = str(pathlib.Path(entry["filename"]).resolve().relative_to(SOURCE))
        for row in entry["branches"]:
            counts = branches[file].setdefault(Branch(row[0], row[1]), [0, 0])
            counts[0] += row[4]
            counts[1] += row[5]

    listed = exceptions()
    used = set()
    missed = excepted = all_lines = all_branches = 0
    for file in sorted(lines):
        source = (SOURCE / file).read_text().splitlines()

        def miss(number: int, what: str) -> None:
            nonlocal missed, excepted
            text = " ".join(source[number - 1].split())
            if text in listed.get(file, {}):
                used.add((file, text))
                excepted += 1
                return
            missed += 1
            print(f"{file}:{number}: {what}: {text}")

        all_lines += len(lines[file])
        for number, count in sorted(lines[file].items()):
            if count == 0:
                miss(number, "never run")
        for place, counts in sorted(branches[file].items()):
            if counts == [0, 0]:
                continue  # decided by the compiler, or on a line that was never run
            all_branches += 2
            for taken, value in zip(counts, ("true", "false")):
                if taken == 0:
                    miss(place.line, f"column {place.column} never {value}")

    stale = [(file, text) for file in listed for text in listed[file] if (file, text) not in used]
    for file, text in stale:
        print(f"exceptions.txt: {file}: a test reaches '{text}', or it is gone")
    print(f"{all_lines} lines and {all_branches} branches in {len(lines)} files: "
          f"{missed} never run, {excepted} excepted")
    return 1 if missed or stale else 0


if __name__ == "__main__":
    sys.exit(main())
