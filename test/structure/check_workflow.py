#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""What runs elsewhere is what runs here: the workflow file only calls setup.sh, with presets and extras
that exist.

usage: check_workflow.py [source directory]
"""
import json
import re
import sys
from pathlib import Path


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    text = (root / ".github" / "workflows" / "ci.yml").read_text()
    presets = {p["name"] for p in json.loads((root / "CMakePresets.json").read_text())["workflowPresets"]}
    extras = set(re.findall(r"^        ([\w-]+)\)", (root / "setup.sh").read_text(), re.M))
    problems = []
    named = re.search(r"preset: \[([^\]]+)\]", text)
    for name in re.split(r",\s*", named[1]) if named else ["(no list of presets)"]:
        if name not in presets:
            problems.append(f"preset {name} does not exist")
    steps = re.findall(r"\brun: *(.*)", text)
    for step in steps:
        call = re.fullmatch(
            r"\./setup\.sh (docs|test|deps)(?: ([\w ]+|\$\{\{ matrix\.preset \}\}))?", step)
        if not call:
            problems.append(f"`{step}` is no call of setup.sh")
        elif call[1] == "deps":
            problems += [f"extra {e} does not exist" for e in (call[2] or "").split() if e not in extras]
    if not steps:
        problems.append("nothing is run")
    try:
        import yaml  # the whole file is read where there is a reader
        yaml.safe_load(text)
    except ImportError:
        pass
    print("\n".join(f"ci.yml: {p}" for p in problems) or f"ci.yml: {len(steps)} calls")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
