#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""What including the library costs the compiler, and what the README's example costs beside the same
program written with make_parallel_group. Prints a table; keeps results/compile_time.{md,json}.

    benchmark/compile_time.py                       every compiler found, some ten minutes
    benchmark/compile_time.py --rounds 3 --modes O0 --compilers g++     quickly
    benchmark/compile_time.py --modes instructions  with valgrind, for comparing two states of the library
    benchmark/compile_time.py --check               exits with 1 when a goal is missed
"""
import argparse
import datetime
import json
import os
import pathlib
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

here = pathlib.Path(__file__).resolve().parent
root = here.parent
ASIO = ["boost/asio/awaitable.hpp", "boost/asio/co_spawn.hpp", "boost/asio/steady_timer.hpp"]
HEADERS = {
    "asio": ASIO,
    "asio, asio_wait.hpp": ASIO + ["asio_wait.hpp"],
    "asio, wait_for_tasks.hpp": ASIO + ["asio_wait/wait_for_tasks.hpp"],
}
PROGRAMS = {
    "README with parallel_group": here / "compile_time" / "readme_with_parallel_group.cpp",
    "README": root / "example" / "readme_example.cpp",
}
# What is compared with what, and how much more it may cost.
GOALS = [("asio, asio_wait.hpp", "asio", 15), ("asio, wait_for_tasks.hpp", "asio", 10),
         ("README", "README with parallel_group", 0)]
MODES = {"syntax": ["-fsyntax-only"], "O0": ["-O0", "-c"], "O2": ["-O2", "-c"],
         "instructions": ["-O0", "-S"]}
COMPILERS = ["g++", "clang++-19", "clang++"]
NOTE = """CPU seconds (user) of one translation unit. All units of a compiler and mode are compiled in turn,
round after round, so that a busy machine disturbs all of them alike; the comparison is of the least
figure of each. The mode `instructions` counts them instead, in 10^9 for -O0 without the assembler: the
same at each run, whatever else the machine does. asio is `boost/asio/awaitable.hpp`, `co_spawn.hpp` and
`steady_timer.hpp`, nothing used.
"""


def user_seconds(command):
    pid = os.posix_spawnp(command[0], command, os.environ)
    _, status, usage = os.wait4(pid, 0)
    if status:
        sys.exit(f"compile_time.py: failed: {' '.join(command)}")
    return usage.ru_utime


def instructions(command):
    """What the compiler proper executes, by callgrind."""
    counted = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    if "clang" in command[0]:  # compiles in its own process
        command = counted + command
    else:
        command = [*command, "-wrapper", ",".join(counted)]
    run = subprocess.run(command, text=True, stderr=subprocess.PIPE)
    collected = re.findall(r"Collected : (\d+)", run.stderr)
    if run.returncode or len(collected) != 1:
        sys.exit(f"compile_time.py: failed: {' '.join(command)}\n{run.stderr}")
    return int(collected[0]) / 1e9


def text_of(*command):
    return subprocess.run(command, check=True, text=True, capture_output=True).stdout.strip()


def boost_version(compiler, flags):
    source = "#include <boost/version.hpp>\nBOOST_LIB_VERSION\n"
    done = subprocess.run([compiler, *flags, "-E", "-P", "-x", "c++", "-"], input=source, check=True,
                          text=True, capture_output=True)
    return done.stdout.strip().splitlines()[-1].strip('"').replace("_", ".")


def units(directory):
    found = dict(PROGRAMS)
    for number, (name, headers) in enumerate(HEADERS.items()):
        found[name] = directory / f"headers_{number}.cpp"
        found[name].write_text("".join(f"#include <{h}>\n" for h in headers))
    return found


def measure(compiler, mode, args, directory):
    flags = [*args.flags, *MODES[mode]]
    commands = {name: [compiler, *flags, str(path)]
                + ([] if mode == "syntax" else ["-o", str(directory / "out.o")])
                for name, path in units(directory).items()}
    if mode == "instructions":
        counts = {name: instructions(command) for name, command in commands.items()}
        return {name: {"min": n, "median": n, "samples": [n]} for name, n in counts.items()}
    seconds = {name: [] for name in commands}
    for command in commands.values():
        user_seconds(command)  # the files are in the page cache from here on
    for i in range(args.rounds):
        for name, command in commands.items():
            seconds[name].append(user_seconds(command))
        print(f"{compiler} {mode}: round {i + 1} of {args.rounds}", file=sys.stderr)
    return {name: {"min": min(s), "median": statistics.median(s), "samples": s}
            for name, s in seconds.items()}


def compare(figures):
    """(name, base, least percent more, allowed) for each goal."""
    return [(name, base, 100 * (figures[name]["min"] / figures[base]["min"] - 1), allowed)
            for name, base, allowed in GOALS]


def context(args):
    cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return {"date": datetime.date.today().isoformat(),
            "commit": text_of("git", "-C", str(root), "describe", "--always", "--dirty"),
            "cpu": cpu[1] if cpu else platform.processor(), "cores": os.cpu_count(),
            "system": platform.freedesktop_os_release()["PRETTY_NAME"],
            "load": round(os.getloadavg()[0], 1), "rounds": args.rounds,
            "flags": " ".join(f for f in args.flags if not f.startswith(("-I", "-isystem"))),
            "boost": boost_version(args.compilers[0], args.flags)}


def markdown(found):
    lines = ["# Compile time", "", NOTE,
             ", ".join(f"{k} {v}" for k, v in found["context"].items()), ""]
    for compiler, entry in found["compilers"].items():
        lines += [f"## {entry['version']}", "",
                  "| mode | unit | least | median | more than | by | goal |",
                  "|---|---|---|---|---|---|---|"]
        for mode, figures in entry["modes"].items():
            compared = {name: (base, more, allowed) for name, base, more, allowed in compare(figures)}
            for name, f in figures.items():
                base, by, goal = "", "", ""
                if name in compared:
                    base, more, allowed = compared[name]
                    by = f"{more:+.1f} %"
                    goal = f"at most {allowed} %: {'met' if more <= allowed else 'missed'}"
                lines.append(f"| {mode} | {name} | {f['min']:.2f} | {f['median']:.2f} "
                             f"| {base} | {by} | {goal} |")
        lines.append("")
    return "\n".join(lines)


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--rounds", type=int, default=7)
    p.add_argument("--compilers", help=f"with commas; default: those found of {','.join(COMPILERS)}")
    p.add_argument("--modes", default="syntax,O0,O2", help=f"of {','.join(MODES)}")
    p.add_argument("--std", default="c++20")
    p.add_argument("--boost", type=pathlib.Path, help="the directory that holds boost/")
    p.add_argument("--output", type=pathlib.Path, default=here / "results" / "compile_time")
    p.add_argument("--check", action="store_true")
    args = p.parse_args()
    args.compilers = (args.compilers.split(",") if args.compilers else
                      [c for c in COMPILERS if shutil.which(c)])
    args.modes = args.modes.split(",")
    args.flags = [f"-std={args.std}", f"-I{root / 'include'}"]
    if args.boost:
        args.flags += ["-isystem", str(args.boost)]
    return args


def main():
    args = arguments()
    found = {"context": context(args), "compilers": {}}
    with tempfile.TemporaryDirectory() as directory:
        for compiler in args.compilers:
            version = text_of(compiler, "--version").splitlines()[0]
            found["compilers"][compiler] = {"version": version, "modes": {
                mode: measure(compiler, mode, args, pathlib.Path(directory)) for mode in args.modes}}
    args.output.with_suffix(".json").write_text(json.dumps(found, indent=1) + "\n")
    table = markdown(found)
    args.output.with_suffix(".md").write_text(table)
    print(table)
    missed = [f"{compiler} {mode}: {name} {more:+.1f} % over {base}, at most {allowed} % is the goal"
              for compiler, entry in found["compilers"].items()
              for mode, figures in entry["modes"].items()
              for name, base, more, allowed in compare(figures) if more > allowed]
    if args.check and missed:
        sys.exit("\n".join(missed))


if __name__ == "__main__":
    main()
