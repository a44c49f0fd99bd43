"""A column's values in the window that an incident tells of, beside the reference: two sides on the same bins.

The chart of a drift, and of what an incident did to the model's scores.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, floor, isclose, log10
from typing import Literal

import numpy as np

from modelwatch.domain.columns import PREDICTION, Task
from modelwatch.domain.instants import Window
from modelwatch.profile import Profile
from modelwatch.profile.profile import merge_profiles
from modelwatch.read.case import Case
from modelwatch.sketch import CategorySketch, NumericSketch
from modelwatch.sketch.grid import Floats
from modelwatch.store import profiles
from modelwatch.store.metadata import Transaction

BINS, LEVELS = 24, 10
OTHER = "all others"
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_NARROWED, _WIDENED, _MOVED = 0.7, 1.4, 0.5  # of the reference's standard deviation

Change = Literal["narrowed", "widened", "higher", "lower", "same", "alone"]


@dataclass(frozen=True, slots=True)
class Side:
    """The values of one stretch of time: a share for each bin, and, of numbers, mean and standard deviation."""

    shares: tuple[float, ...]
    n: int
    mean: float | None = None
    sd: float | None = None


@dataclass(frozen=True, slots=True)
class Above:
    """The shares on both sides from a threshold on."""

    threshold: float
    current: float
    reference: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """Both sides of one column; of numbers `edges` are one more than the shares, else `names` are as many.

    Categories are those that changed most, from more to less, and `OTHER` for the rest. `above` is what a binary model calls positive.
    """

    column: str
    window: Window
    span: int
    current: Side
    reference: Side | None
    edges: tuple[float, ...] = ()
    names: tuple[str, ...] = ()
    above: Above | None = None

    @property
    def change(self) -> Change:
        """What is most to be seen of numbers: by half a standard deviation elsewhere, or much nearer together."""
        now, usual = self.current, self.reference
        if usual is None or now.mean is None or usual.mean is None or now.sd is None or not usual.sd:
            return "alone"
        if abs(now.mean - usual.mean) > _MOVED * usual.sd:
            return "higher" if now.mean > usual.mean else "lower"
        if now.sd < _NARROWED * usual.sd:
            return "narrowed"
        return "widened" if now.sd > _WIDENED * usual.sd else "same"


def scores(tx: Transaction, case: Case, *, span: int = 1) -> Sides | None:
    """The model's output in the window, and how much of it a binary model called positive."""
    found = sides(tx, case, span=span)
    if found is None or case.watched is None or case.watched.monitor.task is not Task.BINARY or not found.edges:
        return found
    threshold = case.watched.monitor.roles.threshold
    # Counted in whole bins: a threshold within one tells nothing exact.
    place = next((place for place, edge in enumerate(found.edges) if isclose(edge, threshold, abs_tol=1e-9)), None)
    if place is None:
        return found
    reference = None if found.reference is None else sum(found.reference.shares[place:])
    return replace(found, above=Above(threshold, sum(found.current.shares[place:]), reference))


def sides(tx: Transaction, case: Case, column: str = PREDICTION, *, span: int = 1) -> Sides | None:
    """A column over the `span` windows to the one that the title tells of; None where nothing was counted of it."""
    watched = case.watched
    if watched is None or watched.plan is None or column not in watched.plan.columns:
        return None
    window = watched.monitor.calendar.trailing(case.then, span)
    blobs = profiles.get_many(tx, case.model_id, window.start, window.end)
    if not blobs:
        return None
    current = merge_profiles([Profile.from_bytes(watched.plan, blob.blob) for blob in blobs]).columns[column]
    pooled = None if watched.reference is None else watched.reference.pooled.profile
    reference = None if pooled is None else pooled.columns.get(column)
    if current.rows == current.missing:
        return None
    if isinstance(current, NumericSketch):
        other = reference if isinstance(reference, NumericSketch) and reference.n else None
        return _numbers(column, window, span, current, other) if current.n else None
    if isinstance(current, CategorySketch):
        return _levels(column, window, span, current, reference if isinstance(reference, CategorySketch) else None)
    return None


def _numbers(
    column: str, window: Window, span: int, current: NumericSketch, reference: NumericSketch | None
) -> Sides:
    both = [current] if reference is None else [current, reference]
    edges = bins(min(each.minimum for each in both), max(each.maximum for each in both))
    return Sides(
        column=column,
        window=window,
        span=span,
        current=_number_side(current, edges),
        reference=None if reference is None else _number_side(reference, edges),
        edges=tuple(edges.tolist()),
    )


def bins(low: float, high: float) -> Floats:
    """Edges of at most some two dozen bins of one round width that hold all from `low` to `high`.

    Examples
    --------
    >>> bins(0.03, 0.97)[:3].round(6).tolist(), len(bins(0.03, 0.97))
    ([0.0, 0.05, 0.1], 21)
    """
    least = (high - low) / BINS or abs(high) / BINS or 1.0
    power = 10.0 ** floor(log10(least))
    step = next(each * power for each in _STEPS if each * power >= least)
    first, last = floor(low / step), ceil(high / step)
    return np.arange(first, max(last, first + 1) + 1) * step


def _number_side(sketch: NumericSketch, edges: Floats) -> Side:
    """Its mass between the edges; within a bin of the grid it is taken to lie evenly."""
    ends = np.clip(sketch.grid.edges, sketch.minimum, sketch.maximum)
    ends = np.concatenate([[sketch.minimum], ends, [np.nextafter(sketch.maximum, np.inf)]])
    below = np.concatenate([[0], np.cumsum(sketch.counts)]) / sketch.n
    shares = np.diff(np.interp(edges, ends, below))
    return Side(tuple(shares.tolist()), sketch.n, sketch.mean, float(sketch.variance) ** 0.5)


def _levels(
    column: str, window: Window, span: int, current: CategorySketch, reference: CategorySketch | None
) -> Sides:
    now, then = _counts(current), {} if reference is None else _counts(reference)
    names = sorted({*now, *then})
    moved = {name: _part(now, name) - (_part(then, name) if then else 0.0) for name in names}
    chosen = sorted(names, key=lambda name: (-abs(moved[name]), name))[:LEVELS]
    chosen.sort(key=lambda name: -moved[name])
    rest = len(names) > len(chosen)
    return Sides(
        column=column,
        window=window,
        span=span,
        current=_level_side(now, chosen, rest=rest),
        reference=None if reference is None else _level_side(then, chosen, rest=rest),
        names=(*chosen, *((OTHER,) if rest else ())),
    )


def _level_side(counts: dict[str, int], names: list[str], *, rest: bool) -> Side:
    shares = [_part(counts, name) for name in names]
    return Side((*shares, *((max(1 - sum(shares), 0.0),) if rest else ())), sum(counts.values()))


def _part(counts: dict[str, int], name: str) -> float:
    total = sum(counts.values())
    return counts.get(name, 0) / total if total else 0.0


def _counts(sketch: CategorySketch) -> dict[str, int]:
    known = {value: int(n) for value, n in zip(sketch.domain.values, sketch.counts, strict=True) if n}
    return known | dict(sketch.unseen)
