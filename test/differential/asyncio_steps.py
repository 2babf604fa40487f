# SPDX-License-Identifier: BSL-1.0
"""What each step is in asyncio. `wait_x` waits and gives the words for its end, `act_x` does not
wait; `s` is the step, `at` its name in the log, `depth` how many scopes of this task are around it.
"""
import asyncio

from words import words_of

MODES = {"first_completed": asyncio.FIRST_COMPLETED, "first_exception": asyncio.FIRST_EXCEPTION,
         "all_completed": asyncio.ALL_COMPLETED}


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


class Steps:
    # ---- that do not wait

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

    # ---- that wait for one

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

    # ---- that wait for several

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

    # ---- that take tasks in order of completion

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
