"""Runs of firing windows: where they begin and end, how far they went, and which is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelwatch.app import build_catalog
from modelwatch.domain.instants import DAY, Window
from modelwatch.domain.measurement import Measurement, Series, Status
from modelwatch.measure.record import pack_measurements, unpack_columns
from modelwatch.read.limits import Limit
from modelwatch.read.runs import Run, longest, runs_of, worst
from modelwatch.read.sheet import Sheet


def runs(folder: Path, values: list[float | None], limit: float = 0.2) -> list[Run]:
    windows = [Window(at * DAY, (at + 1) * DAY) for at in range(len(values))]
    measured = [
        unpack_columns(
            pack_measurements(
                [
                    Measurement(
                        Series("psi", "temp"),
                        window,
                        value,
                        100,
                        noise_floor=0.1,
                        status=Status.NOT_COMPUTED if value is None else Status.WARNING if value > limit else Status.OK,
                    )
                ]
            ),
            window,
            "1",
            1,
        )
        for window, value in zip(windows, values, strict=True)
    ]
    rules = [Limit(limit, Status.WARNING)]
    return runs_of(Sheet(windows, measured), "temp", build_catalog(folder), lambda series, window, value: rules)


def test_a_run_ends_where_it_stops_firing_or_has_no_value(tmp_path: Path) -> None:
    found = sorted(runs(tmp_path, [0.1, 0.3, 0.8, None, 0.4, 0.1, 0.5]), key=lambda each: each.start)
    assert [(each.start // DAY, each.end // DAY, each.windows) for each in found] == [(1, 3, 2), (4, 5, 1), (6, 7, 1)]
    assert [each.goes_on for each in found] == [False, False, True]
    assert (found[0].peak.start // DAY, found[0].value, found[0].last) == (2, 0.8, 0.8)
    assert found[0].multiple == pytest.approx(4)


def test_the_worst_goes_farthest_and_the_longest_lasts(tmp_path: Path) -> None:
    found = runs(tmp_path, [0.9, 0.1, 0.3, 0.3, 0.1])
    assert (worst(found), longest(found)) == (found[0], found[1])
    assert (worst([]), longest([])) == (None, None)


def test_nothing_that_never_fired_has_a_run(tmp_path: Path) -> None:
    assert runs(tmp_path, [0.1, None, 0.05]) == []
