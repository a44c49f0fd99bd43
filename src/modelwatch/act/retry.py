"""When to try again: exponential back-off with full jitter, up to a last attempt.

`deliver` asks it after each failure. Jitter keeps many messages from coming back to a weak channel together.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from modelwatch.domain.instants import HOUR, SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """The n-th wait is uniform in `[0, min(longest, first * 2**(n-1))]`, in microseconds.

    The defaults go on for a day on average, and give up within two hours once in ten million times.

    Examples
    --------
    >>> Retry(attempts=2).wait(2, Random(0)) is None
    True

    References
    ----------
    M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
    """

    attempts: int = 20
    first: int = 5 * SECOND
    longest: int = 6 * HOUR

    def wait(self, failures: int, random: Random) -> int | None:
        """Microseconds until the next attempt after so many failures; None when it was the last."""
        if failures >= self.attempts:
            return None
        return round(random.uniform(0, min(self.longest, self.first * 2 ** (failures - 1))))
