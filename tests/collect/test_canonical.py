"""Predictions in the lake's form: what is accepted, what is quarantined and why, however a source is cut."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelwatch.collect import Canonical, Layout, canonical_predictions
from modelwatch.domain.columns import ColumnKind, Task
from modelwatch.domain.errors import InputError
from modelwatch.domain.instants import to_us

NOON = datetime(2013, 3, 1, 12, tzinfo=UTC)
KINDS = {
    "n": ColumnKind.NUMERIC,
    "c": ColumnKind.CATEGORICAL,
    "b": ColumnKind.BOOLEAN,
    "t": ColumnKind.TEXT,
    "d": ColumnKind.DATETIME,
    "e": ColumnKind.EMBEDDING,
}
LAYOUT = Layout(
    features=KINDS,
    task=Task.BINARY,
    id="id",
    timestamp="at",
    version="v",
    score="p",
    latency_ms="ms",
    error="err",
)


def canonical(
    frame: pl.DataFrame | dict[str, Any], layout: Layout = LAYOUT, *, first_row: int = 1, text: bool = False
) -> Canonical:
    source = pl.DataFrame(frame, strict=False) if isinstance(frame, dict) else frame
    return canonical_predictions(source, layout, received=to_us(NOON), digest="file", first_row=first_row, text=text)


def one(name: str, value: Any, layout: Layout = LAYOUT, *, text: bool = False, **others: Any) -> Canonical:
    kind = pl.String if text else None
    columns = {"id": pl.Series(["a"]), **{key: pl.Series([each]) for key, each in others.items()}}
    return canonical(pl.DataFrame(columns | {name: pl.Series([value], dtype=kind)}), layout, text=text)


def test_every_column_has_its_type_whatever_the_source_had() -> None:
    batch = canonical({"id": [1], "n": [1], "c": [1], "b": [1], "t": [1], "d": ["2013-03-01"], "e": [[1.0]]})
    assert dict(batch.frame.schema) == LAYOUT.prediction_types
    assert batch.frame.select("prediction_id", *KINDS).row(0) == (
        "1",
        1.0,
        "1",
        True,
        "1",
        datetime(2013, 3, 1, tzinfo=UTC),
        [1.0],
    )


def test_absent_columns_are_null_and_arrival_is_the_time() -> None:
    row = canonical({"id": ["a"]}).frame.row(0, named=True)
    assert row["timestamp"] == NOON
    assert row["model_version"] == "unversioned"
    assert [row[name] for name in ("score", "prediction", "latency_ms", "error", *KINDS, "metadata")] == [None] * 11


def test_a_source_with_none_of_the_columns_is_refused() -> None:
    with pytest.raises(InputError, match="expected id, at, v, p, ms, err, n, c, b, t, d, e; found x, y"):
        canonical({"x": [1], "y": [2]})


@pytest.mark.parametrize(
    ("name", "value", "kind", "reason"),
    [
        ("id", None, "missing", "the column id has no value"),
        ("id", "", "value", "the id is empty"),
        ("id", [1], "type", "[1] is a list where a single value is declared"),
        ("at", None, "missing", "the column at has no value"),
        ("at", "soon", "type", "'soon' is not a time"),
        ("at", datetime(1969, 7, 20, tzinfo=UTC), "value", "1969-07-20 00:00:00"),
        ("at", 0, "value", "is the first day of 1970: a zero or a number of another unit, not a time"),
        ("at", NOON + timedelta(minutes=5, seconds=1), "future", "arrival at 2013-03-01T12:00:00Z"),
        ("n", "12.5", "type", "'12.5' is text where a number is declared"),
        ("n", {"x": 1}, "type", "is an object where a number is declared"),
        ("p", "high", "type", "'high' is text where a number is declared"),
        ("p", 1.7, "probability", "score 1.7 is not a probability"),
        ("p", -0.1, "probability", "score -0.1 is not a probability"),
        ("p", float("inf"), "probability", "score inf is not a probability"),
        ("b", 2, "type", "neither 0 nor 1"),
        ("ms", "fast", "type", "is text where a number"),
        ("v", [1], "type", "is a list"),
    ],
)
def test_a_row_fault_is_quarantined_with_its_reason(name: str, value: Any, kind: str, reason: str) -> None:
    batch = one(name, value)
    assert batch.frame.height == 0
    row = batch.quarantine.row(0, named=True)
    assert (row["source_table"], row["source"], row["row"]) == ("predictions", "file", 1)
    assert (row["field"], row["kind"]) == (name, kind)
    assert reason in row["reason"]
    assert json.loads(row["original"]).get("id") == (value if name == "id" else "a")


def test_five_minutes_ahead_are_forgiven() -> None:
    assert one("at", NOON + timedelta(minutes=5)).frame.height == 1


def test_the_other_rows_of_a_batch_are_accepted_and_numbered() -> None:
    batch = canonical({"id": ["a", None, "c", ""], "n": [1, 2, 3, 4]}, first_row=101)
    assert batch.frame.select("source_row", "prediction_id").rows() == [(101, "a"), (103, "c")]
    assert batch.quarantine["row"].to_list() == [102, 104]


def test_a_row_with_several_faults_is_quarantined_once_and_names_all_fields() -> None:
    batch = canonical({"id": ["a"], "n": ["x"], "p": ["y"]})
    assert batch.quarantine.select("field", "reason").rows() == [
        ("p", "'y' is text where a number is declared (fields at fault: p, n)")
    ]


def test_nan_and_infinity_are_kept() -> None:
    frame = canonical({"id": ["a", "b"], "n": [float("nan"), float("inf")], "p": [float("nan"), 0.7]}).frame
    assert str(frame["n"].to_list()) == "[nan, inf]"
    assert frame["prediction"].to_list() == [None, "1"]


def test_what_is_not_declared_is_kept_as_json() -> None:
    frame = canonical({"id": ["a", "b"], "note": ["x", None], "cost": [1.0, None], "list": [[1, 2], None]}).frame
    assert [each and json.loads(each) for each in frame["metadata"]] == [
        {"note": "x", "cost": 1, "list": [1, 2]},
        None,
    ]


@pytest.mark.parametrize(
    ("value", "failed", "kept"),
    [
        (True, True, None),
        (False, False, None),
        (None, None, None),
        (0, False, None),
        (1, True, None),
        (503, True, {"err": 503}),
        ("", False, None),
        ("no", False, None),
        ("TRUE", True, None),
        ("timeout", True, {"err": "timeout"}),
    ],
)
def test_errors_are_yes_or_no_and_their_text_is_kept(value: Any, failed: bool | None, kept: Any) -> None:
    row = one("err", value).frame.row(0, named=True)
    assert row["error"] is failed
    assert row["metadata"] == (None if kept is None else json.dumps(kept, separators=(",", ":")))


def test_a_duration_is_a_latency() -> None:
    assert one("ms", timedelta(milliseconds=12)).frame["latency_ms"].item() == 12.0


@pytest.mark.parametrize(("value", "version"), [(3, "3"), (2.0, "2"), ("2.0", "2.0"), ("", "unversioned")])
def test_versions_are_text(value: Any, version: str) -> None:
    assert one("v", value).frame["model_version"].item() == version


@pytest.mark.parametrize(
    ("positive", "given", "score", "expected"),
    [
        (1, None, 0.5, "1"),
        (1, None, 0.49, "0"),
        (0, None, 0.9, "0"),
        (True, None, 0.9, "1"),
        ("late", None, 0.9, "late"),
        ("late", None, 0.1, "not late"),
        (1, 0, 0.9, "0"),
        (1, 1.0, 0.1, "1"),
        (True, True, 0.1, "1"),
        (1, None, None, None),
    ],
)
def test_a_binary_prediction_follows_from_the_score_unless_given(
    positive: Any, given: Any, score: float | None, expected: str | None
) -> None:
    layout = Layout(features={}, task=Task.BINARY, id="id", score="p", prediction="y", positive=positive)
    assert one("p", score, layout, y=given).frame["prediction"].item() == expected


def test_a_regression_predicts_numbers_and_nothing_follows() -> None:
    layout = Layout(features={}, task=Task.REGRESSION, id="id", score="p", prediction="y")
    assert one("y", 3, layout).frame["prediction"].item() == 3.0
    assert one("p", 0.9, layout, y=None).frame["prediction"].item() is None
    assert one("y", "3", layout).quarantine.height == 1


@pytest.mark.parametrize(
    ("positive", "word", "expected"), [(1, "1.0", "1"), (True, "True", "1"), ("yes", "yes", "yes")]
)
def test_classes_of_a_source_without_types_are_spelled_alike(positive: Any, word: str, expected: str) -> None:
    layout = Layout(features={}, task=Task.BINARY, id="id", prediction="y", positive=positive)
    assert one("y", word, layout, text=True).frame["prediction"].item() == expected


@pytest.mark.parametrize("name", ["id", "at"])
def test_in_csv_a_word_for_nothing_is_nothing(name: str) -> None:
    batch = one(name, "NA" if name == "at" else None, text=True)
    assert batch.quarantine["kind"].to_list() == ["missing"]


def test_ids_that_a_source_lacks_repeat_with_its_content() -> None:
    layout = Layout(features={"n": ColumnKind.NUMERIC}, task=Task.NONE, timestamp="at")
    source = {"at": [NOON, NOON, NOON - timedelta(days=1)], "n": [1, 1, 1]}
    first = canonical(source, layout).frame["prediction_id"]
    assert first.n_unique() == 3
    assert first.equals(canonical(source, layout).frame["prediction_id"])
    other = canonical_predictions(pl.DataFrame(source), layout, received=to_us(NOON), digest="b", first_row=1)
    assert not set(first) & set(other.frame["prediction_id"])


def test_features_named_like_our_columns_are_kept_apart() -> None:
    kinds = {"day": ColumnKind.CATEGORICAL, "Error": ColumnKind.NUMERIC}
    layout = Layout(features=kinds, task=Task.BINARY, id="id", score="p")
    frame = one("day", 7, layout, Error=0.5, p=0.2).frame
    assert frame.select("feature_day", "feature_Error", "error").row(0) == ("7", 0.5, None)
    with pytest.raises(InputError, match="'Temp' and 'temp' cannot be told apart"):
        Layout(features={"Temp": ColumnKind.NUMERIC, "temp": ColumnKind.NUMERIC}, task=Task.NONE)


def test_the_fields_of_a_features_object_are_features() -> None:
    source = pl.DataFrame({"id": ["a"], "n": [1.0], "features": [{"c": "x", "n": 2.0}]})
    frame = canonical(source).frame
    assert frame.select("n", "c", "metadata").row(0) == (1.0, "x", '{"features.n":2}')


ids = st.sampled_from(["a", "b", "", None])
values = st.one_of(
    st.none(), st.integers(-(2**60), 2**60), st.floats(), st.sampled_from(["x", "1.5", "2013-03-01", ""])
)


@given(rows=st.lists(st.tuples(ids, values, values, values), min_size=1, max_size=12), cut=st.integers(0, 12))
def test_where_a_source_is_cut_does_not_matter(rows: list[tuple[Any, ...]], cut: int) -> None:
    columns = dict(zip(("id", "n", "c", "extra"), zip(*rows, strict=True), strict=True))
    source = pl.DataFrame([pl.Series(name, column, dtype=pl.Object) for name, column in columns.items()])
    parts = [(source[:cut], 1), (source[cut:], cut + 1)]
    pieces = [canonical(part, first_row=first) for part, first in parts]
    whole = canonical(source)
    assert pl.concat([piece.frame for piece in pieces]).equals(whole.frame)
    assert pl.concat([piece.quarantine for piece in pieces]).equals(whole.quarantine)
