"""Rows of a heat map: how many times its limit each column's drift, or each slice's loss of performance, read.

The limit of a distance is the larger of its threshold and its noise floor; that of a slice lies as far below what the
slice itself reads in the reference as the rule on all rows allows, or as far as the slice scatters there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from modelwatch.domain.instants import Window
from modelwatch.domain.measurement import Series, Status
from modelwatch.domain.metric import Better, Metric
from modelwatch.domain.slices import Slice
from modelwatch.measure.measured import Floats
from modelwatch.read.limits import band_of, baseline_of, limits_of
from modelwatch.read.sheet import Sheet, Track
from modelwatch.work import Watched

MISSING = "missing_share"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeatLine:
    """One row over all windows.

    Attributes
    ----------
    name
        The column, empty for a slice.
    multiples
        How many times the limit each window read, NaN where nothing was computed.
    empty
        Where rows came without a single value.
    limits
        The limit in each window, NaN where there is none.
    reference
        What a slice reads in the reference, None for a column.
    """

    name: str
    slice: Slice
    track: Track
    multiples: Floats
    empty: Sequence[bool]
    limits: Floats
    reference: float | None = None

    @property
    def peak(self) -> float:
        """The largest multiple, 0 where there is none."""
        return float(np.nanmax(self.multiples)) if np.isfinite(self.multiples).any() else 0.0

    @property
    def computed(self) -> bool:
        """Whether any window has a value."""
        return bool(self.track.there.any())

    @property
    def quiet(self) -> bool:
        """Whether it was never past its limit and never without values."""
        return self.peak <= 1.0 and not any(self.empty)

    @property
    def now(self) -> Status:
        """The status of the newest window that was measured."""
        found = np.flatnonzero(self.track.measured)
        return self.track.status_at(int(found[-1])) if found.size else Status.OK

    @property
    def reason(self) -> str:
        """Why nothing was computed, as the newest window has it."""
        return next((each for each in reversed(self.track.reasons) if each), "")

    def worst_of(self, places: range) -> int:
        """The place of the worst of some windows: one without values, else that with the largest multiple."""
        gone = next((place for place in reversed(places) if self.empty[place]), None)
        if gone is not None:
            return gone
        found = np.nan_to_num(self.multiples[places.start : places.stop], nan=-1.0)
        worst = int(found.argmax())
        return places.start + worst if found[worst] >= 0 else places[-1]

    def cell(self, places: range) -> tuple[float | None, bool]:
        """The worst multiple of some windows, and whether one of them had rows without a value."""
        found = self.multiples[places.start : places.stop]
        known = found[np.isfinite(found)]
        return (float(known.max()) if known.size else None, any(self.empty[place] for place in places))


def drift_lines(watched: Watched, sheet: Sheet, metric: str, span: int) -> list[HeatLine]:
    """Every column with the metric on a span, the worst first: by status now, status before, and largest multiple."""
    columns = [s.column for s in sheet.series if s.metric == metric and s.span == span and not s.slice]
    return sorted((_drift(watched, sheet, Series(metric, each, span=span)) for each in columns), key=_worst_first)


def slice_lines(watched: Watched, sheet: Sheet, metric: Metric, span: int) -> tuple[list[HeatLine], float | None]:
    """Every slice with the metric on a span, the worst first, and the drop that counts as once the limit."""
    found = [s for s in sheet.series if s.metric == metric.name and s.span == span and s.slice]
    drop = _drop(watched, metric, sheet, span)
    if drop is None:
        return [], None
    return sorted((_slice(watched, sheet, metric, s, drop) for s in found), key=_worst_first), drop


def _drift(watched: Watched, sheet: Sheet, series: Series) -> HeatLine:
    track = sheet.track(series.metric, series.column, span=series.span)
    window = sheet.windows[-1] if sheet.windows else Window(0, 1)
    levels = limits_of(watched, series, window)
    level = min((each.value for each in levels), default=np.nan)
    limits = np.fmax(np.full(len(sheet.windows), level), track.floor)
    empty = _gone(sheet, series.column)
    # Missing values are a bin of the distance, but a window that has no others shows no drift.
    value = np.where(empty, np.nan, track.value) if series.span == 1 else track.value
    return _line(series, track, limits, value / limits, empty)


def _slice(watched: Watched, sheet: Sheet, metric: Metric, series: Series, drop: float) -> HeatLine:
    track = sheet.track(series.metric, series.column, series.slice, series.span)
    baseline, count = baseline_of(watched, series), len(sheet.windows)
    mean, band = np.nan if baseline is None else baseline.mean, band_of(baseline)
    # A slice of few rows scatters more than all rows do.
    allowed = drop if band is None else max(drop, band[1] - mean)
    worse = -1 if metric.better is Better.HIGHER else 1
    multiples = np.maximum(worse * (track.value - mean) / allowed, 0.0)
    line = _line(series, track, np.full(count, mean + worse * allowed), multiples, [False] * count)
    return replace(line, reference=None if baseline is None else baseline.mean)


def _line(series: Series, track: Track, limits: Floats, multiples: Floats, empty: Sequence[bool]) -> HeatLine:
    return HeatLine(
        name=series.column, slice=series.slice, track=track, limits=limits, multiples=multiples, empty=empty
    )


def _drop(watched: Watched, metric: Metric, sheet: Sheet, span: int) -> float | None:
    """How far below its reference a slice counts as once the limit: as far as the rule on all rows allows."""
    whole = next((s for s in sheet.series if s.metric == metric.name and s.span == span and not s.slice), None)
    baseline = None if whole is None else baseline_of(watched, whole)
    if whole is None or baseline is None or not sheet.windows:
        return None
    worse = -1.0 if metric.better is Better.HIGHER else 1.0
    levels = limits_of(watched, whole, sheet.windows[-1], value=baseline.mean + worse * abs(baseline.mean))
    found = [abs(each.value - baseline.mean) for each in levels]
    band = band_of(baseline)
    drop = min(found) if found else None if band is None else band[1] - baseline.mean
    return drop if drop is not None and drop > 0 else None


def _gone(sheet: Sheet, column: str) -> list[bool]:
    """The windows with rows in which a column has no value at all."""
    missing = sheet.track(MISSING, column)
    return (missing.value >= 1.0).tolist()


def _worst_first(line: HeatLine) -> tuple[int, int, float, str]:
    now, ever = (status.rank if status.firing else 0 for status in (line.now, line.track.worst))
    return -now, -ever, -line.peak, line.name or str(line.slice)


def split(lines: Iterable[HeatLine]) -> tuple[list[HeatLine], list[HeatLine], list[HeatLine]]:
    """The rows to draw, the quiet ones, and those of which nothing could be computed."""
    shown: list[HeatLine] = []
    quiet: list[HeatLine] = []
    blank: list[HeatLine] = []
    for line in lines:
        (blank if not line.computed and line.quiet else quiet if line.quiet else shown).append(line)
    return shown, quiet, blank
