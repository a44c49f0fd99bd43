"""Runs of windows in which a series of a column was past its limit: since when, until when, and how far.

Read from the statuses that were stored; the first line of a column's page and its lanes tell of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from modelwatch.catalog import Catalog
from modelwatch.domain.instants import Window
from modelwatch.domain.measurement import Series, Status
from modelwatch.domain.metric import Metric
from modelwatch.measure.measured import STATUSES
from modelwatch.read.limits import Limit
from modelwatch.read.sheet import Sheet, Track

Limits = Callable[[Series, Window, float], Sequence[Limit]]
"""The thresholds of a series in a window, on the side of the reference on which a value lies."""
_RANKS = np.array([status.rank for status in STATUSES])


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of firing windows of one series.

    Attributes
    ----------
    start, end
        Of the first and of the last window; the run goes on if that is the newest window of all.
    peak, value
        The window in which the value lay farthest past its limit, and that value.
    multiple
        That value as a multiple of its limit; 1 where it has none.
    last
        The value in the last window of the run.
    """

    metric: Metric
    series: Series
    status: Status
    start: int
    end: int
    windows: int
    peak: Window
    value: float
    limit: float | None
    multiple: float
    last: float
    goes_on: bool


def runs_of(sheet: Sheet, column: str, catalog: Catalog, limits: Limits) -> list[Run]:
    """Every run of every series of a column, what is worst first."""
    found: list[Run] = []
    for series in sheet.series:
        if series.column == column and series.metric in catalog.metrics:
            track = sheet.track(series.metric, column, span=series.span)
            for run in _places(track):
                found.append(_run(sheet, catalog.metrics.get(series.metric), series, track, run, limits))
    return sorted(found, key=lambda each: (-each.status.rank, -each.multiple, each.series.span))


def worst(found: Sequence[Run]) -> Run | None:
    """The one of the worst status that went farthest past its limit; None if nothing ever fired."""
    return found[0] if found else None


def longest(found: Iterable[Run]) -> Run | None:
    """The longest run, the worse of equals."""
    return max(found, key=lambda each: (each.windows, each.status.rank, each.multiple), default=None)


def firing(track: Track) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Where a series fires."""
    return track.measured & (_RANKS[track.status] >= Status.WARNING.rank)


def _places(track: Track) -> list[range]:
    ends = np.flatnonzero(np.diff(np.concatenate([[False], firing(track), [False]]).astype(np.int8)))
    return [range(int(start), int(end)) for start, end in zip(ends[::2], ends[1::2], strict=True)]


def _run(
    sheet: Sheet,
    metric: Metric,
    series: Series,
    track: Track,
    run: range,
    limits: Limits,
) -> Run:
    known = limits(series, sheet.windows[run[-1]], track.at(run[-1]) or 0.0)
    level = known[0].value if known else None
    sizes: list[float] = []
    bounds: list[float | None] = []
    for place in run:
        value, floor = track.at(place) or 0.0, float(track.floor[place])
        bound = level if level is None or floor != floor else max(level, floor)  # noqa: PLR0124 (only NaN differs)
        bounds.append(bound)
        sizes.append(abs(value / bound) if bound else 1.0)
    at = int(np.argmax(sizes))
    place = run[at]
    ranks = _RANKS[track.status[run.start : run.stop]]
    return Run(
        metric=metric,
        series=series,
        status=track.status_at(run.start + int(np.argmax(ranks))),
        start=sheet.windows[run[0]].start,
        end=sheet.windows[run[-1]].end,
        windows=len(run),
        peak=sheet.windows[place],
        value=track.at(place) or 0.0,
        limit=bounds[at],
        multiple=sizes[at],
        last=track.at(run[-1]) or 0.0,
        goes_on=run.stop == len(sheet.windows),
    )
