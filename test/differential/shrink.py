# SPDX-License-Identifier: BSL-1.0
"""Makes a scenario that fails as small as it can be while it still fails."""
import copy
import re
import time

from scenario import LEAST


def without(items, start, length):
    return items[:start] + items[start + length:]


def smaller(script):
    """Scenarios that are one change smaller, the boldest first."""
    n = len(script.bodies)
    for length in (n // 2, 1):
        for i in range(1, n, max(length, 1)):
            if length:
                yield changed(script, lambda s: s.bodies.__setitem__(
                    slice(None), without(s.bodies, i, length)))
    for b, body in enumerate(script.bodies):
        for length in (len(body.steps) // 2, 1):
            for i in range(0, len(body.steps), max(length, 1)):
                if length:
                    yield changed(script, lambda s: s.bodies[b].steps.__setitem__(
                        slice(None), without(s.bodies[b].steps, i, length)))
    for b, body in enumerate(script.bodies):
        for i, step in enumerate(body.steps):
            yield from smaller_steps(script, b, i, step)
    if "lazy" in script.flags:
        yield changed(script, lambda s: s.flags.remove("lazy"))


def smaller_steps(script, b, i, step):
    def with_step(change):
        return changed(script, lambda s: change(s.bodies[b].steps[i]))

    if step.tried:
        yield with_step(lambda s: setattr(s, "tried", False))
    for w, word in enumerate(step.words):
        if re.fullmatch(r"[a-z+]", word) and len(step.words) > LEAST.get(step.op, 0):
            yield with_step(lambda s: s.words.pop(w))
        if re.fullmatch(r"\d{3,}", word):
            # Still a time of its own.
            yield with_step(lambda s: s.words.__setitem__(w, str(int(word) // 10)))
    if step.op in ("wait", "drain") and "all_completed" not in step.words:
        yield with_step(lambda s: s.words.__setitem__(
            s.op == "drain", "all_completed"))


def changed(script, change):
    s = copy.deepcopy(script)
    change(s)
    return s


def shrink(script, fails, seconds=15):
    """`fails` takes scenarios and says of each whether it fails. What it has got to when the time
    is up is the answer."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        candidates = list(smaller(script))
        for start in range(0, len(candidates), 32):
            some = candidates[start:start + 32]
            failing = [s for s, failed in zip(some, fails(some), strict=True) if failed]
            if failing:
                script = failing[0]
                break
        else:
            break
    return script
