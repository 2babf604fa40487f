#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""The archive defines nothing outside the library's namespace but inline parts of the standard library,
and nothing of Boost at all: what a user compiles with other macros cannot become another thing here.

usage: check_symbols.py <nm> <archive>
"""
import re
import subprocess
import sys

out = subprocess.run([sys.argv[1], "--defined-only", "--extern-only", sys.argv[2]],
                     check=True, capture_output=True, text=True).stdout
symbols = {tuple(line.split()[1:3]) for line in out.splitlines() if len(line.split()) == 3}
OURS = re.compile(r"_Z(TI|TS|TV|TT|GV|GR)?NK?9asio_wait")
SHARED = "VWuvw"  # kinds of what every file that uses it defines again

ours = sum(bool(OURS.match(name)) for _, name in symbols)
if ours < 50:
    sys.exit(f"only {ours} names of the library in {sys.argv[2]}: this check would see nothing")
strays = sorted(name for kind, name in symbols
                if not OURS.match(name) and (kind not in SHARED or "5boost" in name))
for name in strays:
    print(f"defined outside the namespace: {name}")
print(f"{ours} of {len(symbols)} names are the library's, {len(strays)} strays")
sys.exit(1 if strays else 0)
