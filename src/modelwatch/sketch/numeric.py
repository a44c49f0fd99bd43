"""The sketch of a numeric column: counts and sums on a fixed grid, moments, and what was not a number.

The unit of every numeric profile; `measure` reads distances, means and tails from it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from modelwatch.domain.errors import InputError, NotComputable
from modelwatch.sketch.grid import Floats, Grid, Ints

POWERS = 4


@dataclass(frozen=True, slots=True, eq=False)
class NumericSketch:
    """Counts of one column's values.

    Attributes
    ----------
    counts, sums : arrays of shape (grid.bins,)
        Number and sum of the finite values in each bin.
    powers : array of shape (4,)
        Sums of (value - grid.centre) to the powers 1 to 4; raw sums lose the variance of values near 1e9.
    absent, nan, above, below : int
        Rows that were null, not a number, plus and minus infinity.
    minimum, maximum : float
        Of the finite values; infinity and minus infinity where there is none.
    n : int
        Finite values.

    Examples
    --------
    >>> from modelwatch.sketch import build_grid
    >>> values = np.arange(10.0)
    >>> sketch = NumericSketch.of(build_grid(values), values)
    >>> sketch.n, sketch.mean
    (10, 4.5)
    """

    grid: Grid
    counts: Ints
    sums: Floats
    powers: Floats
    absent: int = 0
    nan: int = 0
    above: int = 0
    below: int = 0
    minimum: float = np.inf
    maximum: float = -np.inf
    n: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "n", int(self.counts.sum()))

    @classmethod
    def empty(cls, grid: Grid) -> NumericSketch:
        """The sketch of no rows."""
        return cls(grid, np.zeros(grid.bins, np.int64), np.zeros(grid.bins), np.zeros(POWERS))

    @classmethod
    def of(cls, grid: Grid, values: Floats, *, absent: int = 0) -> NumericSketch:
        """The sketch of the given values (NaN counts as NaN) and of `absent` null rows."""
        groups = np.zeros(values.size, dtype=np.int64)
        return cls.grouped(grid, values, groups, 1, absent=np.array([absent]))[0]

    @classmethod
    def grouped(cls, grid: Grid, values: Floats, groups: Ints, size: int, *, absent: Ints) -> list[NumericSketch]:
        """One sketch for each of `size` groups, in one pass.

        Parameters
        ----------
        values : array of shape (n,)
            Values that are not null.
        groups : array of shape (n,)
            The group of each value, from 0 to size - 1.
        absent : array of shape (size,)
            Null rows of each group.
        """
        finite = np.isfinite(values)
        nan = np.bincount(groups[np.isnan(values)], minlength=size)
        above = np.bincount(groups[np.isposinf(values)], minlength=size)
        below = np.bincount(groups[np.isneginf(values)], minlength=size)
        if not finite.all():
            values, groups = values[finite], groups[finite]
        cell = groups * grid.bins + grid.index(values)
        counts = np.bincount(cell, minlength=size * grid.bins).reshape(size, grid.bins)
        sums = np.bincount(cell, weights=values, minlength=size * grid.bins).reshape(size, grid.bins)
        powers = np.empty((size, POWERS))
        # The powers of values near 1e80 are infinite; the moments then say that they cannot be computed.
        with np.errstate(over="ignore", invalid="ignore"):
            term = centred = values - grid.centre
            for power in range(POWERS):
                powers[:, power] = np.bincount(groups, weights=term, minlength=size)
                term = term * centred
        minimum, maximum = np.full(size, np.inf), np.full(size, -np.inf)
        np.minimum.at(minimum, groups, values)
        np.maximum.at(maximum, groups, values)
        return [
            cls(
                grid,
                counts[i],
                sums[i],
                powers[i],
                int(absent[i]),
                int(nan[i]),
                int(above[i]),
                int(below[i]),
                float(minimum[i]),
                float(maximum[i]),
            )
            for i in range(size)
        ]

    @property
    def rows(self) -> int:
        """All rows, missing and infinite ones included."""
        return self.n + self.absent + self.nan + self.above + self.below

    @property
    def missing(self) -> int:
        """Rows that were null or not a number."""
        return self.absent + self.nan

    @property
    def masses(self) -> Ints:
        """Counts with the infinities in the two open bins: what distances compare."""
        if not (self.above or self.below):
            return self.counts
        masses = self.counts.copy()
        masses[0] += self.below
        masses[-1] += self.above
        return masses

    @property
    def mean(self) -> float:
        """Mean of the finite values."""
        return self.grid.centre + self._moment(0)

    @property
    def variance(self) -> float:
        """Variance of the finite values (ddof 0)."""
        return max(self._moment(1) - self._moment(0) ** 2, 0.0)

    def merge(self, other: NumericSketch) -> NumericSketch:
        """The sketch of both sets of rows; both must be on the same grid."""
        return merge_numeric([self, other])

    def without(self, part: NumericSketch) -> NumericSketch:
        """The sketch of the rows that are not in `part`; its extremes may be those of rows taken out."""
        return NumericSketch(
            self.grid,
            self.counts - part.counts,
            self.sums - part.sums,
            self.powers - part.powers,
            self.absent - part.absent,
            self.nan - part.nan,
            self.above - part.above,
            self.below - part.below,
            self.minimum,
            self.maximum,
        )

    def quantile(self, q: float) -> float:
        """The value at rank `floor(q n)`, to within its bin: linear between the bin's ends, exact in an atom."""
        n = self._some()
        rank = min(int(q * n), n - 1)
        cumulative = np.cumsum(self.counts)
        index = int(np.searchsorted(cumulative, rank, side="right"))
        inside = (rank - (int(cumulative[index - 1]) if index else 0)) / max(int(self.counts[index]), 1)
        low, high = self._ends(index)
        return low + max(high - low, 0.0) * inside

    def fullest(self, narrow: float) -> int:
        """How many values the fullest bin holds, of those whose values lie no farther apart than `narrow`.

        A bin at either end of what was seen counts too if its mean is the extreme: all its values are that one.
        """
        edges = np.concatenate([[-np.inf], self.grid.edges, [np.inf]])
        used = np.flatnonzero(self.counts)
        means = self.sums[used] / self.counts[used]
        ends = np.maximum(edges[used], self.minimum), np.minimum(edges[used + 1], self.maximum)
        one = (ends[1] - ends[0] <= narrow) | np.isclose(means, self.minimum, rtol=1e-9, atol=0)
        one |= np.isclose(means, self.maximum, rtol=1e-9, atol=0)
        return int(self.counts[used[one]].max(initial=0))

    def mass(self, edges: Floats) -> Ints:
        """Counts between the given edges, which must be edges of the grid; the outer two bins are open."""
        positions = np.searchsorted(self.grid.edges, edges, side="left") + 1
        return (
            np.add.reduceat(self.masses, np.concatenate([[0], positions]))
            if len(edges)
            else np.array([self.masses.sum()])
        )

    def decile_edges(self) -> Floats:
        """The edges of the deciles: lower ends of the bins at ranks `floor(k n / 10)`, ties merged.

        A value that fills two or more deciles is set apart by an edge on each side, so that mass which leaves or joins
        it is seen; a constant column keeps three bins.
        """
        n = int(self.masses.sum())
        if n == 0 or not len(self.grid.edges):
            return np.array([], dtype=np.float64)
        ranks = (np.arange(1, 10) * n) // 10
        index, times = np.unique(np.searchsorted(np.cumsum(self.masses), ranks, side="right"), return_counts=True)
        lower = np.maximum(index - 1, 0)
        upper = index[(times > 1) & (index < len(self.grid.edges))]
        return self.grid.edges[np.unique(np.concatenate([lower, upper]))]

    def pack(self) -> list[Any]:
        """Sparse counts and sums as bytes, then the plain numbers."""
        used = np.flatnonzero(self.counts)
        return [
            used.astype("<u2").tobytes(),
            self.counts[used].astype("<u4").tobytes() if self.n < 2**32 else self.counts[used].astype("<u8").tobytes(),
            self.sums[used].astype("<f8").tobytes(),
            self.powers.astype("<f8").tobytes(),
            [self.absent, self.nan, self.above, self.below],
            [self.minimum, self.maximum],
        ]

    @classmethod
    def unpack(cls, grid: Grid, packed: list[Any]) -> NumericSketch:
        """The sketch that `pack` wrote down, on its grid."""
        used = np.frombuffer(packed[0], "<u2")
        counts, sums = np.zeros(grid.bins, np.int64), np.zeros(grid.bins)
        width = "<u4" if len(packed[1]) == 4 * used.size else "<u8"
        counts[used] = np.frombuffer(packed[1], width)
        sums[used] = np.frombuffer(packed[2], "<f8")
        powers = np.frombuffer(packed[3], "<f8").astype(np.float64)
        return cls(grid, counts, sums, powers, *packed[4], *packed[5])

    def _ends(self, index: int) -> tuple[float, float]:
        """Where the values of a bin can lie: between its edges, and between the extremes seen."""
        low = float(self.grid.edges[index - 1]) if index else -np.inf
        high = float(self.grid.edges[index]) if index < len(self.grid.edges) else np.inf
        return max(low, self.minimum), min(high, self.maximum)

    def _moment(self, power: int) -> float:
        moment = float(self.powers[power]) / self._some()
        if not np.isfinite(moment):
            raise NotComputable("the values are too large for their moments")
        return moment

    def _some(self) -> int:
        n = self.n
        if n == 0:
            raise NotComputable("no values")
        return n


def merge_numeric(sketches: list[NumericSketch]) -> NumericSketch:
    """The sketch of all rows of several sketches on one grid."""
    first = sketches[0]
    if any(sketch.grid.id != first.grid.id for sketch in sketches):
        raise InputError("sketches on different grids do not merge: profile the column again on one grid")
    if len(sketches) == 1:
        return first
    with np.errstate(over="ignore", invalid="ignore"):
        sums = np.add.reduce([s.sums for s in sketches])
        powers = np.add.reduce([s.powers for s in sketches])
    return NumericSketch(
        first.grid,
        np.add.reduce([s.counts for s in sketches]),
        sums,
        powers,
        sum(s.absent for s in sketches),
        sum(s.nan for s in sketches),
        sum(s.above for s in sketches),
        sum(s.below for s in sketches),
        min(s.minimum for s in sketches),
        max(s.maximum for s in sketches),
    )
