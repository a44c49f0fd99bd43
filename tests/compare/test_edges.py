"""Columns at the edge: a value or a reason, never NaN, never an exception."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelwatch.compare import compare
from modelwatch.domain.measurement import Status

from .conftest import column, plain

ROWS = 400
RNG = np.random.default_rng(21)
NORMAL = RNG.normal(size=ROWS)
# name: reference, current, what drift says (a status, or a part of the reason why it says nothing)
COLUMNS: dict[str, tuple[Any, Any, str]] = {
    "constant, still": (np.ones(ROWS), np.ones(ROWS), "ok"),
    "constant, moved": (np.ones(ROWS), np.full(ROWS, 2.0), "critical"),
    "all missing": (np.full(ROWS, np.nan), np.full(ROWS, np.nan), "all values are missing on both sides"),
    "no value at all": ([None] * ROWS, [None] * ROWS, "no value at all"),
    "missing before": ([None] * ROWS, ["a", "b"] * (ROWS // 2), "critical"),
    "missing now": (["a", "b"] * (ROWS // 2), [None] * ROWS, "critical"),
    "infinite, other end": (np.full(ROWS, np.inf), np.full(ROWS, -np.inf), "critical"),
    "infinite, some": (np.where(NORMAL > 1, np.inf, NORMAL), np.where(NORMAL > 1, np.inf, NORMAL), "ok"),
    "boolean": (NORMAL > 0, NORMAL > 0.1, "ok"),
    "boolean, constant": (np.full(ROWS, True), np.full(ROWS, False), "critical"),
    "datetime": ([datetime(2020, 1, 1, tzinfo=UTC)] * ROWS, [None] * ROWS, "datetime columns"),
    "date": ([date(2020, 1, 1)] * ROWS, [date(2021, 1, 1)] * ROWS, "datetime columns"),
    "ids": ([f"u{i}" for i in range(ROWS)], [f"v{i}" for i in range(ROWS)], "it names the rows"),
    "many categories": (
        [f"c{i % 190}" for i in range(ROWS)],
        [f"c{i % 190}" for i in range(ROWS)],
        "ok",
    ),
    "lists": ([[1.0, 2.0]] * ROWS, [[1.0, 2.0]] * ROWS, "it holds list values"),
    "mixed": ([1, "a", None, True] * (ROWS // 4), [1, "a", None, True] * (ROWS // 4), "bool and int and str"),
    "structures": ([{"a": 1}] * ROWS, [{"a": 2}] * ROWS, "it holds"),
    "numbers now words": (NORMAL, ["x"] * ROWS, "no current value fits: 'x' is text where a number"),
    "beyond float64": (
        np.tile([-1.7e308, 1.7e308], ROWS // 2),
        np.tile([-1.7e308, 1.7e308], ROWS // 2),
        "ok",
    ),
    "denormal": (NORMAL * 1e-310, NORMAL * 1e-310, "ok"),
    "large whole numbers": (2**62 + np.arange(ROWS), 2**62 + np.arange(ROWS), "ok"),
    "beyond 64 bits": ([2**100 + i for i in range(ROWS)], [2**100 + i for i in range(ROWS)], "ok"),
    "lone surrogates": (["\ud800", "b"] * (ROWS // 2), ["\ud800", "b"] * (ROWS // 2), "ok"),
}


@pytest.mark.parametrize("case", COLUMNS)
def test_a_value_or_a_reason(case: str) -> None:
    before, after, expected = COLUMNS[case]
    comparison = compare(reference={"x": before}, current={"x": after})
    found = column(comparison, "x")
    if found["drifted"] is None:
        assert expected in found["reason"]
        assert found["metrics"].get("psi", {"value": None})["value"] is None
    else:
        assert found["metrics"]["psi"]["status"] == expected
        assert found["reason"] is None
    assert repr(comparison)
    assert comparison.to_frame() is not None


def test_all_of_them_at_once() -> None:
    before, after = ({name: sides[place] for name, sides in COLUMNS.items()} for place in (0, 1))
    assert len(plain(compare(reference=before, current=after))["columns"]) == len(COLUMNS)


def test_no_current_rows_is_a_finding_of_its_own() -> None:
    comparison = compare(reference={"x": NORMAL}, current={"x": NORMAL[:0]})
    assert comparison.status is Status.CRITICAL
    assert "no rows" in comparison.quality[0].message
    assert column(comparison, "x")["metrics"]["psi"]["reason"] == "no rows in the current data"
    assert column(comparison, "x")["missing"] == {"reference": 0.0, "current": None}


def test_a_reference_without_rows_compares_with_nothing() -> None:
    comparison = compare(reference={"x": NORMAL[:0]}, current={"x": NORMAL})
    assert comparison.status is Status.WARNING
    assert "nothing to compare with" in comparison.quality[0].message
    assert comparison.drifted_share is None


def test_one_row_of_reference_is_too_few() -> None:
    comparison = compare(reference={"x": [1.0], "y": ["a"]}, current={"x": NORMAL, "y": ["b"] * ROWS})
    assert {each.metrics["psi"].reason for each in comparison.columns} == {
        "one row of reference says nothing of chance"
    }


def test_no_columns_at_all() -> None:
    assert plain(compare(reference={}, current={}))["columns"] == []


def test_more_categories_than_are_counted_one_by_one() -> None:
    names = [f"c{i}" for i in range(3000)]
    comparison = compare(reference={"k": names * 4}, current={"k": [*names, "new", "new"]})
    found = column(comparison, "k")
    assert found["kind"] == "categorical"
    assert found["unseen"] == ["new"]
    assert found["metrics"]["psi"]["value"] < 0.1


cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=5),
    st.datetimes(),
    st.binary(max_size=3),
)
columns = st.one_of(
    st.lists(cells, max_size=30),
    st.lists(st.floats(), max_size=60),
    st.lists(st.integers(-3, 3), max_size=60),
    st.lists(st.sampled_from(["a", "b", "c", None]), max_size=60),
)


@given(columns, columns)
def test_whatever_two_columns_hold_the_answer_is_clean(before: list[Any], after: list[Any]) -> None:
    comparison = compare(reference={"x": before}, current={"x": after})
    assert plain(comparison)["columns"][0]["column"] == "x"
    assert repr(comparison)


@given(columns)
def test_a_column_against_itself_has_not_drifted(values: list[Any]) -> None:
    assert not compare(reference={"x": values}, current={"x": values}).drifted_share


@given(st.lists(st.floats(allow_nan=False), min_size=2, max_size=80), st.randoms(use_true_random=False))
def test_the_order_of_rows_says_nothing(values: list[float], random: Any) -> None:
    current = [*values, 1.0]
    expected = plain(compare(reference={"x": values}, current={"x": current}))
    random.shuffle(values)
    random.shuffle(current)
    assert plain(compare(reference={"x": values}, current={"x": current})) == expected


def test_polars_types_of_every_sort() -> None:
    frame = pl.DataFrame(
        {
            "enum": pl.Series(["a", "b"] * 50, dtype=pl.Enum(["a", "b"])),
            "categorical": pl.Series(["a", "b"] * 50, dtype=pl.Categorical),
            "decimal": pl.Series([*range(50)] * 2).cast(pl.Decimal(10, 2)),
            "time": pl.Series(range(100)).cast(pl.Time),
            "duration": pl.Series(range(100)).cast(pl.Duration),
            "array": pl.Series([[1.0, 2.0]] * 100, dtype=pl.Array(pl.Float64, 2)),
            "int8": pl.Series([*range(50)] * 2, dtype=pl.Int8),
            "uint64": pl.Series([*range(50)] * 2, dtype=pl.UInt64),
        }
    )
    found = {each["column"]: each["status"] for each in plain(compare(reference=frame, current=frame))["columns"]}
    assert found.pop("enum") == found.pop("categorical") == found.pop("decimal") == "ok"
    assert found.pop("int8") == found.pop("uint64") == "ok"
    assert set(found.values()) == {"not_computed"}
