"""A column's values as plain numbers: their moments, and how they lie on bins, deciles or levels, side by side.

Made of stored sketches only; the page of a column and its pictures are drawn from them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

import numpy as np

from modelwatch.domain.errors import NotComputable
from modelwatch.sketch import CategorySketch, NumericSketch, Sketch
from modelwatch.sketch.grid import Floats

BINS, CURVE, LEVELS = 32, 160, 12
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_TRIMMED = 0.002  # of the values on each side that may lie outside the axis
_STRETCH = 0.3  # of the trimmed axis, by which it grows to hold them after all
_NIL = float(np.finfo(np.float32).tiny)
_STEPS = (1.0, 2.0, 2.5, 3.0, 5.0, 10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """How many values there are and where they lie.

    Attributes
    ----------
    n
        Rows with a finite value, or with a category.
    quantiles
        At the ranks of `QUANTILES`; empty without values or of a column that is no number.
    under, over
        Shares of the values below the least and above the largest that the reference has, of categories those that it
        does not have; None without a reference.
    distinct
        Different categories, of a column of categories.
    """

    rows: int
    missing: int
    n: int
    mean: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    quantiles: tuple[float, ...] = ()
    under: float | None = None
    over: float | None = None
    distinct: float | None = None

    @property
    def missing_share(self) -> float | None:
        """Missing rows of all; None without rows."""
        return self.missing / self.rows if self.rows else None

    @property
    def beyond(self) -> float | None:
        """Share of the values outside the reference's range; None without a reference."""
        return None if self.over is None else self.over + (self.under or 0.0)

    @property
    def low(self) -> float | None:
        """The value that one in twenty lies below; None without values."""
        return self.quantiles[0] if self.quantiles else None

    @property
    def high(self) -> float | None:
        """The value that one in twenty lies above; None without values."""
        return self.quantiles[-1] if self.quantiles else None

    @property
    def median(self) -> float | None:
        """The value in the middle; None without values."""
        return self.quantiles[2] if self.quantiles else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One stretch of time on the shared axis: shares of its values by bin and by decile, and below each point."""

    bins: tuple[float, ...] = ()
    below: tuple[float, ...] = ()
    deciles: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Numbers on one axis.

    Attributes
    ----------
    edges
        Ends of the bins, one more than there are bins.
    at
        Where the curve of shares below is known.
    deciles
        Inner ends of the reference's deciles, on which drift is measured; the outer two bins are open.
    """

    edges: tuple[float, ...]
    at: tuple[float, ...]
    deciles: tuple[float, ...]
    sides: Mapping[str, Side]


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """Categories with their shares on each side, the most frequent first.

    `gained` and `lost` are those that only the window, or only the reference has, each with its share; `more` counts
    the levels that are not among `names`.
    """

    names: tuple[str, ...]
    sides: Mapping[str, tuple[float, ...]]
    gained: tuple[tuple[str, float], ...] = ()
    lost: tuple[tuple[str, float], ...] = ()
    more: int = 0

    @property
    def moved(self) -> tuple[str, ...]:
        """The names in the order of how far their share lies from the reference's; as they stand without one."""
        reference, current = self.sides.get("reference"), self.sides.get("current")
        if reference is None or current is None:
            return self.names
        off = {name: abs(now - then) for name, now, then in zip(self.names, current, reference, strict=True)}
        return tuple(sorted(self.names, key=lambda name: -off[name]))


def moments(sketch: Sketch, reference: Sketch | None = None) -> Moments:
    """Where the values of a sketch lie, beside the range of the reference's.

    Examples
    --------
    >>> from modelwatch.sketch import build_grid
    >>> grid = build_grid(np.arange(10.0))
    >>> found = moments(NumericSketch.of(grid, np.arange(5.0, 15.0)), NumericSketch.of(grid, np.arange(10.0)))
    >>> found.maximum, found.beyond
    (14.0, 0.5)
    """
    if isinstance(sketch, CategorySketch):
        over = sketch.other / sketch.n if sketch.n and reference is not None else None
        return Moments(rows=sketch.rows, missing=sketch.missing, n=sketch.n, distinct=sketch.distinct(), over=over)
    if not isinstance(sketch, NumericSketch):
        return Moments(rows=sketch.rows, missing=sketch.missing, n=sketch.rows - sketch.missing)
    if not sketch.n:
        return Moments(rows=sketch.rows, missing=sketch.missing, n=0)
    under, over = _outside(sketch, reference)
    return Moments(
        rows=sketch.rows,
        missing=sketch.missing,
        n=sketch.n,
        mean=_mean(sketch),
        minimum=sketch.minimum,
        maximum=sketch.maximum,
        quantiles=tuple(_snapped(sketch.quantile(rank)) for rank in QUANTILES),
        under=under,
        over=over,
    )


def shape(sides: Mapping[str, Sketch], *, deciles: Floats | None = None) -> Numbers | Levels | None:
    """How the values of several stretches lie on one axis; None where no values are kept, or there are none.

    Parameters
    ----------
    sides
        Sketches of one column by name; `reference` and `current` are told apart where levels came or went.
    deciles
        The inner edges of the reference's deciles.
    """
    numeric = {name: each for name, each in sides.items() if isinstance(each, NumericSketch) and each.n}
    if numeric:
        return _numbers(numeric, deciles)
    levels = {name: each for name, each in sides.items() if isinstance(each, CategorySketch) and each.n}
    return levels_of({name: counts_of(each) for name, each in levels.items()}) if levels else None


def levels_of(counts: Mapping[str, Mapping[str, int]], *, most: int = LEVELS) -> Levels:
    """Levels by their counts on each side.

    Examples
    --------
    >>> found = levels_of({"reference": {"a": 3, "b": 1}, "current": {"a": 1, "c": 1}})
    >>> found.names, found.gained, found.lost
    (('a', 'c', 'b'), (('c', 0.5),), (('b', 0.25),))
    """
    shares = {
        side: {name: count / total for name, count in of.items() if count} if (total := sum(of.values())) else {}
        for side, of in counts.items()
    }
    highest: dict[str, float] = {}
    for of in shares.values():
        for name, part in of.items():
            highest[name] = max(part, highest.get(name, 0.0))
    ranked = sorted(highest, key=lambda name: (-highest[name], name))
    now, then = shares.get("current", {}), shares.get("reference", {})
    both = bool(now) and bool(then)
    return Levels(
        names=tuple(ranked[:most]),
        sides={side: tuple(of.get(name, 0.0) for name in ranked[:most]) for side, of in shares.items()},
        gained=tuple((name, now[name]) for name in ranked if both and name in now and name not in then),
        lost=tuple((name, then[name]) for name in ranked if both and name in then and name not in now),
        more=max(len(ranked) - most, 0),
    )


def counts_of(sketch: CategorySketch) -> dict[str, int]:
    """Rows of each category that was seen."""
    known = {value: int(n) for value, n in zip(sketch.domain.values, sketch.counts, strict=True) if n}
    return known | dict(sketch.unseen)


def _numbers(sides: Mapping[str, NumericSketch], deciles: Floats | None) -> Numbers:
    edges = bins(*_ends(list(sides.values())))
    at: Floats = np.linspace(float(edges[0]), float(edges[-1]), CURVE)
    inner = np.array([]) if deciles is None else deciles
    return Numbers(
        edges=tuple(edges.tolist()),
        at=tuple(at.tolist()),
        deciles=tuple(inner.tolist()),
        sides={name: _side(sketch, edges, at, inner) for name, sketch in sides.items()},
    )


def _side(sketch: NumericSketch, edges: Floats, at: Floats, deciles: Floats) -> Side:
    tenths = sketch.mass(deciles) / sketch.masses.sum() if deciles.size else np.array([])
    return Side(
        bins=tuple(np.diff(_below(sketch, edges)).tolist()),
        below=tuple(_below(sketch, at).tolist()),
        deciles=tuple(tenths.tolist()),
    )


def _below(sketch: NumericSketch, at: Floats) -> Floats:
    """The share of the finite values below each point; within a bin of the grid they are taken to lie evenly."""
    ends = np.clip(sketch.grid.edges, sketch.minimum, np.nextafter(sketch.maximum, np.inf))
    ends = np.concatenate([[sketch.minimum], ends, [np.nextafter(sketch.maximum, np.inf)]])
    cumulative = np.concatenate([[0], np.cumsum(sketch.counts)]) / sketch.n
    return np.interp(at, ends, cumulative)


def _ends(sketches: Sequence[NumericSketch]) -> tuple[float, float]:
    """The ends of the axis: those of nearly all values, and of all where that takes little more room."""
    low = min(sketch.quantile(_TRIMMED) for sketch in sketches)
    high = max(sketch.quantile(1 - _TRIMMED) for sketch in sketches)
    least, most = min(sketch.minimum for sketch in sketches), max(sketch.maximum for sketch in sketches)
    room = _STRETCH * (high - low)
    return (least if low - least <= room else low), (most if most - high <= room else high)


def bins(low: float, high: float) -> Floats:
    """Edges of some two dozen bins of one round width that hold all from `low` to `high`.

    Examples
    --------
    >>> bins(0.03, 0.97)[:3].round(6).tolist(), len(bins(0.0, 0.0))
    ([0.03, 0.06, 0.09], 2)
    """
    least = (high - low) / BINS or abs(high) / BINS or 1.0
    power = 10.0 ** floor(log10(least))
    step = next(each * power for each in _STEPS if each * power >= least * (1 - 1e-9))
    first, last = floor(low / step), ceil(high / step)
    # The last bin is open at its end, where the largest value may be.
    last += int(abs(last * step - high) <= step * 1e-9)
    places: Floats = np.arange(first, max(last, first + 1) + 1, dtype=np.float64)
    return places * step


def _snapped(value: float) -> float:
    """A value inside the bin that holds nothing but zero is zero."""
    return 0.0 if abs(value) < _NIL else value


def _mean(sketch: NumericSketch) -> float | None:
    try:
        return sketch.mean
    except NotComputable:  # of values too large to be added up
        return None


def _outside(sketch: NumericSketch, reference: Sketch | None) -> tuple[float | None, float | None]:
    if not isinstance(reference, NumericSketch) or not reference.n:
        return None, None
    # Both are edges of a grid that was made of this reference, so that nothing has to be guessed.
    ends = np.array([reference.minimum, np.nextafter(reference.maximum, np.inf)])
    low, high = np.searchsorted(reference.grid.edges, ends, side="left") + 1
    return int(sketch.counts[:low].sum()) / sketch.n, int(sketch.counts[high:].sum()) / sketch.n
