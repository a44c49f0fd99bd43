"""What the client tells through logging: each kind of message at most once a minute.

All files of the client tell through it, so that a fault of every request is not a line for every request.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

LOGGER = logging.getLogger("modelwatch")
EVERY_SECONDS = 60.0


class Notices:
    """Warnings on the logger `modelwatch`, limited by kind.

    Parameters
    ----------
    clock
        Seconds that only go forward.

    Examples
    --------
    >>> notices = Notices(clock=lambda: 0.0)
    >>> notices.tell("full", "the queue is full")
    >>> notices.tell("full", "the queue is full")
    >>> notices.withheld("full")
    1
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last: dict[str, float] = {}
        self._withheld: dict[str, int] = {}

    def tell(self, kind: str, message: str) -> None:
        """Log a warning unless one of its kind was logged within the last minute."""
        now = self._clock()
        last = self._last.get(kind)
        if last is not None and now - last < EVERY_SECONDS:
            self._withheld[kind] = self.withheld(kind) + 1
            return
        self._last[kind] = now
        more = self._withheld.pop(kind, 0)
        LOGGER.warning("%s%s", message, f" (and {more} times more since this was last said)" if more else "")

    def withheld(self, kind: str) -> int:
        """How many of a kind were not logged since the last one that was."""
        return self._withheld.get(kind, 0)
