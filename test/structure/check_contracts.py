#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Every public operation states its whole contract: the doc comment directly before the first
declaration of each operation below has all sections, in order, none empty, and its @snippet exists.

usage: check_contracts.py [source directory]

A new operation is a line in OPERATIONS: the name, its header, what its declaration looks like.
"""
import re
import sys
from pathlib import Path

OPERATIONS = {
    "create_task": ("create_task.hpp", r"\bcreate_task\("),
    "use_task": ("use_task.hpp", r"\bstruct use_task_t\b"),
    "wait_for_tasks": ("wait_for_tasks.hpp", r"\bauto\s+wait_for_tasks\("),
    "async_get": ("task.hpp", r"\basync_get\("),
    "async_join": ("task.hpp", r"\basync_join\("),
    "async_wait": ("detail/task_handle.hpp", r"\basync_wait\("),
    "cancel": ("detail/task_handle.hpp", r"\bbool cancel\("),
    "task_set::async_next": ("detail/basic_task_set.hpp", r"\bauto async_next\("),
    "task_set::async_wait": ("detail/basic_task_set.hpp", r"\bauto async_wait\("),
    "task_set::async_shutdown": ("detail/basic_task_set.hpp", r"\bauto async_shutdown\("),
    "task_set::async_spawn": ("detail/basic_task_set.hpp", r"\basync_spawn\("),
    "wait_for_tasks(task_set)": ("task_set.hpp", r"\bauto\s+wait_for_tasks\("),
    "wait_for": ("wait_for.hpp", r"\bauto wait_for\("),
    "shield": ("shield.hpp", r"\bauto shield\("),
    "gather": ("gather.hpp", r"\bauto gather\("),
    "gather_settled": ("gather.hpp", r"\bauto gather_settled\("),
    "cancel_and_wait": ("cancel_and_wait.hpp", r"\bauto cancel_and_wait\("),
    "as_completed": ("as_completed.hpp", r"\bauto as_completed\("),
    "completion_stream::async_next": ("as_completed.hpp", r"\bauto async_next\("),
    "with_timeout": ("with_timeout.hpp", r"\bwith_timeout\("),
    "with_task_group": ("with_task_group.hpp", r"\bwith_task_group\("),
    "task_group::async_spawn": ("task_group.hpp", r"\basync_spawn\("),
    "task_group::async_start": ("task_group.hpp", r"\basync_start\("),
    "for_each_limited": ("for_each_limited.hpp", r"\bfor_each_limited\("),
    "semaphore::async_acquire": ("semaphore.hpp", r"\bauto async_acquire\("),
    "set_unobserved_exception_handler": ("unobserved_exception.hpp",
                                         r"\bset_unobserved_exception_handler\("),
    "watch_tasks": ("watch_tasks.hpp", r"\bvoid watch_tasks\("),
    "this_task_id": ("watch_tasks.hpp", r"\bthis_task_id\("),
    "dump_tasks": ("watch_tasks.hpp", r"\bvoid dump_tasks\("),
    "set_task_event_handler": ("task_events.hpp", r"\bset_task_event_handler\("),
    "set_slow_resumption": ("task_events.hpp", r"\bset_slow_resumption\("),
    "chrome_trace": ("chrome_trace.hpp", r"\bclass chrome_trace\b"),
}
# The tools for tests are no asynchronous operations.
TESTING_OPERATIONS = {
    "run_virtual": ("testing/run_virtual.hpp", r"\brun_virtual\("),
    "deterministic_context::run": ("testing/deterministic_context.hpp", r"\bstd::size_t run\("),
    "deterministic_context::finish": ("testing/deterministic_context.hpp", r"\bvoid finish\("),
    "dump_on_time_limit": ("testing/dump_on_time_limit.hpp", r"\bclass dump_on_time_limit\b"),
    "explore_all": ("testing/explore.hpp", r"\bexplore_all\("),
    "explore_random": ("testing/explore.hpp", r"\bexplore_random\("),
    "replay": ("testing/explore.hpp", r"\bvoid replay\("),
}
SECTIONS = ["Requirements", "Completion", "Errors", "Cancellation", "Cancel safety", "Executor",
            "Thread safety", "Lifetimes", "Cost", "asyncio", "Example"]
TESTING_SECTIONS = ["Requirements", "Errors", "Thread safety", "Cost", "asyncio", "Example"]
SECTION = re.compile(r"@par (" + "|".join(SECTIONS) + r")\b")
DOC_BLOCK = re.compile(r"(?:^[ \t]*///[^\n]*\n)+[ \t]*/\*\*.*?\*/", re.MULTILINE | re.DOTALL)


def doc_of(text, declaration):
    """The doc comment whose declaration matches: nothing may end between the two."""
    for block in DOC_BLOCK.finditer(text):
        rest = text[block.end():]
        match = re.search(declaration, rest)
        if match and not re.search(r"[;}]|/\*\*|///", rest[:match.start()]):
            return block.group(0)
    return None


def check_sections(doc, sections):
    found = [(m.group(1), m.start(), m.end()) for m in SECTION.finditer(doc)]
    names = [name for name, _, _ in found]
    problems = [f"no section {name}" for name in sections if name not in names]
    problems += [f"section {name} stands twice" for name in set(names) if names.count(name) > 1]
    if not problems and names != sections:
        problems.append("the sections stand in another order: " + ", ".join(names))
    ends = [start for _, start, _ in found[1:]] + [len(doc)]
    for (name, _, begin), end in zip(found, ends):
        if not re.search(r"\w", doc[begin:end]):
            problems.append(f"section {name} is empty")
    return problems


def check_snippets(root, doc):
    problems = []
    snippets = re.findall(r"@snippet\s+(\S+)\s+(\w+)", doc)
    if not snippets:
        problems.append("no @snippet")
    for name, tag in snippets:
        path = root / "example" / "snippets" / name
        marks = path.read_text().count(f"//! [{tag}]") if path.exists() else 0
        if marks != 2:
            problems.append(f"@snippet {name} {tag}: example/snippets/{name} does not frame it with "
                            f"two lines `//! [{tag}]`")
    return problems


def main():
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2]
    problems = []
    checked = ([(*operation, SECTIONS) for operation in OPERATIONS.items()]
               + [(*operation, TESTING_SECTIONS) for operation in TESTING_OPERATIONS.items()])
    for name, (header, declaration), sections in checked:
        doc = doc_of((root / "include" / "asio_wait" / header).read_text(), declaration)
        found = (["no doc comment before its declaration"] if doc is None
                 else check_sections(doc, sections) + check_snippets(root, doc))
        problems += [f"{name} ({header}): {problem}" for problem in found]
    for problem in problems:
        print(problem)
    print(f"{len(checked)} operations, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
