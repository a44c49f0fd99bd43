"""Rows as JSON text, one object per row, the same for the same values whatever type their column had.

Columns that nobody declared live on in the lake as such text, and a quarantined row is kept whole as one.
"""

from __future__ import annotations

import json
import math
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import polars as pl

from modelwatch.collect.refusal import time_text, within_reach

_ESCAPES = {
    '"': '\\"',
    "\\": "\\\\",
    **{chr(code): f"\\u{code:04x}" for code in range(32)},
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
}
_INTEGRAL_LIMIT = 2.0**63


def number_text(column: pl.Series) -> pl.Series:
    """Numbers as text: whole ones as digits, others as their shortest decimal.

    Written by NumPy, not by Polars, whose spelling of large and small numbers is its own affair.

    Parameters
    ----------
    column
        Integers or floats of any width.

    Examples
    --------
    >>> number_text(pl.Series([1.0, -0.0, 0.25, None])).to_list()
    ['1', '0', '0.25', None]
    """
    if not column.dtype.is_float():
        return column.cast(pl.String)
    whole = (column == column.round()) & (column.abs() < _INTEGRAL_LIMIT)
    digits = column.set(~whole.fill_null(value=False), None).cast(pl.Int64, strict=False).cast(pl.String)
    rest = ~(whole | column.is_null())
    if not rest.any():
        return digits
    values = cast("npt.NDArray[np.floating[Any]]", column.filter(rest).to_numpy())
    return digits.scatter(rest.arg_true(), pl.Series(values.astype(np.str_).tolist(), dtype=pl.String))


def json_rows(frame: pl.DataFrame) -> pl.Series:
    """One JSON object per row with the row's values that are not null, or null where it has none.

    Names are sorted, whole numbers are written without a fraction, NaN and infinities as strings: it does not
    show how a file was cut into batches.

    Parameters
    ----------
    frame
        Any columns, of Python objects too.

    Examples
    --------
    >>> json_rows(pl.DataFrame({"b": [2.0, None], "a": ["x", None]})).to_list()
    ['{"a":"x","b":2}', None]
    """
    members: list[pl.Series] = []
    for name in sorted(frame.columns):
        values = _json_values(frame[name])
        members.append((json.dumps(name) + ":" + values).alias(str(len(members))))
    if not members:
        return pl.repeat(None, frame.height, dtype=pl.String, eager=True)
    joined = pl.DataFrame(members).select(pl.concat_str(pl.all(), separator=",", ignore_nulls=True)).to_series()
    rows = pl.format("{{{}}}", pl.col("members"))
    return pl.DataFrame({"members": joined}).select(pl.when(pl.col("members") != "").then(rows)).to_series()


def _json_values(column: pl.Series) -> pl.Series:
    kind = column.dtype
    if kind == pl.Null:
        return column.cast(pl.String)
    if kind == pl.Boolean:
        return column.cast(pl.String)
    if kind.is_float():
        text = number_text(column)
        odd = column.is_not_null() & ~column.is_finite()
        return text.zip_with(~odd, '"' + text + '"') if odd.any() else text
    if kind.is_integer():
        return number_text(column)
    if isinstance(kind, pl.Categorical | pl.Enum | pl.String):
        return '"' + column.cast(pl.String).str.replace_many(_ESCAPES) + '"'
    if isinstance(kind, pl.Datetime):
        near = within_reach(column)
        if kind.time_zone is None:
            return time_text(column, near.dt.to_string('"%Y-%m-%dT%H:%M:%S%.f"'))
        return time_text(column, near.dt.convert_time_zone("UTC").dt.to_string('"%Y-%m-%dT%H:%M:%S%.fZ"'))
    written = [None if value is None else json.dumps(_plain(value), default=str) for value in column.to_list()]
    return pl.Series(written, dtype=pl.String)


def _plain(value: object) -> object:
    """Replace what JSON cannot say, at any depth."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, pl.Series):
        value = cast("list[object]", value.to_list())
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in cast("dict[object, object]", value).items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in cast("list[object]", value)]
    return value
