# SPDX-License-Identifier: BSL-1.0
"""check_transcript.py EXPECTED PROGRAM [ARGUMENTS...]

Runs the program and compares what it prints with the expected text. A port is compared as PORT, a
time such as "1.2 s" must not be earlier than the expected one: a busy machine may only be late.
"""
import difflib
import re
import subprocess
import sys

PORT = re.compile(r"(127\.0\.0\.\d|\[::1\]):\d+")
TIME = re.compile(r"^ *(\d+\.\d) s ")


def without_times(text):
    return [TIME.sub("TIME ", PORT.sub(r"\1:PORT", line)) for line in text.splitlines()]


def times(text):
    return [float(m.group(1)) for m in map(TIME.match, text.splitlines()) if m]


def check(expected, command):
    """Runs the command; the exit code that tells whether all was as expected."""
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                         timeout=50)
    problems = list(difflib.unified_diff(without_times(expected), without_times(run.stdout),
                                         "expected", "printed", lineterm=""))
    printed = times(run.stdout)
    if printed != sorted(printed):
        problems.append(f"the times go back: {printed}")
    for wanted, got in zip(times(expected), printed):
        if got < wanted:
            problems.append(f"{got} s is earlier than the expected {wanted} s")
    if run.returncode != 0:
        problems.append(f"exit code {run.returncode}")
    if run.stderr:
        problems.append(f"on stderr: {run.stderr}")
    if problems:
        print("\n".join(problems), "\nThe whole output:", run.stdout, sep="\n")
    return 1 if problems else 0


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        return check(file.read(), sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
