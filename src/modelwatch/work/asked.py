"""Why no measurement fits what was asked for: a column, metric or slice that there is not, or a pair that never meets.

`app` asks when it found nothing; names that exist and were simply not measured yet are fine.
"""

from __future__ import annotations

from collections.abc import Iterable

from modelwatch.domain.columns import LABEL, PREDICTION
from modelwatch.domain.errors import UnknownName
from modelwatch.domain.metric import Metric, Scope
from modelwatch.domain.slices import Slice
from modelwatch.spec import Monitor
from modelwatch.spec.faults import did_you_mean, one_of
from modelwatch.work.watched import Watched


def check_asked(watched: Watched, *, metric: str | None, column: str | None, slice_: Slice | None) -> None:
    """Refuse to look for measurements that there cannot be.

    Raises
    ------
    UnknownName
        With what there is.
    """
    monitor = watched.monitor
    metrics = watched.catalog.metrics
    if metric is not None and metric not in metrics:
        raise UnknownName(_unknown(f"there is no metric {metric!r}", metric, sorted(metrics.names())))
    record = None if metric is None else metrics.get(metric)
    if record is not None and monitor.task not in record.tasks:
        allowed = [each.name for each in metrics if monitor.task in each.tasks]
        raise UnknownName(f"{metric} is not measured of {monitor.task} models; allowed: {one_of(sorted(allowed))}")
    if column:
        _check_column(column, _columns(monitor, record), record)
    if slice_ is not None:
        _check_slice(watched, slice_, record)


def _columns(monitor: Monitor, metric: Metric | None) -> list[str]:
    """The columns that a metric is measured of, or any."""
    outputs = [PREDICTION, LABEL]
    if metric is None:
        return [*monitor.features, *outputs]
    match metric.scope:
        case Scope.MODEL:
            return []
        case Scope.PREDICTION:
            return [PREDICTION]
        case Scope.LABEL:
            return [LABEL]
        case _:
            kinds = metric.kinds
            return [*(name for name, kind in monitor.features.items() if not kinds or kind in kinds), PREDICTION]


def _check_column(column: str, known: list[str], metric: Metric | None) -> None:
    if column in known:
        return
    if not known and metric is not None:
        raise UnknownName(f"{metric.name} is measured of the model as a whole, not of {column!r}: leave out the column")
    what = "measurements" if metric is None else metric.name
    raise UnknownName(_unknown(f"there are no {what} of a column {column!r}", column, known))


def _check_slice(watched: Watched, slice_: Slice, metric: Metric | None) -> None:
    segments = watched.monitor.segments
    sliced = sorted(each.name for each in watched.catalog.metrics if each.sliced)
    if len(slice_.pairs) > 1:
        raise UnknownName(f"there are no slices by several columns; allowed: one of {one_of(segments)}")
    if metric is not None and metric.name not in sliced:
        raise UnknownName(f"{metric.name} is not measured by slice; allowed: {one_of(sliced)}")
    for segment, wanted in slice_.pairs:
        if segment not in segments:
            raise UnknownName(_unknown(f"there are no slices by {segment!r}", segment, segments))
        names = [] if watched.plan is None else watched.plan.slice_names()
        values = [value for each in names for column, value in each.pairs if column == segment]
        if values and wanted not in values:
            raise UnknownName(_unknown(f"there is no slice {segment}={wanted}", wanted, values))


def _unknown(what: str, found: str, known: Iterable[str]) -> str:
    known = list(known)
    return f"{what}; allowed: {one_of(known)}{did_you_mean(found, known)}"
