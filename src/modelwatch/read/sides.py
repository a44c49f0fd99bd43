"""A column's values in the window that an incident tells of, beside the reference.

The chart of a drift, and of what an incident did to the model's scores.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from modelwatch.domain.columns import PREDICTION, Task
from modelwatch.domain.instants import Window
from modelwatch.profile.profile import column_from_bytes, merge_sketches
from modelwatch.read.case import Case
from modelwatch.read.values import Levels, Numbers, shape
from modelwatch.sketch import NumericSketch, Sketch
from modelwatch.store import profiles
from modelwatch.store.metadata import Transaction

_NARROWED, _WIDENED, _MOVED = 0.7, 1.4, 0.5  # of the reference's standard deviation

Change = Literal["narrowed", "widened", "higher", "lower", "same", "alone"]


@dataclass(frozen=True, slots=True)
class Side:
    """The values of one stretch of time; `mean` and `sd` are None of categories.

    `above` counts those from a binary model's threshold on, None where the counts do not part there.
    """

    n: int
    mean: float | None = None
    sd: float | None = None
    above: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """Both sides of one column, over `window`; `threshold` is that of a binary model's scores."""

    column: str
    window: Window
    shape: Numbers | Levels
    current: Side
    reference: Side | None
    threshold: float | None = None

    @property
    def change(self) -> Change:
        """What is most to be seen of numbers: half a standard deviation elsewhere, or much nearer together."""
        now, usual = self.current, self.reference
        if usual is None or now.mean is None or usual.mean is None or now.sd is None or not usual.sd:
            return "alone"
        if abs(now.mean - usual.mean) > _MOVED * usual.sd:
            return "higher" if now.mean > usual.mean else "lower"
        if now.sd < _NARROWED * usual.sd:
            return "narrowed"
        return "widened" if now.sd > _WIDENED * usual.sd else "same"


def sides(tx: Transaction, case: Case, column: str = PREDICTION, *, span: int = 1) -> Sides | None:
    """A column over the `span` windows to the one that the title tells of; None where nothing was counted of it."""
    watched = case.watched
    if watched is None or watched.plan is None or column not in watched.plan.columns:
        return None
    window = watched.monitor.calendar.trailing(case.then, span)
    plan = watched.plan.columns[column]
    blobs = profiles.get_many(tx, case.model_id, window.start, window.end)
    if not blobs:
        return None
    current = merge_sketches([column_from_bytes(plan, blob.blob) for blob in blobs])
    pooled = None if watched.reference is None else watched.reference.pooled.profile
    reference = None if pooled is None else pooled.columns.get(column)
    if current.rows == current.missing:
        return None
    drawn = shape({"current": current} | ({} if reference is None else {"reference": reference}))
    if drawn is None:
        return None
    scores = column == PREDICTION and watched.monitor.task is Task.BINARY
    threshold = watched.monitor.roles.threshold if scores else None
    return Sides(
        column=column,
        window=window,
        shape=drawn,
        current=_side(current, threshold),
        reference=None if reference is None else _side(reference, threshold),
        threshold=threshold,
    )


def _side(sketch: Sketch, threshold: float | None) -> Side:
    if not isinstance(sketch, NumericSketch) or not sketch.n:
        return Side(sketch.rows - sketch.missing)
    above = None
    if threshold is not None and threshold in sketch.grid.edges:
        above = int(sketch.mass(np.array([threshold]))[-1])
    return Side(sketch.n, sketch.mean, float(sketch.variance) ** 0.5, above)
