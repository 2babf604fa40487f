# SPDX-License-Identifier: BSL-1.0
"""Time limits and task groups as Python 3.13 has them, with our decisions."""
import asyncio
import sys


class Timeout:
    """3.13: O12, judged against the requests there were on entry. D19: but without those that have
    not been delivered yet, since they will hit the block."""

    def __init__(self, rules, limit):
        self.rules, self.loop = rules, rules.loop
        self.limit, self.timer, self.state = limit, None, "open"

    async def __aenter__(self):
        self.task = asyncio.current_task()
        self.before = self.rules.seen.get(self.task, 0)
        self.undelivered = self.task.cancelling() > self.before
        self.reschedule(None if self.limit is None else self.loop.time() + self.limit)
        return self

    def reschedule(self, when):
        if self.state != "open":
            raise RuntimeError(self.state)
        if self.timer:
            self.timer.cancel()
        self.timer = None if when is None else self.loop.call_at(when, self.expire)

    def expire(self):
        self.state = "expired"
        self.task.cancel()

    async def __aexit__(self, kind, error, trace):
        if self.timer:
            self.timer.cancel()
        if self.state != "expired":
            self.state = "ended"
        elif self.task.uncancel() <= self.before and kind is asyncio.CancelledError:
            if self.before and sys.version_info < (3, 13):
                self.rules.used["3.13: O12"] += 1
            try:
                await asyncio.sleep(0)  # its cancel may still be on its way, see sleep()
            except asyncio.CancelledError:
                pass
            raise TimeoutError
        elif self.undelivered:
            self.rules.used["D19"] += 1


class TaskGroup(asyncio.TaskGroup):
    """3.13: TG9, TG15: an outside cancel survives the group's error, its own cancel does not."""

    def __init__(self, rules):
        super().__init__()
        self.rules, self.body_ended, self.leak, self.abort = rules, False, 0, 0

    async def watched(self, name, play):
        try:
            return await play()
        except Exception:
            if self.task.cancelling() > self.before:
                pass  # not the cause
            elif self.body_ended:
                self.leak = 1
            else:
                self.abort = 1
                if self.rules.is_awaited(name):
                    # TG6: asyncio cancels at once, we by a post, and the error may be there first.
                    self.rules.incomparable = "a child of a group failed while somebody awaited it"
            raise

    async def __aenter__(self):
        self.task = asyncio.current_task()
        self.before = self.task.cancelling()
        return await super().__aenter__()

    async def __aexit__(self, kind, error, trace):
        self.body_ended = kind is None
        if self.task.cancelling() > self.before + self.abort:
            # In asyncio the children hear of it when the cancel leaves the body; if the body
            # swallows it, never. Our group is cancelled as a whole.
            self.rules.incomparable = "the owner of a group was cancelled in its body"
        try:
            return await super().__aexit__(kind, error, trace)
        except BaseExceptionGroup:
            if sys.version_info < (3, 13):
                self.repair()
            elif 0 < self.task.cancelling() <= self.before:
                await self.d14_take_back()
            raise

    async def d14_take_back(self):
        """D14: 3.13 repeats a cancel that was swallowed before the group began."""
        try:
            await asyncio.sleep(0)
        except asyncio.CancelledError:
            self.rules.used["D14"] += 1

    def repair(self):
        if self.leak:
            self.rules.used["3.13: TG15"] += 1
            self.task.uncancel()
        if self.task.cancelling() > self.before:
            self.rules.used["3.13: TG9"] += 1
            self.task.uncancel()
            self.task.cancel()
