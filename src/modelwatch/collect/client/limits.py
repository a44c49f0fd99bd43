"""How much a client keeps, how it cuts batches, and how it waits before it tries again.

Read by `sender`; whoever makes a client may give other figures.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from random import Random

from modelwatch.domain.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The figures of a client; all are positive.

    Parameters
    ----------
    batch_rows, batch_bytes
        A batch is sent once it has so many rows, and has at most so many bytes unless one row is larger.
    interval_seconds
        A batch that is not full is sent after so long.
    queue_bytes
        About how much memory waiting rows may take; what comes beyond it is dropped and counted.
    timeout_seconds
        How long connecting, sending and each wait for an answer may take.
    backoff_seconds, longest_backoff_seconds
        The wait after a first failure, which doubles up to the longest one.
    close_seconds
        How long closing, and so the end of the program, waits for rows to be sent.

    Examples
    --------
    >>> Limits(interval_seconds=0.2).batch_rows
    500
    """

    batch_rows: int = 500
    batch_bytes: int = 4 << 20
    interval_seconds: float = 1.0
    queue_bytes: int = 64 << 20
    timeout_seconds: float = 10.0
    backoff_seconds: float = 0.5
    longest_backoff_seconds: float = 60.0
    close_seconds: float = 5.0

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            if not value > 0:
                raise InputError(f"the limit {each.name} is {value!r}: give a number above 0")

    def backoff(self, failures: int, random: Random) -> float:
        """Seconds to wait after so many failures in a row: doubling, and spread so that clients do not come at once."""
        longest = min(self.backoff_seconds * 2.0 ** min(failures - 1, 60), self.longest_backoff_seconds)
        return longest * random.uniform(0.5, 1.0)
