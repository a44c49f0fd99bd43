"""The early drift detection method: do errors come closer together than they did.

One of the online detectors; for a stream of right and wrong predictions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from modelwatch.stats.arrays import Floats
from modelwatch.stats.online.detector import Detector, first_true, within
from modelwatch.stats.online.recursions import counted, running_minima, running_sums


@dataclass(slots=True, kw_only=True, eq=False)
class Eddm(Detector):
    r"""Baena-Garcia's test of the distances between errors, with mean p and standard deviation s.

    .. math:: \frac{p_i + 2 s_i}{\max_{j \le i} (p_j + 2 s_j)} < \beta

    Values are 0 for right and 1 for an error; the first distance is counted from the start.

    Parameters
    ----------
    ratio
        The beta of the formula, in (0, 1]: 0.9 is the paper's alarm, 0.95 its warning.
    warmup
        How many values are taken before the largest is looked for, and how many errors before an alarm can be raised.

    Raises
    ------
    NotComputable
        If a parameter is out of its range.

    Examples
    --------
    >>> detector = Eddm()
    >>> detector.run([0, 0, 0, 0, 1] * 20 + [0, 0, 0, 1] * 20 + [1] * 50)
    array([229])

    Notes
    -----
    Alarms are River's; s has n - 1 below. The paper waits for 30 errors, River and we for one more. False alarms are
    many at the paper's ratio: the largest of a stream is found early, when the deviation is known worst.

    References
    ----------
    M. Baena-Garcia, J. del Campo-Avila, R. Fidalgo, A. Bifet, R. Gavalda and R. Morales-Bueno, Early drift detection
    method, 2006.
    """

    ratio: float = 0.9
    warmup: int = 30
    _count: int = field(init=False, repr=False)
    _last: int = field(init=False, repr=False)
    _errors: int = field(init=False, repr=False)
    _total: float = field(init=False, repr=False)
    _squares: float = field(init=False, repr=False)
    _largest: float = field(init=False, repr=False)

    lowest: ClassVar[float] = 0
    highest: ClassVar[float] = 1
    whole: ClassVar[bool] = True

    def __post_init__(self) -> None:
        within("ratio", self.ratio, math.ulp(0), 1)
        within("warmup", self.warmup, 1, math.inf)
        self.reset()

    def reset(self) -> None:
        self._count, self._last, self._errors = 0, 0, 0
        self._total, self._squares, self._largest = 0.0, 0.0, 0.0

    def _step(self, value: float) -> bool:
        self._count += 1
        if not value:
            return False
        distance = float(self._count - self._last)
        self._last = self._count
        self._errors += 1
        self._total += distance
        self._squares += distance * distance
        if self._count <= self.warmup:
            return False
        mean = self._total / self._errors
        variance = (self._squares - mean * self._total) / max(self._errors - 1, 1)
        extent = mean + 2 * math.sqrt(max(variance, 0.0))
        self._largest = max(self._largest, extent)
        if self._errors > self.warmup and extent < self.ratio * self._largest:
            self.reset()
            return True
        return False

    def _scan(self, values: Floats) -> int:
        places = np.flatnonzero(values)
        if places.size:
            ends = places.astype(np.float64) + (self._count + 1)
            alarm = self._scan_errors(ends)
            if alarm >= 0:
                self.reset()
                return int(places[alarm])
        self._count += values.size
        return -1

    def _scan_errors(self, ends: Floats) -> int:
        """Take the places of errors, counted from the start, and return which of them is an alarm."""
        distances = ends - np.concatenate([[float(self._last)], ends[:-1]])
        errors = counted(self._errors, ends.size)
        totals = running_sums(distances, carried=self._total)
        squares = running_sums(distances * distances, carried=self._squares)
        means = totals / errors
        variances = (squares - means * totals) / np.maximum(errors - 1, 1)
        extents = means + 2 * np.sqrt(np.maximum(variances, 0.0))
        extents[ends <= self.warmup] = 0.0
        largest = -running_minima(-extents, carried=-self._largest)
        self._last, self._errors = int(ends[-1]), int(errors[-1])
        self._total, self._squares, self._largest = float(totals[-1]), float(squares[-1]), float(largest[-1])
        return first_true((errors > self.warmup) & (ends > self.warmup) & (extents < self.ratio * largest))
