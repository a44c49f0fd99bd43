"""Kolmogorov-Smirnov windowing: do the newest values follow the distribution of those before them.

One of the online detectors; it sees changes of shape and spread, not of the mean alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from modelwatch.stats.arrays import Bools, Floats
from modelwatch.stats.ecdf import ks_pvalue
from modelwatch.stats.online.detector import Detector, first_true, within

_AT_ONCE = 256  # windows, whose draws and sorts stay in the processor's cache


@dataclass(slots=True, kw_only=True, eq=False)
class Kswin(Detector):
    """The Kolmogorov-Smirnov test of the newest values against as many drawn from the rest of a sliding window.

    After an alarm the newest values are the window.

    Parameters
    ----------
    level
        The p-value, from below, that is an alarm. Each value is a test, but neighbours share most of their windows.
    window
        How many values the window holds.
    newest
        How many of them are tested against as many of the others.
    seed
        Of the draws; the same seed and stream give the same alarms.

    Raises
    ------
    NotComputable
        If a parameter is out of its range.

    Examples
    --------
    >>> detector = Kswin()
    >>> rng = np.random.default_rng(1)
    >>> detector.run(np.concatenate([rng.normal(size=300), rng.normal(size=100) * 5]))
    array([328])

    Notes
    -----
    The p-value is exact, as River's; the paper's limit, the root of ln(1/level) / newest, approximates a p-value
    of twice the level. River forgets the whole window after an alarm, draws anew from the seed, and raises none at a
    statistic up to 0.1.

    References
    ----------
    C. Raab, M. Heusinger and F.-M. Schleif, Reactive soft prototype computing for concept drift streams, 2020.
    """

    level: float = 0.005
    window: int = 100
    newest: int = 30
    seed: int = 0
    _values: list[float] = field(init=False, repr=False)
    _tests: int = field(init=False, repr=False)

    def __post_init__(self) -> None:
        within("level", self.level, 0, 1)
        within("newest", self.newest, 2, 1_000)
        within("window", self.window, 2 * self.newest, 100_000)
        within("seed", self.seed, 0, 2**63)
        self.reset()

    def reset(self) -> None:
        self._values, self._tests = [], 0

    def _step(self, value: float) -> bool:
        return self._scan(np.array([value])) == 0

    def _scan(self, values: Floats) -> int:
        joined = np.concatenate([self._values, values])
        before = len(self._values)
        place = self._first_alarm(joined)
        if place < 0:
            self._values = joined[max(joined.size - self.window + 1, 0) :].tolist()
            return -1
        self._values = joined[place + 1 - self.newest : place + 1].tolist()
        return place - before

    def _first_alarm(self, values: Floats) -> int:
        """Test every whole window and return where the first alarm stands."""
        if values.size < self.window:
            return -1
        windows = sliding_window_view(values, self.window)
        rng = self._draws()
        for start in range(0, len(windows), _AT_ONCE):
            some = windows[start : start + _AT_ONCE]
            alarm = first_true(self._differ(some, rng.random((len(some), self.window - self.newest))))
            if alarm >= 0:
                self._tests += alarm + 1
                return start + alarm + self.window - 1
            self._tests += len(some)
        return -1

    def _draws(self) -> np.random.Generator:
        """The random numbers from the next test on: as many to each test as there are values to draw from."""
        return np.random.Generator(np.random.PCG64(self.seed).advance(self._tests * (self.window - self.newest)))

    def _differ(self, windows: Floats, draws: Floats) -> Bools:
        drawn = np.argpartition(draws, self.newest - 1, axis=1)[:, : self.newest]
        older = np.take_along_axis(windows, drawn, axis=1)
        both = np.concatenate([older, windows[:, -self.newest :]], axis=1)
        order = np.argsort(both, axis=1)
        ranked = np.take_along_axis(both, order, axis=1)
        steps = np.cumsum(np.where(order < self.newest, 1, -1), axis=1)[:, :-1]
        # Between equal values neither distribution function has a step of its own.
        gaps = np.where(ranked[:, :-1] < ranked[:, 1:], np.abs(steps), 0)
        return gaps.max(axis=1) >= least_steps(self.level, self.newest)


@lru_cache(maxsize=64)
def least_steps(level: float, size: int) -> int:
    """The least statistic of two samples of one size, in steps of 1/size, that is significant; size + 1 if none is."""
    return next((steps for steps in range(size + 1) if ks_pvalue(steps / size, size, size) <= level), size + 1)
