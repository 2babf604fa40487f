# SPDX-License-Identifier: BSL-1.0
"""How a step or a task ended, and in which words both interpreters say so."""
import asyncio

import rules
from rules import Aborted, Boom

CANCELLED = (asyncio.CancelledError, Aborted)


def words_of(e, for_cancelled="cancelled"):
    if isinstance(e, CANCELLED):
        return for_cancelled
    if isinstance(e, BaseExceptionGroup):
        return f"group[{','.join(words_of(x, 'aborted') for x in rules.listed_once(e))}]"
    if isinstance(e, Boom):
        return f"error:{e}"
    return {TimeoutError: "timeout", RuntimeError: "refused",
            ValueError: "empty"}.get(type(e)) or f"unexpected {e!r}"
