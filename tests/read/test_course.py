"""A series around an incident: its windows, the reference's band, its limit, and how the window of the title stood."""

from __future__ import annotations

from dataclasses import replace

import pytest

from modelwatch.domain.measurement import Series, Status
from modelwatch.domain.metric import Better
from modelwatch.read.case import Case
from modelwatch.read.course import LEAST, Course, Point, course, key_series
from modelwatch.store.metadata import Transaction


def test_the_key_metric_has_a_point_for_each_window(case: tuple[Transaction, Case]) -> None:
    tx, incident = case
    series = key_series(incident)
    assert series == Series("roc_auc", "prediction")
    found = course(tx, incident, series)
    assert found is not None
    assert len(found.points) == LEAST
    assert [point.value is not None for point in found.points] == [False] * (LEAST - 6) + [True] * 6
    assert found.points[-1] == found.then
    assert found.then.window == incident.then
    assert found.mean is not None
    assert found.band is not None
    assert 0 <= found.band[0] < found.mean < found.band[1] <= 1
    assert (found.sure, found.limit_status) == (True, Status.WARNING)
    assert found.limit is not None
    assert found.limit < found.mean


def test_the_threshold_of_what_fires_is_that_of_its_verdict(case: tuple[Transaction, Case]) -> None:
    tx, incident = case
    assert incident.lead is not None
    found = course(tx, incident, incident.lead.series)
    assert found is not None
    assert (found.limit, found.limit_status, found.stood) == (incident.lead.threshold, Status.CRITICAL, "past")


def test_a_series_that_was_never_measured_has_no_course(case: tuple[Transaction, Case]) -> None:
    tx, incident = case
    assert course(tx, incident, Series("psi", "nobody")) is None
    assert course(tx, incident, Series("of a plugin that is gone")) is None
    assert course(tx, replace(incident, watched=None), Series("roc_auc", "prediction")) is None


@pytest.mark.parametrize(
    ("value", "status", "better", "stood"),
    [
        (0.7, Status.OK, Better.HIGHER, "inside"),
        (0.9, Status.OK, Better.HIGHER, "better"),
        (0.9, Status.OK, Better.LOWER, "worse"),
        (0.9, Status.OK, Better.NEAR, "worse"),
        (0.1, Status.OK, Better.LOWER, "better"),
        (0.1, Status.WARNING, Better.HIGHER, "past"),
        (None, Status.NOT_COMPUTED, Better.HIGHER, "unknown"),
    ],
)
def test_how_a_window_stood(
    case: tuple[Transaction, Case], value: float | None, status: Status, better: Better, stood: str
) -> None:
    _, incident = case
    point = Point(incident.then, value, status=status)
    found = Course(
        series=Series("m"), title="M", unit="", better=better, points=(point,), then=point, mean=0.7, normal=(0.6, 0.8)
    )
    assert found.stood == stood
    assert replace(found, normal=None).stood == (stood if stood in ("past", "unknown") else "alone")
