"""What became of the rows that a client was given, as counts.

`sender` keeps them; `Client.stats` hands out a copy.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """Counts of rows (predictions, labels and events together) since the client was made, or since a fork.

    `logged` is always `sent + dropped + queued`.

    Parameters
    ----------
    logged
        Rows that were handed in.
    sent
        Rows that the receiver has on disk, those it put in quarantine and those it knew included.
    dropped
        Rows that were lost: the queue was full, the receiver refused them, or time ran out at the end.
    queued
        Rows that wait or are on their way.
    queued_bytes
        About how much memory those take.
    retried
        How many times a batch was tried again.
    quarantined
        Rows that the receiver took and put in quarantine, since they do not fit the monitor.
    faults
        Values, features or results that could not be understood; their rows were logged without them, or with
        their text.
    last_error
        The last thing that went wrong, None if nothing has.
    """

    logged: int = 0
    sent: int = 0
    dropped: int = 0
    queued: int = 0
    queued_bytes: int = 0
    retried: int = 0
    quarantined: int = 0
    faults: int = 0
    last_error: str | None = None
