"""Differences of schema: columns that came or went, types that changed, and how they are told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from modelwatch.compare import compare
from modelwatch.domain.measurement import Status

from .conftest import column

ROWS = 300
NUMBERS = np.random.default_rng(31).normal(size=ROWS)


def schema(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str | None, str, str]]:
    findings = compare(reference=before, current=after).quality
    return [(each.column, each.status.value, each.message) for each in findings if each.check == "schema"]


def test_columns_of_one_side_only_are_findings() -> None:
    found = schema({"x": NUMBERS, "gone": NUMBERS}, {"new": NUMBERS, "x": NUMBERS})
    assert found == [
        ("gone", "critical", "column 'gone' is not in the current data"),
        ("new", "warning", "column 'new' is not in the reference"),
    ]


def test_the_truth_may_be_in_the_reference_alone() -> None:
    truth = [0, 1] * (ROWS // 2)
    comparison = compare(reference={"x": NUMBERS, "label": truth}, current={"x": NUMBERS})
    assert comparison.status is Status.OK
    assert "the truth comes later" in comparison.quality[0].message


@pytest.mark.parametrize(
    ("before", "after", "status", "message"),
    [
        (NUMBERS, ["x"] * ROWS, "critical", "300 of 300 current values of 'c' do not fit"),
        (NUMBERS, [*NUMBERS[:-1], "x"], "critical", "1 of 300 current values of 'c' do not fit: 'x' is text"),
        (["a", "b", "c"] * 100, [1, 2, 3] * 100, "critical", "column 'c' was text and is a number now"),
        ([1, 2, 3] * 100, ["1", "2", "3"] * 100, "critical", "column 'c' was a number and is text now"),
        (
            [True, False] * 150,
            ["yes", "no"] * 150,
            "critical",
            "do not fit: 'yes' is text where true or false",
        ),
        (range(ROWS), NUMBERS, "warning", "column 'c' held whole numbers, 300 current values have fractions"),
    ],
)
def test_a_change_of_type_is_told(before: Any, after: Any, status: str, message: str) -> None:
    [(name, found, text)] = schema({"c": before}, {"c": after})
    assert (name, found) == ("c", status)
    assert message in text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (range(ROWS), np.arange(float(ROWS))),
        (NUMBERS, NUMBERS.astype(np.float32)),
        ([True, False] * 150, [1, 0] * 150),
        (range(ROWS), [*range(ROWS - 1), None]),
        (NUMBERS, [None] * ROWS),
    ],
)
def test_the_same_values_in_another_type_are_no_change_of_schema(before: Any, after: Any) -> None:
    assert schema({"c": before}, {"c": after}) == []


def test_values_that_do_not_fit_count_as_missing() -> None:
    found = column(compare(reference={"c": NUMBERS}, current={"c": [*NUMBERS[:-30], *["x"] * 30]}), "c")
    assert found["missing"] == {"reference": 0.0, "current": pytest.approx(0.1)}


def test_ids_are_not_compared() -> None:
    numbers = np.arange(ROWS)
    comparison = compare(reference={"id": numbers, "x": NUMBERS}, current={"id": numbers + ROWS, "x": NUMBERS})
    assert column(comparison, "id")["reason"] == "it names the rows"
    assert comparison.status is Status.OK


def test_digits_of_an_untyped_file_are_texts_where_the_other_side_says_so(tmp_path: Path) -> None:
    frame = pl.DataFrame({"version": ["1", "2", "1.0"] * 100, "x": NUMBERS})
    frame.write_csv(tmp_path / "a.csv")
    frame.write_parquet(tmp_path / "a.parquet")
    for before, after in (("a.csv", "a.parquet"), ("a.parquet", "a.csv")):
        comparison = compare(reference=tmp_path / before, current=tmp_path / after)
        assert comparison.quality == ()
        assert column(comparison, "version")["metrics"]["psi"]["value"] == 0.0
        assert column(comparison, "x")["kind"] == "numeric"


def test_one_stray_word_in_an_untyped_file_spoils_itself_alone(tmp_path: Path) -> None:
    pl.DataFrame({"x": NUMBERS}).write_csv(tmp_path / "a.csv")
    (tmp_path / "b.csv").write_text("\n".join(["x", *map(str, NUMBERS[1:]), "n/k"]))
    comparison = compare(reference=tmp_path / "a.csv", current=tmp_path / "b.csv")
    [finding] = comparison.quality
    assert finding.message == "1 of 300 current values of 'x' do not fit: 'n/k' is not a number"
    assert column(comparison, "x")["metrics"]["psi"]["value"] < 0.02


def test_the_kind_follows_from_the_reference() -> None:
    codes = [1, 2, 3] * 100
    assert column(compare(reference={"c": codes}, current={"c": range(ROWS)}), "c")["kind"] == "categorical"
    assert column(compare(reference={"c": range(ROWS)}, current={"c": codes}), "c")["kind"] == "numeric"
    empty = [None] * ROWS
    assert column(compare(reference={"c": empty}, current={"c": codes}), "c")["kind"] == "categorical"
