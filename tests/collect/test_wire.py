"""Rows by the names of the wire, read by monitors that call their columns otherwise."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from modelwatch.collect import Layout, canonical_predictions
from modelwatch.collect.wire import decoded, frame_of, from_wire
from modelwatch.domain.columns import ColumnKind, Task
from modelwatch.domain.errors import InputError

FEATURES = {"temp": ColumnKind.NUMERIC, "carrier": ColumnKind.CATEGORICAL}
ROW: dict[str, Any] = {
    "prediction_id": "a",
    "timestamp": "2013-03-01T06:00:00Z",
    "model_version": "3",
    "features": {"temp": 39.5, "carrier": "UA"},
    "score": 0.8,
    "latency_ms": 4.0,
    "error": False,
}
READ = {"prediction_id": "a", "model_version": "3", "score": 0.8, "latency_ms": 4.0, "temp": 39.5, "carrier": "UA"}


def stored(rows: list[dict[str, Any]], layout: Layout) -> list[dict[str, Any]]:
    frame, read = from_wire(frame_of(rows), layout)
    found = canonical_predictions(frame, read, received=2**51, digest="d", first_row=1)
    assert found.quarantine.height == 0
    return found.frame.to_dicts()


@pytest.mark.parametrize(
    "layout",
    [
        Layout(features=FEATURES, task=Task.BINARY),
        Layout(features=FEATURES, task=Task.BINARY, id="flight", timestamp="departed", version="v", score="p"),
        Layout(features=FEATURES, task=Task.BINARY, id="prediction_id", latency_ms="took", error="failed"),
    ],
)
def test_the_names_of_the_wire_are_read_whatever_the_monitor_calls_them(layout: Layout) -> None:
    [row] = stored([ROW], layout)
    assert {name: row[name] for name in READ} == READ
    assert row["timestamp"].isoformat() == "2013-03-01T06:00:00+00:00"
    assert row["error"] is False


def test_the_monitors_own_name_goes_before_that_of_the_wire() -> None:
    frame, _ = from_wire(
        pl.DataFrame({"flight": ["f"], "prediction_id": ["a"]}), Layout(features={}, task=Task.NONE, id="flight")
    )
    assert frame.columns == ["flight", "prediction_id"]


def test_a_feature_that_is_named_like_a_field_of_the_wire_stays_one() -> None:
    layout = Layout(features={"score": ColumnKind.NUMERIC}, task=Task.BINARY, score="p")
    frame, read = from_wire(frame_of([{"prediction_id": "a", "features": {"score": 700}}]), layout)
    assert frame.columns == ["prediction_id", "score"]
    assert read.score == "p"


def test_positional_input_follows_the_monitors_order() -> None:
    [first, second] = stored(
        [{"input": [39.5, "UA"], "output": 0.9}, {"input": [1.0]}], Layout(features=FEATURES, task=Task.BINARY)
    )
    assert (first["temp"], first["carrier"], first["score"]) == (39.5, "UA", 0.9)
    assert (second["temp"], second["carrier"]) == (1.0, None)


def test_too_many_positional_values_are_kept_whole() -> None:
    [row] = stored([{"input": [1.0, "UA", 7]}], Layout(features=FEATURES, task=Task.BINARY))
    assert row["temp"] == 1.0
    assert row["metadata"] == '{"input":[1.0, "UA", 7]}'


@pytest.mark.parametrize(
    ("task", "output", "column", "expected"),
    [
        (Task.BINARY, 0.9, "score", 0.9),
        (Task.BINARY, "late", "prediction", "late"),
        (Task.BINARY, 1, "prediction", "1"),
        (Task.REGRESSION, 12.5, "prediction", 12.5),
    ],
)
def test_an_output_is_read_by_the_task(task: Task, output: object, column: str, expected: object) -> None:
    [row] = stored([{"features": {"temp": 1.0}, "output": output}], Layout(features=FEATURES, task=task))
    assert row[column] == expected


def test_an_output_beside_predictions_fills_the_gaps() -> None:
    rows = [{"features": {"temp": 1.0}, "output": 0.9}, {"features": {"temp": 1.0}, "score": 0.2}]
    assert [row["score"] for row in stored(rows, Layout(features=FEATURES, task=Task.BINARY))] == [0.9, 0.2]


def test_what_is_no_object_is_refused() -> None:
    for row in (b"[1]", b"{", b"", b"\xff", b"[" * 100_000):
        with pytest.raises(InputError):
            decoded([row])


def test_numbers_beyond_strict_json_are_read() -> None:
    [row] = decoded([b'{"a":Infinity,"b":1e400,"c":-Infinity}'])
    assert row == {"a": float("inf"), "b": float("inf"), "c": float("-inf")}
