# SPDX-License-Identifier: BSL-1.0
"""check_guide.py PAGE PROGRAM SOURCE...

Every C++ block of the page must be a marked part (//! [name] ... //! [name]) of a source, each
part must be shown, and the text blocks, one after the other, must be what the program prints.
"""
import re
import subprocess
import sys
import textwrap


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def blocks(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)


def marked_parts(source):
    found = re.findall(r"^ *//! \[(\w+)\]\n(.*?)^ *//! \[\1\]$", source, re.DOTALL | re.MULTILINE)
    return [(name, textwrap.dedent(text)) for name, text in found]


def main():
    page_path, program, *source_paths = sys.argv[1:]
    page = read(page_path)
    parts = [part for path in source_paths for part in marked_parts(read(path))]
    texts = [text for _, text in parts]
    shown = blocks(page, "cpp")
    problems = [f"not in the sources:\n{block}" for block in shown if block not in texts]
    problems += [f"[{name}] is not shown as it is" for name, text in parts if text not in shown]
    run = subprocess.run([program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                         timeout=25)
    if run.stdout != "".join(blocks(page, "text")) or run.returncode != 0 or run.stderr:
        problems.append(f"exit code {run.returncode}, printed:\n{run.stdout}\nstderr:\n{run.stderr}")
    if not parts:
        problems.append("no marked part found")
    print("\n".join(problems))
    return 1 if problems else 0


sys.exit(main())
