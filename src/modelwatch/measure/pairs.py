"""Two distributions side by side, as the drift metrics see them: from sketches or from the values themselves.

A drift metric is written once against these pairs; the service hands in sketches, `compare` hands in values.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from modelwatch.domain.errors import NotComputable
from modelwatch.sketch import CategorySketch, NumericSketch
from modelwatch.sketch.grid import Floats, Ints
from modelwatch.stats import ks, ks_from_counts, wasserstein, wasserstein_from_bins

KS_BOUND = 0.01
PLACES = 200
PLACE_ROWS = 5


class Pair(Protocol):
    """Reference and current, on the bins on which they are compared."""

    @property
    def sizes(self) -> tuple[int, int]:
        """Rows with a value on either side."""
        ...

    def binned(self) -> tuple[Floats, Floats]:
        """Counts of either side on the reference's bins; the last bin holds the missing values."""
        ...


@runtime_checkable
class NumericPair(Pair, Protocol):
    """A pair of numeric columns."""

    def ks(self) -> float:
        """Kolmogorov-Smirnov statistic of the values, missing ones left out."""
        ...

    def wasserstein(self) -> float:
        """Wasserstein-1 distance in the column's unit."""
        ...

    def deviation(self) -> float:
        """Standard deviation of the reference."""
        ...

    def places(self) -> tuple[Ints, Floats]:
        """The reference's finite values as counts at a few hundred increasing positions, to deal anew."""
        ...


@dataclass(frozen=True, eq=False)
class SketchPair:
    """Two sketches on one grid; `edges` are the reference's deciles, edges of the grid too."""

    reference: NumericSketch
    current: NumericSketch
    edges: Floats

    @property
    def sizes(self) -> tuple[int, int]:
        return int(self.reference.masses.sum()), int(self.current.masses.sum())

    def binned(self) -> tuple[Floats, Floats]:
        return self._binned

    @cached_property
    def _binned(self) -> tuple[Floats, Floats]:
        return _with_missing(self.reference.mass(self.edges), self.reference.missing), _with_missing(
            self.current.mass(self.edges), self.current.missing
        )

    def ks(self) -> float:
        value, bound = ks_from_counts(self.reference.masses, self.current.masses, atoms=self.reference.grid.atoms)
        if bound > KS_BOUND:
            raise NotComputable(
                f"the profile's bins leave it between {value:.3f} and {value + bound:.3f}: "
                "one bin holds too much of both sides"
            )
        return value

    def wasserstein(self) -> float:
        return self._wasserstein

    @cached_property
    def _wasserstein(self) -> float:
        both = (self.reference, self.current)
        if not all(side.n for side in both):
            raise NotComputable("no values")
        return wasserstein_from_bins(
            self.reference.counts,
            self.current.counts,
            reference_sums=self.reference.sums,
            current_sums=self.current.sums,
            edges=self.reference.grid.edges,
            minimum=min(side.minimum for side in both),
            maximum=max(side.maximum for side in both),
        )

    def deviation(self) -> float:
        return float(np.sqrt(self.reference.variance))

    def places(self) -> tuple[Ints, Floats]:
        held = self.reference.counts > 0
        # Sums are rounded, so neighbouring means may stand in the wrong order.
        means = np.maximum.accumulate(self.reference.sums[held] / self.reference.counts[held])
        return self.reference.counts[held], means


@dataclass(frozen=True, slots=True, eq=False)
class SamplePair:
    """Two samples of values, sorted and without NaN, with the number of missing values beside each."""

    reference: npt.NDArray[np.floating]
    current: npt.NDArray[np.floating]
    edges: Floats
    missing: tuple[int, int] = (0, 0)
    _moved: list[float] = field(default_factory=list[float], init=False, repr=False)

    @property
    def sizes(self) -> tuple[int, int]:
        return self.reference.size, self.current.size

    def binned(self) -> tuple[Floats, Floats]:
        return _with_missing(_counts(self.reference, self.edges), self.missing[0]), _with_missing(
            _counts(self.current, self.edges), self.missing[1]
        )

    def ks(self) -> float:
        return ks(self.reference, self.current)

    def wasserstein(self) -> float:
        # Two metrics ask for it, and it is the dearest of all.
        if not self._moved:
            self._moved.append(wasserstein(self.reference, self.current))
        return self._moved[0]

    def deviation(self) -> float:
        finite = self._finite()
        if finite.size == 0:
            raise NotComputable("no values in the reference")
        with np.errstate(over="ignore", invalid="ignore"):
            deviation = float(finite.std())
        if not np.isfinite(deviation):
            raise NotComputable("the reference's standard deviation exceeds the range of float64")
        return deviation

    def places(self) -> tuple[Ints, Floats]:
        finite = self._finite()
        values, counts = np.unique(finite, return_counts=True)
        if values.size <= min(PLACES, finite.size // PLACE_ROWS):
            return counts.astype(np.int64), values
        # A value seen once says little of how often it comes: a run of neighbours stands at its mean.
        groups = np.array_split(finite, max(min(PLACES, finite.size // PLACE_ROWS), 1))
        means = np.maximum.accumulate([(group / group.size).sum() for group in groups])
        return np.array([group.size for group in groups], dtype=np.int64), means

    def _finite(self) -> Floats:
        return self.reference[np.isfinite(self.reference)].astype(np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class CategoryPair:
    """Two category sketches on one domain; unseen categories share a bin, missing values have their own."""

    reference: CategorySketch
    current: CategorySketch

    @property
    def sizes(self) -> tuple[int, int]:
        return self.reference.n, self.current.n

    def binned(self) -> tuple[Floats, Floats]:
        sides = (self.reference, self.current)
        counted = [np.concatenate([side.counts, [side.other, side.missing]]).astype(np.float64) for side in sides]
        return counted[0], counted[1]


def decile_edges(sample: npt.NDArray[np.floating]) -> Floats:
    """The decile edges of sorted values, by the rule of `NumericSketch.decile_edges`, so that both ways agree."""
    if sample.size == 0:
        return np.array([], dtype=np.float64)
    edges, times = np.unique(sample[(np.arange(1, 10) * sample.size) // 10], return_counts=True)
    with np.errstate(over="ignore"):
        above = np.nextafter(edges[times > 1], np.array(np.inf, dtype=edges.dtype))
    return np.unique(np.concatenate([edges, above])).astype(np.float64)


def _counts(sample: npt.NDArray[np.floating], edges: Floats) -> Ints:
    # Edges in the sample's own type: float32 values meet float32 edges.
    cuts = np.searchsorted(sample, edges.astype(sample.dtype), side="left")
    return np.diff(np.concatenate([[0], cuts, [sample.size]]))


def _with_missing(counts: Ints, missing: int) -> Floats:
    return np.concatenate([counts, [missing]]).astype(np.float64)
