"""How the values of a column lie on both sides, on a few bins or levels: what a reader is shown of them.

Counted while the values are at hand; `measured` then lets those go.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from modelwatch.compare.views import ExactView
from modelwatch.measure.pairs import CategoryPair, SamplePair
from modelwatch.show.sides import Sides
from modelwatch.sketch import CategorySketch
from modelwatch.sketch.grid import Floats

BINS = 24
LEVELS = 12
_TAIL = 0.005  # of either side that the outermost bins may hold beyond their drawn ends


def draw(view: ExactView) -> Sides | None:
    """Counts of both sides on common bins, or of their most frequent levels; None where there is nothing to count."""
    match view.sides:
        case SamplePair():
            return _numbers(view.sides)
        case CategoryPair():
            return _levels(view.sides, view.unseen)
        case _:
            return None


def _numbers(pair: SamplePair) -> Sides | None:
    sides = [side[np.isfinite(side)] for side in (pair.reference, pair.current)]
    held = [side for side in sides if side.size]
    if not held:
        return None
    edges = _edges(held)
    before, now = (_counts(side, edges) for side in sides)
    return Sides(edges=tuple(edges.tolist()), reference=before, current=now)


def _edges(sides: list[npt.NDArray[np.floating]]) -> Floats:
    """Even bins over what nearly all values span; one bin a value where they are few and whole."""
    low = float(min(side[int(_TAIL * (side.size - 1))] for side in sides))
    high = float(max(side[-1 - int(_TAIL * (side.size - 1))] for side in sides))
    if high <= low:
        # One value: a bin around it.
        half = max(abs(low), 1.0) / 2
        return np.array([low - half, low + half])
    if high - low < BINS and all(bool((side == np.round(side)).all()) for side in sides):
        return np.linspace(math.floor(low) - 0.5, math.ceil(high) + 0.5, math.ceil(high) - math.floor(low) + 2)
    # Halved first, so that the widest range of numbers has a width, too.
    edges: Floats = np.linspace(low / 2, high / 2, BINS + 1, dtype=np.float64)
    return edges * 2


def _counts(side: npt.NDArray[np.floating], edges: Floats) -> tuple[int, ...]:
    cuts = np.searchsorted(side, edges[1:-1], side="left")
    return tuple(np.diff(np.concatenate([[0], cuts, [side.size]])).tolist())


def _levels(pair: CategoryPair, unseen: tuple[str, ...]) -> Sides | None:
    before, now = (_by_level(side) for side in (pair.reference, pair.current))
    totals = {name: before.get(name, 0) + now.get(name, 0) for name in {**before, **now}}
    names = sorted(totals, key=lambda name: (-totals[name], name))[:LEVELS]
    # New ones are worth more than frequent ones: a few of them are shown whatever their rows.
    names += [name for name in unseen[:3] if name in totals and name not in names]
    if not names:
        return None
    rest = [pair.reference.n, pair.current.n]
    counted = [tuple(side.get(name, 0) for name in names) for side in (before, now)]
    left = [whole - sum(counts) for whole, counts in zip(rest, counted, strict=True)]
    if any(left):
        names.append("")
        counted = [(*counts, more) for counts, more in zip(counted, left, strict=True)]
    return Sides(levels=tuple(names), reference=counted[0], current=counted[1])


def _by_level(sketch: CategorySketch) -> dict[str, int]:
    known = {value: int(n) for value, n in zip(sketch.domain.values, sketch.counts, strict=True) if n}
    return known | dict(sketch.unseen)
