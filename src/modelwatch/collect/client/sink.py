"""Where batches go: the protocol of a sink, what it is given and what it may answer.

The sender hands batches to a sink one after the other, and alone decides what follows from an answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol
from uuid import uuid4

if TYPE_CHECKING:
    import polars as pl


class Kind(StrEnum):
    """What the rows of a batch are; also the last part of their route."""

    PREDICTIONS = "predictions"
    LABELS = "labels"
    EVENTS = "events"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Batch:
    """Rows of one kind: each one JSON object, or all of them a table.

    `key` names the batch: it stays the same however often the batch is sent, so that it is taken once.
    """

    kind: Kind
    rows: tuple[bytes, ...] = ()
    table: pl.DataFrame | None = None
    key: str = field(default_factory=lambda: str(uuid4()))

    @property
    def count(self) -> int:
        """Number of rows."""
        return len(self.rows) if self.table is None else self.table.height

    @property
    def size_bytes(self) -> int:
        """About how much memory it takes."""
        return sum(map(len, self.rows)) if self.table is None else int(self.table.estimated_size())

    def halves(self) -> tuple[Batch, Batch]:
        """Two batches with the rows of this one, which has at least two."""
        middle = self.count // 2
        if self.table is None:
            return Batch(kind=self.kind, rows=self.rows[:middle]), Batch(kind=self.kind, rows=self.rows[middle:])
        first, second = self.table.head(middle), self.table.slice(middle)
        return Batch(kind=self.kind, table=first), Batch(kind=self.kind, table=second)


@dataclass(frozen=True, slots=True)
class Taken:
    """The rows are durable; so many of them were put in quarantine."""

    quarantined: int = 0


@dataclass(frozen=True, slots=True)
class Refused:
    """These rows will never be taken: sending them again is of no use."""

    reason: str


@dataclass(frozen=True, slots=True)
class TooLarge:
    """The rows may be taken in smaller batches."""

    reason: str


@dataclass(frozen=True, slots=True)
class Later:
    """The rows may be taken later, not before `after_seconds` if the receiver said so."""

    reason: str
    after_seconds: float | None = None


Answer = Taken | Refused | TooLarge | Later


class Sink(Protocol):
    """Takes batches, one at a time, from one thread."""

    def send(self, batch: Batch, *, timeout_seconds: float) -> Answer:
        """Send a batch and wait for what became of it, in each step at most `timeout_seconds`; never raises."""
        ...

    def close(self) -> None:
        """Let go of what it holds open; it may be used again."""
        ...
