"""Labels in the lake's form: what each task's truth becomes, other outcomes, and what is quarantined."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from modelwatch.collect import Canonical, Layout, canonical_labels
from modelwatch.collect.layout import LABEL_TYPES
from modelwatch.domain.columns import Task
from modelwatch.domain.errors import InputError
from modelwatch.domain.instants import to_us

NOON = datetime(2013, 3, 1, 12, tzinfo=UTC)
REFUSED = object()


def labels(frame: dict[str, Any], layout: Layout, *, outcome: str = "label", text: bool = False) -> Canonical:
    source = pl.DataFrame(frame, strict=False)
    return canonical_labels(
        source, layout, outcome=outcome, received=to_us(NOON), digest="file", first_row=1, text=text
    )


def layout(task: Task, positive: Any = 1) -> Layout:
    return Layout(features={}, task=task, positive=positive)


@pytest.mark.parametrize(
    ("task", "positive", "value", "expected"),
    [
        (Task.BINARY, 1, 1, (1.0, None)),
        (Task.BINARY, 1, 0.0, (0.0, None)),
        (Task.BINARY, 1, True, (1.0, None)),
        (Task.BINARY, 1, -1, REFUSED),
        (Task.BINARY, 1, 2, REFUSED),
        (Task.BINARY, 2, 1, (0.0, None)),
        (Task.BINARY, 0, 0, (1.0, None)),
        (Task.BINARY, True, False, (0.0, None)),
        (Task.BINARY, "late", "late", (1.0, None)),
        (Task.BINARY, "late", "on time", (0.0, None)),
        (Task.BINARY, 1, 0.7, REFUSED),
        (Task.BINARY, 1, "late", REFUSED),
        (Task.BINARY, 1, [1], REFUSED),
        (Task.BINARY, 1, None, REFUSED),
        (Task.BINARY, 1, float("nan"), REFUSED),
        (Task.REGRESSION, 1, 3, (3.0, None)),
        (Task.REGRESSION, 1, "3", REFUSED),
        (Task.REGRESSION, 1, float("inf"), REFUSED),
        (Task.REGRESSION, 1, float("nan"), REFUSED),
        (Task.MULTICLASS, 1, "cat", (None, "cat")),
        (Task.MULTICLASS, 1, 2.0, (None, "2")),
        (Task.LLM, 1, 4, (4.0, None)),
        (Task.LLM, 1, "good", (None, "good")),
    ],
)
def test_the_truth_of_a_task(task: Task, positive: Any, value: Any, expected: Any) -> None:
    batch = labels({"prediction_id": ["a"], "label": [value]}, layout(task, positive))
    if expected is REFUSED:
        assert batch.frame.height == 0
        assert batch.quarantine.select("source_table", "field", "row").row(0) == ("labels", "label", 1)
    else:
        assert dict(batch.frame.schema) == LABEL_TYPES
        assert batch.frame.select("label", "label_class").row(0) == expected


@pytest.mark.parametrize(("word", "label"), [("1", 1.0), ("1.0", 1.0), (" 0", 0.0)])
def test_the_words_of_csv_are_classes_too(word: str, label: float) -> None:
    batch = labels({"prediction_id": ["a"], "label": [word]}, layout(Task.BINARY), text=True)
    assert batch.frame["label"].to_list() == [label]


def test_other_outcomes_are_numbers_or_words_whatever_the_task() -> None:
    rows = {"prediction_id": ["a", "b"], "revenue": [12.5, 3.0]}
    frame = labels(rows, layout(Task.BINARY), outcome="revenue").frame
    assert frame.select("outcome", "label", "label_class").rows() == [
        ("revenue", 12.5, None),
        ("revenue", 3.0, None),
    ]
    frame = labels({"prediction_id": ["a"], "review": ["good"]}, layout(Task.BINARY), outcome="review").frame
    assert frame.select("outcome", "label", "label_class").rows() == [("review", None, "good")]


def test_the_models_own_outcome_may_have_a_name() -> None:
    own = Layout(features={}, task=Task.BINARY, outcome="late", positive="yes", negative=("no",))
    batch = labels({"prediction_id": ["a", "b"], "late": ["yes", "maybe"]}, own, outcome="late")
    assert batch.frame.select("outcome", "label").rows() == [("late", 1.0)]
    assert batch.quarantine["row"].to_list() == [2]


def test_a_column_names_the_outcome_row_by_row() -> None:
    rows = {
        "prediction_id": ["a", "b", "c"],
        "label": [1, 12, 0],
        "outcome": ["label", "revenue", None],
    }
    frame = labels(rows, layout(Task.BINARY)).frame
    assert frame.select("outcome", "label").rows() == [("label", 1.0), ("revenue", 12.0), ("label", 0.0)]
    rows["label"] = [1, 12, 7.5]
    refused = labels(rows, layout(Task.BINARY)).quarantine
    assert refused["row"].to_list() == [3]


def test_columns_are_found_by_the_layout_or_by_our_names() -> None:
    declared = Layout(features={}, task=Task.BINARY, id="flight", timestamp="known", label="late")
    frame = labels({"flight": ["a"], "known": [NOON], "late": [1], "airport": ["EWR"]}, declared).frame
    assert frame.select("prediction_id", "timestamp", "label", "metadata").row(0) == (
        "a",
        NOON,
        1.0,
        '{"airport":"EWR"}',
    )
    assert labels({"prediction_id": ["a"], "label": [1]}, declared).frame["timestamp"].to_list() == [NOON]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ({"label": [1]}, "for their id, named flight or prediction_id; the columns found are label"),
        ({"flight": ["a"]}, "for their truth, named late or label; the columns found are flight"),
    ],
)
def test_labels_without_id_or_truth_are_refused_whole(rows: dict[str, Any], told: str) -> None:
    declared = Layout(features={}, task=Task.BINARY, id="flight", label="late")
    with pytest.raises(InputError, match=told):
        labels(rows, declared)


def test_labels_of_the_future_are_quarantined() -> None:
    rows = {"prediction_id": ["a"], "label": [1], "timestamp": ["2013-03-01T12:05:01Z"]}
    assert labels(rows, layout(Task.BINARY)).quarantine["kind"].to_list() == ["future"]
