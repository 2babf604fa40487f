# SPDX-License-Identifier: BSL-1.0
"""timeline.py TRACE: writes the gnuplot script that draws the tasks of a Chrome Trace file, a row for
each, as Perfetto shows them: when it was spawned and how it ended, what it waited for, when its
coroutine ran, and when it was asked to end."""
import json
import sys

OUTCOMES = {"succeeded": "#9fd39f", "failed": "#eb9a94", "cancelled": "#f3cf8b"}
WAIT, RUN, CANCEL, RUNNING_ON = "#6f9bd1", "#222222", "#c00000", "#d9d9d9"


class Timeline:
    def __init__(self, events):
        self.rows, self.names = [], {}  # ids; 0 is whoever is no watched task
        self.tasks, self.waits, self.runs, self.cancels = [], [], [], []
        self.end = max(e["ts"] for e in events) / 1000
        open_tasks, open_waits, open_runs = {}, {}, {}
        for e in events:
            at = e["ts"] / 1000
            if e["cat"] == "run":
                self.add_run(e, at, open_runs)
            elif e["ph"] == "n":
                self.cancels.append((self.row(e["id"]), at))
            elif e["ph"] == "b" and "args" in e:
                self.names[e["id"]] = e["name"]
                open_tasks[e["id"]] = at
                self.row(e["id"])
            elif e["ph"] == "b":
                open_waits.setdefault((e["id"], e["name"]), []).append(at)
                self.row(e["id"])
            elif "args" in e:
                self.tasks.append((self.row(e["id"]), open_tasks.pop(e["id"]), at,
                                   OUTCOMES[e["args"]["how"]]))
            else:
                begin = open_waits[e["id"], e["name"]].pop()
                self.waits.append((self.row(e["id"]), begin, at, e["name"]))
        self.rows.sort()
        self.tasks += [(self.row(i), at, self.end, RUNNING_ON) for i, at in open_tasks.items()]

    def row(self, task):
        """A task that is seen has a row."""
        if task not in self.rows:
            self.rows.append(task)
        return task

    def add_run(self, e, at, open_runs):
        """Runs say the task's name only; of several tasks with one name the last is meant."""
        if e["ph"] == "B":
            open_runs.setdefault(e["tid"], []).append(at)
        elif e["ph"] == "E":
            begin = open_runs[e["tid"]].pop()
            ids = [i for i, name in self.names.items() if name == e["name"]]
            if ids:
                self.runs.append((self.row(ids[-1]), begin, at))

    def label(self, task):
        return self.names.get(task, "(no task)")


class Script:
    """Rows go down from 0; a bar takes a part of its row."""

    def __init__(self, timeline):
        self.t, self.count, self.lines = timeline, 0, []
        self.width = timeline.end * 1.02

    def bar(self, row, begin, end, top, bottom, colour, least=0.0):
        self.count += 1
        end = max(end, begin + least)
        self.lines.append(f"set object {self.count} rectangle from {begin:.4f},{-row - bottom:.2f} "
                          f'to {end:.4f},{-row - top:.2f} fc rgb "{colour}" fs solid noborder')

    def text(self, x, row, words, how):
        self.lines.append(f'set label "{words}" at {x:.4f},{-row:.2f} {how} noenhanced')

    def write(self, out):
        t, rows = self.t, len(self.t.rows)
        at_row = {task: row for row, task in enumerate(t.rows)}
        for task, begin, end, colour in t.tasks:
            self.bar(at_row[task], begin, end, 0.1, 0.9, colour)
        for task, begin, end, name in t.waits:
            row = at_row[task]
            self.bar(row, begin, end - self.width / 700, 0.46, 0.86, WAIT)
            if end - begin > self.width * 0.011 * len(name):
                self.text(begin, row + 0.66, name,
                          'left offset 0.4,0 font ",9" tc rgb "white" front')
        for task, begin, end in t.runs:
            self.bar(at_row[task], begin, end, 0.1, 0.42, RUN, self.width / 500)
        for task, at in t.cancels:
            self.text(at, at_row[task] + 0.26, "x", f'center font ",13" tc rgb "{CANCEL}" front')
        ticks = ", ".join(f'"{t.label(task)}" {-row - 0.5}' for task, row in at_row.items())
        key = [*OUTCOMES.items(), ("waits", WAIT), ("runs", RUN)]
        keys = ", ".join(f'keyentry with boxes fs solid fc rgb "{colour}" title "{title}"'
                         for title, colour in key)
        if t.cancels:
            keys += (f', keyentry with points pt 2 lw 2 lc rgb "{CANCEL}" '
                     'title "is cancelled"')
        out.write(f"""set terminal svg size 1000,{90 + 32 * rows} font "Helvetica,12" background "white"
set xrange [0:{self.width:.4f}]
set yrange [{-rows}:0]
set ytics ({ticks}) noenhanced scale 0
set xlabel "milliseconds since the start"
set xtics nomirror
set border 1
set grid xtics lc rgb "#e0e0e0"
set key above horizontal samplen 1.5
""")
        out.write("\n".join(self.lines) + f"\nplot NaN notitle, {keys}\n")


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        events = json.load(file)["traceEvents"]
    Script(Timeline([e for e in events if e["ph"] in "beBEn"])).write(sys.stdout)


main()
