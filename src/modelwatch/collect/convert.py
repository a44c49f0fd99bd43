"""Columns of any source as columns of a declared kind; what does not fit is refused with a reason.

`canonical` calls it for every declared column. What becomes of a value depends on the value alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, cast

import numpy as np
import polars as pl

from modelwatch.collect.instants import instants
from modelwatch.collect.layout import KIND_TYPES
from modelwatch.collect.objects import column_of
from modelwatch.collect.refusal import Converted, blank, nothing, refuse
from modelwatch.collect.row_json import number_text
from modelwatch.domain.columns import ColumnKind

# CSV has no other way to say "no number here". Categories and text keep these words: NA may be Namibia.
MISSING_WORDS = ("", "NA", "N/A", "null", "NULL", "None")
_TRUTHS = {
    "true": True,
    "t": True,
    "yes": True,
    "1": True,
    "false": False,
    "f": False,
    "no": False,
    "0": False,
}
_HUGE = 10**300


def convert(column: pl.Series, kind: ColumnKind, *, text: bool = False) -> Converted:
    """Convert one column of a source to a declared kind.

    Parameters
    ----------
    column
        A column of any type; one of Python objects is taken value by value.
    text
        Whether the source knows no types (CSV), so that text is read as what was declared.

    Returns
    -------
    Converted
        Numbers as float64 (booleans as 0 and 1); categories as text, whole numbers without a fraction and NaN
        as null; times in UTC.

    Examples
    --------
    >>> convert(pl.Series([1.0, 2.5]), ColumnKind.CATEGORICAL).values.to_list()
    ['1', '2.5']
    >>> convert(pl.Series(["7", "x"]), ColumnKind.NUMERIC, text=True).refused.to_list()
    [None, "'x' is not a number"]
    """
    if column.dtype == pl.Object:
        return _by_type(column, kind, text=text)
    if isinstance(column.dtype, pl.Categorical | pl.Enum):
        column = column.cast(pl.String)
    elif column.dtype == pl.Decimal:
        column = column.cast(pl.Float64)
    elif column.dtype == pl.Null:
        return Converted(column.cast(KIND_TYPES[kind]))
    return _CONVERTERS[kind](column, text)


def _numeric(column: pl.Series, text: bool) -> Converted:
    if column.dtype.is_numeric() or column.dtype == pl.Boolean:
        return Converted(column.cast(pl.Float64))
    if column.dtype == pl.String and text:
        written = _words(column)
        return refuse(written.cast(pl.Float64, strict=False), written, "{} is not a number")
    return _refuse_all(column, ColumnKind.NUMERIC, "{} is {type} where a number is declared")


def _categorical(column: pl.Series, _: bool) -> Converted:
    kind = column.dtype
    if kind == pl.String:
        return Converted(column)
    if kind.is_float():
        return Converted(number_text(column.fill_nan(None)))
    if kind == pl.Datetime:
        return Converted(column.dt.cast_time_unit("us").dt.to_string("%Y-%m-%dT%H:%M:%S%.f"))
    if kind.is_integer() or kind == pl.Boolean or kind.is_temporal():
        return Converted(column.cast(pl.String))
    return _refuse_all(column, ColumnKind.CATEGORICAL, "{} is {type} where a single value is declared")


def _boolean(column: pl.Series, text: bool) -> Converted:
    if column.dtype == pl.Boolean:
        return Converted(column)
    if column.dtype.is_numeric():
        number = column.cast(pl.Float64).fill_nan(None)
        truths = blank(number, ~number.is_in([0.0, 1.0])).cast(pl.Boolean)
        return refuse(truths, number, "{} is neither 0 nor 1 where true or false is declared")
    if column.dtype == pl.String and text:
        written = _words(column)
        truths = written.str.to_lowercase().replace_strict(_TRUTHS, default=None, return_dtype=pl.Boolean)
        return refuse(truths, written, "{} is neither true nor false")
    return _refuse_all(column, ColumnKind.BOOLEAN, "{} is {type} where true or false is declared")


def _datetime(column: pl.Series, text: bool) -> Converted:
    return instants(_words(column) if text and column.dtype == pl.String else column, text=text)


def _embedding(column: pl.Series, text: bool) -> Converted:
    vector = KIND_TYPES[ColumnKind.EMBEDDING]
    if isinstance(column.dtype, pl.List | pl.Array):
        inner = cast("pl.DataType", column.dtype.inner)
        if inner.is_numeric() or inner == pl.Null:
            lists = column.cast(vector)
            holed = lists.list.eval(pl.element().is_null()).list.any()
            return refuse(blank(lists, holed), column, "an embedding has no missing numbers: {}")
    if column.dtype == pl.Object or (column.dtype == pl.String and text):
        return refuse(
            pl.Series([_vector(each) for each in column], dtype=vector), column, "{} is not a list of numbers"
        )
    return _refuse_all(column, ColumnKind.EMBEDDING, "{} is {type} where a list of numbers is declared")


_CONVERTERS: dict[ColumnKind, Callable[[pl.Series, bool], Converted]] = {
    ColumnKind.NUMERIC: _numeric,
    ColumnKind.CATEGORICAL: _categorical,
    ColumnKind.TEXT: _categorical,
    ColumnKind.BOOLEAN: _boolean,
    ColumnKind.DATETIME: _datetime,
    ColumnKind.EMBEDDING: _embedding,
}


def _words(column: pl.Series) -> pl.Series:
    written = column.str.strip_chars()
    return blank(written, written.is_in(MISSING_WORDS))


def _refuse_all(column: pl.Series, kind: ColumnKind, reason: str) -> Converted:
    return refuse(nothing(KIND_TYPES[kind], column.len()), column, reason)


def _vector(value: object) -> list[float] | None:
    """The numbers of a list, or of its JSON text, None if it is no such list."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    if not isinstance(value, list | tuple | np.ndarray):
        return None
    items: list[Any] = list(cast("Iterable[Any]", value))
    numbers = all(isinstance(item, int | float | np.number) and not isinstance(item, bool) for item in items)
    return [float(item) for item in items] if numbers else None


def _by_type(column: pl.Series, kind: ColumnKind, *, text: bool) -> Converted:
    """Convert Python objects: those of each type as a column of that type, then all put back in place."""
    objects: list[Any] = column.to_list()
    groups: dict[tuple[type[Any], bool], list[int]] = {}
    for place, sort in enumerate(zip(map(type, objects), map(_is_huge, objects), strict=True)):
        groups.setdefault(sort, []).append(place)
    places: list[int] = []
    values, reasons = nothing(KIND_TYPES[kind], 0), nothing(pl.String(), 0)
    for (_, huge), group in groups.items():
        part = column_of("", [objects[place] for place in group])
        if huge:
            # More digits than any id has: their size is all that is kept.
            part = pl.Series([float(max(min(objects[place], _HUGE), -_HUGE)) for place in group])
        converted = _CONVERTERS[kind](part, text) if part.dtype == pl.Object else convert(part, kind, text=text)
        refused = nothing(pl.String(), part.len()) if converted.refused is None else converted.refused
        values, reasons = values.append(converted.values), reasons.append(refused)
        places += group
    order = pl.Series(places).arg_sort()
    return Converted(values.gather(order), reasons.gather(order))


def _is_huge(value: object) -> bool:
    """Whether no integer type holds a whole number."""
    return isinstance(value, int) and value.bit_length() > 127
