# SPDX-License-Identifier: BSL-1.0
"""check_two_columns.py PAGE PYTHON_PROGRAM CPP_SOURCE CPP_PROGRAM

The page's Python and C++ blocks stand in pairs: the marked part of one name from each program, then,
where that part prints, a text block with what both programs print. Each part is shown once, and the
programs print the same, part by part.
"""
import re
import subprocess
import sys
import textwrap

PART = r"^( *){0} \[(\w+)\]\n(.*?)^ *{0} \[\2\]$"


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def marked_parts(path, marker):
    """Name and text of each; names alone of those inside a function."""
    found = re.findall(PART.format(marker), read(path), re.DOTALL | re.MULTILINE)
    return ([(name, textwrap.dedent(text)) for _, name, text in found],
            [name for indent, name, _ in found if indent])


def printed(command, problems):
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=25)
    if run.returncode != 0 or run.stderr:
        problems.append(f"{command}: exit code {run.returncode}, on stderr:\n{run.stderr}")
    return run.stdout


def sections(output):
    """What was printed after each line [name]."""
    found = re.split(r"^\[(\w+)\]\n", output, flags=re.MULTILINE)
    return dict(zip(found[1::2], found[2::2]))


def expected_blocks(left, right, outputs):
    blocks = []
    for (name, python), (_, cpp) in zip(left, right):
        blocks += [("python", python), ("cpp", cpp)]
        if name in outputs:
            blocks.append(("text", outputs[name]))
    return blocks


def compare(what, left, right, problems):
    for a, b in zip(left + [None] * len(right), right + [None] * len(left)):
        if a != b:
            problems.append(f"{what}\n  {a}\n  {b}")
            return


def main():
    page, python, source, program = sys.argv[1:]
    problems = []
    left, inside = marked_parts(python, "#")
    right, _ = marked_parts(source, "//!")
    outputs = [printed([sys.executable, "-B", python], problems), printed([program], problems)]
    by_part = sections(outputs[0])

    compare("the programs print different lines:", *(o.splitlines() for o in outputs), problems)
    compare("the programs have different parts:", [n for n, _ in left], [n for n, _ in right], problems)
    shown = re.findall(r"^```(\w+)\n(.*?)^```$", read(page), re.DOTALL | re.MULTILINE)
    compare("the page shows first, the programs have second:", shown,
            expected_blocks(left, right, by_part), problems)
    # What stands outside of every function is a definition and need not print.
    problems += [f"[{name}] prints nothing" for name in inside if not by_part.get(name)]
    problems += [f"[{name}] is printed, but no part" for name in by_part if name not in dict(left)]
    if not left:
        problems.append("no marked part found")
    print("\n".join(problems))
    return 1 if problems else 0


sys.exit(main())
