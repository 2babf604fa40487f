#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Runs scenarios through asyncio on virtual time and gives their logs; asio_side.cpp does the same
through asio_wait.

usage: asyncio_side.py [--plain] < scenarios
"""
import asyncio
import collections
import sys

import rules
import scenario
from rules import Aborted, Boom
from virtual_loop import VirtualLoop

CANCELLED = (asyncio.CancelledError, Aborted)
PASSING_ON = ("join", "wait_for", "timeout", "group")
MODES = {"first_completed": asyncio.FIRST_COMPLETED, "first_exception": asyncio.FIRST_EXCEPTION,
         "all_completed": asyncio.ALL_COMPLETED}


def words_of(e, for_cancelled="cancelled"):
    if isinstance(e, CANCELLED):
        return for_cancelled
    if isinstance(e, BaseExceptionGroup):
        return f"group[{','.join(words_of(x, 'aborted') for x in rules.listed_once(e))}]"
    if isinstance(e, Boom):
        return f"error:{e}"
    return {TimeoutError: "timeout", RuntimeError: "refused",
            ValueError: "empty"}.get(type(e)) or f"unexpected {e!r}"


def words_of_task(t):
    if t.cancelled():
        return "cancelled"
    return words_of(t.exception()) if t.exception() else f"value:{t.result()}"


class Actor:
    def __init__(self):
        self.started = False
        self.handle = self.group = self.scope = None


class GrowingSet:
    """The usual idiom: done callbacks into a queue."""

    def __init__(self):
        self.members, self.finished, self.busy = set(), asyncio.Queue(), False

    def insert(self, t):
        if t not in self.members:
            self.members.add(t)
            if t.done():
                self.finished.put_nowait(t)
            else:
                t.add_done_callback(self.finished.put_nowait)


class World:
    def __init__(self, script, loop, decisions):
        self.script, self.loop, self.rules = script, loop, rules.Rules(loop, decisions)
        self.actors = {b.name: Actor() for b in script.bodies}
        self.sets = collections.defaultdict(GrowingSet)
        self.waited = set()
        self.lines, self.start = [], loop.now

    # ---- log

    def now(self):
        return int(self.loop.now - self.start)

    def log(self, who, what, text):
        if self.lines is not None:
            self.lines.append((self.now(), who, what, text))

    def limit(self, word):
        self.loop.ties += word == "0"  # meets whatever is ready
        return None if word == "-" else int(word)

    # ---- tasks by name

    def handle(self, name):
        a = self.actors.get(name)
        if a is not None and not a.started:
            a.started = True
            a.handle = self.loop.create_task(self.play(name, 0), name=name)
        return a.handle if a is not None else None

    def handles(self, names):
        return [t for t in map(self.handle, names) if t is not None]

    def names(self, tasks):
        return "".join(f" {t.get_name()}" for t in tasks)

    # ---- bodies

    async def play(self, name, depth):
        """depth: how many scopes of the same task are around it."""
        if depth == 0:
            await self.loop.some_turns()
        self.log(name, "begin", "")
        self.waited.discard(name)
        try:
            value = await self.steps(name, depth)
        except BaseException as e:
            self.log(name, "end", words_of(e))
            if depth and name not in self.waited:
                await self.rules.d15_end_of_block()
            if depth == 0 and isinstance(e, CANCELLED):
                raise self.rules.d10_cancelled_or_failed()
            raise
        self.log(name, "end", f"value:{value}")
        if depth == 0:
            await self.rules.d8_keep_value()
        return value

    async def steps(self, name, depth):
        number_of_body = self.script.index(name)
        swallowed = None
        for number, s in enumerate(self.script.bodies[number_of_body].steps):
            at = (name, f"{number}:{s.op}")
            error = None
            if s.op == "return":
                return int(s.words[0])
            if s.op == "fail":
                raise Boom(s.words[0])
            if s.op == "raise_cancelled":
                raise asyncio.CancelledError
            if s.op == "reraise":
                if swallowed:
                    raise swallowed
            elif s.op in ("sleep", "forever"):
                self.waited.add(name)
                try:
                    await (self.rules.sleep(int(s.words[0])) if s.op == "sleep"
                           else self.loop.create_future())
                except asyncio.CancelledError as e:
                    error = e
                    if s.tried:
                        self.rules.d19_reset(depth)
            elif hasattr(self, f"wait_{s.op}"):
                start = self.now()
                self.rules.awaited[name] = s.words
                try:
                    text = await getattr(self, f"wait_{s.op}")(s, at, depth)
                except BaseException as e:
                    error = asyncio.CancelledError() if isinstance(e, Aborted) else e
                    text = words_of(error)
                try:
                    await self.loop.some_turns()
                except asyncio.CancelledError as e:
                    error, text = e, words_of(e)
                self.rules.awaited.pop(name)
                self.log(*at, f"(since {start}) {text}")
                self.waited.add(name)
                # As in asio_side: a cancel that a step passed on or ended by is used up; behind the
                # error of a group it stays (TG9).
                if (not isinstance(error, BaseExceptionGroup) if error else s.op in PASSING_ON):
                    await self.rules.d9_one_cancel()
                    self.rules.d19_reset(depth)
                leaves = depth and isinstance(error, asyncio.CancelledError) and not s.tried
                if not leaves:
                    error = await self.pause(number_of_body, number, at, depth) or error
            else:
                getattr(self, f"act_{s.op}")(s, at)
                if s.op == "cancel" and s.words[0] != name:
                    self.rules.note_self_cancel()
                    error = await self.pause(number_of_body, number, at, depth)
            if error:
                swallowed = error
                if not s.tried:
                    raise error
        return number_of_body

    async def pause(self, number_of_body, number, at, depth):
        """So that what others do now, and what this body does next, have instants of their own."""
        start = self.now()
        try:
            await self.rules.sleep(1 + (number_of_body * 31 + number * 7) % 199)
        except asyncio.CancelledError as e:
            self.loop.ties += self.now() == start  # there was none
            self.rules.d19_reset(depth)
            self.log(*at, "interrupted")
            return e
        return None

    # ---- steps that do not wait

    def act_spawn(self, s, at):
        self.handles(s.words)

    def act_cancel(self, s, at):
        a = self.actors.get(s.words[0])
        self.log(*at, str(a.handle.cancel()).lower() if a and a.handle else "nobody")

    def act_watch(self, s, at):
        t = self.handle(s.words[0])
        if t:
            who = f"{s.words[0]}~{at[0]}{at[1].partition(':')[0]}"
            t.add_done_callback(lambda t: self.log(who, "watch", "done"))

    def act_insert(self, s, at):
        for t in self.handles(s.words[1:]):
            self.sets[s.words[0]].insert(t)

    def act_child(self, s, at):
        parent, a = (self.actors.get(w) for w in s.words[:2])
        if parent is None or parent.group is None or a is None or a.started:
            return self.log(*at, "nobody")
        coroutine = self.rules.child(parent.group, s.words[1],
                                     lambda: self.play(s.words[1], 0))
        try:
            a.handle = parent.group.create_task(coroutine, name=s.words[1])
            a.started = True
        except RuntimeError as e:
            coroutine.close()
            self.log(*at, words_of(e))

    def act_reschedule(self, s, at):
        a = self.actors.get(s.words[0])
        if a is None or a.scope is None:
            return self.log(*at, "nobody")
        limit = None if s.words[1] == "-" else self.loop.time() + int(s.words[1])
        try:
            a.scope.reschedule(limit)
            self.log(*at, "moved")
        except RuntimeError as e:
            self.log(*at, words_of(e))

    # ---- steps that wait for one

    async def wait_join(self, s, at, depth):
        t = self.handle(s.words[0])
        return f"value:{await self.rules.join(t)}" if t else "nobody"

    async def wait_get(self, s, at, depth):
        t = self.handle(s.words[0])
        return f"value:{await self.rules.d18_get(t)}" if t else "nobody"

    async def wait_shield(self, s, at, depth):
        t = self.handle(s.words[0])
        return f"value:{await asyncio.shield(t)}" if t else "nobody"

    async def wait_wait_for(self, s, at, depth):
        limit, name = self.limit(s.words[0]), s.words[1]
        a = self.actors.get(name)
        if a is not None and not a.started:
            a.started = True
            return f"value:{await self.rules.wait_for(self.play(name, 0), limit)}"
        t = self.handle(name)
        return f"value:{await self.rules.wait_for(t, limit)}" if t else "nobody"

    async def wait_timeout(self, s, at, depth):
        a = self.actors.get(s.words[1])
        if a is None or a.started:
            return "nobody"
        a.started = True
        await self.rules.d15_start_of_block("lazy" in self.script.flags)
        async with self.rules.timeout(self.limit(s.words[0])) as a.scope:
            value = await self.play(s.words[1], depth + 1)
        await self.rules.d1_end_of_scope()
        return f"value:{value}"

    async def wait_group(self, s, at, depth):
        a = self.actors.get(s.words[0])
        if a is None or a.started:
            return "nobody"
        a.started = True
        await self.rules.d15_start_of_block("lazy" in self.script.flags)
        value = None
        async with self.rules.task_group() as a.group:
            value = await self.play(s.words[0], depth + 1)
        await self.rules.d1_end_of_scope()
        return f"value:{value}"

    # ---- steps that wait for several

    async def wait_wait(self, s, at, depth):
        tasks = self.handles(s.words[2:])
        done, pending = await asyncio.wait(tasks, return_when=MODES[s.words[0]],
                                           timeout=self.limit(s.words[1]))
        return f"done{self.names(done)} pending{self.names(pending)}"

    async def wait_drain(self, s, at, depth):
        plus = s.words.index("+") if "+" in s.words else len(s.words)
        pending, grown = set(self.handles(s.words[3:plus])), False
        known = set(pending)
        while pending:
            start = self.now()
            limit = self.limit(s.words[2])
            waiting = asyncio.wait(pending, return_when=MODES[s.words[1]], timeout=limit)
            done, pending = await (waiting if s.words[0] == "vector" else
                                   self.rules.d8_poll(pending, limit, waiting))
            self.log(*at, f"(since {start}) round done{self.names(done)} "
                          f"pending{self.names(pending)}")
            if not done:
                break
            if not grown:
                grown = True
                pending |= set(self.handles(s.words[plus + 1:])) - known
        return "drained"

    async def wait_gather(self, s, at, depth):
        actors = [self.actors.get(w) for w in s.words]
        if s.words and all(a is not None and not a.started for a in actors):
            todo = []
            for name, a in zip(s.words, actors):
                if not a.started:
                    a.started = True
                    todo.append(self.play(name, 0))
        else:
            todo = self.handles(s.words)
        values = await self.rules.gather(todo, False)
        return "values" + "".join(f" {v}" for v in values)

    async def wait_gather_settled(self, s, at, depth):
        results = await self.rules.gather(self.handles(s.words), True)
        return "values" + "".join(
            f" {words_of(r) if isinstance(r, BaseException) else r}" for r in results)

    # ---- steps that take tasks in order of completion

    async def wait_completed(self, s, at, depth):
        tasks = self.handles(s.words[1:])
        await self.rules.completed(
            tasks, self.limit(s.words[0]), s.tried,
            lambda outcome: self.log(*at, f"step {outcome}"), words_of,
            lambda: self.rules.d19_reset(depth))
        return "completed"

    async def wait_collect(self, s, at, depth):
        growing = self.sets[s.words[0]]
        if growing.busy:
            return "busy"
        growing.busy = True
        try:
            while growing.members:
                self.rules.awaited[at[0]] = [t.get_name() for t in growing.members]
                t = await self.rules.next_of_set(growing, self.limit(s.words[1]))
                if t in growing.members:
                    growing.members.discard(t)
                    self.log(*at, f"step {t.get_name()}")
        finally:
            growing.busy = False
        return "collected"

    # ---- all

    def run(self):
        asyncio.set_event_loop(self.loop)
        if self.script.bodies:
            self.loop.call_soon(self.handle, self.script.bodies[0].name)
        self.loop.run_forever()
        states = []
        for name, a in self.actors.items():
            t = a.handle
            if t is None:
                continue
            state = ("pending" if not t.done() else "cancelled" if t.cancelled() else
                     f"value:{t.result()}" if not t.exception() else
                     f"failed {words_of(t.exception(), 'aborted')}")
            states.append(f"state {name} {state}")
        lines, self.lines = self.lines, None
        self.loop.on_cancel_again = lambda: None
        self.clean_up()
        # A body that ends at once meets whatever else happens then: turns have no order of ours.
        begun = {(t, who) for t, who, what, _ in lines if what == "begin"}
        self.loop.ties += any(what == "end" and (t, who) in begun for t, who, what, _ in lines)
        return lines, states

    def clean_up(self):
        for _ in range(200):
            left = asyncio.all_tasks(self.loop)
            if not left:
                return
            for t in left:
                t.cancel()
            self.loop.run_forever()
        raise RuntimeError("a scenario does not end")


class Runner:
    """Runs scenarios one after the other on one loop."""

    def __init__(self):
        self.loop = VirtualLoop()

    def run(self, script, decisions=True, jitter=None):
        """Its log, its final states, whether timers met, and which rules it used how often."""
        self.loop.begin(jitter)
        world = World(script, self.loop, decisions)
        self.loop.on_cancel_again = world.rules.note_cancel_again
        lines, states = world.run()
        self.incomparable = world.rules.incomparable
        return lines, states, self.loop.ties, world.rules.used


def main():
    runner = Runner()
    for script in scenario.parse(sys.stdin.read()):
        lines, states, ties, used = runner.run(script, "--plain" not in sys.argv)
        print("scenario", script.name)
        for line in lines:
            print(*line)
        print(*states, sep="\n")
        print(f"# {ties} instants with more than one timer; rules: {dict(used)}")
        print("end")


if __name__ == "__main__":
    main()
