# SPDX-License-Identifier: BSL-1.0
"""stuck.py PROGRAM TEXT PAGE: a hanging service says at a signal why, and the page shows the text."""
import json
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

from nginx import die_with_parent

LIMIT = 20  # seconds for anything that takes milliseconds


def plain(text):
    """Without what differs from run to run: ages and the directory of the sources, hence columns."""
    text = re.sub(r"\d+\.\d{3} s", "<age>", text)
    text = re.sub(r"\S*/(\w+\.cpp:\d+)", r"\1", text)
    return re.sub(r" {2,}(?=\S)", "  ", text)


def tree_only(text):
    return text[text.index("who waits for whom"):]


def main():
    program, wanted = sys.argv[1], pathlib.Path(sys.argv[2]).read_text()
    if wanted not in pathlib.Path(sys.argv[3]).read_text():
        sys.exit(f"{sys.argv[3]} does not show {sys.argv[2]}")
    with tempfile.TemporaryDirectory() as directory:
        trace = pathlib.Path(directory) / "trace.json"
        process = subprocess.Popen([program, str(trace)], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, preexec_fn=die_with_parent)
        if process.stdout.readline() != "ready\n":
            sys.exit("it did not start")
        for _ in range(2):  # it may be asked again
            process.send_signal(signal.SIGUSR1)
            got = ""
            while "DEADLOCK" not in got:
                line = process.stdout.readline()
                if not line:
                    sys.exit(f"it ended after\n{got}")
                got += line
            if plain(got) != plain(wanted) or len(tree_only(got)) != len(tree_only(wanted)):
                sys.exit(f"got\n{got}\nexpected\n{wanted}")
        process.send_signal(signal.SIGUSR2)
        graph = ""
        while not graph.endswith("}\n"):
            line = process.stdout.readline()
            if not line:
                sys.exit(f"it ended after\n{graph}")
            graph += line
        if not graph.startswith("digraph tasks {") or graph.count("color=red") != 3:
            sys.exit(f"no graph with a circle of three:\n{graph}")
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=LIMIT)
        if (process.returncode, out, err) != (0, "", ""):
            sys.exit(f"ended with {process.returncode}, {out!r}, {err!r}")
        events = json.loads(trace.read_text())["traceEvents"]
        begun = {(e["name"], e["id"]) for e in events if e["ph"] == "b"}
        if not {name for name, _ in begun} >= {"shop", "orders", "stock", "delivery", "gather"}:
            sys.exit(f"the timeline has only {begun}")


main()
