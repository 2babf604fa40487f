# SPDX-License-Identifier: BSL-1.0
"""header_filter.py HEADER: the header as the reference shows it, line for line.

The name of a contract section ends its line, else Doxygen takes the text for a title, too. Left out:
the inline namespace of the ABI; the requires clauses that choose between overloads (the comment
says which arguments are taken), and an overload that differs by its clause only and has no comment;
specialisations of others' templates; what is in a namespace detail, but for the members of handles
and sets.
"""
import re
import sys


SECTION = re.compile(r"(@par (?:Requirements|Completion|Errors|Cancellation|Cancel safety|Executor|"
                     r"Thread safety|Lifetimes|Cost|asyncio|Example)) +(?=\S)")

LINES = re.DOTALL | re.MULTILINE
DETAIL = re.compile(r"^namespace ((?:[\w:]+::inline v0::)?detail) \{$.*?^\} // namespace \1$", LINES)
HIDDEN = [re.compile(r"^namespace detail \{\n[^\n]*\n\}$", LINES),
          re.compile(r"(?<=\n\n)( *)template<class\.\.\. Args>\n\1requires\(.*?^\1\}$", LINES),
          re.compile(r"^template<[^\n]*>\n(?:struct|class) (?:std|boost::\w+)::.*?\};?$", LINES)]
BASES = ("detail/task_handle.hpp", "detail/basic_task_set.hpp")


def blank(match):
    return re.sub(r"[^\n]", "", match.group(0))


def without_requires(text):
    """A clause is `requires(...)`, perhaps with more of them joined by && or ||."""
    out, at = [], 0
    for match in re.finditer(r"\brequires\s*(?=\()", text):
        if match.start() < at:
            continue
        end = match.end()
        while True:
            depth = 0
            while True:
                depth += {"(": 1, ")": -1}.get(text[end], 0)
                end += 1
                if depth == 0:
                    break
            more = re.match(r"\s*(?:&&|\|\|)\s*(?=\()", text[end:])
            if not more:
                break
            end += more.end()
        out += [text[at:match.start()], re.sub(r"[^\n]", "", text[match.start():end])]
        at = end
    return "".join(out) + text[at:]


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        text = file.read()
    # Doxygen would show the members of task_set<> as those of task<void>.
    text = text.replace("template<class T = void>\nclass task_set", "template<class T>\nclass task_set")
    for hidden in HIDDEN:
        text = hidden.sub(blank, text)
    if not sys.argv[1].endswith(BASES):
        text = DETAIL.sub(blank, text)
    text = text.replace("::inline v0", "").replace("\nprotected:\n", "\nprivate:\n")
    text = SECTION.sub(r"\1\\ilinebr ", text)
    text = without_requires(text)
    # Without their clauses the two kinds of wait_for_tasks are one function for Doxygen.
    if sys.argv[1].endswith("/task_set.hpp"):
        text = re.sub(r"template<(class\.\.\. Args>\s+\[\[nodiscard\]\] auto wait_for_tasks\()Args",
                      r"template<class Set, \1Set&& set, Args", text)
    sys.stdout.write(text)


main()
