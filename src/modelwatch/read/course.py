"""One series over the windows around an incident, beside what is normal: values, intervals, band and limit.

The chart of an incident of performance, and of what any incident did to the model.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Literal

from modelwatch.domain.columns import PREDICTION, Task
from modelwatch.domain.instants import Window
from modelwatch.domain.measurement import Measurement, Series, Status
from modelwatch.domain.metric import Better, Metric
from modelwatch.domain.selection import Selection
from modelwatch.read.case import Case, measured
from modelwatch.read.limits import band_of, baseline_of, limits_of
from modelwatch.store.metadata import Transaction

LEAST, MOST = 28, 84  # windows
AFTER = 3  # windows after the end, to see that it is over
_MEANS = ("prediction_mean", "label_mean")

Stood = Literal["inside", "better", "worse", "past", "unknown", "alone"]


@dataclass(frozen=True, slots=True)
class Point:
    """One window; `value` is None where `reason` says why."""

    window: Window
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0
    status: Status = Status.NO_DATA
    reason: str = "nothing was measured"


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A series over some windows.

    Attributes
    ----------
    points
        One for each window, oldest first.
    then
        The window that the incident's title speaks of.
    mean, normal
        What the reference's blocks of the same length read, and three standard deviations around it; None without.
    limit, limit_status
        The value that a rule would not have passed, and how bad that is; None where no rule applies.
    bounds
        What the metric can be.
    """

    series: Series
    title: str
    unit: str
    better: Better
    points: tuple[Point, ...]
    then: Point
    mean: float | None = None
    normal: tuple[float, float] | None = None
    limit: float | None = None
    limit_status: Status | None = None
    bounds: tuple[float, float] = (-inf, inf)

    @property
    def band(self) -> tuple[float, float] | None:
        """Where the reference's blocks lie; None where they say nothing of their spread."""
        if self.normal is None or self.normal[0] == self.normal[1]:
            return None
        return max(self.normal[0], self.bounds[0]), min(self.normal[1], self.bounds[1])

    @property
    def sure(self) -> bool:
        """Whether any value has an interval."""
        return any(point.low is not None for point in self.points)

    @property
    def stood(self) -> Stood:
        """Where the window stood: `past` a limit, `inside` the band or beyond it, `alone` without a reference."""
        if self.then.value is None:
            return "unknown"
        if self.then.status.firing:
            return "past"
        if self.band is None:
            return "alone"
        low, high = self.band
        if low <= self.then.value <= high:
            return "inside"
        good = {Better.HIGHER: self.then.value > high, Better.LOWER: self.then.value < low, Better.NEAR: False}
        return "better" if good[self.better] else "worse"


def course(tx: Transaction, case: Case, series: Series) -> Course | None:
    """A series from well before the incident to its end; None where the model has no calendar or metric."""
    metric = case.metric(series.metric)
    if case.watched is None or metric is None:
        return None
    windows = _windows(case)
    found = measured(tx, case, _only(series), windows[0].start, windows[-1].end)
    values = {start: of[series] for start, of in found.items() if series in of}
    points = tuple(_point(window, values.get(window.start)) for window in windows)
    if all(point.value is None for point in points):
        return None
    baseline = baseline_of(case.watched, series)
    then = values.get(case.then.start)
    limit, status = _limit(case, series, case.then, None if then is None else then.value)
    return Course(
        series=series,
        title=metric.title,
        unit=metric.unit,
        better=metric.better,
        points=points,
        then=_point(case.then, then),
        mean=None if baseline is None else baseline.mean,
        normal=band_of(baseline),
        limit=limit,
        limit_status=status,
        bounds=_bounds(case, metric),
    )


def key_series(case: Case, *, span: int | None = None) -> Series | None:
    """The metric by which the model is told of, on single windows if no span is named."""
    if case.watched is None:
        return None
    metric = case.catalog.key_metric(case.watched.monitor.task)
    return None if metric is None else Series(metric.name, PREDICTION, span=span or case.watched.monitor.spans[0])


def _bounds(case: Case, metric: Metric) -> tuple[float, float]:
    """What the metric can be: means of a binary model's scores and labels are shares."""
    assert case.watched is not None
    share = case.watched.monitor.task is Task.BINARY and metric.name in _MEANS
    return (0.0, 1.0) if share else metric.range


def _only(series: Series) -> Selection:
    return Selection(
        metrics=frozenset({series.metric}), column=series.column or None, slice=series.slice, span=series.span
    )


def _windows(case: Case) -> list[Window]:
    """From four weeks of windows before the beginning, as far as there is room, to a few after the end."""
    assert case.watched is not None
    calendar = case.watched.monitor.calendar
    last = case.then
    for _ in range(0 if case.live else AFTER):
        if last.end < case.closed:
            last = calendar.next(last)
    windows = [last]
    while len(windows) < MOST and (len(windows) < LEAST or windows[0].start > case.begin.start - _span(case.begin)):
        windows.insert(0, calendar.previous(windows[0]))
    return windows


def _span(window: Window) -> int:
    return LEAST // 2 * window.length


def _point(window: Window, found: Measurement | None) -> Point:
    if found is None:
        return Point(window, None)
    low, high = found.interval or (None, None)
    return Point(window, found.value, low, high, found.n, found.status, found.reason or "")


def _limit(case: Case, series: Series, window: Window, value: float | None) -> tuple[float | None, Status | None]:
    """The threshold told with the verdict, else the first that a rule would hold against the value."""
    mine = next((each for each in case.firing if each.series == series and each.window == window), None)
    if mine is not None and mine.threshold is not None:
        return mine.threshold, mine.status
    assert case.watched is not None
    found = limits_of(case.watched, series, window, value=value or 0.0)
    return (found[0].value, found[0].status) if found else (None, None)
