"""Adaptive windowing: a window that grows while its parts agree, and drops its old end when they do not.

One of the online detectors; its window says what the level is now, and needs no threshold in the values' unit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from modelwatch.domain.errors import NotComputable
from modelwatch.stats.arrays import Bools, Floats
from modelwatch.stats.online.buckets import buckets_after, cuts_after, ends_of
from modelwatch.stats.online.detector import Detector, Places, first_true, within
from modelwatch.stats.online.recursions import running_sums


@dataclass(slots=True, kw_only=True, eq=False)
class Adwin(Detector):
    r"""Bifet and Gavalda's test of every cut of the window into an old part 0 and a new part 1.

    .. math:: |\bar x_0 - \bar x_1| > \sqrt{\frac{2}{m} \sigma^2 d} + \frac{2}{3 m} R d, \quad
        d = \ln\frac{2 \ln n}{\delta}, \quad \frac{1}{m} = \frac{1}{n_0 - l + 1} + \frac{1}{n_1 - l + 1}

    As long as a cut passes this, the oldest bucket is dropped. Cuts lie between buckets, whose sizes are powers of
    two: the memory is logarithmic in the length of the window. An alarm does not empty the window: while the old
    values leave it, the next checks may raise further alarms. Call `reset` after an alarm to start from nothing, as
    River's class does.

    Parameters
    ----------
    delta
        The level of the test, in (0, 1).
    clock
        At every how many values the cuts are checked; 1 is the paper's.
    buckets
        How many buckets of one size there may be: more are finer and slower.
    shortest
        The l of the formula: the least number of values in a part.
    grace
        The window is not checked up to this length.
    extent
        The R of the formula, in the unit of the values: the range within which they lie.

    Raises
    ------
    NotComputable
        If a parameter is out of its range.

    Examples
    --------
    >>> detector = Adwin()
    >>> detector.run([0.0, 1.0] * 200 + [3.0, 4.0] * 50)
    array([415, 447])
    >>> detector.width, detector.mean
    (108, 3.2777777777777777)

    Notes
    -----
    The test is River's, with an R of 1; the paper has l = 1 as well.

    References
    ----------
    A. Bifet and R. Gavalda, Learning from time-changing data with adaptive windowing, 2007.
    """

    delta: float = 0.002
    clock: int = 32
    buckets: int = 5
    shortest: int = 5
    grace: int = 10
    extent: float = 1.0
    _pivot: float = field(init=False, repr=False)
    _rows: list[int] = field(init=False, repr=False)
    _ends: list[int] = field(init=False, repr=False)
    _totals: list[float] = field(init=False, repr=False)
    _squares: list[float] = field(init=False, repr=False)
    _waiting: list[float] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        within("delta", self.delta, 1e-300, 1)
        within("clock", self.clock, 1, 1_000_000)
        within("buckets", self.buckets, 2, 1_000)
        within("shortest", self.shortest, 1, math.inf)
        within("grace", self.grace, 0, math.inf)
        within("extent", self.extent, 0, 1e100)
        self.reset()

    def reset(self) -> None:
        self._pivot = 0.0
        # Buckets per size, the smallest first; where buckets end, the oldest first, with the sums up to there.
        self._rows = [0]
        self._ends, self._totals, self._squares = [0], [0.0], [0.0]
        self._waiting = []

    @property
    def width(self) -> int:
        """How many values the window holds."""
        return self._ends[-1] + len(self._waiting)

    @property
    def mean(self) -> float:
        """The mean of the window, in the unit of the values."""
        if not self.width:
            raise NotComputable("the window is empty: give it a value first")
        total = self._totals[-1] - self._totals[0] + sum(value - self._pivot for value in self._waiting)
        return self._pivot + total / self.width

    def _step(self, value: float) -> bool:
        if not self.width:
            self._pivot = value
        self._waiting.append(value)
        if len(self._waiting) < self.clock:
            return False
        self._fold(self._stream(np.array(self._waiting)), self.clock)
        self._waiting = []
        return self.width > self.grace and self._shrink()

    def _scan(self, values: Floats) -> int:
        if not self.width:
            self._pivot = float(values[0])
        waited = len(self._waiting)
        joined = np.concatenate([self._waiting, values])
        checks = joined.size // self.clock
        found = -1
        if checks:
            stream = self._stream(joined[: checks * self.clock])
            found = self._first_alarm(stream, checks)
            self._fold(stream, (found + 1 if found >= 0 else checks) * self.clock)
        if found >= 0:
            self._waiting = []
            self._shrink()
            return (found + 1) * self.clock - 1 - waited
        self._waiting = joined[checks * self.clock :].tolist()
        return -1

    def _stream(self, values: Floats) -> _Stream:
        """Sums up to the ends of the buckets and up to each of the values that follow them."""
        shifted = values - self._pivot
        totals = running_sums(shifted, carried=self._totals[-1])
        squares = running_sums(shifted * shifted, carried=self._squares[-1])
        return _Stream(
            np.array(self._ends), np.concatenate([self._totals, totals]), np.concatenate([self._squares, squares])
        )

    def _first_alarm(self, stream: _Stream, checks: int) -> int:
        """The first of the next checks that finds a cut, -1 if none does."""
        added = self.clock * np.arange(1, checks + 1)
        widths = self._ends[-1] + added
        at_end = stream.find(widths)
        totals, squares = stream.totals - stream.totals[0], stream.squares[at_end] - stream.squares[0]
        window = self._window(widths, totals[at_end], squares)
        found = np.zeros(checks, dtype=np.bool_)
        for newer in cuts_after(self._rows, added, most=self.buckets):
            older = widths - newer
            found |= window.cuts(older, totals[stream.find(older)]).any(axis=0)
        return first_true(found & (widths > self.grace))

    def _window(self, widths: Places, totals: Floats, squares: Floats) -> _Windows:
        depths = np.array([math.log(2 * math.log(max(width, 2)) / self.delta) for width in widths.tolist()])
        variances = np.maximum((squares - totals * totals / widths) / widths, 0.0)
        return _Windows(
            widths.astype(np.float64), totals, 2 * variances * depths, 2 / 3 * self.extent * depths, self.shortest
        )

    def _fold(self, stream: _Stream, added: int) -> None:
        """Take the next values into the buckets."""
        self._rows = buckets_after(self._rows, added, most=self.buckets)
        ends = self._ends[-1] + added - ends_of(self._rows)
        found = stream.find(ends)
        self._ends, self._totals, self._squares = (
            ends.tolist(),
            stream.totals[found].tolist(),
            stream.squares[found].tolist(),
        )

    def _shrink(self) -> bool:
        """Drop the oldest bucket as long as there is a cut, and say whether there was."""
        dropped = 0
        while self._has_cut():
            start = self._ends[1], self._totals[1], self._squares[1]
            self._ends = [end - start[0] for end in self._ends[1:]]
            self._totals = [total - start[1] for total in self._totals[1:]]
            self._squares = [square - start[2] for square in self._squares[1:]]
            self._rows[-1] -= 1
            while len(self._rows) > 1 and not self._rows[-1]:
                self._rows.pop()
            dropped += 1
        return dropped > 0

    def _has_cut(self) -> bool:
        window = self._window(
            np.array(self._ends[-1:]),
            np.array([self._totals[-1] - self._totals[0]]),
            np.array([self._squares[-1] - self._squares[0]]),
        )
        return bool(window.cuts(np.array(self._ends), np.array(self._totals) - self._totals[0]).any())


@dataclass(frozen=True, slots=True)
class _Stream:
    """Sums from the window's start to the ends of its buckets, then to each value after the last of them."""

    ends: Places
    totals: Floats
    squares: Floats

    def find(self, places: Places) -> Places:
        """Where the sums up to these places stand; before the last end they must be ends."""
        found = places + (self.ends.size - 1 - self.ends[-1])
        if places.min() >= self.ends[-1]:
            return found
        return np.where(places < self.ends[-1], np.searchsorted(self.ends, places), found)


@dataclass(frozen=True, slots=True)
class _Windows:
    """K windows to be cut: their widths and totals, and the two terms of the test without 1/m, shape (K,) each."""

    widths: Floats
    totals: Floats
    spreads: Floats
    extents: Floats
    shortest: int

    def cuts(self, after: Places, totals: Floats) -> Bools:
        """Which cuts after so many values, which add up to `totals`, part two levels; shape (cuts, K)."""
        older = after.astype(np.float64)
        newer = self.widths - older
        with np.errstate(divide="ignore", invalid="ignore"):  # of cuts at or beyond an end, which do not count
            apart = np.abs(totals / older - (self.totals - totals) / newer)
            shares = 1.0 / (older - (self.shortest - 1)) + 1.0 / (newer - (self.shortest - 1))
            limits = np.sqrt(self.spreads * shares) + self.extents * shares
            return (older >= self.shortest) & (newer >= self.shortest) & (apart > limits)
