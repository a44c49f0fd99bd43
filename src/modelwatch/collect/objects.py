"""Columns from Python values, as JSON and object columns of pandas bring them.

Values of one type become a column of that type. Where types are mixed the values stay objects, to be judged
one by one by `convert`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, cast

import numpy as np
import polars as pl

from modelwatch.collect.layout import INSTANT
from modelwatch.domain.instants import to_us

_EXACT_FLOAT = 2**53
_INT64, _INT128 = 2**63, 2**127


def column_of(name: str, values: Sequence[Any]) -> pl.Series:
    """A column of Python values.

    Whole numbers among fractions become floats where that loses nothing. Half of a surrogate pair, which
    UTF-8 cannot hold, becomes its escape: distinct values stay distinct.

    Examples
    --------
    >>> column_of("temp", [1, 2.5, None]).dtype, column_of("temp", [1, "x"]).dtype
    (Float64, Object)
    """
    types: set[type[Any]] = set(map(type, values)) - {type(None)}
    if not types:
        return pl.Series(name, values, dtype=pl.Null)
    if types == {str}:
        return _text(name, values)
    if _all(types, bool, np.bool_):
        return pl.Series(name, values, dtype=pl.Boolean)
    if types == {float}:
        return pl.Series(name, values, dtype=pl.Float64)
    if _all(types, int, float, np.number, Decimal) and not _any(types, bool):
        return _numbers(name, values, types)
    if _all(types, datetime):
        return pl.Series(name, [None if each is None else _micros(each) for each in values]).cast(INSTANT)
    if types == {date}:
        return pl.Series(name, values, dtype=pl.Date)
    return pl.Series(name, [_printable(value) for value in values], dtype=pl.Object)


def _all(types: Iterable[type[Any]], *bases: type[Any]) -> bool:
    return all(issubclass(each, bases) for each in types)


def _any(types: Iterable[type[Any]], base: type[Any]) -> bool:
    return any(issubclass(each, base) for each in types)


def _text(name: str, values: Sequence[Any]) -> pl.Series:
    try:
        return pl.Series(name, values, dtype=pl.String)
    except UnicodeEncodeError:
        return pl.Series(name, [_printable(value) for value in values], dtype=pl.String)


def _printable(value: object) -> object:
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value


def _numbers(name: str, values: Sequence[Any], types: set[type[Any]]) -> pl.Series:
    whole: list[int] = [int(cast("Any", value)) for value in values if isinstance(value, int | np.integer)]
    largest = max((abs(value) for value in whole), default=0)
    if _all(types, int, np.integer):
        if largest >= _INT128:
            return pl.Series(name, values, dtype=pl.Object)
        integers = [None if value is None else int(value) for value in values]
        return pl.Series(name, integers, dtype=pl.Int64 if largest < _INT64 else pl.Int128)
    if largest > _EXACT_FLOAT:
        return pl.Series(name, values, dtype=pl.Object)
    return pl.Series(name, [None if value is None else float(value) for value in values], dtype=pl.Float64)


def _micros(moment: datetime) -> int:
    return to_us(moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment)
