#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""A misuse does not compile, and the user reads why: the second line of each case, `// expect: ...`,
is the sentence (a regular expression) the compiler has to print.

usage: check_compile_fail.py [--mistake-only] <case.cpp> <compiler and flags ...>

Each case is compiled twice: as it is, which must fail with the sentence, and with
ASIO_WAIT_NO_MISTAKE defined, which must succeed, so that it fails for its mistake and nothing else.
--mistake-only leaves the second out, for another compiler.
"""
import re
import subprocess
import sys
from pathlib import Path


def compile_case(case, command, *flags):
    return subprocess.run([*command, *flags, "-fsyntax-only", str(case)], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def main():
    mistake_only = sys.argv[1] == "--mistake-only"
    case, *command = sys.argv[2 if mistake_only else 1:]
    case = Path(case)
    match = re.match(r"// SPDX[^\n]*\n// expect: ([^\n]+)\n", case.read_text())
    if not match:
        sys.exit(f"{case.name}: the second line is not `// expect: <sentence>`")
    if not mistake_only:
        correct = compile_case(case, command, "-DASIO_WAIT_NO_MISTAKE")
        if correct.returncode != 0:
            sys.exit(f"{case.name}: does not compile without its mistake either\n{correct.stdout}")
    mistaken = compile_case(case, command)
    if mistaken.returncode == 0:
        sys.exit(f"{case.name}: compiles, although it must not")
    # A long sentence is printed in one line by all compilers; the source echo is not looked at.
    errors = [line for line in mistaken.stdout.splitlines() if re.search(r"error:|Werror", line)]
    if not any(re.search(match.group(1), line) for line in errors):
        sys.exit(f"{case.name}: fails, but does not say `{match.group(1)}`\n{mistaken.stdout}")
    print(f"{case.name}: says `{match.group(1)}`")


if __name__ == "__main__":
    main()
