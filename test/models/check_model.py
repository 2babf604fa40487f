#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Has spin visit every state of a model: no assertion fails and nobody waits for ever. Then breaks
the model in each way its head names, and wants spin to find that.

    check_model.py <model.pml> <C compiler>
"""

import pathlib
import re
import subprocess
import sys
import tempfile


def verify(model: pathlib.Path, compiler: str, fault: str = "") -> tuple[int, int]:
    """(errors, states visited)"""
    with tempfile.TemporaryDirectory() as place:
        def run(*words):
            return subprocess.run(words, cwd=place, check=True, capture_output=True, text=True)
        run("spin", *([f"-D{fault}"] if fault else []), "-a", str(model))
        run(compiler, "-O1", "-w", "-o", "pan", "pan.c")
        # A search that is cut short would prove nothing, so it must say nothing of its depth.
        said = run("./pan", "-m1000000").stdout
    if "max search depth too small" in said:
        sys.exit(f"{model.name}: the search was cut short")
    errors = int(re.search(r"errors: (\d+)", said).group(1))
    states = int(re.search(r"(\d+) states, stored", said).group(1))
    return errors, states


def main() -> int:
    model, compiler = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
    faults = re.search(r"Faults that must be found: ([A-Z_, ]+)", model.read_text()).group(1)
    errors, states = verify(model, compiler)
    print(f"{model.name}: {states} states, {errors} errors")
    bad = errors != 0
    for fault in faults.strip(" ,").split(", "):
        found, _ = verify(model, compiler, fault)
        print(f"{model.name} with {fault}: {'found' if found else 'NOT FOUND'}")
        bad = bad or not found
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
