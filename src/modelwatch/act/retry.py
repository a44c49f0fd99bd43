"""When to try again: the waits that Standard Webhooks recommends, over three days, with jitter.

`deliver` asks it after each failure. Jitter keeps many messages from coming back to a weak endpoint together.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from modelwatch.domain.instants import DAY, HOUR, MINUTE, SECOND

LONGEST_ASKED = DAY
"""What the other side may ask for at most: nobody is left without news for longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """Waits after the first failure, the second and so on, in microseconds, each up to `jitter` longer.

    Examples
    --------
    >>> Retry(waits=(SECOND,)).wait(2, Random(0)) is None
    True

    References
    ----------
    Standard Webhooks, specification, "Deliverability and reliability".
    """

    waits: tuple[int, ...] = (
        5 * SECOND,
        5 * MINUTE,
        30 * MINUTE,
        2 * HOUR,
        5 * HOUR,
        10 * HOUR,
        14 * HOUR,
        20 * HOUR,
        24 * HOUR,
    )
    jitter: float = 0.1

    def wait(self, failures: int, random: Random, *, asked: int = 0) -> int | None:
        """Microseconds until the next attempt after so many failures, at least those asked for; None: no more."""
        if failures > len(self.waits):
            return None
        usual = self.waits[failures - 1] * (1 + random.uniform(0, self.jitter))
        return max(round(usual), min(asked, LONGEST_ASKED))
