#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Every link within the repository leads somewhere: to a file or a directory that exists, and to a
heading that the page has.

usage: check_links.py [source directory]
"""
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "doc" / "site"))
import markdown_page as md  # noqa: E402


def pages(root):
    return [root / "README.md", root / "CONTRIBUTING.md", root / "CHANGELOG.md",
            *sorted((root / "doc").rglob("*.md")), *sorted((root / "benchmark").rglob("*.md")),
            *sorted((root / "test").rglob("README.md"))]


def problem_of(root, page, target):
    path, _, anchor = target.partition("#")
    where = (page.parent / path).resolve() if path else page
    if not where.is_relative_to(root):
        return "leads out of the repository"
    if not where.exists():
        return "no such file"
    if anchor and where.suffix != ".md":
        return "an anchor of what is no page"
    if anchor and anchor not in [name for _, name in md.headings(where.read_text())]:
        return "no such heading"
    return None


def main():
    root = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT
    problems, count = [], 0
    for page in pages(root):
        text = page.read_text()
        for link in md.links(text):
            target = link.group(3)
            if md.is_outside(target):
                continue
            count += 1
            if problem := problem_of(root, page, target):
                line = text.count("\n", 0, link.start()) + 1
                problems.append(f"{page.relative_to(root)}:{line}: {target}: {problem}")
    for problem in problems:
        print(problem)
    print(f"{count} links, {len(problems)} problems")
    return 1 if problems or not count else 0


if __name__ == "__main__":
    sys.exit(main())
