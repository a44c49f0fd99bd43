"""Every metric of a column in one stretch of time, with what its value has to pass: the table of a column's page."""

from __future__ import annotations

from dataclasses import dataclass

from modelwatch.domain.instants import Window
from modelwatch.domain.measurement import Measurement
from modelwatch.domain.metric import Metric
from modelwatch.domain.selection import Selection
from modelwatch.domain.slices import ALL_ROWS
from modelwatch.read.limits import Limit, band_of, baseline_of, limits_of
from modelwatch.store.metadata import Transaction
from modelwatch.work import Watched
from modelwatch.work.stored import stored

_ORDER = ("drift", "quality", "performance", "labels", "summary")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One metric in the selected stretch.

    `limits` are the thresholds of its rules without the noise floor; `normal` is what the reference's blocks read.
    """

    metric: Metric
    measurement: Measurement
    limits: tuple[Limit, ...]
    normal: tuple[float, float] | None

    @property
    def limit(self) -> float | None:
        """What the value has to pass for the mildest verdict: the larger of threshold and noise floor."""
        if not self.limits:
            return None
        return max(self.limits[0].value, self.measurement.noise_floor or self.limits[0].value)


def metric_rows(tx: Transaction, watched: Watched, name: str, selected: Window, span: int) -> tuple[Row, ...]:
    """Every metric of the column in the last window of the stretch, over the span or the one it is measured on."""
    last = watched.monitor.calendar.window_of(selected.end - 1)
    found: dict[str, Measurement] = {}
    selection = Selection(column=name, slice=ALL_ROWS)
    for of_version in stored(tx, watched.model_id, last.start, last.end, selection=selection):
        for each in of_version.measurements():
            known = found.get(each.series.metric)
            if known is None or _rank(each, span) > _rank(known, span):
                found[each.series.metric] = each
    rows = [_row(watched, each) for each in found.values()]
    return tuple(sorted((row for row in rows if row), key=_weight))


def _rank(measurement: Measurement, span: int) -> tuple[bool, int, int]:
    return measurement.series.span == span, -abs(measurement.series.span - span), measurement.n


def _row(watched: Watched, measurement: Measurement) -> Row | None:
    series, catalog = measurement.series, watched.catalog
    if series.metric not in catalog.metrics:  # of a plugin that is gone
        return None
    return Row(
        metric=catalog.metrics.get(series.metric),
        measurement=measurement,
        limits=tuple(limits_of(watched, series, measurement.window, value=measurement.value or 0.0)),
        normal=band_of(baseline_of(watched, series)),
    )


def _weight(row: Row) -> tuple[int, bool, int]:
    family = str(row.metric.family)
    place = _ORDER.index(family) if family in _ORDER else len(_ORDER)
    return -row.measurement.status.rank if row.measurement.status.firing else 0, not row.limits, place
