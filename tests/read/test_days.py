"""A column by window: rows that come late change what is read, what did not change is not read again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from modelwatch.domain.calendar import Calendar
from modelwatch.domain.columns import ColumnKind, Task
from modelwatch.domain.instants import DAY, HOUR, Window
from modelwatch.domain.names import ModelKey
from modelwatch.profile import Profile, build_plan
from modelwatch.profile.profile import column_from_bytes
from modelwatch.read.days import days, total
from modelwatch.sketch import NumericSketch
from modelwatch.store import State, models, profiles

FRAME = pl.DataFrame({"temp": np.arange(100.0), "city": ["a", "b"] * 50})
PLAN = build_plan(
    FRAME,
    calendar=Calendar(HOUR),
    task=Task.NONE,
    features={"temp": ColumnKind.NUMERIC, "city": ColumnKind.CATEGORICAL},
)
TEMP = PLAN.columns["temp"]
WINDOWS = [Window(at * DAY, (at + 1) * DAY) for at in range(3)]


def blob(*values: float) -> bytes:
    assert TEMP.grid is not None
    sketch = NumericSketch.of(TEMP.grid, np.array(values))
    return Profile({**Profile.empty(PLAN).columns, "temp": sketch}, rows=len(values)).to_bytes()


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    opened = State.create(tmp_path / "state.sqlite")
    yield opened
    opened.close()


def test_hours_and_versions_add_up_to_the_day(state: State) -> None:
    with state.transaction() as tx:
        number = models.ensure(tx, ModelKey("loans"))
        stored = [("1", HOUR, 2 * HOUR, blob(1.0, 2.0)), ("2", HOUR, 2 * HOUR, blob(3.0))]
        profiles.put_many(tx, number, [*stored, ("1", 2 * DAY, 2 * DAY + HOUR, blob(9.0))])
        found = days(tx, number, TEMP, WINDOWS)
        assert [day.values.rows for day in found] == [3, 0, 1]
        assert (found[0].values.median, found[1].values.median) == (2.0, None)
        assert total(tx, number, TEMP, Window(0, 3 * DAY)).rows == 4


def test_late_rows_are_seen(state: State) -> None:
    with state.transaction() as tx:
        number = models.ensure(tx, ModelKey("loans"))
        for values in ((1.0, 2.0, 3.0), (1.0, 2.0, 3.0, 50.0, 60.0)):
            profiles.put_many(tx, number, [("1", HOUR, 2 * HOUR, blob(*values))])
            assert days(tx, number, TEMP, WINDOWS)[0].values.maximum == max(values)


def test_one_column_is_read_as_with_all_others() -> None:
    packed = blob(1.0, 7.0, 7.0)
    whole = Profile.from_bytes(PLAN, packed)
    for column in PLAN.columns.values():
        assert column_from_bytes(column, packed).pack() == whole.columns[column.name].pack()
