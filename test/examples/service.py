# SPDX-License-Identifier: BSL-1.0
"""service.py PROGRAM [--no-memory]: thousands of jobs a second; counts agree, memory is flat.

ASIO_WAIT_SERVICE_SECONDS in the environment says for how long, 5 without it.
"""
import os
import re
import signal
import subprocess
import sys
import time

from nginx import die_with_parent

RATE = 10_000
LIMIT = 60  # seconds for anything that takes milliseconds
MOST_GROWTH = 1024  # KiB; a hundred bytes a job would be 5 times as much in 5 seconds
LINE = re.compile(r"(\d+) arrived: (\d+) ok, (\d+) failed, (\d+) late, (\d+) cancelled, (\d+) "
                  r"(running|stuck)\n")


class Service:
    def __init__(self, program):
        self.process = subprocess.Popen([program, str(RATE)], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True,
                                        preexec_fn=die_with_parent)
        check(self.line() == "ready\n", "it did not start")

    def line(self):
        return self.process.stdout.readline()

    def memory(self):
        """KiB, at this moment."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return int(re.search(r"VmRSS:\s+(\d+) kB", status.read())[1])

    def status(self):
        """The totals, and the dump of the tasks."""
        self.process.send_signal(signal.SIGUSR1)
        counts = numbers(self.line())
        text = ""
        while not text.endswith("end of the tasks\n"):
            line = self.line()
            check(line, f"it ended after\n{text}")
            text += line
        return counts, text

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return *self.process.communicate(timeout=LIMIT), self.process.returncode


def check(condition, message):
    if not condition:
        raise AssertionError(message)


def numbers(line):
    """arrived, the four ends, and how many have not ended."""
    found = LINE.fullmatch(line.removeprefix("stopped, "))
    check(found, f"no status line: {line!r}")
    return [int(n) for n in found.groups()[:6]]


def main():
    service = Service(sys.argv[1])
    seconds = float(os.environ.get("ASIO_WAIT_SERVICE_SECONDS", "5"))
    time.sleep(1)  # here time is what is tested: until all kinds of jobs have been and gone
    first, text = service.status()
    for name in ("arrivals", "counting", "job"):
        check(re.search(rf"^\d+ +{name} ", text, re.M), f"{name} is missing in\n{text}")
    begin, samples = time.monotonic(), [service.memory()]
    while time.monotonic() < begin + seconds:
        time.sleep(seconds / 10)
        samples.append(service.memory())
    last, _ = service.status()
    check(all(b > a for a, b in zip(first[:5], last[:5])), f"no progress: {first}, {last}")
    out, err, code = service.stop()
    arrived, *ends, stuck = numbers(out)
    print(f"{arrived} jobs, memory in KiB: {samples}")
    check((code, err, stuck) == (0, "", 0), f"ended with {code}, {stuck} stuck, {err!r}")
    check(sum(ends) == arrived and min(ends) > 0, f"{ends} do not add up to {arrived}")
    growth = max(samples[-3:]) - samples[0]
    check("--no-memory" in sys.argv or growth <= MOST_GROWTH, f"it has grown by {growth} KiB")


main()
