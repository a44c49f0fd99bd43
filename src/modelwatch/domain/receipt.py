"""What became of rows that were handed in: the answer of every way in.

`log` makes receipts, the command line and the API show them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why one row was quarantined: the row's number in its source, the field and the reason."""

    row: int
    field: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One thing that is wrong with quarantined rows: its kind, how many rows have it, and the first of them."""

    kind: str
    rows: int
    first: Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Counts of rows by what became of them.

    `faults` holds the first few quarantined rows, `causes` counts all of them by what is wrong, and `warnings`
    tell what a source lacks.
    """

    accepted: int = 0
    duplicates: int = 0
    quarantined: int = 0
    waiting: int = 0
    faults: tuple[Fault, ...] = ()
    causes: tuple[Cause, ...] = ()
    warnings: tuple[str, ...] = ()

    def __add__(self, other: Receipt) -> Receipt:
        return Receipt(
            accepted=self.accepted + other.accepted,
            duplicates=self.duplicates + other.duplicates,
            quarantined=self.quarantined + other.quarantined,
            waiting=self.waiting + other.waiting,
            faults=(self.faults + other.faults)[:20],
            causes=_merged(self.causes + other.causes),
            warnings=tuple(dict.fromkeys(self.warnings + other.warnings)),
        )

    @property
    def useless(self) -> bool:
        """Whether there were rows, and none of them is of any use."""
        return self.quarantined > 0 and not self.accepted and not self.duplicates

    @classmethod
    def total(cls, receipts: Iterable[Receipt]) -> Receipt:
        """The sum of many receipts."""
        result = cls()
        for receipt in receipts:
            result += receipt
        return result


def _merged(causes: Iterable[Cause]) -> tuple[Cause, ...]:
    """Causes of the same kind in the same field put together, the most frequent first."""
    found: dict[tuple[str, str], Cause] = {}
    for each in causes:
        key = (each.first.field, each.kind)
        known = found.get(key)
        found[key] = each if known is None else replace(known, rows=known.rows + each.rows)
    return tuple(sorted(found.values(), key=lambda cause: -cause.rows))
