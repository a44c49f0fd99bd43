"""Conversion: what fits a kind is converted, what does not is refused, value by value."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelwatch.collect.convert import convert
from modelwatch.collect.layout import KIND_TYPES
from modelwatch.collect.objects import column_of
from modelwatch.domain.columns import ColumnKind as Kind

DAY = datetime(2013, 3, 1, tzinfo=UTC)
REFUSED = object()
CASES: list[tuple[Any, Kind, Any]] = [
    (1, Kind.NUMERIC, 1.0),
    (True, Kind.NUMERIC, 1.0),
    (math.inf, Kind.NUMERIC, math.inf),
    (2**53 + 1, Kind.NUMERIC, float(2**53)),
    (2**100, Kind.NUMERIC, float(2**100)),
    ("1", Kind.NUMERIC, REFUSED),
    ([1], Kind.NUMERIC, REFUSED),
    ({"a": 1}, Kind.NUMERIC, REFUSED),
    (DAY, Kind.NUMERIC, REFUSED),
    (timedelta(1), Kind.NUMERIC, REFUSED),
    (b"1", Kind.NUMERIC, REFUSED),
    ("UA", Kind.CATEGORICAL, "UA"),
    ("", Kind.CATEGORICAL, ""),
    (1, Kind.CATEGORICAL, "1"),
    (1.0, Kind.CATEGORICAL, "1"),
    (-0.0, Kind.CATEGORICAL, "0"),
    (0.1, Kind.CATEGORICAL, "0.1"),
    (1e-7, Kind.CATEGORICAL, "1e-07"),
    (1e300, Kind.CATEGORICAL, "1e+300"),
    (math.nan, Kind.CATEGORICAL, None),
    (2**53 + 1, Kind.CATEGORICAL, "9007199254740993"),
    (2**100, Kind.CATEGORICAL, str(2**100)),
    (True, Kind.CATEGORICAL, "true"),
    (date(2013, 3, 1), Kind.CATEGORICAL, "2013-03-01"),
    (["UA"], Kind.CATEGORICAL, REFUSED),
    (True, Kind.BOOLEAN, True),
    (1, Kind.BOOLEAN, True),
    (0.0, Kind.BOOLEAN, False),
    (math.nan, Kind.BOOLEAN, None),
    (2, Kind.BOOLEAN, REFUSED),
    ("true", Kind.BOOLEAN, REFUSED),
    (DAY, Kind.DATETIME, DAY),
    (date(2013, 3, 1), Kind.DATETIME, DAY),
    ("2013-03-01", Kind.DATETIME, DAY),
    (DAY.timestamp(), Kind.DATETIME, DAY),
    ("yesterday", Kind.DATETIME, REFUSED),
    (True, Kind.DATETIME, REFUSED),
    ("free text", Kind.TEXT, "free text"),
    ([1.0, 2.5], Kind.EMBEDDING, [1.0, 2.5]),
    ([], Kind.EMBEDDING, []),
    ([1.0, None], Kind.EMBEDDING, REFUSED),
    (["a"], Kind.EMBEDDING, REFUSED),
    (1.0, Kind.EMBEDDING, REFUSED),
]
ids = [f"{value!r} as {kind}" for value, kind, _ in CASES]


def outcome(column: pl.Series, kind: Kind, *, text: bool = False) -> list[Any]:
    converted = convert(column, kind, text=text)
    assert converted.values.dtype == KIND_TYPES[kind]
    refused = [None] * column.len() if converted.refused is None else converted.refused.to_list()
    assert all(value is None for value, reason in zip(converted.values, refused, strict=True) if reason is not None)
    values = [each.to_list() if isinstance(each, pl.Series) else each for each in converted.values]
    return [REFUSED if reason is not None else value for value, reason in zip(values, refused, strict=True)]


@pytest.mark.parametrize(("value", "kind", "expected"), CASES, ids=ids)
def test_a_value_is_converted_or_refused(value: Any, kind: Kind, expected: Any) -> None:
    assert outcome(pl.Series([value, None]), kind) == [expected, None]


@pytest.mark.parametrize(("value", "kind", "expected"), CASES, ids=ids)
def test_the_company_of_other_values_changes_nothing(value: Any, kind: Kind, expected: Any) -> None:
    mixed = [value, None, "word", 0.5, {"a": [1]}, True, b"bytes", 10**60]
    assert outcome(pl.Series(mixed, dtype=pl.Object), kind)[:2] == [expected, None]


WORDS: list[tuple[str, Kind, Any]] = [
    (" 1.5 ", Kind.NUMERIC, 1.5),
    ("1e400", Kind.NUMERIC, math.inf),
    ("NA", Kind.NUMERIC, None),
    ("1,5", Kind.NUMERIC, REFUSED),
    ("NA", Kind.CATEGORICAL, "NA"),
    ("1.0", Kind.CATEGORICAL, "1.0"),
    ("Yes", Kind.BOOLEAN, True),
    ("0", Kind.BOOLEAN, False),
    ("maybe", Kind.BOOLEAN, REFUSED),
    ("1362096000", Kind.DATETIME, DAY),
    ("1362096000000", Kind.DATETIME, DAY),
    ("1362096000.0", Kind.DATETIME, DAY),
    ("20130301", Kind.DATETIME, DAY),
    ("null", Kind.DATETIME, None),
    ("[1, 2]", Kind.EMBEDDING, [1.0, 2.0]),
    ("[1, null]", Kind.EMBEDDING, REFUSED),
    ("[[", Kind.EMBEDDING, REFUSED),
]


@pytest.mark.parametrize(("word", "kind", "expected"), WORDS)
def test_words_of_a_source_without_types_are_read(word: str, kind: Kind, expected: Any) -> None:
    assert outcome(pl.Series([word, None]), kind, text=True) == [expected, None]


@pytest.mark.parametrize("kind", Kind)
def test_columns_without_a_value_are_of_every_kind(kind: Kind) -> None:
    for empty in (
        pl.Series([None, None]),
        pl.Series([None, None], dtype=pl.Object),
        pl.Series([], dtype=pl.String),
    ):
        assert outcome(empty, kind) == [None] * empty.len()


@pytest.mark.parametrize(
    ("column", "kind", "expected"),
    [
        (pl.Series(["UA", None], dtype=pl.Categorical), Kind.CATEGORICAL, ["UA", None]),
        (pl.Series([1.5, None], dtype=pl.Decimal(10, 2)), Kind.NUMERIC, [1.5, None]),
        (pl.Series([0.1, 16777217.0], dtype=pl.Float32), Kind.CATEGORICAL, ["0.1", "16777216"]),
        (pl.Series([[1, 2]], dtype=pl.Array(pl.Int8, 2)), Kind.EMBEDDING, [[1.0, 2.0]]),
        (pl.Series([2**64 - 1], dtype=pl.UInt64), Kind.CATEGORICAL, [str(2**64 - 1)]),
        (pl.Series([np.float32(0.5), np.int8(1)], dtype=pl.Object), Kind.NUMERIC, [0.5, 1.0]),
    ],
)
def test_types_of_polars_and_numpy_are_understood(column: pl.Series, kind: Kind, expected: list[Any]) -> None:
    assert outcome(column, kind) == expected


@given(st.lists(st.none() | st.floats() | st.integers(-(2**53), 2**53)), st.sampled_from(Kind))
def test_a_column_of_objects_means_the_same_as_one_of_numbers(values: list[Any], kind: Kind) -> None:
    objects = outcome(pl.Series(values, dtype=pl.Object), kind)
    assert str(objects) == str(outcome(column_of("", values), kind))


def test_a_refusal_tells_value_and_expectation() -> None:
    told = convert(pl.Series(["x" * 200]), Kind.NUMERIC).refused
    assert told is not None
    assert told.item() == repr("x" * 200)[:77] + "... is text where a number is declared"
