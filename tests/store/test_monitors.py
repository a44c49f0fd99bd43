"""Monitors: versions count up, and only when something changed."""

from __future__ import annotations

from modelwatch.store import State, monitors
from modelwatch.store.monitors import MonitorVersion


def test_there_is_none_at_first(state: State, model_id: int) -> None:
    with state.reading() as tx:
        assert monitors.latest(tx, model_id) is None
        assert monitors.history(tx, model_id) == []


def test_a_change_makes_a_version_and_none_makes_none(state: State, model_id: int, other_id: int) -> None:
    with state.transaction() as tx:
        assert monitors.add_version(tx, model_id, "a", "d1", 10) == 1
        assert monitors.add_version(tx, model_id, "a", "d1", 20) == 1
        assert monitors.add_version(tx, model_id, "b", "d2", 30) == 2
        assert monitors.add_version(tx, other_id, "c", "d3", 30) == 1
        assert monitors.latest(tx, model_id) == MonitorVersion(2, "b", "d2", 30)
        assert [each.applied_at for each in monitors.history(tx, model_id)] == [30, 10]


def test_going_back_is_a_new_version(state: State, model_id: int) -> None:
    with state.transaction() as tx:
        for text, at in (("a", 1), ("b", 2), ("a", 3)):
            monitors.add_version(tx, model_id, text, f"digest of {text}", at)
        assert monitors.latest(tx, model_id) == MonitorVersion(3, "a", "digest of a", 3)


def test_watched_are_the_models_with_a_specification(state: State, model_id: int, other_id: int) -> None:
    with state.transaction() as tx:
        assert monitors.watched(tx) == set()
        for at in (1, 2):
            monitors.add_version(tx, model_id, str(at), str(at), at)
        assert monitors.watched(tx) == {model_id}


def test_the_texts_that_hold_are_read_at_once(state: State, model_id: int, other_id: int) -> None:
    with state.transaction() as tx:
        assert monitors.texts(tx) == {}
        for text, at in (("a", 1), ("b", 2), ("c", 3)):
            monitors.add_version(tx, model_id, text, text, at)
        monitors.add_version(tx, other_id, "d", "d", 1)
        assert monitors.texts(tx) == {model_id: "c", other_id: "d"}
