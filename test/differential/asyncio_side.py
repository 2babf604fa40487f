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
from asyncio_steps import GrowingSet, Steps
from rules import Aborted, Boom
from virtual_loop import VirtualLoop
from words import CANCELLED, words_of

# Steps that hand a cancel on to what they wait for.
PASSING_ON = ("join", "wait_for", "timeout", "group")


class Actor:
    def __init__(self):
        self.started = False
        self.handle = self.group = self.scope = None


class World(Steps):
    """What the bodies of one scenario share: the log, the tasks by name, open scopes, sets."""

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
                if (s.op in PASSING_ON if not error
                        else s.op != "group" or not isinstance(error, BaseExceptionGroup)):
                    await self.rules.d9_one_cancel()
                    self.rules.d19_reset(depth)
                else:
                    self.rules.scope_has_ended()
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
        try:
            await self.rules.sleep(1 + (number_of_body * 31 + number * 7) % 199)
            return None
        except asyncio.CancelledError as e:
            self.rules.d19_reset(depth)
            self.log(*at, "interrupted")
            error = e
        if at[1].endswith(":group"):  # it was at once, by TG9
            try:
                await self.rules.sleep(1 + (number_of_body * 31 + number * 7) % 199)
            except asyncio.CancelledError as e:
                self.rules.d19_reset(depth)
                error = e
        return error

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
