#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""The same workloads elsewhere: Python's asyncio, Tokio's JoinSet and Go, next to ours if wished.

    benchmark/peers.py                the peers alone, some minutes on one core
    benchmark/peers.py --ours         our rows among them (builds the preset bench)
    benchmark/peers.py --quick        seconds: n = 1 and 1,000, one round
    benchmark/peers.py --report FILE  the table and the plots of an earlier run

A peer that is not installed is left out, and the table says so. See README.md for the method.
"""
import argparse
import datetime
import json
import os
import pathlib
import platform
import re
import statistics
import sys

import peers_programs
import peers_report
import run

WORKLOADS = list(peers_report.WORKLOADS)


def measure(args, present):
    """Every round runs each cell once in a process of its own, the peers by turns."""
    medians = {}
    for turn in range(args.rounds):
        for workload in args.workloads:
            for n in args.n:
                repetitions = 1 if n >= 100000 else args.repetitions
                for peer in present:
                    found = peer.figures(workload, n, repetitions)
                    if found:
                        print(turn + 1, workload, n, peer.name, *found, file=sys.stderr)
                        medians.setdefault(workload, {}).setdefault(peer.name, {}).setdefault(
                            str(n), []).append(statistics.median(found))
    return medians


def note_failures(args, present, found):
    context = found["context"]
    for peer in present:
        missing = [w for w in args.workloads if peer.name not in found["time"].get(w, {})]
        if missing == args.workloads:
            del context["versions"][peer.name]
            context["left_out"][peer.name] = "none of its workloads ran"
        elif missing:
            context["left_out"][f"{peer.name} in part"] = f"no figure for {', '.join(missing)}"


def machine():
    cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return {"cpu": cpu[1] if cpu else platform.processor(), "cores": os.cpu_count(),
            "kernel": platform.release(),
            "commit": run.output("git", "-C", run.root, "describe", "--always", "--dirty"),
            "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
            "load": round(os.getloadavg()[0], 2)}


def machine_name():
    try:
        system = platform.freedesktop_os_release()
    except (AttributeError, OSError):
        return f"{platform.system().lower()}-{platform.machine()}"
    return f"{system['ID']}{system.get('VERSION_ID', '')}-{platform.machine()}"


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--ours", action="store_true", help="our rows as well")
    p.add_argument("--build-dir", help="for --ours, as for run.py")
    p.add_argument("--quick", action="store_true")
    known = list(peers_programs.PEERS)
    p.add_argument("--peers", default=",".join(known), help="some of them, with commas")
    p.add_argument("--workloads", default=",".join(WORKLOADS), help="some of them, with commas")
    p.add_argument("--sizes", help="the values of n, with commas")
    p.add_argument("--rounds", type=int, help="default: 3")
    p.add_argument("--repetitions", type=int, default=3, help="a process; one at n = 100,000")
    p.add_argument("--name", help="of the result files; default: peers-<machine>")
    p.add_argument("--report", type=pathlib.Path)
    args = p.parse_args()
    args.peers = [name for name in args.peers.split(",") if name]
    args.workloads = args.workloads.split(",")
    if unknown := [*(set(args.peers) - set(known)), *(set(args.workloads) - set(WORKLOADS))]:
        p.error(f"unknown: {', '.join(unknown)}; known: {', '.join(known + WORKLOADS)}")
    args.n = [1, 1000] if args.quick else [1, 10, 100, 1000, 10000, 100000]
    if args.sizes:
        args.n = [int(n) for n in args.sizes.split(",")]
    args.rounds = args.rounds or (1 if args.quick else 3)
    args.name = args.name or ("quick-peers" if args.quick else f"peers-{machine_name()}")
    return args


def main():
    args = arguments()
    if args.report:
        found = json.loads(args.report.read_text())
        print(peers_report.markdown(found))
        peers_report.plots(found, args.report.with_suffix(""))
        return
    context = {**machine(), "rounds": args.rounds, "repetitions": args.repetitions,
               "versions": {}, "left_out": {}}
    present = peers_programs.present(args, context)
    found = {"context": context, "time": measure(args, present)}
    note_failures(args, present, found)
    out = run.here / "results" / f"{args.name}.json"
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(found, indent=1) + "\n")
    table = peers_report.markdown(found)
    out.with_suffix(".md").write_text(table + "\n")
    print(table)
    peers_report.plots(found, out.with_suffix(""))
    print(f"\nkept in {out.relative_to(run.root)}", file=sys.stderr)


if __name__ == "__main__":
    main()
