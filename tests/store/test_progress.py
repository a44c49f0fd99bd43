"""Cursors, clocks and touched windows: how far the work has come."""

from __future__ import annotations

from modelwatch.store import State, clock, cursors, touched
from modelwatch.store.clock import HomeClock


def test_each_table_of_a_model_has_its_cursor(state: State, model_id: int, other_id: int) -> None:
    with state.transaction() as tx:
        assert cursors.get(tx, model_id, "predictions") is None
        cursors.set_to(tx, model_id, "predictions", 4)
        cursors.set_to(tx, model_id, "predictions", 5)
        cursors.set_to(tx, model_id, "labels", 0)
        assert cursors.get(tx, model_id, "predictions") == 5
        assert cursors.get(tx, model_id, "labels") == 0
        assert cursors.get(tx, other_id, "predictions") is None


def test_the_clock_is_on_the_wall_until_it_is_set(state: State) -> None:
    with state.transaction() as tx:
        assert clock.get(tx) == HomeClock("wall", None)
        clock.set_to(tx, "replay", 10)
        clock.set_to(tx, "replay", 1_388_534_400_000_000)
    with state.reading() as tx:
        assert clock.get(tx) == HomeClock("replay", 1_388_534_400_000_000)


def test_each_model_has_its_last_run(state: State, model_id: int, other_id: int) -> None:
    with state.transaction() as tx:
        assert clock.last_run(tx, model_id) is None
        clock.advance(tx, model_id, 10)
        clock.advance(tx, model_id, 20)
        assert clock.last_run(tx, model_id) == 20
        assert clock.last_run(tx, other_id) is None
        assert clock.last_runs(tx) == {model_id: 20}


def test_a_touched_window_is_taken_once(state: State, model_id: int, other_id: int) -> None:
    with state.transaction() as tx:
        touched.mark(tx, model_id, "profile", [30, 10, 10])
        touched.mark(tx, model_id, "profile", [10, 20])
        touched.mark(tx, model_id, "outcome", [40])
        touched.mark(tx, other_id, "profile", [50])
        assert touched.take(tx, model_id, "profile") == [10, 20, 30]
        assert touched.take(tx, model_id, "profile") == []
        assert touched.take(tx, model_id, "outcome") == [40]
        assert touched.take(tx, other_id, "profile") == [50]
