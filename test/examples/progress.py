# SPDX-License-Identifier: BSL-1.0
"""progress.py PROGRAM: the live bar on a terminal (without one: a transcript)."""
import os
import pty
import re
import sys

STEPS = ["starting", "fast: 14 bytes", "fails: the server answered 500 Internal Server Error",
         "breaks-off: the server closed the connection after 1200 of 5000 bytes",
         "slow: 5000 bytes"]
WIDTH = 20


def frames():
    total = len(STEPS) - 1
    for done, step in enumerate(STEPS):
        filled = WIDTH * done // total
        yield f"[{'#' * filled}{'.' * (WIDTH - filled)}] {done}/{total} {step}\x1b[K"


def on_terminal(program):
    printed = b""
    process, terminal = pty.fork()
    if process == 0:
        os.execv(program, [program])
    while True:
        try:
            data = os.read(terminal, 4096)
        except OSError:  # how Linux says that the other side has been closed
            data = b""
        if not data:
            break
        printed += data
    _, status = os.waitpid(process, 0)
    return os.waitstatus_to_exitcode(status), printed.decode()


def main():
    code, printed = on_terminal(sys.argv[1])
    # Each frame overwrites the one before; the end of the last is the terminal's own line end.
    wanted = "".join("\r" + frame for frame in frames())
    if code != 0 or re.sub(r"\r?\n$", "", printed) != wanted:
        print(f"exit code {code}, printed {printed!r}, expected {wanted!r}")
        return 1
    return 0


sys.exit(main())
