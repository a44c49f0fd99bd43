"""A slice: the rows in which some columns have given values.

`profile` counts by slice, `measure` and `judge` carry the slice along, the API writes it as an object.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Slice:
    """Column values that a row must have; no pair at all means every row.

    Examples
    --------
    >>> Slice.of({"origin": "EWR"}).to_dict()
    {'origin': 'EWR'}
    >>> str(Slice())
    'all rows'
    """

    pairs: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Slice:
        """The slice of the given column values, whatever their order."""
        return cls(tuple(sorted(values.items())))

    def to_dict(self) -> dict[str, str]:
        """The pairs as an object, `{}` for all rows."""
        return dict(self.pairs)

    def __bool__(self) -> bool:
        return bool(self.pairs)

    def __str__(self) -> str:
        return ", ".join(f"{column} {value}" for column, value in self.pairs) or "all rows"


ALL_ROWS = Slice()
