"""Any data frame as a Polars one: Polars, pandas, anything that speaks Arrow, and plain dicts of columns.

The way in for notebooks and the client. Neither pandas nor pyarrow is imported: pandas goes over NumPy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

import numpy as np
import polars as pl

from modelwatch.collect.objects import column_of
from modelwatch.domain.errors import InputError


def to_polars(table: object) -> pl.DataFrame:
    """Turn a table of another library into a Polars data frame.

    Parameters
    ----------
    table
        A Polars frame (lazy too), a pandas one, an object with `__arrow_c_stream__`, or a mapping of names to
        values. A pandas index is kept as a column if it has a name, and what pandas calls missing is null.

    Raises
    ------
    InputError
        If it is none of these, or its columns are of different lengths.

    Examples
    --------
    >>> to_polars({"temp": [39.0, None], "carrier": ["UA", "AA"]}).schema
    Schema([('temp', Float64), ('carrier', String)])
    """
    if isinstance(table, pl.LazyFrame):
        return table.collect()
    if isinstance(table, pl.DataFrame):
        return table
    try:
        if type(table).__module__.split(".")[0] == "pandas":
            return _from_pandas(table)
        if isinstance(table, Mapping):
            columns = cast("Mapping[object, Any]", table)
            return pl.DataFrame([_column(str(name), values) for name, values in columns.items()])
        if hasattr(table, "__arrow_c_stream__"):
            return pl.DataFrame(cast("Any", table))
    except pl.exceptions.PolarsError as error:
        raise InputError(f"this {type(cast('object', table)).__name__} cannot be read as a table: {error}") from None
    raise InputError(
        f"an object of type {type(table).__name__} is no table: use Polars, pandas, Arrow or a dict of columns"
    )


def _column(name: str, values: object) -> pl.Series:
    if isinstance(values, pl.Series):
        return values.alias(name)
    if isinstance(values, np.ndarray):
        array = cast("np.ndarray[Any, np.dtype[Any]]", values)
        return column_of(name, array.tolist()) if array.dtype == object else pl.Series(name, array)
    if type(values).__module__.split(".")[0] == "pandas":
        return _from_pandas_column(name, values)
    return column_of(name, list(cast("Iterable[Any]", values)))


def _from_pandas(frame: Any) -> pl.DataFrame:
    named = [name for name in frame.index.names if name is not None]
    if named:
        frame = frame.reset_index(level=named)
    return pl.DataFrame([_from_pandas_column(str(name), column) for name, column in frame.items()])


def _from_pandas_column(name: str, column: Any) -> pl.Series:
    """One pandas column; what pandas calls missing is null, NaN too."""
    plain = _is_numpy(column.dtype)
    kind: str = column.dtype.kind
    if plain and kind in "biumM":
        return pl.Series(name, column.to_numpy())
    if plain and kind == "f":
        # Polars has no column of float16.
        values = column.astype(np.float32) if column.dtype.itemsize < 4 else column
        return pl.Series(name, values.to_numpy()).fill_nan(None)
    if kind == "M" and hasattr(column.dtype, "tz"):
        naive = column.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy()
        return pl.Series(name, naive).dt.replace_time_zone("UTC")
    objects = column.astype(object).to_numpy(copy=True)
    objects[column.isna().to_numpy()] = None
    return column_of(name, objects.tolist())


def _is_numpy(dtype: object) -> bool:
    return isinstance(dtype, np.dtype)
