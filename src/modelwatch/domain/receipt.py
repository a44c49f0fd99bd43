"""What became of rows that were handed in: the answer of every way in.

`log` makes receipts, the command line and the API show them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why one row was quarantined: the row's number in its source, the field and the reason."""

    row: int
    field: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Counts of rows by what became of them; `faults` holds the first few quarantined rows."""

    accepted: int = 0
    duplicates: int = 0
    quarantined: int = 0
    waiting: int = 0
    faults: tuple[Fault, ...] = ()

    def __add__(self, other: Receipt) -> Receipt:
        return Receipt(
            accepted=self.accepted + other.accepted,
            duplicates=self.duplicates + other.duplicates,
            quarantined=self.quarantined + other.quarantined,
            waiting=self.waiting + other.waiting,
            faults=(self.faults + other.faults)[:20],
        )

    @classmethod
    def total(cls, receipts: Iterable[Receipt]) -> Receipt:
        """The sum of many receipts."""
        result = cls()
        for receipt in receipts:
            result += receipt
        return result
