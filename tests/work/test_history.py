"""Earlier values: the same for a window whenever it is asked about, whatever is remembered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from modelwatch.domain.instants import DAY, Window
from modelwatch.domain.measurement import Measurement, Series
from modelwatch.domain.names import ModelKey
from modelwatch.measure.record import pack_measurements
from modelwatch.store import State, measurements, models
from modelwatch.store.metadata import Transaction
from modelwatch.work.history import KEPT, WINDOWS, History

ROWS = Series("rows")


def window(day: int) -> Window:
    return Window(day * DAY, (day + 1) * DAY)


def measured(day: int, value: float | None) -> Measurement:
    return Measurement(ROWS, window(day), value, 1, reason=None if value is not None else "none")


@pytest.fixture
def tx(tmp_path: Path) -> Iterator[Transaction]:
    with State.create(tmp_path / "state.sqlite") as state, state.transaction() as made:
        models.ensure(made, ModelKey("eta"))
        yield made


def store(tx: Transaction, each: Measurement, revision: int = 1) -> None:
    at = each.window
    measurements.put(tx, 1, [("", at.start, at.end, "profile", revision, pack_measurements([each]))])


def test_values_come_from_the_28_windows_before(tx: Transaction) -> None:
    for day in range(40):
        store(tx, measured(day, float(day)))
    assert History(1).before(tx, window(40), ROWS) == [float(day) for day in range(40 - WINDOWS, 40)]
    assert History(1).before(tx, window(3), ROWS) == [0.0, 1.0, 2.0]
    assert History(1).before(tx, window(3), Series("psi", "temp")) == []


def test_what_was_asked_before_changes_no_answer(tx: Transaction) -> None:
    for day in range(3 * KEPT):
        store(tx, measured(day, float(day)))
    asked = History(1)
    for day in (2 * KEPT, 5, KEPT, 3 * KEPT, 90):
        assert asked.before(tx, window(day), ROWS) == History(1).before(tx, window(day), ROWS)


def test_windows_measured_in_the_run_are_seen_and_revisions_replace_them(tx: Transaction) -> None:
    history = History(1)
    history.note(window(0), [measured(0, 1.0)])
    store(tx, measured(0, 1.0))
    assert history.before(tx, window(1), ROWS) == [1.0], "what was noted before anybody asked is read from the store"
    for day in range(1, 3 * KEPT):
        store(tx, measured(day, float(day)))
        history.note(window(day), [measured(day, float(day))])
    assert history.before(tx, window(3 * KEPT), ROWS) == History(1).before(tx, window(3 * KEPT), ROWS)
    for revision, value in ((2, 7.0), (3, None)):
        store(tx, measured(3 * KEPT - 1, value), revision)
        history.note(window(3 * KEPT - 1), [measured(3 * KEPT - 1, value)])
        assert history.before(tx, window(3 * KEPT), ROWS) == History(1).before(tx, window(3 * KEPT), ROWS)
