# SPDX-License-Identifier: BSL-1.0
"""What a Markdown page says: its headings with GitHub's anchors, its links and its blocks of code."""
import re

FENCED = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
INLINE_CODE = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
INDENTED = re.compile(r"(?:(?<=\n\n)|\A)(?:(?: {4}|\t)[^\n]*\n|[ \t]*\n(?=(?: {4}|\t)))+")
HEADING = re.compile(r"^(#{1,6}) +(.+?) *#* *$", re.MULTILINE)
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(\s*([^()\s]+)\s*\)")


def blank(match):
    return re.sub(r"[^\n]", " ", match.group(0))


def without_blocks(text):
    """The page with its blocks of code blanked out; what is left stands where it stood."""
    return INDENTED.sub(blank, FENCED.sub(blank, text))


def slug(heading):
    """GitHub's anchor of a heading."""
    shown = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
    return re.sub(r"[^\w\- ]", "", shown.strip().lower()).replace(" ", "-")


def headings(text):
    """(match, anchor) for each heading; one that stands again gets a number."""
    seen, found = {}, []
    for match in HEADING.finditer(without_blocks(text)):
        anchor = slug(match.group(2))
        count = seen.get(anchor, 0)
        seen[anchor] = count + 1
        found.append((match, f"{anchor}-{count}" if count else anchor))
    return found


def links(text):
    """Matches of the links and images: groups '!' or nothing, text, target."""
    return list(LINK.finditer(INLINE_CODE.sub(blank, without_blocks(text))))


def is_outside(target):
    return re.match(r"[a-z]+:", target) is not None


def blocks(text, language):
    return [(text.count("\n", 0, m.start()) + 1, m.group(2))
            for m in FENCED.finditer(text) if m.group(1) == language]
