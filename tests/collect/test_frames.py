"""Data frames of other libraries: the same columns come out of each."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from modelwatch.collect import to_polars
from modelwatch.domain.errors import InputError

NOON = datetime(2013, 3, 1, 12, tzinfo=UTC)


def test_frames_of_polars_and_arrow_are_taken_as_they_are() -> None:
    frame = pl.DataFrame({"temp": [39.0, None], "carrier": ["UA", None]})
    assert to_polars(frame) is frame
    assert to_polars(frame.lazy()).equals(frame)
    assert to_polars(frame.to_arrow()).equals(frame)


def test_a_dict_of_columns_is_a_table() -> None:
    columns = {"a": np.array([1, 2]), "b": [None, 1.5], "c": pd.Series(["x", "y"]), "d": pl.Series([1, 2])}
    assert to_polars(columns).rows() == [(1, None, "x", 1), (2, 1.5, "y", 2)]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pd.Series([1, 2], dtype="int16"), [1, 2]),
        (pd.Series([1.5, None]), [1.5, None]),
        (pd.Series([0.5, 1.5], dtype="float16"), [0.5, 1.5]),
        (pd.Series([True, False]), [True, False]),
        (pd.Series(["UA", None]), ["UA", None]),
        (pd.Series(["UA", None], dtype="category"), ["UA", None]),
        (pd.Series([1, None], dtype="Int64"), [1, None]),
        (pd.Series([True, None], dtype="boolean"), [True, None]),
        (pd.Series([0.5, None], dtype="Float32"), [0.5, None]),
        (pd.Series([1, None], dtype=pd.ArrowDtype(pa.int64())), [1, None]),
        (pd.Series(["x", None], dtype=pd.ArrowDtype(pa.string())), ["x", None]),
        (pd.Series([NOON, None]), [NOON, None]),
        (pd.Series([NOON, None], dtype=pd.ArrowDtype(pa.timestamp("us", "UTC"))), [NOON, None]),
        (pd.Series([NOON, None]).dt.tz_convert("America/New_York"), [NOON, None]),
        (pd.Series([NOON.replace(tzinfo=None), None]), [NOON.replace(tzinfo=None), None]),
        (pd.Series([date(2013, 3, 1), None], dtype=object), [date(2013, 3, 1), None]),
        (pd.Series([Decimal("1.5"), None], dtype=object), [1.5, None]),
        (pd.Series([1, "x", None, float("nan")], dtype=object), [1, "x", None, None]),
        (pd.Series([[1.0, 2.0], None], dtype=object), [[1.0, 2.0], None]),
    ],
)
def test_columns_of_pandas(column: Any, expected: list[Any]) -> None:
    read = to_polars(column.to_frame("a"))["a"]
    assert read.to_list() == expected


def test_a_named_index_of_pandas_is_a_column() -> None:
    frame = pd.DataFrame({"temp": [39.0]}, index=pd.Index(["a"], name="id"))
    assert to_polars(frame).rows(named=True) == [{"id": "a", "temp": 39.0}]
    assert to_polars(frame.reset_index(drop=True)).columns == ["temp"]


@pytest.mark.parametrize(
    "table",
    [7, [1, 2], "file.csv", {"a": [1, 2], "b": [1]}, pd.DataFrame([[1, 2]], columns=["a", "a"])],
)
def test_what_is_no_table_is_refused(table: Any) -> None:
    with pytest.raises(InputError, match=r"is no table|cannot be read as a table"):
        to_polars(table)
