"""Rows as JSON: they read back as they were, whatever type their column had."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from modelwatch.collect.row_json import json_rows, number_text

finite = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(st.tuples(st.none() | st.text(), st.none() | finite, st.none() | st.booleans()), min_size=1))
def test_rows_read_back(rows: list[tuple[Any, ...]]) -> None:
    frame = pl.DataFrame(rows, schema={'te"xt': pl.String, "number": pl.Float64, "flag": pl.Boolean}, orient="row")
    for text, row in zip(json_rows(frame), frame.iter_rows(named=True), strict=True):
        told = {name: value for name, value in row.items() if value is not None}
        assert (json.loads(text) if text else {}) == told


@given(st.lists(finite | st.integers(-(2**53), 2**53)))
def test_the_type_of_the_column_does_not_show(numbers: list[float]) -> None:
    floats = pl.DataFrame({"a": pl.Series(numbers, dtype=pl.Float64, strict=False)})
    for number, text in zip(numbers, json_rows(floats), strict=True):
        assert json_rows(pl.DataFrame({"a": [number]})).item() == text


def test_names_are_sorted_and_nothing_is_left_of_nulls() -> None:
    assert json_rows(pl.DataFrame({"b": [1], "a": [None], "c": ["x"]})).to_list() == ['{"b":1,"c":"x"}']
    assert json_rows(pl.DataFrame({"b": [None]})).to_list() == [None]
    assert json_rows(pl.DataFrame()).len() == 0


def test_values_that_json_does_not_know() -> None:
    moment = datetime(2013, 3, 1, 6, tzinfo=UTC)
    frame = pl.DataFrame(
        {
            "at": [moment],
            "nan": [math.nan],
            "list": [[1.5, math.inf, None]],
            "object": [{"x": moment}],
            "bytes": [b"\xff"],
        }
    )
    assert json.loads(json_rows(frame).item()) == {
        "at": "2013-03-01T06:00:00Z",
        "nan": "nan",
        "list": [1.5, "inf", None],
        "object": {"x": "2013-03-01 06:00:00+00:00"},
        "bytes": "ff",
    }


@given(st.floats())
def test_the_text_of_a_number_reads_back(number: float) -> None:
    text = number_text(pl.Series([number])).item()
    assert float(text) == number or (math.isnan(number) and text == "nan")


def test_a_time_beyond_what_polars_can_spell_is_written_as_its_number() -> None:
    for zone in (None, "UTC"):
        far = pl.Series([2**63 - 1, 0]).cast(pl.Datetime("us", zone))
        assert json_rows(pl.DataFrame({"at": far}))[0] == f'{{"at":{2**63 - 1}}}'
