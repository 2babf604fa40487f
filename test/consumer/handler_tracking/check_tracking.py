# SPDX-License-Identifier: BSL-1.0
"""check_tracking.py PROGRAM: every operation is named in what Asio's handler tracking prints."""
import re
import subprocess
import sys

NAMES = {
    "create_task", "use_task", "cancel", "time limit",
    "async_get", "async_wait", "async_join", "shield", "wait_for",
    "wait_for_tasks", "gather", "gather_settled", "as_completed", "cancel_and_wait",
    "async_next", "async_spawn", "async_shutdown", "semaphore",
    "with_timeout", "with_task_group", "async_start", "for_each_limited",
}

run = subprocess.run([sys.argv[1]], stderr=subprocess.PIPE, text=True, timeout=50, check=True)
# @asio|<time>|<handler>^<operation>|in (or: called from) '<name>' (<file>:<line>)
places = re.findall(r"^@asio\|[^|]*\|\d+\^\d+\|(?:in|called from) '([^']*)' \((.*):\d+\)$", run.stderr,
                    re.MULTILINE)
named = {name for name, file in places if "asio_wait" in file}
print("never named:", sorted(NAMES - named), "unexpected:", sorted(named - NAMES))
sys.exit(named != NAMES)
