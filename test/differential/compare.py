# SPDX-License-Identifier: BSL-1.0
"""Runs scenarios through both interpreters and compares what they logged."""
import collections
import re
import subprocess

import order
from asyncio_side import Runner

ORDERS = 150  # of timers that meet, before it is said that no legal order explains a log


class Log:
    """In normal form: what has an order keeps it, what has none is sorted."""

    def __init__(self, lines, states):
        self.raw, self.states = lines, states
        self.reordered = 0
        self.normal = self.normalised(lines) + states

    def normalised(self, lines):
        # Bodies act in turn only by chance; each by itself is in order.
        lines = sorted(((t, who, what, self.split(text)) for t, who, what, text in lines),
                       key=lambda line: line[:2])
        for i in range(1, len(lines)):
            # D3: asyncio gives tasks that ended together in no order.
            j = i
            while j and self.swappable(lines[j - 1], lines[j]):
                lines[j - 1], lines[j] = lines[j], lines[j - 1]
                j -= 1
        return [f"{t} {who} {what} {text}" for t, who, what, text in lines]

    @staticmethod
    def swappable(a, b):
        return (a[:3] == b[:3] and a[2].endswith(":completed")
                and all(x[3].startswith("step") for x in (a, b)) and b[3] < a[3])

    # D3: asyncio's done and pending are sets.
    def split(self, text):
        match = re.fullmatch(r"(.*)done(.*) pending(.*)", text)
        if not match:
            return text
        head, *both = match.groups()
        done, pending = (" ".join(sorted(names.split())) for names in both)
        if both != [f" {done}" if done else "", f" {pending}" if pending else ""]:
            self.reordered += 1
        return f"{head}done {done} pending {pending}"


class AsioSide:
    def __init__(self, program):
        self.program = program

    def run(self, scripts):
        """The log of each."""
        text = "".join(s.text() for s in scripts)
        try:
            out = subprocess.run([self.program], input=text, capture_output=True, text=True,
                                 timeout=250)
        except subprocess.TimeoutExpired as e:
            raise Crash(str(e)) from None
        if out.returncode != 0 or not out.stdout.endswith("done\n"):
            raise Crash(f"{self.program}: exit code {out.returncode}\n{out.stderr}")
        return list(self.logs(out.stdout))

    @staticmethod
    def logs(text):
        lines, states = [], []
        for line in text.splitlines():
            if line == "end":
                yield Log(lines, states)
                lines, states = [], []
            elif line.startswith("state "):
                states.append(line)
            elif not line.startswith("scenario ") and line != "done":
                time, who, what, rest = line.split(" ", 3)
                lines.append((int(time), who, what, rest))


class Crash(Exception):
    pass


class Comparison:
    def __init__(self, program):
        self.asio, self.asyncio = AsioSide(program), Runner()
        self.counts, self.rules = collections.Counter(), collections.Counter()

    def explain(self, script, ours):
        """None when asyncio, with our decisions, gives the same log, else the two logs."""
        lines, states, ties, used = self.asyncio.run(script)
        theirs, incomparable = Log(lines, states), self.asyncio.incomparable
        if theirs.normal == ours.normal:
            self.count_equal(script, ours, used)
            return None
        for jitter in range(ORDERS if ties else 0):
            lines, states, _, used = self.asyncio.run(script, True, jitter)
            if Log(lines, states).normal == ours.normal:
                self.counts["in one of the orders that are legal at a tie"] += 1
                self.rules.update(+used)
                return None
            incomparable = incomparable or self.asyncio.incomparable
        if incomparable:
            self.counts[f"not comparable: {incomparable}"] += 1
            return None
        self.counts["different"] += 1
        return theirs, ours

    def count_equal(self, script, ours, used):
        lines, states, *_ = self.asyncio.run(script, False) if +used else (None, None)
        if lines is None or Log(lines, states).normal == ours.normal:
            self.counts["equal to asyncio as it is"] += 1
        else:
            self.counts["equal with a decision or a newer Python"] += 1
            self.rules.update(+used)

    def asyncio_log(self, script):
        lines, states, *_ = self.asyncio.run(script)
        return Log(lines, states)

    def differs(self, script, ours):
        return bool(self.explain(script, ours) or order.problems(script, ours.raw))

    def run(self, scripts):
        """The scenarios that differ, with both logs."""
        different = []
        try:
            logs = self.asio.run(scripts)
        except Crash:
            for script in scripts:
                try:
                    self.asio.run([script])
                except Crash as e:
                    raise Crash(f"{e}\n{script.text()}") from None
            raise
        for script, ours in zip(scripts, logs, strict=True):
            found = self.explain(script, ours)
            self.rules["D3"] += bool(ours.reordered)
            if wrong := order.problems(script, ours.raw):
                self.counts["out of order"] += 1
                ours.normal += wrong
                found = found or (self.asyncio_log(script), ours)
            if found:
                different.append((script, *found))
        return different
