# SPDX-License-Identifier: BSL-1.0
"""tutorial.py PAGE DIRECTORY

Does what the first step of the tutorial says: writes its CMakeLists.txt and main.cpp into an empty
directory, runs the commands behind the $ there, and compares what the last one prints.
"""
import re
import shutil
import subprocess
import sys
from pathlib import Path


def first_block(page, language):
    found = re.search(rf"^```{language}\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    if not found:
        sys.exit(f"the page has no ```{language} block")
    return found.group(1)


def main():
    page, directory = Path(sys.argv[1]).read_text(encoding="utf-8"), Path(sys.argv[2])
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    (directory / "CMakeLists.txt").write_text(first_block(page, "cmake"))
    (directory / "main.cpp").write_text(first_block(page, "cpp"))
    lines = first_block(page, "console").splitlines()
    commands = [line[2:] for line in lines if line.startswith("$ ")]
    shown = lines[lines.index("$ " + commands[-1]) + 1:]
    for command in commands:
        run = subprocess.run(command, shell=True, cwd=directory, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True)
        print(f"$ {command}\n{run.stdout}", end="")
        if run.returncode != 0:
            return 1
    if run.stdout.splitlines() != shown:
        print("the page shows:", *shown, sep="\n")
        return 1
    return 0


sys.exit(main())
