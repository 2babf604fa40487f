#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""A shared object with the archive inside exports no function of the library; type information of
what is thrown across it is the only thing that may be seen.

usage: check_exports.py <nm> <shared object>
"""
import re
import subprocess
import sys

out = subprocess.run([sys.argv[1], "-D", "--defined-only", sys.argv[2]],
                     check=True, capture_output=True, text=True).stdout
exported = [line.split()[2] for line in out.splitlines() if len(line.split()) == 3]
if "start" not in exported:
    sys.exit("the plugin does not even export `start`: this check would see nothing")
OURS = re.compile(r"_Z(TI|TS|TV|GV)?NK?9asio_wait")
THROWN = re.compile(r"_Z(TI|TS|TV|N)K?N?9asio_wait2v0\d+"
                    r"(invalid_task_state|invalid_scope_state|bad_task_cast|timeout_error|exception_group)")
leaked = [name for name in exported if OURS.match(name) and not THROWN.match(name)]
print("\n".join(leaked))
sys.exit(1 if leaked else 0)
