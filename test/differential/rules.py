# SPDX-License-Identifier: BSL-1.0
"""What our library does differently from asyncio on purpose, each decision encoded once, and what
Python 3.11 and 3.12 do differently from 3.13, which is our model.

Each rule says what one writes in asyncio to get our behaviour. A run with `on=False` is asyncio as
it is; a run with the rules on counts in `used` where a rule had an effect.
"""
import asyncio
import collections
import sys

from scopes import TaskGroup, Timeout


class Boom(Exception):
    """The error of bodies."""


class Aborted(Exception):
    """D10: a cancellation that nobody asked for."""


def listed_once(group):
    """TG6: an error that went from a child through the body counts once."""
    return {id(e): e for e in group.exceptions}.values()


class Rules:
    def __init__(self, loop, on):
        self.loop, self.on, self.used = loop, on, collections.Counter()
        self.requested, self.seen = set(), {}
        self.awaited = {}  # by body, what it waits for
        self.incomparable = None  # or why

    def is_awaited(self, name):
        return any(name in names for names in self.awaited.values())

    def note_cancel_again(self):
        # K5: asyncio's second request meets the first; ours goes through the task that passes it
        # on, and comes when the first has been delivered.
        self.incomparable = "one cause cancelled a task twice"

    def note_self_cancel(self):
        """A body that cancelled those who wait for it: asyncio cancels it inside its own call."""
        if self.cancelled():
            self.incomparable = "a body cancelled itself by way of others"

    # D19, D9, D14: no counter of cancellations. Whoever swallows a cancel takes it back, as ours
    # resets the coroutine's state; inside a scope the count belongs to the scope.
    def d19_reset(self, depth):
        task = asyncio.current_task()
        if depth == 0 and task.cancelling():
            self.requested.add(task)
            while task.cancelling():
                task.uncancel()
        self.seen[task] = task.cancelling()

    def scope_has_ended(self):
        """It took back its own requests."""
        task = asyncio.current_task()
        self.seen[task] = min(self.seen.get(task, 0), task.cancelling())

    def cancelled(self):
        """Whether this task was cancelled since its last step."""
        task = asyncio.current_task()
        return task.cancelling() > self.seen.get(task, 0)

    # D9: a coroutine stays cancelled until it is reset, however often it was cancelled by then.
    async def d9_one_cancel(self):
        if self.on and self.cancelled():
            try:
                await asyncio.sleep(0)
            except asyncio.CancelledError:
                self.used["D9"] += 1

    # D8: a poll of a set that finds nothing has nothing to cancel; the cancel comes at the next
    # step.
    async def d8_poll(self, tasks, limit, waiting):
        try:
            return await waiting
        except asyncio.CancelledError:
            if not self.on or limit is None or limit > 0 or any(t.done() for t in tasks):
                raise
            self.used["D8"] += 1
            self.cancel_again()
            return set(), set(tasks)

    # D8: a value is never thrown away for a late cancel.
    async def d8_keep_value(self):
        task = asyncio.current_task()
        if self.on and task.cancelling():
            try:
                await asyncio.sleep(0)
            except asyncio.CancelledError:
                self.used["D8"] += 1

    # D10: cancelled only if a cancel was requested, else failed.
    def d10_cancelled_or_failed(self):
        task = asyncio.current_task()
        if not self.on or task.cancelling() or task in self.requested:
            return asyncio.CancelledError()
        self.used["D10"] += 1
        return Aborted()

    # D8: what an operation has produced is delivered, and a late cancel comes at the next step.
    async def sleep(self, delay):
        over = self.loop.create_future()
        timer = self.loop.call_later(delay, lambda: over.done() or over.set_result(None))
        try:
            await over
        except asyncio.CancelledError:
            if not self.on or over.cancelled():
                raise
            self.used["D8"] += 1
            self.cancel_again()
        finally:
            timer.cancel()

    def cancel_again(self):
        task = asyncio.current_task()
        task.uncancel()
        task.cancel()

    # D5: a member that has ended beats the timer.
    async def next_of_set(self, growing, limit):
        try:
            async with self.timeout(limit):
                return await growing.finished.get()
        except TimeoutError:
            ended = [t for t in growing.members if t.done()]
            if not self.on or len(ended) != 1:
                raise
            self.used["D5"] += 1
            return ended[0]

    # D8: what a task ended with is not thrown away for a cancel that came after that.
    async def join(self, task):
        try:
            return await task
        except asyncio.CancelledError:
            if self.on and task.done() and not task.cancelled():
                self.used["D8"] += 1
                return task.result()
            raise

    # D15: the end of a block that never waited for anything is heard of a turn later.
    async def d15_end_of_block(self):
        if self.on:
            await asyncio.sleep(0)
            await self.loop.some_turns()

    # D15: a block is a task of its own; on an executor that never runs anything inline it starts a
    # turn later, and not at all when a cancel was there first.
    async def d15_start_of_block(self, lazy):
        if self.on and lazy:
            self.used["D15"] += 1
            await asyncio.sleep(0)
            self.used["D15"] -= 1

    # D18: get() does not pass a cancel on.
    def d18_get(self, task):
        if not self.on:
            return task
        self.used["D18"] += 1
        return asyncio.shield(task)

    # Before 3.12 wait_for dropped a value or an error that came out after a cancel (F13, F14, F17).
    # D5: a result beats the timer.
    async def wait_for(self, work, limit):
        if not self.on:
            return await asyncio.wait_for(work, limit)
        if sys.version_info < (3, 12):
            self.used["3.12: F13 F14 F17"] += 1
        work = asyncio.ensure_future(work)
        if limit is not None and limit <= 0 and not work.done():
            return await self.wait_for_cancelled(work)
        try:
            async with self.timeout(limit):
                return await work
        except TimeoutError:
            if work.done() and not work.cancelled() and not work.exception():
                self.used["D5"] += 1
                return work.result()
            raise

    # F12, F17: also here a cancel is passed on; asyncio goes away at once in this one case.
    async def wait_for_cancelled(self, work):
        work.cancel()
        try:
            return await work
        except asyncio.CancelledError:
            if self.cancelled():
                self.used["F12 F17 with limit 0"] += 1
                raise
            raise TimeoutError from None

    def timeout(self, limit):
        return Timeout(self, limit) if self.on else asyncio.timeout(limit)

    def task_group(self):
        return TaskGroup(self) if self.on else asyncio.TaskGroup()

    def child(self, group, name, play):
        return group.watched(name, play) if self.on else play()

    # D1: a scope is an operation of its own: a cancel that comes when it has ended, but before the
    # caller goes on, still cancels it.
    async def d1_end_of_scope(self):
        if self.on:
            try:
                await asyncio.sleep(0)
            except asyncio.CancelledError:
                self.used["D1"] += 1
                raise

    # D7: a cancelled gather waits for all, and then is cancelled.
    async def gather(self, work, settled):
        if not self.on:
            return await asyncio.gather(*work, return_exceptions=settled)
        tasks = [asyncio.ensure_future(w) for w in work]
        all_of_them = asyncio.gather(*tasks, return_exceptions=settled)
        error = asyncio.CancelledError()
        try:
            return await all_of_them
        except BaseException as e:
            if not self.cancelled():
                raise
            if not isinstance(e, asyncio.CancelledError):
                error = e
            elif self.failure_of(all_of_them):
                raise  # it was over, and waits for nobody
        while left := [t for t in tasks if not t.done()]:
            self.used["D7"] += 1
            try:
                await asyncio.wait(left)
            except asyncio.CancelledError:
                for t in left:
                    t.cancel()
        raise error

    @staticmethod
    def failure_of(future):
        """Its error, if it had one when the cancel came."""
        error = future.exception() if future.done() and not future.cancelled() else None
        return None if isinstance(error, asyncio.CancelledError) else error

    # D6: a step that was cancelled uses nothing up.
    async def completed(self, tasks, limit, tried, log, words_of, reset):
        deadline = None if limit is None else self.loop.time() + limit
        given = set()
        again = True
        while again:
            again = False
            left = [t for t in tasks if t not in given]
            ended = []
            for t in left:
                t.add_done_callback(ended.append)
            seen = 0
            limit = None if deadline is None else deadline - self.loop.time()
            for step in asyncio.as_completed(left, timeout=limit):
                try:
                    log(f"value:{await step}")
                except TimeoutError as e:
                    if not any(t.exception() is e for t in ended if not t.cancelled()):
                        raise  # not a task's own
                    log(words_of(e))
                except BaseException as e:
                    if not isinstance(e, asyncio.CancelledError) or not self.cancelled():
                        log(words_of(e))
                    elif not tried:
                        raise
                    else:
                        log("cancelled")
                        reset()
                        again = self.on
                        if again:
                            self.used["D6"] += 1
                            break
                        continue
                given.add(ended[seen] if seen < len(ended) else None)
                seen += 1
