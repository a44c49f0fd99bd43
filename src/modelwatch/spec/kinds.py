"""The one rule that decides what kind a column is, from what it stores and which values it holds.

`infer` proposes kinds with it and `Monitor.resolve` uses it for `features: auto`, so both always agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from modelwatch.domain.columns import ColumnKind

MOST_CODES = 10
ROWS_PER_CODE = 10
FEWEST_TEXTS = 50


class Storage(StrEnum):
    """What a column stores; whole numbers may be stored as floats, as some libraries do if one is missing."""

    WHOLE = "whole numbers"
    FRACTION = "numbers"
    TRUTH = "true and false"
    WORD = "words of a fixed list"
    TEXT = "texts"
    TIME = "times"
    NOTHING = "no value at all"
    OTHER = "lists or other structures"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of one column; counts are None where only its type is known.

    `values` holds the distinct values in order where there are few, `low` and `high` the bounds of numbers;
    `spaced` tells whether a text has a space in it.
    """

    name: str
    storage: Storage
    rows: int | None = None
    missing: int = 0
    distinct: int | None = None
    values: tuple[bool | int | float | str, ...] = ()
    low: float | None = None
    high: float | None = None
    spaced: bool = False

    @property
    def present(self) -> int:
        """Rows with a value."""
        return (self.rows or 0) - self.missing

    @property
    def numeric(self) -> bool:
        """Whether the values are numbers."""
        return self.storage in (Storage.WHOLE, Storage.FRACTION)

    @property
    def unique(self) -> bool:
        """Whether every row has a value of its own."""
        return self.rows is not None and self.rows > 1 and self.missing == 0 and self.distinct == self.rows


# What a column may be declared as, by what it stores.
DECLARABLE: dict[Storage, tuple[ColumnKind, ...]] = {
    Storage.WHOLE: (ColumnKind.NUMERIC, ColumnKind.CATEGORICAL, ColumnKind.BOOLEAN),
    Storage.FRACTION: (ColumnKind.NUMERIC,),
    Storage.TRUTH: (ColumnKind.BOOLEAN, ColumnKind.CATEGORICAL, ColumnKind.NUMERIC),
    Storage.WORD: (ColumnKind.CATEGORICAL,),
    Storage.TEXT: (ColumnKind.CATEGORICAL, ColumnKind.TEXT, ColumnKind.DATETIME),
    Storage.TIME: (ColumnKind.DATETIME,),
    Storage.NOTHING: tuple(ColumnKind),
    Storage.OTHER: (),
}


def kind_of(facts: Facts, *, segment: bool = False) -> tuple[ColumnKind | None, str]:
    """The kind of a column with the reason in words; None if it cannot be watched.

    Whole numbers are codes, and so categorical, if there are two of them, or at most ten that each come ten
    times on average. Texts are categorical unless more than half of them, and more than fifty, are different.

    Parameters
    ----------
    facts
        What is known of the column. Without counts, whole numbers are numeric and texts categorical.
    segment
        Whether the column is used for segments: its whole numbers are then codes in any case.

    Examples
    --------
    >>> weekday = Facts(name="weekday", storage=Storage.WHOLE, rows=700, distinct=7)
    >>> kind_of(weekday)
    (<ColumnKind.CATEGORICAL: 'categorical'>, '7 different whole numbers: codes, not amounts')
    """
    match facts.storage:
        case Storage.NOTHING | Storage.OTHER:
            return None, f"holds {facts.storage}"
        case Storage.WHOLE if segment:
            return ColumnKind.CATEGORICAL, "whole numbers that name segments"
        case Storage.WHOLE if _codes(facts.distinct or 0, facts.present):
            return ColumnKind.CATEGORICAL, f"{_count(facts)}: codes, not amounts"
        case Storage.WHOLE:
            return ColumnKind.NUMERIC, _count(facts)
        case Storage.TEXT if (facts.distinct or 0) > max(FEWEST_TEXTS, facts.present / 2):
            return ColumnKind.TEXT, "over half of the texts are different"
        case Storage.TEXT | Storage.WORD:
            return ColumnKind.CATEGORICAL, _count(facts)
        case Storage.FRACTION:
            return ColumnKind.NUMERIC, str(facts.storage)
        case Storage.TRUTH:
            return ColumnKind.BOOLEAN, str(facts.storage)
        case Storage.TIME:
            return ColumnKind.DATETIME, str(facts.storage)


def _codes(distinct: int, present: int) -> bool:
    return distinct == 2 or (2 < distinct <= MOST_CODES and present >= ROWS_PER_CODE * distinct)


def _count(facts: Facts) -> str:
    if facts.distinct == 1:
        return "only ever one value"
    return str(facts.storage) if facts.distinct is None else f"{facts.distinct} different {facts.storage}"
