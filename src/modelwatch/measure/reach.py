"""How far a distance can read: what it says of a column that has left its reference altogether.

`learn` asks it once for each metric and column, so that no floor stands where no value can come.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from modelwatch.domain.errors import NotComputable
from modelwatch.domain.metric import Better, Metric
from modelwatch.measure.views import ColumnView, column_range
from modelwatch.sketch import CategorySketch, NumericSketch, Sketch


class Reach(NamedTuple):
    """The least that a distance reads where nothing is left of the reference, and the most that it reads at all."""

    gone: float = math.inf
    bound: float = math.inf


UNBOUNDED = Reach()


def reach_of(metric: Metric, view: ColumnView) -> Reach:
    """How far a drift metric can read on one column, infinitely far if its range has no end.

    Parameters
    ----------
    metric : Metric
        It is asked what it reads where all values lie below all of the reference, where they lie above, and
        where they stand in one of its deciles; or, for categories, where none has been seen before, and where
        all are one of those that have.
    view : ColumnView
        With the reference.

    Examples
    --------
    >>> from modelwatch.catalog import Catalog
    >>> from modelwatch.domain.columns import ColumnKind
    >>> from modelwatch.measure.drift import METRICS
    >>> from modelwatch.sketch import build_grid
    >>> values = np.arange(1000.0) ** 2
    >>> sketch = NumericSketch.of(build_grid(values), values)
    >>> METRICS.register(catalog := Catalog())
    >>> reach_of(catalog.metrics.get("ks"), ColumnView("x", ColumnKind.NUMERIC, sketch, sketch))
    Reach(gone=1.0, bound=1.0)
    """
    if not math.isfinite(metric.range[1]):
        return UNBOUNDED
    gone = list(_read(metric, view, _gone(view.reference)))
    if not gone:
        return Reach(metric.range[1], metric.range[1])
    return Reach(min(gone), max([*gone, *_read(metric, view, _at_one_place(view.reference))]))


def distance_of(metric: Metric, value: float) -> float:
    """How far a value lies from no change, as floors are learned from it.

    Raises
    ------
    NotComputable
        If the value is no finite number, or lies on the good side of no change; or the metric is better when
        higher, and so no distance.
    """
    distance = abs(value) if metric.better is Better.NEAR else value
    if metric.better is Better.HIGHER or not 0 <= distance < math.inf:
        raise NotComputable(f"{metric.name} reads {value}, and a floor is for finite distances from 0 on")
    return distance


def _read(metric: Metric, view: ColumnView, currents: Iterable[Sketch]) -> Iterator[float]:
    for current in currents:
        try:
            distance = distance_of(metric, metric.compute(replace(view, current=current)).value)
        except NotComputable:
            continue
        if distance > 0:
            yield distance


def _gone(reference: Sketch | None) -> Iterator[Sketch]:
    """As many rows as the reference has, all of them where it has none."""
    if isinstance(reference, NumericSketch):
        for end in column_range(reference):
            if end is not None and math.isfinite(end):
                yield NumericSketch.of(reference.grid, np.full(reference.n, end))
    elif isinstance(reference, CategorySketch):
        yield replace(CategorySketch.empty(reference.domain), other=reference.n)


def _at_one_place(reference: Sketch | None) -> Iterator[Sketch]:
    """As many rows as the reference has, all of them in one of its deciles or categories."""
    if isinstance(reference, NumericSketch):
        for edge in reference.decile_edges():
            yield NumericSketch.of(reference.grid, np.full(reference.n, edge))
    elif isinstance(reference, CategorySketch) and reference.counts.size:
        counts = np.zeros_like(reference.counts)
        counts[int(np.argmin(reference.counts))] = reference.n
        yield replace(CategorySketch.empty(reference.domain), counts=counts)
