"""What a distance reads when nothing has changed: its floor at a level, and the p-value of what was seen.

`noise` and `blocks` make these values; the judging stage compares measurements with them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy import special

from modelwatch.domain.errors import NotComputable
from modelwatch.stats.arrays import Floats, level_of
from modelwatch.stats.ecdf import ks_pvalue


class Null(Protocol):
    """A distance's distribution under no change."""

    @property
    def floor(self) -> float:
        """The value exceeded with probability 1 - level under no change."""
        ...

    def p_value(self, value: float) -> float:
        """Probability of `value` or more under no change."""
        ...


@dataclass(frozen=True, slots=True)
class ClosedFormNull:
    """A distance, or its square if `rooted`, that is `scale` times chi-squared with `degrees` of freedom.

    Parameters
    ----------
    scale
        The factor, above 0.
    degrees
        Degrees of freedom; 0 if only one bin is held, where any distance above 0 is a change.
    rooted
        Whether the distance is the root of the scaled variable.
    level
        The share of unchanged samples that stay at or below the floor.

    Examples
    --------
    >>> null = ClosedFormNull(scale=0.002, degrees=9, rooted=False)
    >>> round(null.floor, 4), round(null.p_value(null.floor), 4)
    (0.0433, 0.01)
    """

    scale: float
    degrees: int
    rooted: bool
    level: float = 0.99

    @property
    def floor(self) -> float:
        if self.degrees == 0:
            return 0.0
        plain = self.scale * float(special.chdtri(self.degrees, 1.0 - level_of(self.level)))
        return math.sqrt(plain) if self.rooted else plain

    def p_value(self, value: float) -> float:
        if _number(value) <= 0.0:
            return 1.0
        if self.degrees == 0:
            return 0.0
        plain = value * value if self.rooted else value
        return float(special.chdtrc(self.degrees, plain / self.scale))


@dataclass(frozen=True, slots=True, eq=False)
class DrawnNull:
    """A distance measured on draws without change.

    The p-value counts the draws at or above the value, itself included. Beyond all draws it goes on along an
    exponential fitted to the excess of the largest tenth (of the squares if `rooted`): 199 draws alone never
    say less than .005, and false-discovery control over 15 columns could then not find the one that drifts.

    Parameters
    ----------
    draws
        Distances under no change in increasing order, shape (D,), D at least 1.
    rooted
        Whether the distance is a root, so that the tail of its square is the exponential one.
    level
        The share of unchanged samples that stay at or below the floor.

    Examples
    --------
    >>> null = DrawnNull(np.linspace(0.01, 0.02, 199), rooted=False)
    >>> round(null.floor, 4), null.p_value(0.0199), null.p_value(0.04) < 1e-6
    (0.0199, 0.015, True)

    References
    ----------
    B. Phipson and G. K. Smyth, Permutation p-values should never be zero, 2010.
    T. A. Knijnenburg et al., Fewer permutations, more accurate p-values, 2009.
    """

    draws: Floats
    rooted: bool
    level: float = 0.99

    @property
    def floor(self) -> float:
        rank = math.ceil((self.draws.size + 1) * level_of(self.level))
        return float(self.draws[min(rank, self.draws.size) - 1])

    def p_value(self, value: float) -> float:
        # Equal tables give distances that differ in the last digits.
        least = _number(value) * (1.0 - 1e-9)
        reached = self.draws.size - int(np.searchsorted(self.draws, least, side="left"))
        counted = (1 + reached) / (self.draws.size + 1)
        return counted if reached else min(counted, self._beyond(value))

    def _beyond(self, value: float) -> float:
        power = 2 if self.rooted else 1
        with np.errstate(over="ignore", invalid="ignore"):
            sample = self.draws**power
        tail = max(1, sample.size // 10)
        start = float(sample[-tail - 1]) if tail < sample.size else 0.0
        excess = float(sample[-tail:].mean()) - start
        # They are all equal, or too far apart for numbers.
        if excess <= 1e-9 * start or not math.isfinite(excess):
            return 1.0
        with np.errstate(over="ignore"):
            beyond = (float(np.float64(value) ** power) - start) / excess
        return tail / sample.size * math.exp(-beyond)


@dataclass(frozen=True, slots=True)
class KsNull:
    """The Kolmogorov-Smirnov statistic of two independent samples from one continuous distribution.

    On ties and on bins the statistic is smaller, so floor and p-value err on the quiet side.

    Parameters
    ----------
    n, m
        Sizes of the two samples.
    level
        The share of unchanged samples that stay at or below the floor.
    exact
        Whether the p-value is that of `ks_pvalue`, some 30 ms for thousands of rows; else Smirnov's limit for large
        samples, by which the floor goes too.

    Examples
    --------
    >>> round(KsNull(10_000, 10_000, level=0.95).floor, 4)
    0.0192
    >>> null = KsNull(5_000, 1_200, exact=False)
    >>> round(null.p_value(null.floor), 4), round(KsNull(5_000, 1_200).p_value(null.floor), 4)
    (0.01, 0.0096)

    References
    ----------
    N. V. Smirnov, Table for estimating the goodness of fit of empirical distributions, 1948.
    """

    n: int
    m: int
    level: float = 0.99
    exact: bool = True

    @property
    def floor(self) -> float:
        return min(1.0, float(special.kolmogi(1.0 - level_of(self.level))) * self._scale)

    def p_value(self, value: float) -> float:
        return ks_pvalue(value, self.n, self.m) if self.exact else float(special.kolmogorov(value / self._scale))

    @property
    def _scale(self) -> float:
        """What the statistic is measured in, as the samples grow."""
        if self.n < 1 or self.m < 1:
            raise NotComputable(f"both samples need at least one value, they have {self.n} and {self.m}")
        return math.sqrt(1 / self.n + 1 / self.m)


def _number(value: float) -> float:
    if not math.isfinite(value):
        raise NotComputable(f"a distance is a finite number, this is {value}")
    return value
