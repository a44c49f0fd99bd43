"""Rows of a heat map: multiples of limits, rows without values, and which are folded."""

from __future__ import annotations

import numpy as np
import pytest
from tests.read.conftest import Desk

from modelwatch.domain.instants import DAY, Window
from modelwatch.domain.measurement import Measurement, Series, Status
from modelwatch.domain.names import ModelKey
from modelwatch.measure.record import pack_measurements, unpack_columns
from modelwatch.read.heat import drift_lines, split
from modelwatch.read.sheet import Sheet
from modelwatch.spec import parse
from modelwatch.work import Watched

WINDOWS = [Window(day * DAY, (day + 1) * DAY) for day in range(3)]
SPEC = """
model: m
task: none
columns: {features: {temp: numeric, dewp: numeric, calm: numeric, odd: numeric}}
windows: {size: 1d, lateness: 0h, spans: [1]}
rules: [{metric: psi, columns: features, warning: 0.1}]
"""


def _measured(day: int, column: str, value: float | None, **more: object) -> list[Measurement]:
    missing = 1.0 if more.pop("gone", False) else 0.0
    psi = Measurement(Series("psi", column), WINDOWS[day], value, 10, **more)  # type: ignore[arg-type]
    return [psi, Measurement(Series("missing_share", column), WINDOWS[day], missing, 10)]


def _sheet(*days: list[Measurement]) -> Sheet:
    stored = [unpack_columns(pack_measurements(each), WINDOWS[day], "1", 1) for day, each in enumerate(days)]
    return Sheet(WINDOWS, stored)


@pytest.fixture
def watched(desk: Desk) -> Watched:
    """A model with a rule on drift."""
    return Watched(1, ModelKey("m"), parse(SPEC, catalog=desk.catalog), desk.catalog)


def test_the_limit_is_the_larger_of_threshold_and_floor(watched: Watched) -> None:
    sheet = _sheet(_measured(0, "prediction", 0.3, noise_floor=0.05), _measured(1, "prediction", 0.3, noise_floor=0.6))
    [line] = drift_lines(watched, sheet, "psi", 1)
    assert line.limits[0] < 0.6
    assert line.limits[1] == 0.6
    assert line.multiples[1] == pytest.approx(0.5)


def test_a_window_without_values_is_empty_and_no_drift(watched: Watched) -> None:
    sheet = _sheet(_measured(0, "temp", 0.01, noise_floor=0.05), _measured(1, "temp", 9.0, noise_floor=0.05, gone=True))
    [line] = drift_lines(watched, sheet, "psi", 1)
    assert line.cell(range(2)) == (line.multiples[0], True)
    assert line.worst_of(range(2)) == 1
    assert not line.quiet


def test_the_worst_comes_first_and_the_quiet_are_folded(watched: Watched) -> None:
    day = [
        *_measured(0, "calm", 0.001, noise_floor=0.05),
        *_measured(0, "temp", 0.5, noise_floor=0.05),
        *_measured(0, "dewp", 0.3, noise_floor=0.05, status=Status.WARNING),
        *_measured(0, "odd", None, reason="it follows the calendar"),
    ]
    shown, quiet, blank = split(drift_lines(watched, _sheet(day), "psi", 1))
    assert [line.name for line in shown] == ["dewp", "temp"]
    assert [line.name for line in quiet] == ["calm"]
    assert [(line.name, line.reason) for line in blank] == [("odd", "it follows the calendar")]
    assert np.isnan(blank[0].multiples).all()
