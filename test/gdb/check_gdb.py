# SPDX-License-Identifier: BSL-1.0
"""check_gdb.py GDB SCRIPT PROGRAM SOURCE PAGE [with_types]

Stops the program at its marked line and compares what gdb prints with two transcripts beside this
file. The first is shown on the page, and has to hold for a core file, too; the second is of things
that are broken. With types, what the script knows of layouts is compared with them.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

LIMIT = 50  # seconds; it takes one
HERE = pathlib.Path(__file__).parent
PROMPT = "(gdb) "

LAYOUTS = """python
from asio_wait_debug import memory
for name, members in memory.LAYOUT.items():
    if not memory.type_inside(name):
        print(f"{name}: no type")
    for path, (offset, _) in members.items():
        if memory.find_offset(name, path) != offset:
            print(f"{name}.{path}: {offset}, not {memory.find_offset(name, path)}")
end
"""


def run(gdb, files, commands, source_commands=""):
    with tempfile.NamedTemporaryFile("w", suffix=".gdb") as script:
        script.write(source_commands)
        script.flush()
        words = [gdb, "-nx", "-batch"]
        for command in [*commands, f"source {script.name}"]:
            words += ["-ex", command]
        done = subprocess.run([*words, *files], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=LIMIT)
    return done.stdout


def transcript(gdb, files, before, wanted, after=()):
    """What the commands of a transcript print, as a transcript."""
    said = [line[len(PROMPT):] for line in wanted.splitlines() if line.startswith(PROMPT)]
    commands = [*before]
    for command in said:
        commands += [f"echo {PROMPT}{command}\\n", command]
    output = run(gdb, files, [*commands, "echo <end>\\n", *after])
    begin, end = output.find(PROMPT), output.find("<end>\n")
    got = output[begin:end] if 0 <= begin < end else output
    got = re.sub(r"\S*/(stopped\.cpp:\d+)", r"\1", got)
    return re.sub(r"0x[0-9a-f]{3,}", "0x...", got)


def main():
    gdb, script, program, source, page, *options = sys.argv[1:]
    lines = pathlib.Path(source).read_text().splitlines()
    line = 1 + next(i for i, text in enumerate(lines) if text.endswith("// stop here"))
    load = ["set confirm off", "set width 0", f"source {script}"]
    stop = [*load, f"break stopped.cpp:{line}", "run"]
    shown, broken = ((HERE / name).read_text() for name in ("shown.txt", "broken.txt"))
    problems = []

    def compare(what, got, wanted):
        if got != wanted:
            problems.append(f"{what}: got\n{got}\nexpected\n{wanted}")

    with tempfile.TemporaryDirectory() as directory:
        core = pathlib.Path(directory) / "core"
        # Two are enough for the comparison with the core file's.
        compare("a stopped process",
                transcript(gdb, [program], stop, shown, [f"generate-core-file {core}"]), shown)
        if core.exists():
            compare("a core file", transcript(gdb, [program, core], load, shown), shown)
        else:
            problems.append("gdb wrote no core file")
    compare("broken things", transcript(gdb, [program], stop, broken), broken)
    compare("before it runs", transcript(gdb, [program], load, PROMPT + "asio-wait tasks\n"),
            PROMPT + "asio-wait tasks\nNo process, and no core file.\n")
    if "with_types" in options:
        compare("layouts", run(gdb, [program], load, LAYOUTS), "")
    if f"\n```\n{shown}```\n" not in pathlib.Path(page).read_text():
        problems.append(f"{page} does not show shown.txt")
    print("\n".join(problems))
    return 1 if problems else 0


sys.exit(main())
