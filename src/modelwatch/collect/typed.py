"""Columns of a source that knows no types, as the types their words spell.

For files whose meaning nobody has declared yet: `init` and `compare` look at CSV through it.
"""

from __future__ import annotations

import polars as pl

from modelwatch.collect.convert import MISSING_WORDS, convert
from modelwatch.domain.columns import ColumnKind

_EXACT = 2**53
_CODE = r"^[+-]?0\d"


def typed(frame: pl.DataFrame) -> pl.DataFrame:
    """Give every column of text the type that all of its words fit: numbers, true or false, times, or text.

    Digits with a leading zero, and whole numbers too long for a float, are codes and stay text.

    Examples
    --------
    >>> typed(pl.DataFrame({"temp": ["39.0", "NA"], "zip": ["08901", "10001"]})).schema
    Schema([('temp', Float64), ('zip', String)])
    """
    return frame.with_columns(_typed(column) for column in frame.iter_columns() if column.dtype == pl.String)


def _typed(column: pl.Series) -> pl.Series:
    words = column.filter(~column.str.strip_chars().is_in(MISSING_WORDS))
    if words.len() == words.null_count():
        return pl.repeat(None, column.len(), dtype=pl.Null, eager=True).alias(column.name)
    for kind in (ColumnKind.NUMERIC, ColumnKind.BOOLEAN, ColumnKind.DATETIME):
        converted = convert(column, kind, text=True)
        if converted.refused is None:
            codes = kind is ColumnKind.NUMERIC and _codes(words, converted.values)
            return column if codes else converted.values.alias(column.name)
    return column


def _codes(words: pl.Series, numbers: pl.Series) -> bool:
    largest = numbers.filter(numbers.is_finite()).abs().max()
    return bool(words.str.contains(_CODE).any()) or (isinstance(largest, float) and largest >= _EXACT)
