# SPDX-License-Identifier: BSL-1.0
"""What the tests of the fetch example share."""
import os
import re
import subprocess

LIMIT = 40  # seconds for one run of fetch: far above what any takes, below the test's own limit

LINE = re.compile(r"^ *\d+\.\d s  (ok, late|ok|failed|pending|cancelled) *(\S+?)(?:: (.*))?$")
SUMMARY = re.compile(r"^\d+ fetched, \d+ failed, \d+ pending at the deadline$")


def environment():
    # A name server that does not answer must not stretch the test.
    return dict(os.environ, RES_OPTIONS="timeout:1 attempts:1")


def start(program, *arguments):
    return subprocess.Popen([program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            text=True, env=environment())


class Result:
    """The lines (what, address, text) in the order printed, the summary and the exit code."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err
        *lines, self.summary = out.splitlines() or [""]
        self.lines = []
        for line in lines:
            found = LINE.match(line)
            if not found:
                raise AssertionError(f"not understood: {line!r} in\n{self}")
            self.lines.append(found.groups())

    def of(self, address):
        """What was printed about one address: a list of (what, text)."""
        return [(what, text) for what, about, text in self.lines if about == address]

    def __str__(self):
        return f"exit code {self.code}\nstdout:\n{self.out}\nstderr:\n{self.err}"


def finish(process, printed=""):
    try:
        out, err = process.communicate(timeout=LIMIT)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        raise AssertionError(f"fetch did not end within {LIMIT} s:\n{printed}{out}\n{err}")
    return Result(process.returncode, printed + out, err)


def fetch(program, *arguments):
    return finish(start(program, *arguments))


def check(condition, message, result):
    if not condition:
        raise AssertionError(f"{message}\n{result}")
