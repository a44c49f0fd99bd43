"""Text columns of untyped sources: they become what all of their words spell, and stay text otherwise."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from modelwatch.collect.layout import INSTANT
from modelwatch.collect.typed import typed


@pytest.mark.parametrize(
    ("words", "dtype"),
    [
        (["1", "2.5", "-3e4"], pl.Float64),
        (["1", "NA", " ", None], pl.Float64),
        (["1", "nan", "inf"], pl.Float64),
        (["1", "two"], pl.String),
        (["true", "False", "NA"], pl.Boolean),
        (["yes", "no"], pl.Boolean),
        (["2013-03-01", "2013-03-01T06:00:00Z"], INSTANT),
        (["2013-03-01", "soon"], pl.String),
        (["08901", "10001"], pl.String),
        (["0", "0.5", "10"], pl.Float64),
        (["12345678901234567890"], pl.String),
        (["a", ""], pl.String),
        (["", "NA", None], pl.Null),
    ],
)
def test_a_column_gets_the_type_that_all_words_fit(words: list[str | None], dtype: pl.DataType) -> None:
    assert typed(pl.DataFrame({"x": pl.Series(words, dtype=pl.String)}))["x"].dtype == dtype


def test_values_and_missing_ones_are_kept() -> None:
    frame = typed(pl.DataFrame({"x": ["1", "NA", "2.5"], "t": ["2013-03-01", None, "2013-03-02"]}))
    assert frame["x"].to_list() == [1.0, None, 2.5]
    assert frame["t"].to_list() == [datetime(2013, 3, 1, tzinfo=UTC), None, datetime(2013, 3, 2, tzinfo=UTC)]


def test_columns_that_have_a_type_and_their_order_stay() -> None:
    frame = pl.DataFrame({"a": [1, 2], "b": ["1", "2"], "c": [True, False]})
    assert typed(frame).schema == {"a": pl.Int64(), "b": pl.Float64(), "c": pl.Boolean()}
