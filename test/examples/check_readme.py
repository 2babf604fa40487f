# SPDX-License-Identifier: BSL-1.0
"""check_readme.py README SOURCE PROGRAM

The first C++ block of the README must be the marked part of the source, and the first text block
what the program prints.
"""
import difflib
import re
import subprocess
import sys


def first_block(readme, language):
    found = re.search(rf"^```{language}\n(.*?)^```$", readme, re.DOTALL | re.MULTILINE)
    if not found:
        sys.exit(f"the README has no ```{language} block")
    return found.group(1)


def marked_part(source):
    found = re.search(r"^//\[readme\n(.*?)^//\]$", source, re.DOTALL | re.MULTILINE)
    if not found:
        sys.exit("the source has no part between //[readme and //]")
    return found.group(1)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def main():
    readme_path, source_path, program = sys.argv[1:]
    readme = read(readme_path)
    run = subprocess.run([program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                         timeout=25)
    problems = []
    for what, shown, real in [
            ("code", first_block(readme, "cpp"), marked_part(read(source_path))),
            ("output", first_block(readme, "text"), run.stdout)]:
        problems += difflib.unified_diff(shown.splitlines(), real.splitlines(),
                                         f"{what} in the README", f"{what} of the program",
                                         lineterm="")
    if run.returncode != 0 or run.stderr:
        problems.append(f"exit code {run.returncode}, on stderr: {run.stderr}")
    print("\n".join(problems))
    return 1 if problems else 0


sys.exit(main())
