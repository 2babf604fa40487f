# SPDX-License-Identifier: BSL-1.0
"""An asyncio event loop whose time jumps to the next timer. One second of the loop is one unit of a
scenario, so that sums of times are exact."""
import asyncio
import random
import selectors


class JumpingSelector(selectors.SelectSelector):
    """Moves the loop's clock instead of sleeping, and stops a loop that has nothing left to do."""
    loop = None

    def select(self, timeout=None):
        if timeout is None:
            self.loop.stop()
        elif timeout > 0:
            self.loop.jump(timeout)
        return []


class Task(asyncio.Task):
    """Tells of a second cancel at one instant."""
    cancelled_at = None

    def cancel(self, msg=None):
        loop = self.get_loop()
        if asyncio.current_task(loop) is not self and not self.done():
            if self.cancelled_at == loop.now:
                loop.on_cancel_again()
            self.cancelled_at = loop.now
        return super().cancel(msg)


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self):
        self.now = 0
        self.live = {}
        self.ties = 0
        self.jitter = None
        selector = JumpingSelector()
        super().__init__(selector)
        selector.loop = self
        self.set_exception_handler(lambda loop, context: None)
        self.starting = False
        self.set_task_factory(VirtualLoop.start_task)
        self.on_cancel_again = lambda: None

    def begin(self, jitter=None):
        """A new run. With jitter, timers of one instant, and starts of tasks, come in one of the
        other orders that are legal: a little later, or some turns later."""
        self.now = 0  # small, or the loop's own resolution of 1e-9 is lost in rounding
        self.live.clear()
        self.ties = 0
        self.jitter = random.Random(jitter) if jitter is not None else None
        self.parts, self.hops = (1, 8) if (jitter or 0) % 2 else (2 + (jitter or 0) % 7, 1)

    def start_task(self, coro, **more):
        self.starting = True
        try:
            return Task(coro, loop=self, **more)
        finally:
            self.starting = False

    def call_soon(self, callback, *args, context=None):
        # The first turn of a task: also of one that is cancelled before it, and so never begins.
        if self.starting and self.jitter and self.jitter.random() < 0.25:
            hop = Hop(self, self.jitter.randrange(1, 8), callback, args, context)
            hop.handle = super().call_soon(hop, context=context)
            return hop.handle
        return super().call_soon(callback, *args, context=context)

    async def some_turns(self):
        if self.jitter and self.jitter.random() < 0.25:
            for _ in range(self.jitter.randrange(8)):
                await asyncio.sleep(0)

    def time(self):
        return self.now

    def jump(self, seconds):
        self.now += seconds
        # More than one timer of this instant: their order means nothing.
        self.ties += sum(not h.cancelled() for h in self.live.pop(self.now, [])) > 1

    def call_at(self, when, callback, *args, context=None):
        self.ties += when <= self.now  # meets whatever is ready
        if self.jitter:
            when += self.jitter.randrange(self.parts) / 2**16  # exact
            hop = Hop(self, self.jitter.randrange(self.hops), callback, args, context)
            hop.handle = super().call_at(when, hop, context=context)
            return hop.handle
        handle = super().call_at(when, callback, *args, context=context)
        if when > self.now:
            self.live.setdefault(when, []).append(handle)
        return handle


class Hop:
    """Some turns later, unless cancelled meanwhile."""

    def __init__(self, loop, turns, callback, args, context):
        self.loop, self.turns = loop, turns
        self.callback, self.args, self.context = callback, args, context

    def __call__(self):
        if self.handle.cancelled():
            return
        if self.turns == 0:
            return self.callback(*self.args)
        self.turns -= 1
        self.loop.call_soon(self, context=self.context)
