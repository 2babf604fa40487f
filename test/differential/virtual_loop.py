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

    def begin(self, jitter=None):
        """A new run. With jitter, some timers of one instant fire one after the other, in an order
        that the number decides: one of the orders that are legal."""
        self.now = 0  # small, or the loop's own resolution of 1e-9 is lost in rounding
        self.live.clear()
        self.ties = 0
        self.jitter = random.Random(jitter) if jitter is not None else None
        self.steps = 2 + (jitter or 0) % 7

    async def start_of_task(self):
        """With jitter the order of starts is another one, too."""
        if self.jitter and self.jitter.random() < 0.2:
            await asyncio.sleep(1 / 2**16)

    def time(self):
        return self.now

    def jump(self, seconds):
        self.now += seconds
        # More than one timer of this instant: their order means nothing.
        self.ties += sum(not h.cancelled() for h in self.live.pop(self.now, [])) > 1

    def call_at_or_soon(self, when, callback):
        if when > self.now:
            return self.call_at(when, callback)
        self.ties += 1  # meets whatever is ready
        return self.call_at(self.now + 1 / 2**16, callback) if self.jitter else self.call_soon(
            callback)

    def call_at(self, when, callback, *args, context=None):
        if self.jitter and when > self.now:
            when += self.jitter.randrange(self.steps) / 2**16  # exact
        handle = super().call_at(when, callback, *args, context=context)
        if when > self.now:
            self.live.setdefault(when, []).append(handle)
        return handle
