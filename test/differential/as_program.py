#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Writes a scenario as a small asyncio program, for a person to read and run.

usage: as_program.py < scenario
"""
import sys

import scenario

HEAD = '''import asyncio
import time

UNIT, START = 1e-4, time.monotonic()  # seconds; a larger unit on a busy machine
tasks, groups, scopes, sets = {}, {}, {}, {}


def t(name):
    """The task of that name, started when it is first asked for."""
    if name not in tasks:
        tasks[name] = asyncio.create_task(globals()[name](), name=name)
    return tasks[name]


def say(*what):
    print(f"{(time.monotonic() - START) / UNIT:10.0f}", *what)


def names(ts):
    return sorted(x.get_name() for x in ts)
'''
MODES = {"first_completed": "FIRST_COMPLETED", "first_exception": "FIRST_EXCEPTION",
         "all_completed": "ALL_COMPLETED"}


def limit(word):
    return "None" if word == "-" else f"{word} * UNIT"


def many(words):
    return "[" + ", ".join(f't("{w}")' for w in words) + "]"


def lines_of(name, step):
    """The lines of one step, without its indentation."""
    w, op = step.words, step.op
    if op == "drain":
        plus = w.index("+") if "+" in w else len(w)
        return [f"pending, later = set({many(w[3:plus])}), {w[plus + 1:]!r}", "while pending:",
                f"    done, pending = await asyncio.wait(pending, timeout={limit(w[2])},",
                f"                                       return_when=asyncio.{MODES[w[1]]})",
                f'    say("{name}: done", names(done), "pending", names(pending))',
                "    if not done:", "        break",
                "    pending |= set(t(x) for x in later)", "    later = []"]
    if op == "completed":
        return [f"for step in asyncio.as_completed({many(w[1:])}, timeout={limit(w[0])}):",
                "    try:", f'        say("{name}: step", await step)',
                "    except Exception as e:", f'        say("{name}: step", repr(e))']
    if op == "collect":
        return [f"# while sets[{w[0]!r}] has members: its next finished one, "
                f"at most {w[1]} for each", "..."]
    if op in ("timeout", "group"):
        block = w[-1]
        scope = (f"asyncio.timeout({limit(w[0])}) as scopes[{block!r}]" if op == "timeout"
                 else f"asyncio.TaskGroup() as groups[{block!r}]")
        return [f"async with {scope}:", f'    say("{name}: {op}", await {block}())']
    return [{
        "return": lambda: f"return {w[0]}",
        "fail": lambda: f"raise Exception({w[0]!r})",
        "raise_cancelled": lambda: "raise asyncio.CancelledError",
        "reraise": lambda: "if caught: raise caught",
        "sleep": lambda: f"await asyncio.sleep({w[0]} * UNIT)",
        "forever": lambda: "await asyncio.Future()",
        "spawn": lambda: many(w),
        "cancel": lambda: f'say("{name}: cancel {w[0]}", t("{w[0]}").cancel())',
        "watch": lambda: f't("{w[0]}").add_done_callback(lambda _: say("{w[0]} done"))',
        "insert": lambda: f"sets.setdefault({w[0]!r}, []).extend({many(w[1:])})",
        "child": lambda: f"tasks[{w[1]!r}] = groups[{w[0]!r}].create_task({w[1]}())",
        "reschedule": lambda: f"scopes[{w[0]!r}].reschedule(" + (
            "None" if w[1] == "-" else f"asyncio.get_running_loop().time() + {w[1]} * UNIT") + ")",
        "join": lambda: f'say("{name}: join", await t("{w[0]}"))',
        "get": lambda: f'say("{name}: get", await asyncio.shield(t("{w[0]}")))',
        "shield": lambda: f'say("{name}: shield", await asyncio.shield(t("{w[0]}")))',
        "wait_for": lambda: f'say("{name}: wait_for", await asyncio.wait_for('
                            f't("{w[1]}"), {limit(w[0])}))',
        "wait": lambda: f'say("{name}: wait", *map(names, await asyncio.wait({many(w[2:])}, '
                        f'timeout={limit(w[1])}, return_when=asyncio.{MODES[w[0]]})))',
        "gather": lambda: f'say("{name}: gather", await asyncio.gather(*{many(w)}))',
        "gather_settled": lambda: f'say("{name}: gather", await asyncio.gather(*{many(w)}, '
                                  "return_exceptions=True))",
    }[op]()]


def program(script):
    out = [HEAD]
    for body in script.bodies:
        out += ["", f"async def {body.name}():", "    caught = None"]
        for step in body.steps:
            lines = lines_of(body.name, step)
            if step.tried:
                out += ["    try:"] + [f"        {line}" for line in lines]
                out += ["    except BaseException as e:", "        caught = e",
                        f'        say("{body.name}: {step.op}", repr(e))']
            else:
                out += [f"    {line}" for line in lines]
        out.append("")
    first = script.bodies[0].name
    out += ["", "async def main():", f'    await asyncio.wait([t("{first}")])',
            "    await asyncio.sleep(20_000 * UNIT)", "    for x in tasks.values():",
            "        say(x)", "", "", "asyncio.run(main())"]
    return "\n".join(out)


if __name__ == "__main__":
    for each in scenario.parse(sys.stdin.read()):
        print(program(each))
