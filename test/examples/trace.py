# SPDX-License-Identifier: BSL-1.0
"""trace.py PROGRAM TIMELINE: the timeline that ASIO_WAIT_TRACE asks for is whole, and can be drawn."""
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile

TASKS = {"fast": "succeeded", "slow": "cancelled"}


def main():
    program, timeline = sys.argv[1:]
    with tempfile.TemporaryDirectory() as directory:
        trace = pathlib.Path(directory) / "trace.json"
        subprocess.run([program], check=True, stdout=subprocess.DEVNULL, timeout=25,
                       env={**os.environ, "ASIO_WAIT_TRACE": str(trace)})
        events = json.loads(trace.read_text())["traceEvents"]
        drawn = subprocess.run([sys.executable, "-B", timeline, str(trace)], check=True, text=True,
                               stdout=subprocess.PIPE, timeout=25).stdout
    phases = collections.Counter(e["ph"] for e in events)
    ends = {e["name"]: e["args"]["how"] for e in events if e["ph"] == "e" and "args" in e}
    problems = [f"{name} should have {how}: {ends.get(name)}" for name, how in TASKS.items()
                if ends.get(name) != how]
    problems += [f"{name} is not drawn" for name in TASKS if f'"{name}"' not in drawn]
    if phases["b"] != phases["e"] or phases["B"] != phases["E"] or not phases["n"]:
        problems.append(f"something has no end, or there is no cancel: {phases}")
    if "failed" not in ends.values():
        problems.append(f"no task has failed: {ends}")
    if "#d9d9d9" in drawn:
        problems.append("a task is drawn as one that runs on")
    if drawn.count("rectangle") != phases["e"] + phases["E"]:
        problems.append(f"{drawn.count('rectangle')} bars for {phases}")
    print("\n".join(problems))
    return 1 if problems else 0


sys.exit(main())
