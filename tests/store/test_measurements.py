"""Measurements: every revision is kept, the last one counts."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError

from modelwatch.store import State, measurements
from modelwatch.store.measurements import MeasurementBlob

ROWS = [
    ("1", 0, 10, "profile", 1, b"p1"),
    ("1", 0, 10, "profile", 2, b"p2"),
    ("1", 0, 10, "outcome", 1, b"o1"),
    ("2", 0, 10, "profile", 1, b"v2"),
    ("", 0, 10, "model", 1, b"m"),
    ("1", 10, 20, "profile", 1, b"next"),
]


@pytest.fixture
def filled(state: State, model_id: int, other_id: int) -> State:
    """A state with measurements of two models."""
    with state.transaction() as tx:
        measurements.put(tx, model_id, ROWS)
        measurements.put(tx, other_id, [("1", 0, 10, "profile", 9, b"other")])
    return state


def test_the_last_revision_of_each_window_counts(filled: State, model_id: int) -> None:
    with filled.reading() as tx:
        found = measurements.latest(tx, model_id, 0, 100)
    assert [row.blob for row in found] == [b"m", b"o1", b"p2", b"v2", b"next"]
    assert found[2] == MeasurementBlob("1", 0, 10, "profile", 2, b"p2")


def test_a_part_or_a_version_can_be_asked_for(filled: State, model_id: int) -> None:
    with filled.reading() as tx:
        parts = measurements.latest(tx, model_id, 0, 100, parts=("profile",))
        old = measurements.revisions(tx, model_id, 0, 100, parts=("profile",))
        both = measurements.latest(tx, model_id, 0, 100, parts=("profile",), version="2")
    assert [row.blob for row in parts] == [b"p2", b"v2", b"next"]
    assert [row.blob for row in old] == [b"p1", b"p2", b"v2", b"next"]
    assert [row.blob for row in both] == [b"v2"]


def test_a_range_holds_its_start_and_not_its_end(filled: State, model_id: int) -> None:
    with filled.reading() as tx:
        assert [row.blob for row in measurements.latest(tx, model_id, 10, 11)] == [b"next"]
        assert all(row.start == 0 for row in measurements.latest(tx, model_id, 0, 10))
        assert [row.blob for row in measurements.revisions(tx, model_id, 10, 20)] == [b"next"]


def test_no_revision_is_lost(filled: State, model_id: int) -> None:
    with filled.reading() as tx:
        found = measurements.revisions(tx, model_id, 0, 100)
    assert sorted(row.blob for row in found) == sorted(row[-1] for row in ROWS)
    assert [row.blob for row in found if row.part == "profile" and row.version == "1"] == [
        b"p1",
        b"p2",
        b"next",
    ]


def test_a_revision_is_not_overwritten(filled: State, model_id: int) -> None:
    with pytest.raises(IntegrityError), filled.transaction() as tx:
        measurements.put(tx, model_id, ROWS[:1])


def test_windows_of_one_start_and_different_ends_are_apart(state: State, model_id: int) -> None:
    with state.transaction() as tx:
        measurements.put(tx, model_id, [("1", 0, 10, "profile", 1, b"a"), ("1", 0, 20, "profile", 1, b"b")])
        assert [row.end for row in measurements.latest(tx, model_id, 0, 1)] == [10, 20]


def test_rewriting_replaces_blobs_and_nothing_else(filled: State, model_id: int, other_id: int) -> None:
    with filled.transaction() as tx:
        assert measurements.some(tx, model_id)
        assert not measurements.some(tx, other_id + 1)
        before = measurements.revisions(tx, model_id, 0, 100)
        after = [row._replace(blob=b"new " + row.blob) for row in before]
        measurements.rewrite(tx, model_id, after)
        assert measurements.revisions(tx, model_id, 0, 100) == after
        assert [row.blob for row in measurements.latest(tx, other_id, 0, 100)] == [b"other"]
