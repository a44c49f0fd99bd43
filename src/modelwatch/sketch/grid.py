"""The fixed edges on which a numeric column of a model is counted, made once from its first reference.

Only counts on equal grids merge, so every window, reference and engine of a model shares one grid per column.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

QUANTILES = 200
DISTINCT = 100  # at most so many different values: each gets a bin of its own
STRETCH, STRETCHES = 1.5, 32
TAIL_EDGES = 8  # edges beyond each end, at 1/16, 1/8, ... 8 widths of the reference's range
SCORE_HALVINGS = 13
LOG_ODDS = np.arange(-120, 121) / 10.0


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Sorted edges; bin `i` is `[edges[i-1], edges[i])`, the outer two are open to infinity.

    `single` says that the reference held float32 values: values and edges are then compared as float32, otherwise a
    distance of .004 between equal columns of different width reads as .038. `centre` is the pivot of the moments.
    """

    edges: Floats
    centre: float
    single: bool = False
    id: str = field(init=False)
    _edges32: npt.NDArray[np.float32] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        digest = blake2b(self.edges.tobytes() + np.float64(self.centre).tobytes() + bytes([self.single]), digest_size=8)
        object.__setattr__(self, "id", digest.hexdigest())
        object.__setattr__(self, "_edges32", _as_single(self.edges))

    @property
    def bins(self) -> int:
        """Number of bins, the two open ones included."""
        return len(self.edges) + 1

    @property
    def atoms(self) -> npt.NDArray[np.bool_]:
        """Which bins can hold a single value only."""
        edges = self._edges32 if self.single else self.edges
        inner = np.nextafter(edges[:-1], np.inf, dtype=edges.dtype) >= edges[1:]
        return np.concatenate([[False], inner, [False]])

    def marks(self, value: float) -> bool:
        """Whether a value has an edge on each side, so that what lies beyond it can be counted."""
        at = np.array([np.float32(value) if self.single else value], dtype=np.float64)
        return bool(np.isin(np.concatenate([at, _above(at, self.single)]), self.edges).all())

    def index(self, values: Floats) -> Ints:
        """The bin of each finite value.

        A value that is exactly a float32 is compared as float32 even on a grid of float64 edges: it may be the
        rounded twin of a reference value that equals an edge.
        """
        with np.errstate(over="ignore"):  # beyond float32 is infinite there, and in the outer bin
            rounded = values.astype(np.float32)
        if self.single:
            return np.searchsorted(self._edges32, rounded, side="right").astype(np.int64)
        index = np.searchsorted(self.edges, values, side="right")
        twins = rounded.astype(np.float64) == values
        if twins.any():
            index[twins] = np.searchsorted(self._edges32, rounded[twins], side="right")
        return index.astype(np.int64)

    def pack(self) -> list[object]:
        """Everything needed to make the grid again."""
        return [self.edges.astype("<f8").tobytes(), self.centre, self.single]

    @classmethod
    def unpack(cls, packed: list[object]) -> Grid:
        """The grid that `pack` wrote down."""
        edges, centre, single = packed
        assert isinstance(edges, bytes)
        assert isinstance(centre, float)
        return cls(np.frombuffer(edges, "<f8").astype(np.float64), centre, bool(single))


def build_grid(values: Floats, *, marks: Iterable[float] = ()) -> Grid:
    """Make the grid of a feature from its reference values.

    Rule: with at most 100 different values each is an atom, a bin that holds that value only; otherwise the edges are
    the values at ranks `floor(j n / 200)`, a value that fills two such ranks is an atom, and from the outer two of
    these ranks edges go on to the extremes, each 1.5 times as far from the median as the one before, at most 32. The
    range is closed just above the maximum and followed on both sides by 8 edges at 1/16, 1/8, ... 8 times its width.

    Parameters
    ----------
    values : array of shape (n,)
        Reference values; those that are not finite are left out.
    marks : iterable of float
        Values with an edge on each side, such as the ends of a declared range.

    Examples
    --------
    >>> grid = build_grid(np.arange(1000.0))
    >>> bool(500.0 in grid.edges), grid.bins
    (True, 218)
    """
    sample = np.sort(values[np.isfinite(values)])
    if sample.size == 0:
        return _finish(sample, sample, marks, centre=0.0, single=False)
    single = _is_single(sample)
    distinct = np.unique(sample)
    if distinct.size <= DISTINCT:
        edges = np.concatenate([distinct, _above(distinct, single)])
    else:
        ranked = sample[(np.arange(QUANTILES) * sample.size) // QUANTILES]
        chosen, times = np.unique(ranked, return_counts=True)
        stretched = _stretched(sample, float(ranked[1]), float(ranked[-1]))
        edges = np.concatenate([chosen, stretched, _above(chosen[times > 1], single), _above(sample[-1:], single)])
    tails = _tails(sample[0], sample[-1], single)
    return _finish(edges, tails, marks, centre=float(sample[sample.size // 2]), single=single)


def build_score_grid(scores: Floats, *, thresholds: Iterable[float] = ()) -> Grid:
    """Make the grid of a probability: also fine in the tails, where rare positives live.

    Rule: the values at ranks `floor(j n / 200)` as in `build_grid`, 13 halving tail quantiles on each side, edges
    every 0.1 of log-odds within +-12, and every declared threshold.

    Examples
    --------
    >>> grid = build_score_grid(np.linspace(0, 1, 5000), thresholds=[0.5])
    >>> bool(0.5 in grid.edges)
    True
    """
    sample = np.sort(scores[np.isfinite(scores)])
    fixed = 1.0 / (1.0 + np.exp(-LOG_ODDS))
    if sample.size == 0:
        return Grid(np.unique(np.concatenate([fixed, list(thresholds)])), 0.5)
    single = _is_single(sample)
    n = sample.size
    halved = n * 0.5 ** np.arange(1, SCORE_HALVINGS + 1) / QUANTILES
    ranks = np.concatenate(
        [(np.arange(QUANTILES) * n) // QUANTILES, halved.astype(np.int64), n - 1 - halved.astype(np.int64)]
    )
    chosen, times = np.unique(sample[ranks[:QUANTILES]], return_counts=True)
    edges = np.concatenate([sample[ranks], _above(chosen[times > 1], single), _above(sample[-1:], single), fixed])
    return _finish(edges, np.array([]), thresholds, centre=float(sample[n // 2]), single=single)


def _finish(edges: Floats, tails: Floats, marks: Iterable[float], *, centre: float, single: bool) -> Grid:
    marked = np.fromiter(marks, dtype=np.float64)
    every = np.concatenate([edges, tails, marked, _above(marked, single)])
    if single:
        # Edges that are no float32 would be compared rounded; store them so, and equal edges fall together.
        every = every.astype(np.float32).astype(np.float64)
    return Grid(np.unique(every[np.isfinite(every)]), centre, single)


def _stretched(sample: Floats, low: float, high: float) -> Floats:
    """Edges inside the outer two bins of 200, where a heavy tail would be one bin: Wasserstein was off by 200 %."""
    centre = sample[sample.size // 2]
    steps = STRETCH ** np.arange(1.0, STRETCHES + 1)
    edges: Floats = np.concatenate([centre - (centre - low) * steps, centre + (high - centre) * steps])
    return edges[(edges > sample[0]) & (edges < sample[-1])]


def _tails(low: float, high: float, single: bool) -> Floats:
    width = (high - low) or abs(high) or 1.0
    steps: Floats = width * np.exp2(np.arange(TAIL_EDGES) - 4.0)
    # A value exactly one width above the range still lies inside it.
    return np.concatenate([low - steps, _above(high + steps, single)])


def _above(values: Floats, single: bool) -> Floats:
    if single:
        return np.nextafter(values.astype(np.float32), np.float32(np.inf)).astype(np.float64)
    return np.nextafter(values, np.inf)


def _is_single(sample: Floats) -> bool:
    with np.errstate(over="ignore"):
        return bool((sample.astype(np.float32).astype(np.float64) == sample).all())


def _as_single(edges: Floats) -> npt.NDArray[np.float32]:
    """The edges as float32, atoms kept open: the edge just above a value stays above it after rounding."""
    with np.errstate(over="ignore"):
        single = edges.astype(np.float32)
    same = np.flatnonzero(single[1:] == single[:-1]) + 1
    single[same] = np.nextafter(single[same - 1], np.float32(np.inf))
    return np.maximum.accumulate(single) if single.size else single
