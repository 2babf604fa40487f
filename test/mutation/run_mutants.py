#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Puts small faults into the archive, one at a time, and shows that the tests find each of them.

    run_mutants.py <source directory> <build directory> [--only <text>] [--every <n>]

The build directory is one of Ninja's, with the tests built. Nothing in it or in the sources is
changed: a mutated file is compiled aside, put into a copy of the archive, and the test programs are
linked with that, one after the other until one of them is red. A mutant that no test finds is a
survivor, and an error.
"""

import argparse
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

# In this order: what steps the rules by hand first, what takes long last.
PROGRAMS = (
    "test_core",
    "test_contract",
    "test_sets",
    "test_regression",
    "test_semantics",
    "test_cpython",
    "test_family_groups",
    "test_family_scopes",
    "test_family_collections",
    "test_threads",
)
# Other programs for some files.
PROGRAMS_OF = {
    "watch.cpp": ("test_watch",),
    "task_graph.cpp": ("test_watch",),
    "set_core.cpp": (*PROGRAMS, "test_faults"),  # it counts what a growing table takes
}
TIME_LIMIT = 40  # seconds; a mutant may hang


def mutants(text: str):
    """(file, name, old, new) in the order of the list."""
    file = name = None
    old: list[str] = []
    new: list[str] = []

    def take():
        if name is None:
            return []
        if not old or not new:
            sys.exit(f"mutants.txt: '{name}' says nothing to replace or no replacement")
        return [(file, name, " ".join(old), "\n".join(new))]

    for line in text.splitlines():
        mark, rest = line[:2], line[2:].strip()
        if mark in ("@ ", "= "):
            yield from take()
            name, old, new = None, [], []
            if mark == "@ ":
                file = rest
            else:
                name = rest
        elif mark == "- ":
            old.append(rest)
        elif mark == "+ ":
            new.append(rest)
        elif line.strip() and not line.startswith("#"):
            sys.exit(f"mutants.txt: what is '{line}'?")
    yield from take()


def pattern_of(text: str) -> str:
    """The words of a text, whatever space is between them."""
    return r"\s+".join(re.escape(word) for word in text.split())


class Builder:
    def __init__(self, source: pathlib.Path, build: pathlib.Path, aside: pathlib.Path):
        self.source, self.build, self.aside = source, build, aside
        self.archive = aside / "mutated.a"

    def commands(self, target: str) -> list[str]:
        run = subprocess.run(["ninja", "-C", str(self.build), "-t", "commands", target],
                             capture_output=True, text=True, check=True)
        return run.stdout.splitlines()

    def compile(self, file: str, text: str) -> None:
        wanted = f"{file}.o"
        line = next(c for c in self.commands("libasio_wait.a")
                    if f"src/{wanted} " in c and " -c " in c)
        words = shlex.split(line)
        mutated, made = self.aside / file, self.aside / wanted
        mutated.write_text(text)
        words[words.index("-o") + 1] = str(made)
        words[words.index("-c") + 1] = str(mutated)
        for option in ("-MF", "-MT"):
            if option in words:
                words[words.index(option) + 1] = str(self.aside / "dependencies")
        words = [w for w in words if w != "-Werror"]  # a fault may leave something unused
        words += ["-iquote", str(self.source / "src")]  # it lies elsewhere now
        subprocess.run(words, cwd=self.build, check=True, stderr=subprocess.DEVNULL)
        shutil.copy(self.build / "libasio_wait.a", self.archive)
        subprocess.run(["ar", "rs", str(self.archive), str(made)], check=True)

    def link(self, program: str) -> pathlib.Path:
        line = self.commands(program)[-1]
        words = [w for w in shlex.split(line) if w not in (":", "&&")]
        made = self.aside / program
        words[words.index("-o") + 1] = str(made)
        words = [str(self.archive) if w.endswith("libasio_wait.a") else w for w in words]
        subprocess.run(words, cwd=self.build, check=True)
        return made


def red(program: pathlib.Path) -> str:
    """How the program fails, "" if it does not."""
    try:
        run = subprocess.run([program, "--color_output=no", "--report_level=no"],
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIME_LIMIT)
    except subprocess.TimeoutExpired:
        return "hangs"
    if run.returncode == 0:
        return ""
    case = re.search(rb'in "([^"]+)"', run.stdout)
    return case.group(1).decode() if case else f"ends with {run.returncode}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=pathlib.Path)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--only", default="", help="mutants whose file or name has this text")
    parser.add_argument("--every", type=int, default=1, help="each nth mutant")
    parser.add_argument("--skip", type=int, default=0, help="the first of those")
    options = parser.parse_args()

    everything = list(mutants((pathlib.Path(__file__).parent / "mutants.txt").read_text()))
    chosen = [m for m in everything if options.only in f"{m[0]} {m[1]}"]
    chosen = chosen[options.skip :: options.every]
    for file, name, old, _ in everything:  # before an hour has gone
        found = re.findall(pattern_of(old), (options.source / "src" / file).read_text())
        if len(found) != 1:
            sys.exit(f"{file}, '{name}': the text to replace stands there {len(found)} times")
    survivors = []
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as aside:
        builder = Builder(options.source.resolve(), options.build.resolve(), pathlib.Path(aside))
        for file, name, old, new in chosen:
            text = (options.source / "src" / file).read_text()
            try:
                builder.compile(file, re.sub(pattern_of(old), lambda _: new, text))
            except subprocess.CalledProcessError:
                sys.exit(f"{file}, '{name}': the mutant does not compile")
            how = ""
            for program in PROGRAMS_OF.get(file, PROGRAMS):
                how = red(builder.link(program))
                if how:
                    print(f"killed    {file:24} {name}: {program}, {how}", flush=True)
                    break
            if not how:
                survivors.append(name)
                print(f"SURVIVES  {file:24} {name}", flush=True)
    print(f"{len(chosen)} mutants, {len(chosen) - len(survivors)} killed, "
          f"{len(survivors)} survive, {time.monotonic() - began:.0f} s")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
