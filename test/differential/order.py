# SPDX-License-Identifier: BSL-1.0
"""D3: asyncio gives sets, we promise an order. Checks it in a log of ours.

done: what had ended before the wait first, in input order, then by time of its end.
pending: in input order.
"""
import re

SPLIT = re.compile(r"\(since (\d+)\) (?:round )?done(.*) pending(.*)")


def problems(script, lines):
    """What is out of order, in words."""
    ended = {who: t for t, who, what, _ in lines if what == "end"}
    found = []
    for t, who, what, text in lines:
        match = SPLIT.fullmatch(text)
        if not match:
            continue
        number, op = what.split(":")
        words = script.bodies[script.index(who)].steps[int(number)].words
        given = list(dict.fromkeys(words[2:] if op == "wait" else words[3:]))
        start = int(match[1])
        done, pending = match[2].split(), match[3].split()
        place = {name: i for i, name in enumerate(given)}
        if pending != sorted(pending, key=place.get):
            found.append(f"{t} {who} {what}: pending is not in input order: {pending}")
        # A task that never began has no end in the log.
        done = [name for name in done if name in ended and ended[name] != start]
        right = sorted(done, key=lambda name: (0, place[name]) if ended[name] < start
                       else (1, ended[name]))
        if done != right:
            found.append(f"{t} {who} {what}: done is {done}, not in order of completion {right}")
    return found
