#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""The figures of doc/09_benchmarks.md are those of benchmark/results: each table stands below a line

    <!-- FILE; SECTION | ...; COLUMN | ...; COLUMN = VALUE or VALUE; ... -->

that says which part of which table of FILE it is: whole rows of one section, those with the values
named; or of several sections the one row each, with the section's name before it. In the text every
number with a point or a comma in it must stand somewhere in the results.

usage: check_quotes.py [source directory] [--write: puts the tables there]
"""
import re
import sys
from pathlib import Path

QUOTE = re.compile(r"^<!-- ([\w.+-]+\.md); (.+?); (.+?)(?:; (.+?))? -->\n\n((?:\|[^\n]*\n)*)",
                   re.MULTILINE)
NUMBER = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)+(?![\w.,]*\d)")


def cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def tables(text):
    """{section: [{column: value}]}; a section goes on to the next heading."""
    found = {}
    for section, body in re.findall(r"^### ([^\n]*)\n(.*?)(?=^### |\Z)", text,
                                    re.DOTALL | re.MULTILINE):
        lines = [line for line in body.splitlines() if line.startswith("|")]
        found[section] = [dict(zip(cells(lines[0]), cells(line))) for line in lines[2:]]
    return found


def section_of(found, name):
    matching = [rows for section, rows in found.items() if name in (section, section.split(":")[0])]
    if len(matching) != 1:
        raise ValueError(f"{len(matching)} sections are called '{name}'")
    return matching[0]


def quoted(results, file, sections, columns, conditions):
    found = tables((results / file).read_text())
    names, shown = sections.split(" | "), columns.split(" | ")
    wanted = dict(condition.split(" = ") for condition in conditions.split("; ")) if conditions else {}
    lines = []
    for name in names:
        rows = [row for row in section_of(found, name)
                if all(row[column] in values.split(" or ") for column, values in wanted.items())]
        lines += [([name] if len(names) > 1 else []) + [row[column] for column in shown]
                  for row in rows]
    head = (["workload"] if len(names) > 1 else []) + shown
    rule = "|" + "---|" * len(head) + "\n"
    shown_lines = ["| " + " | ".join(line) + " |\n" for line in [head, *lines]]
    return "".join([shown_lines[0], rule, *shown_lines[1:]])


def check_text(text, results):
    known = set()
    for path in results.glob("*.md"):
        known |= set(NUMBER.findall(path.read_text()))
    prose = re.sub(r"^\|.*$|<!--.*?-->|\]\([^)]*\)", "", text, flags=re.MULTILINE)
    prose = re.sub(r"(?:Boost|g\+\+|Debian|valgrind|Tokio|Go|Python)\s[\d.]+", "", prose)
    return sorted(set(NUMBER.findall(prose)) - known)


def main():
    arguments = [a for a in sys.argv[1:] if a != "--write"]
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parents[2]
    page, results = root / "doc" / "09_benchmarks.md", root / "benchmark" / "results"
    text = page.read_text()
    problems, count = [], 0

    def renew(match):
        nonlocal count
        count += 1
        try:
            table = quoted(results, *match.groups()[:4])
        except (ValueError, KeyError, OSError) as e:
            problems.append(f"{match.group(0).splitlines()[0]}: {e!r}")
            return match.group(0)
        if table != match.group(5) and "--write" not in sys.argv:
            problems.append(f"below {match.group(0).splitlines()[0]} should stand\n{table}")
        return match.group(0)[:match.start(5) - match.start(0)] + table

    new = QUOTE.sub(renew, text)
    if "--write" in sys.argv:
        page.write_text(new)
    problems += [f"{number} is nowhere in the results" for number in check_text(new, results)]
    figures = [line for line in QUOTE.sub("", new).splitlines() if re.match(r"\|.*\d[.,]\d", line)]
    problems += [f"this line of a table does not say where it is from: {line}" for line in figures]
    for problem in problems:
        print(problem)
    print(f"{count} tables, {len(problems)} problems")
    return 1 if problems or not count else 0


if __name__ == "__main__":
    sys.exit(main())
