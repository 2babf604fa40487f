#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Every block of C++ shown in a page is code that is compiled: a marked part (//! [name] ...
//! [name]) of a file in example/, or one or more whole top-level pieces of it. No header shows code
of its own: there it is a @snippet.

usage: check_doc_blocks.py [source directory]
"""
import re
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "doc" / "site"))
import markdown_page as md  # noqa: E402

PARTS = [re.compile(r"^ *//! \[(\w+)\]\n(.*?)^ *//! \[\1\]$", re.DOTALL | re.MULTILINE),
         re.compile(r"^//\[(\w+)\n(.*?)^//\]$", re.DOTALL | re.MULTILINE)]


def shown_in_examples(root):
    """The texts that may be shown, and the sources, where whole pieces may come from."""
    parts, sources = set(), []
    for path in sorted((root / "example").rglob("*.[ch]pp")):
        source = path.read_text()
        sources.append(source)
        parts |= {textwrap.dedent(match.group(2))
                  for part in PARTS for match in part.finditer(source)}
    return parts, sources


def is_whole_piece(block, sources):
    """Between two blank lines, or at the end of the file, and not indented: a function or a file."""
    return any(f"\n\n{block}\n" in f"\n\n{source}\n" for source in sources)


def our_sentences(root):
    """What the library says to its users, as patterns: what is formatted in may be anything."""
    patterns = []
    for path in [*(root / "include").rglob("*.hpp"), *(root / "src").rglob("*.cpp")]:
        for literal in re.finditer(r'"asio_wait: (?:[^"\\]|\\.)*"(?:\s*"(?:[^"\\]|\\.)*")*',
                                   path.read_text()):
            said = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', literal[0])).removesuffix("\\n")
            pieces = re.split(r"%(?:\.[*\d])?(?:llu|f|s)", said)
            patterns.append(re.compile(".+?".join(map(re.escape, pieces))))
    return patterns


def quoted_sentences(text):
    """(line, sentence) of each that a page quotes, in a block or in the text; ... stands for the rest."""
    for quote in re.finditer(r"`(asio_wait: [^`]+)`|(?<!`)(asio_wait: .*)$", text, re.MULTILINE):
        yield text.count("\n", 0, quote.start()) + 1, " ".join((quote[1] or quote[2]).split())


def is_said(sentence, patterns):
    if sentence.endswith("..."):
        start = sentence.removesuffix("...").strip()
        return any(p.pattern.replace("\\", "").startswith(start) for p in patterns)
    return any(p.fullmatch(sentence) for p in patterns)


def main():
    root = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT
    parts, sources = shown_in_examples(root)
    patterns = our_sentences(root)
    problems, count = [], 0
    for page in [root / "README.md", root / "CONTRIBUTING.md", *sorted((root / "doc").rglob("*.md"))]:
        text = page.read_text()
        for language in ("c++", "C++", "cc", "hpp"):
            problems += [f"{page.relative_to(root)}:{line}: write ```cpp, not ```{language}"
                         for line, _ in md.blocks(text, language)]
        for line, block in md.blocks(text, "cpp"):
            count += 1
            if block not in parts and not is_whole_piece(block, sources):
                problems.append(f"{page.relative_to(root)}:{line}: this block is in no example")
        problems += [f"{page.relative_to(root)}:{line}: the library never says '{sentence}'"
                     for line, sentence in quoted_sentences(text)
                     if not is_said(sentence, patterns)]
    for header in sorted((root / "include").rglob("*.hpp")):
        for number, line in enumerate(header.read_text().splitlines(), 1):
            if re.search(r"[@\\]code\b|[@\\]verbatim\b|^\s*\*\s*```", line):
                problems.append(f"{header.relative_to(root)}:{number}: code that is not compiled; "
                                "use @snippet")
    for problem in problems:
        print(problem)
    print(f"{count} blocks, {len(problems)} problems")
    return 1 if problems or not count else 0


if __name__ == "__main__":
    sys.exit(main())
