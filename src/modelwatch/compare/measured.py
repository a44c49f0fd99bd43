"""Every catalogued distance and check of quality on exact values, one column at a time, with its noise floor.

Between `views` and the verdicts of `engine`; what one column needs is let go before the next is looked at.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from modelwatch.catalog import Catalog
from modelwatch.compare.blocks import Days
from modelwatch.compare.columns import Compared
from modelwatch.compare.drawing import draw
from modelwatch.compare.views import ExactView, exact_view
from modelwatch.domain.columns import PREDICTION
from modelwatch.domain.errors import NotComputable
from modelwatch.domain.instants import Window
from modelwatch.domain.measurement import Baseline, Measurement, Series, Status
from modelwatch.domain.metric import Family, Metric, Scope
from modelwatch.measure.noise import Floor, IndependentFloors
from modelwatch.measure.reach import distance_of

FAMILIES = (Family.QUALITY, Family.DRIFT)
_ONCE = Window(0, 1)  # a comparison has one window, whatever time its rows are of


def measure_columns(
    columns: Sequence[Compared], catalog: Catalog, days: Days | None
) -> tuple[dict[str, ExactView], list[Measurement]]:
    """Measure every column that has a kind and two sides.

    Returns
    -------
    tuple of dict and list
        The views by column, without the values themselves, and what was measured.
    """
    calendar = frozenset[str]() if days is None else days.reference.calendar_columns
    views: dict[str, ExactView] = {}
    measured: list[Measurement] = []
    for column in columns:
        view = exact_view(column, calendar=column.name in calendar)
        if view is not None:
            measured += _measure(view, catalog, days)
            views[column.name] = replace(view, sides=None, drawing=draw(view))
    return views, measured


def baselines_of(views: Mapping[str, ExactView], days: Days | None) -> dict[Series, Baseline]:
    """What the reference reads: the mean of its days where it has them, else its own value."""
    if days is not None:
        return dict(days.reference.baselines)
    return {
        Series("missing_share", view.name): Baseline(view.reference.missing / view.reference.rows, 0.0, 1)
        for view in views.values()
        if view.reference.rows
    }


def _measure(view: ExactView, catalog: Catalog, days: Days | None) -> Iterator[Measurement]:
    floors = IndependentFloors()
    for metric in catalog.metrics:
        asked = metric.scope is Scope.COLUMN or (metric.scope is Scope.PREDICTION and view.name == PREDICTION)
        if metric.family in FAMILIES and asked and view.kind in metric.kinds:
            yield _measure_one(metric, view, floors, days)


def _measure_one(metric: Metric, view: ExactView, floors: IndependentFloors, days: Days | None) -> Measurement:
    series = Series(metric.name, view.name, span=1 if days is None else days.span)
    try:
        value = metric.compute(view)
        if not math.isfinite(value.value):
            raise NotComputable("the value exceeds the range of numbers")
        if metric.family is Family.QUALITY:
            return Measurement(series, _ONCE, value.value, value.n, value.interval)
        floor = _floor(metric, view, value.value, floors, days)
    except NotComputable as reason:
        return Measurement(series, _ONCE, None, reason=str(reason), status=Status.NOT_COMPUTED)
    return Measurement(
        series,
        _ONCE,
        value.value,
        value.n,
        noise_floor=floor.value,
        p_value=floor.p_value,
        provisional=floor.provisional,
    )


def _floor(metric: Metric, view: ExactView, value: float, floors: IndependentFloors, days: Days | None) -> Floor:
    """The larger of the floor for independent rows and the floor from whole days."""
    independent = floors.floor(metric.name, view, value)
    spread = None if days is None else days.reference.spreads.get((metric.name, view.name, days.span))
    if spread is None:
        return independent
    null = spread.telling()
    return Floor(max(independent.value, null.floor), null.p_value(distance_of(metric, value)), null.provisional)
