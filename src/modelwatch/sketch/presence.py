"""The sketch of a column whose values are not compared yet (text, dates, embeddings): whether a value was there.

`measure` reads the missing share of such columns from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class PresenceSketch:
    """Rows with a value and rows without.

    Examples
    --------
    >>> PresenceSketch(9, 1).merge(PresenceSketch(5, 0))
    PresenceSketch(present=14, missing=1)
    """

    present: int = 0
    missing: int = 0

    @property
    def rows(self) -> int:
        """All rows."""
        return self.present + self.missing

    def merge(self, other: PresenceSketch) -> PresenceSketch:
        """The sketch of both sets of rows."""
        return PresenceSketch(self.present + other.present, self.missing + other.missing)

    def pack(self) -> list[Any]:
        """The two counts."""
        return [self.present, self.missing]

    @classmethod
    def unpack(cls, packed: list[Any]) -> PresenceSketch:
        """The sketch that `pack` wrote down."""
        return cls(*packed)
