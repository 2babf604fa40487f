#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Writes one row's outcome into the table of doc/10_support.md, between its two marks.

usage: matrix_table.py <page> <matrix.txt> <build directory> <name> <suite> <compiler> <Boost>
                       <standard> <build type> <flags> <what was run>
"""
import datetime
import re
import subprocess
import sys
import xml.etree.ElementTree
from pathlib import Path

BEGIN, END = "<!-- matrix: written by cmake/matrix.sh -->\n", "<!-- end of matrix -->\n"
HEAD = ("| row | compiler | Boost | standard, build, flags | tests | passed | failed | left out | when, of what |\n"
        "|---|---|---|---|---|---|---|---|---|\n")


def outcome(directory):
    """(passed, failed, left out), or what went wrong before any test ran."""
    left_out = len(re.findall("Tests left out", (directory / "configure.txt").read_text()))
    if not (directory / "build.txt").exists():
        return "-", "does not configure", left_out
    if not (directory / "tests.xml").exists():
        return "-", "does not build", left_out
    suite = xml.etree.ElementTree.parse(directory / "tests.xml").getroot()
    total, failed, skipped, disabled = (int(suite.get(k, 0))
                                        for k in ("tests", "failures", "skipped", "disabled"))
    return total - failed - skipped - disabled, failed, left_out + skipped + disabled


def with_row(text, order, name, line):
    before, rest = text.split(BEGIN)
    block, after = rest.split(END)
    rows = {m[1]: m[0] for m in re.finditer(r"^\| ([\w-]+) \|.*\n", block, re.M) if m[1] in order}
    rows[name] = line
    return before + BEGIN + HEAD + "".join(rows[n] for n in order if n in rows) + END + after


def main():
    page, matrix, directory = map(Path, sys.argv[1:4])
    name, suite, compiler, boost, standard, build, flags, what = sys.argv[4:]
    order = [line.split()[0] for line in matrix.read_text().splitlines() if line[:1] not in ("", "#")]
    compiler = re.sub(r"^Debian (clang) version ([\d.]+).*", r"\1 \2",
                      re.sub(r"^.*?(g\+\+).* ([\d.]+)$", r"\1 \2", compiler))
    commit = subprocess.run(["git", "describe", "--always"], text=True, check=True,
                            capture_output=True).stdout.strip()
    # The page itself is written here.
    changed = subprocess.run(["git", "diff", "--quiet", "HEAD", "--", ".", f":!{page}"])
    commit += "-dirty" if changed.returncode else ""
    passed, failed, left_out = outcome(directory)
    options = ", ".join(filter(None, (standard, build, flags)))
    line = (f"| {name} | {compiler} | {boost} | {options} | {what} | {passed} | {failed} | {left_out} "
            f"| {datetime.date.today().isoformat()}, {commit} |\n")
    page.write_text(with_row(page.read_text(), order, name, line))
    print(line, end="")


if __name__ == "__main__":
    main()
