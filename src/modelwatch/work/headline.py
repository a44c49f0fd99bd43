"""The headline of a window: its rows, its key metric beside the reference, and how many labels are still awaited.

`step` makes it of what it measured, in the same transaction, for pages that show many models at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from modelwatch.domain.instants import Window
from modelwatch.domain.measurement import Measurement, Series
from modelwatch.domain.metric import Metric
from modelwatch.domain.selection import Selection
from modelwatch.domain.slices import ALL_ROWS
from modelwatch.measure.record import upgrade
from modelwatch.store import headlines, measurements
from modelwatch.store.headlines import Headline
from modelwatch.store.metadata import Transaction
from modelwatch.work.stored import stored
from modelwatch.work.watched import Watched

ROWS, PREDICTED, PENDING = "rows", "prediction_mean", "labels_pending_share"


def headline_of(watched: Watched, window: Window, measured: Iterable[Measurement]) -> Headline:
    """The headline of a window, of all that was measured in it."""
    key = watched.catalog.key_metric(watched.monitor.task)
    estimate = "" if key is None else f"estimated_{key.name}"
    told = _told(key)
    mine = [each for each in measured if told.holds(each.series)]
    own = [each for each in mine if each.series.span == watched.monitor.spans[0]]
    version = _main(own)
    known = [each for each in mine if each.series.version == version and each.value is not None]
    realised = [] if key is None else [each for each in known if each.series.metric == key.name]
    scores = realised or [each for each in known if each.series.metric == estimate]
    best = max(scores, key=lambda each: each.series.span, default=None)
    rows = [each.n for each in own if each.series.metric == ROWS and not each.series.version]
    head = Headline(
        watched.model_id,
        window.start,
        window.end,
        rows=max(rows, default=0),
        metric=None if key is None else key.name,
        version=version,
        span=watched.monitor.spans[0],
        pending_share=_pending(own),
    )
    return head if best is None or key is None else _scored(watched, head, key, best)


def is_behind(tx: Transaction, model_id: int) -> bool:
    """Whether windows of a model were measured by a release that wrote no headlines."""
    return not headlines.some(tx, model_id) and measurements.some(tx, model_id)


def catch_up(tx: Transaction, watched: Watched) -> None:
    """Bring a model of an earlier release up to date: its measurements in today's format, each window its headline."""
    rows = measurements.revisions(tx, watched.model_id, 0, 2**62)
    measurements.rewrite(tx, watched.model_id, [row._replace(blob=upgrade(row.blob)) for row in rows])
    selection = _told(watched.catalog.key_metric(watched.monitor.task))
    by_window = groupby(stored(tx, watched.model_id, 0, 2**62, selection=selection), key=lambda each: each.window)
    headlines.put(
        tx,
        [
            headline_of(watched, window, [each for part in parts for each in part.measurements()])
            for window, parts in by_window
        ],
    )


def _told(key: Metric | None) -> Selection:
    """The series that a headline is made of."""
    scores = () if key is None else (key.name, f"estimated_{key.name}")
    return Selection(metrics=frozenset((ROWS, PREDICTED, PENDING, *scores)), slice=ALL_ROWS)


def _main(measured: Sequence[Measurement]) -> str:
    """The version with most rows in the window, by its labels or by its predictions; empty if none had rows."""
    counted = [each for each in measured if each.series.version and each.series.metric in (PREDICTED, PENDING)]
    return max(counted, key=lambda each: (each.n, each.series.version), default=_NOBODY).series.version


def _pending(measured: Sequence[Measurement]) -> float | None:
    found = [each for each in measured if each.series.metric == PENDING]
    rows = sum(each.n for each in found)
    return sum(each.n * (each.value or 0.0) for each in found) / rows if rows else None


def _scored(watched: Watched, head: Headline, key: Metric, best: Measurement) -> Headline:
    # Estimates too are held against what the reference's blocks read with labels.
    like = Series(key.name, best.series.column, span=best.series.span)
    baseline = None if watched.reference is None else watched.reference.baselines.get(like)
    return head._replace(
        span=best.series.span,
        value=best.value,
        low=best.interval and best.interval[0],
        high=best.interval and best.interval[1],
        n=best.n,
        estimated=best.series.metric != key.name,
        reference_mean=baseline and baseline.mean,
        reference_sd=baseline and baseline.sd,
    )


_NOBODY = Measurement(Series(""), Window(0, 1), None)
