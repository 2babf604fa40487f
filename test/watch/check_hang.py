# SPDX-License-Identifier: BSL-1.0
"""check_hang.py PROGRAM: a test that hangs says why on its time limit, and is not taken for passed."""
import os
import re
import signal
import subprocess
import sys

LIMIT = 50  # seconds, for the program that is to end after one

WATCHED = r"""asio_wait: not done within 0\.9 s\. The watched tasks that have not ended:
2 tasks
(.*\n)*
who waits for whom
orders \(1, waiting\)
`- async_wait of 1 task, for \d\.\d+ s
   `- stock \(2, waiting\)
      `- async_wait of 1 task, for \d\.\d+ s
         `- orders \(1, waiting\) <- waits for itself
DEADLOCK: orders \(1\) -> stock \(2\) -> orders \(1\)
"""
UNWATCHED = (r"asio_wait: not done within 0\.9 s\. "
             r"No task is watched: ASIO_WAIT_WATCH=1 in the environment shows them\.\n")


def check(case, watch, limit, code, wanted):
    environment = {**os.environ, "ASIO_WAIT_WATCH": watch, "ASIO_WAIT_TEST_LIMIT": limit}
    done = subprocess.run([sys.argv[1], f"--run_test=watch_hangs/{case}", "--log_level=nothing",
                           "--report_level=no"],
                          env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, timeout=LIMIT)
    said = re.sub(r"asio_wait: deadlock, .*\n", "", done.stderr)  # the line that comes at once
    if done.returncode != code or not re.fullmatch(wanted, said):
        print(f"{case}, watch={watch}: ended with {done.returncode}, said\n{done.stderr}")
        return 1
    return 0


hangs, quick = "two_tasks_wait_for_each_other", "nothing_hangs"
huge = "a_limit_that_no_clock_can_count"
sys.exit(check(hangs, "1", "1", -signal.SIGABRT, WATCHED)
         + check(hangs, "", "1", -signal.SIGABRT, UNWATCHED)
         + check(huge, "", "", 0, "")
         + check(quick, "1", "400", 0, "")  # it does not wait for that
         + check(quick, "", "", 0, ""))
