# SPDX-License-Identifier: BSL-1.0
"""The table and the plots of a run. Nothing here but arithmetic on measured figures."""
import pathlib
import shutil
import subprocess

OURS = "wait_for_tasks"
LETTERS = {"countdown": "a", "countdown_signal": "b", "countdown_signal_kept": "b'",
           "parallel_group": "c", "channel": "d", OURS: "w"}
METRICS = ("instructions", "time", "heap")
UNITS = {"instructions": "instructions", "time": "ns CPU", "heap": "heap calls"}


class Figures:
    def __init__(self, found):
        self.found = found

    def get(self, metric, workload, row, executor, n):
        value = self.found.get(metric, {}).get(f"{workload}/{row}/{executor}", {}).get(str(n))
        if value is None:
            return None
        if metric == "time":
            return value["median"]
        return sum(value) / len(value) if metric == "instructions" else value[0]

    def sizes(self):
        sizes = {int(n) for m in METRICS for rows in self.found.get(m, {}).values() for n in rows}
        return sorted(sizes)

    def executors(self):
        names = {key.split("/")[2] for m in METRICS for key in self.found.get(m, {})}
        return sorted(names)


def number(value):
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 0.05 else f"{value:.3f}"


def ratio(value, of):
    return None if value is None or not of else value / of


def verdict(checks):
    """`checks`: (text, ratio, limit). Met only if every one is."""
    known = [(text, r, limit) for text, r, limit in checks if r is not None]
    if not known:
        return ""
    missed = [text for text, r, limit in known if r > limit]
    return "missed: " + ", ".join(missed) if missed else "met"


def line(*fields):
    return "| " + " | ".join(fields) + " |"


def header(*fields):
    return [line(*fields), "|" + "---|" * len(fields)]


def all_completed(f):
    out = ["### Spawn n tasks of one turn, wait for all: per task", "",
           "a: co_spawn and a countdown; b: with a cancellation_signal each; b': the signals kept from "
           "round to round; c: make_parallel_group; d: channel; w: create_task and wait_for_tasks.",
           "Targets, any_io_executor, instructions and time: n >= 100: w <= 1.15 x the cheaper of b and b', "
           "w <= 0.85 x c; n = 1: w <= 1.2 x c.", ""]
    out += header("executor", "per task", "n", *LETTERS.values(), "w/a", "w/b", "w/b'", "w/c", "target")
    for executor in f.executors():
        for metric in METRICS:
            for n in f.sizes():
                v = {l: f.get(metric, "all", row, executor, n) for row, l in LETTERS.items()}
                w = v["w"]
                if w is None:
                    continue
                r = {l: ratio(w, v[l]) for l in ("a", "b", "b'", "c")}
                worse = max((x for x in (r["b"], r["b'"]) if x is not None), default=None)
                judged = ""
                if executor == "any_io" and metric != "heap" and n >= 100:
                    judged = verdict([("b", worse, 1.15), ("c", r["c"], 0.85)])
                    judged += " (stretch met)" if r["a"] is not None and r["a"] < 1 else ""
                elif executor == "any_io" and metric != "heap" and n == 1:
                    judged = verdict([("c", r["c"], 1.2)])
                out.append(line(executor, UNITS[metric], f"{n:,}", *map(number, v.values()),
                                *("" if x is None else f"{x:.2f}" for x in r.values()), judged))
    return out


def limited(f):
    out = ["", "### One wait over n pending tasks with a limit of 1 ns: per pending task", "",
           "Against one asio::post for each. Targets, any_io_executor: n >= 100: <= 0.25 x in instructions "
           "and time; heap calls a wait, two result vectors among them, the same for every n > 1.", ""]
    out += header("executor", "per pending task", "n", "post each", "wait", "wait, handles moved",
                  "wait/post", "target")
    for executor in f.executors():
        calls = {}
        for metric in METRICS:
            for n in f.sizes():
                post, wait, moved = (f.get(metric, "limit", row, executor, n)
                                     for row in ("post_each", "wait_1ns", "wait_1ns_moved"))
                if wait is None:
                    continue
                if metric == "heap":
                    calls[n] = round(wait * n, 1)
                    continue
                r = ratio(wait, post)
                judged = verdict([("0.25", r, 0.25)]) if executor == "any_io" and n >= 100 else ""
                out.append(line(executor, UNITS[metric], f"{n:,}", number(post), number(wait),
                                number(moved), "" if r is None else f"{r:.2f}", judged))
        if calls:
            same = len({v for n, v in calls.items() if n > 1}) == 1
            out.append(line(executor, "heap calls a wait", ", ".join(f"{n:,}" for n in calls), "",
                            ", ".join(map(str, calls.values())), "", "", "met" if same else "missed"))
    return out


def polled(f):
    out = ["", "### Polling (limit 0) against one turn through the loop: per wait", ""]
    out += header("executor", "per wait", "tasks", "one post", "poll", "poll/post")
    for executor in f.executors():
        for metric in METRICS:
            post = f.get(metric, "poll", "single_post", executor, 1)
            for n in f.sizes():
                wait = f.get(metric, "poll", "wait_0", executor, n)
                if wait is None or n > 100:
                    continue
                r = ratio(wait * n, post)
                out.append(line(executor, UNITS[metric], f"{n:,}", number(post), number(wait * n),
                                "" if r is None else f"{r:.2f}"))
    return out


def memory(f):
    found = f.found.get("memory", {})
    if not found:
        return []
    out = ["", "### Resident bytes per pending task", "", "Target, any_io_executor: w <= c.", ""]
    rows = ("countdown", "countdown_signal", "parallel_group", OURS)
    out += header("executor", "n", *(LETTERS[r] for r in rows), "w/c", "target")
    for executor in sorted({k.split("/")[2] for k in found}):
        by_row = [found[f"memory/{r}/{executor}"] for r in rows]
        n = next(iter(by_row[0]))
        values = [v[n] for v in by_row]
        r = values[3] / values[2]
        out.append(line(executor, f"{int(n):,}", *map(number, values), f"{r:.2f}",
                        verdict([("c", r, 1.0)]) if executor == "any_io" else ""))
    return out


def markdown(found):
    f = Figures(found)
    about = found["context"]
    out = [", ".join(f"{k} {about[k]}" for k in ("boost", "compiler", "flags", "cpu", "cores", "kernel",
                                                 "libc", "valgrind", "commit", "date", "load")
                     if k in about), ""]
    return "\n".join(out + all_completed(f) + limited(f) + polled(f) + memory(f))


def plots(found, stem):
    """One log-log picture a workload and measure: <stem>-<workload>-<metric>.svg."""
    if not shutil.which("gnuplot"):
        return
    f = Figures(found)
    for workload, title, rows in (
            ("all", "spawn n tasks, wait for all", LETTERS),
            ("limit", "one wait over n pending tasks, limit 1 ns",
             {"post_each": "", "wait_1ns": "", "wait_1ns_moved": ""})):
        for metric in ("instructions", "time"):
            series = [(row, [(n, v) for n in f.sizes()
                             if (v := f.get(metric, workload, row, "any_io", n)) is not None])
                      for row in rows]
            series = [(row, points) for row, points in series if points]
            if series:
                draw(pathlib.Path(f"{stem}-{workload}-{metric}.svg"),
                     f"{title} (any_io_executor)", f"{UNITS[metric]} per task", series)


def draw(path, title, unit, series):
    data = "".join("$d%d << EOD\n%sEOD\n" % (i, "".join(f"{n} {v}\n" for n, v in points))
                   for i, (_, points) in enumerate(series))
    plot = ", ".join(f"$d{i} using 1:2 with linespoints linewidth 2 title '{row}' noenhanced"
                     for i, (row, _) in enumerate(series))
    script = (f"set terminal svg size 720,440 background 'white'\nset output '{path}'\n"
              f"set logscale xy\nset grid\nset key outside right\nset title '{title}' noenhanced\n"
              f"set xlabel 'n'\nset ylabel '{unit}'\n{data}plot {plot}\n")
    subprocess.run(["gnuplot"], input=script, text=True, check=True)
