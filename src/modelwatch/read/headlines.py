"""The key metric of models by window, with what it reads in the reference: the line of a model in the fleet.

`fleet` asks for many models at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from modelwatch.catalog import Catalog
from modelwatch.domain.columns import Task
from modelwatch.domain.instants import Window
from modelwatch.domain.measurement import Measurement, Series
from modelwatch.domain.names import ModelKey
from modelwatch.measure.record import unpack_measurements
from modelwatch.store import measurements
from modelwatch.store.metadata import Transaction
from modelwatch.work import Watched, load_watched

_KEY = {Task.BINARY: "roc_auc", Task.REGRESSION: "rmse"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """One window of one model; `pending_share` is the share of its rows that have no label."""

    start: int
    end: int
    rows: int
    metric: str | None = None
    value: float | None = None
    estimated: bool = False
    pending_share: float | None = None
    reference_mean: float | None = None
    reference_sd: float | None = None


def key_metric(task: Task) -> str | None:
    """The metric by which a model of a task is known in the fleet, None if its task has none."""
    return _KEY.get(task)


def headlines(
    tx: Transaction, catalog: Catalog, models: Iterable[tuple[int, ModelKey]], since: int
) -> dict[int, list[Headline]]:
    """The windows of models that start at or after an instant, oldest first."""
    return {number: _of_model(tx, load_watched(tx, catalog, key), since) for number, key in models}


def _of_model(tx: Transaction, watched: Watched, since: int) -> list[Headline]:
    found: dict[tuple[int, int], list[Measurement]] = {}
    for row in measurements.latest(tx, watched.model_id, since, 2**62):
        if row.part != "profile":
            window = Window(row.start, row.end)
            found.setdefault((row.start, row.end), []).extend(
                unpack_measurements(row.blob, window, row.version, row.revision)
            )
    return [_headline(watched, start, end, each) for (start, end), each in sorted(found.items())]


def _headline(watched: Watched, start: int, end: int, measured: list[Measurement]) -> Headline:
    name = key_metric(watched.monitor.task)
    named = [each for each in measured if not each.series.slice and each.value is not None]
    rows = next((each.value for each in named if each.series.metric == "rows"), 0.0)
    pending = [each for each in named if each.series.metric == "labels_pending_share"]
    unlabelled, counted = sum((each.value or 0.0) * each.n for each in pending), sum(each.n for each in pending)
    scores = [each for each in named if each.series.metric == name]
    score = max(scores, key=lambda each: (each.series.span, each.n), default=None)
    reference = None if watched.reference is None else watched.reference.baselines
    normal = None
    if score is not None and reference is not None:
        normal = reference.get(Series(score.series.metric, score.series.column, span=score.series.span))
    return Headline(
        start=start,
        end=end,
        rows=round(rows or 0.0),
        metric=name,
        value=None if score is None else score.value,
        pending_share=unlabelled / counted if counted else None,
        reference_mean=None if normal is None else normal.mean,
        reference_sd=None if normal is None else normal.sd,
    )
