#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Holds the layer table. A header includes its own layer or lower ones, never in a circle, and what
is compiled into the archive sees no Boost header at all, not even through one of ours.

usage: check_layers.py [source directory]
"""
import re
import sys
from pathlib import Path

LAYERS = {
    0: "version config",
    1: "return_when wait_result condition detail/ref_ptr detail/small_mutex detail/block_pool "
       "detail/type_tag detail/late detail/misuse detail/task_status detail/wait_condition "
       "detail/task_graph detail/range_concepts",
    2: "error timeout_error detail/inline_executor detail/executor_traits detail/serial_executor "
       "detail/embedded_slot detail/asio_1_26_fix detail/initiate detail/strand_service",
    3: "detail/completion_hook detail/context_core detail/watch detail/watched_executor",
    4: "detail/cancel_batch detail/task_core detail/wait_service detail/task_base detail/task_state",
    5: "detail/wait_rule detail/wait_anchor detail/wait_core detail/set_rule detail/set_core "
       "detail/set_wait detail/unobserved detail/start_guard",
    6: "detail/wait_op detail/start_wait detail/limit detail/foreign_timer detail/get_op timeout detail/any_deadline "
       "detail/scope_limit",
    7: "detail/task_handle task any_task detail/spawn_op detail/use_task_op create_task use_task "
       "unobserved_exception",
    8: "detail/call_arguments detail/collection_op detail/task_sources detail/start_task "
       "detail/join_op detail/gather_op detail/set_op detail/permit detail/set_spawn "
       "detail/basic_task_set wait_for_tasks",
    9: "exception_group detail/group_state detail/group_start task_group detail/group_op",
    10: "task_set as_completed wait_for gather shield with_timeout with_task_group cancel_and_wait "
        "for_each_limited semaphore watch_tasks "
        "task_events",
    11: "asio_wait chrome_trace",
    # For tests, on top of everything, so that nothing of the library depends on it.
    12: "testing/virtual_clock testing/schedule testing/detail/ready_queue",
    13: "testing/detail/timer_lane testing/pending_note testing/deterministic_executor "
        "testing/explore testing/dump_on_time_limit",
    14: "testing/run_virtual testing/deterministic_context",
    15: "testing",
}
# Each call of the family is a room of its own: none includes another.
APART = {10}
LAYER_OF = {name: layer for layer, names in LAYERS.items() for name in names.split()}
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)
OURS = re.compile(r"^(?:asio_wait/)?([a-z0-9_/]+)\.hpp$")


def includes(path):
    return INCLUDE.findall(path.read_text())


def own_name(included):
    """The name in the table for one of our headers, None for anybody else's."""
    if included == "asio_wait.hpp" or included.startswith("asio_wait/"):
        match = OURS.match(included)
        return match.group(1) if match else included
    return None


def headers_below(root):
    found = {"asio_wait": root / "include" / "asio_wait.hpp"}
    base = root / "include" / "asio_wait"
    for path in sorted(base.rglob("*.hpp")):
        found[path.relative_to(base).with_suffix("").as_posix()] = path
    return found


def check_table(headers):
    problems = [f"{name}: not in the layer table" for name in headers if name not in LAYER_OF]
    problems += [f"{name}: in the layer table, but there is no such header"
                 for name in LAYER_OF if name not in headers]
    return problems


def check_direction(headers):
    problems = []
    for name, path in headers.items():
        for included in includes(path):
            other = own_name(included)
            if other is None:
                continue
            if other not in headers:
                problems.append(f"{name}: includes {included}, which does not exist")
            elif LAYER_OF.get(other, 0) > LAYER_OF.get(name, 99):
                problems.append(f"{name} (layer {LAYER_OF[name]}) includes {other} "
                                f"(layer {LAYER_OF[other]})")
            elif LAYER_OF.get(other) == LAYER_OF.get(name) and LAYER_OF.get(name) in APART:
                problems.append(f"{name} includes {other}, of the same layer {LAYER_OF[name]}")
    return problems


def check_circles(headers):
    problems, finished = [], set()

    def visit(name, trail):
        if name in trail:
            problems.append("circle: " + " -> ".join(trail[trail.index(name):] + [name]))
            return
        if name in finished or name not in headers:
            return
        for included in includes(headers[name]):
            other = own_name(included)
            if other:
                visit(other, trail + [name])
        finished.add(name)

    for name in headers:
        visit(name, [])
    return problems


def check_archive(root, headers):
    """Follows each source of the archive through our headers; anything of Boost is an error."""
    problems = []
    sources = sorted((root / "src").glob("*.cpp"))
    if not sources:
        problems.append("src: no sources found")
    for source in sources:
        todo, seen = [(source, [source.name])], set()
        while todo:
            path, trail = todo.pop()
            for included in includes(path):
                other = own_name(included)
                if included.startswith("boost/"):
                    problems.append(" -> ".join(trail) + f" includes <{included}>")
                elif other in headers and other not in seen:
                    seen.add(other)
                    todo.append((headers[other], trail + [other]))
    return problems


def main():
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2]
    headers = headers_below(root)
    problems = (check_table(headers) + check_direction(headers) + check_circles(headers)
                + check_archive(root, headers))
    for problem in problems:
        print(problem)
    print(f"{len(headers)} headers, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
