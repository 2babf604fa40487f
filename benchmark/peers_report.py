# SPDX-License-Identifier: BSL-1.0
"""The tables and the plots of a run of peers.py. Nothing here but arithmetic on figures."""
import pathlib
import shutil
import statistics

import report

OURS = "asio_wait"
WORKLOADS = {
    "drain": "spawn n tasks of one turn; wait for at least one and take what is done, till the end",
    "staircase": "n parked tasks: release one, wait for it; again, until all are done",
    "usual_loop": "done, pending = wait(pending, first completed) over tasks of i mod 16 turns",
    "timed_wait_0": "one wait with timeout 0 over n sleeping tasks",
    "timed_wait_1ms": "one wait with timeout 1 ms over n sleeping tasks",
    "as_completed": "spawn n tasks of one turn, take them one by one as they are done",
    "cancel_storm": "cancel n sleeping tasks and wait for all",
}
GROWTH_FROM = 100


def unit(workload):
    return "ns CPU per wait" if workload.startswith("timed_wait") else "ns CPU per task"


def medians(found, workload):
    """{peer: {n: median of the rounds}}, with the peers in the order they were run in."""
    rows = found["time"].get(workload, {})
    return {peer: {int(n): statistics.median(v) for n, v in rows[peer].items()}
            for peer in found["context"]["versions"] if peer in rows}


def growth(by_n):
    """From n = 100 to the largest n there is."""
    last = max(by_n)
    if last <= GROWTH_FROM or GROWTH_FROM not in by_n:
        return "-"
    return f"x{by_n[last] / by_n[GROWTH_FROM]:.1f} at {last:,}"


def table(workload, rows):
    out = ["", f"### {workload}: {unit(workload)}", "", WORKLOADS[workload] + ".", ""]
    others = [peer for peer in rows if peer != OURS] if OURS in rows else []
    out += report.header("n", *rows, *(f"{OURS} / {peer}" for peer in others))
    for n in sorted({n for by_n in rows.values() for n in by_n}):
        values = [report.number(by_n[n]) if n in by_n else "-" for by_n in rows.values()]
        ratios = [f"{rows[OURS][n] / rows[peer][n]:.3g}"
                  if n in rows[OURS] and n in rows[peer] else "-" for peer in others]
        out.append(report.line(f"{n:,}", *values, *ratios))
    grown = [growth(by_n) for by_n in rows.values()]
    if set(grown) != {"-"}:
        out.append(report.line(f"growth from {GROWTH_FROM}", *grown, *("" for _ in others)))
    return out


def markdown(found):
    about = found["context"]
    out = [", ".join(f"{k} {about[k]}" for k in ("cpu", "cores", "kernel", "commit", "date", "load",
                                                 "rounds", "repetitions")), ""]
    out += [f"* {peer}: {version}" for peer, version in about["versions"].items()]
    out += [f"* left out: {peer} ({why})" for peer, why in about["left_out"].items()]
    out += ["", "Medians. -: not run (asyncio's staircase is quadratic)."]
    for workload in WORKLOADS:
        if rows := medians(found, workload):
            out += table(workload, rows)
    return "\n".join(out)


def plots(found, stem):
    """One log-log picture a workload: <stem>-<workload>.svg."""
    if not shutil.which("gnuplot"):
        return
    for workload in WORKLOADS:
        series = [(peer, sorted(by_n.items())) for peer, by_n in medians(found, workload).items()]
        if series:
            report.draw(pathlib.Path(f"{stem}-{workload}.svg"), workload.replace("_", " "),
                        unit(workload), series)
