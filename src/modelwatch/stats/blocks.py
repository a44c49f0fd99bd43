"""The noise floor of a distance from whole blocks of time of the reference against the rest of it.

Rows of one day are not independent, so the floor from independent rows (`noise`) is too low; the judging
stage takes the larger of the two.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from modelwatch.domain.errors import NotComputable
from modelwatch.stats.arrays import Floats, finite_of, level_of

ENOUGH_DISJOINT = 20
"""Least number of disjoint runs of blocks from which a distribution is fitted."""

TWICE = 2.0
"""No floor lies beyond twice the largest distance among the runs, on the scale of odds."""

SMALL = 0.01
"""Share of the mean distance below which all distances count alike: how near to zero one comes says nothing of how far
another goes, and logarithms would make much of it."""

_TINY = float(np.finfo(np.float64).tiny)


@dataclass(frozen=True, slots=True)
class BlockNull:
    r"""What a distance reads between one run of blocks of the reference and the rest of it.

    A distance v that can read no more than its bound b is taken as the odds

    .. math:: o(v) = v / (1 - v / b)

    which are v itself where nothing bounds it. With at least 20 disjoint runs the logarithms of the odds are
    taken for normal, and one more value v has

    .. math:: \frac{\ln o(v) - \bar x}{s \sqrt{1 + 1/k}} \sim t_{k-1}

    with the mean and the standard deviation (ddof 1) over all contiguous runs and k the disjoint ones, as
    runs that overlap repeat each other. The floor is kept between the runs' own quantile and twice their
    largest odds, and s with it. With fewer runs the floor is at twice the largest odds, there is no p-value,
    and whoever judges must say that it is provisional.

    Where more than 1 - level of the runs read b themselves no value can be told from them, and the floor is b.

    Parameters
    ----------
    floor
        The value exceeded with probability 1 - level under no change; above 0.
    provisional
        Whether there were too few disjoint runs for a p-value, or too many that read the bound.
    bound
        The most that the distance can read; infinite if nothing bounds it.
    centre, spread, degrees
        Mean and predictive standard deviation of the log odds, and the degrees of freedom; 0 if provisional.
    most
        The value from which on all values count alike, just below the bound.

    Examples
    --------
    >>> null = BlockNull.from_distances([0.01, 0.02, 0.04] * 8, disjoint=24)
    >>> round(null.floor, 3), round(null.p_value(null.floor), 3), null.p_value(0.4) < 1e-4
    (0.08, 0.01, True)
    >>> few = BlockNull.from_distances([0.01, 0.02, 0.04], disjoint=3)
    >>> few.floor, few.p_value(0.4), few.provisional
    (0.08, None, True)
    >>> BlockNull.from_distances([0.2, 0.5, 0.6], disjoint=3, bound=1.0).floor
    0.75

    References
    ----------
    G. J. Hahn and W. Q. Meeker, Statistical intervals, 1991, chapter 4.
    """

    floor: float
    provisional: bool
    bound: float = math.inf
    centre: float = 0.0
    spread: float = 0.0
    degrees: int = 0
    most: float = math.inf

    @classmethod
    def from_distances(
        cls, distances: npt.ArrayLike, disjoint: int, *, bound: float = math.inf, level: float = 0.99
    ) -> BlockNull:
        """The null of these distances of contiguous runs.

        Parameters
        ----------
        distances
            Distances of the contiguous runs from the rest of the reference, shape (R,), none below 0. A
            distance of 0 counts as the smallest one above 0, and one below a hundredth of the mean as that.
        disjoint
            How many of the runs fit side by side.
        bound
            The most that the distance can read, above 0.
        level
            The share of unchanged runs that stay at or below the floor.

        Raises
        ------
        NotComputable
            If there is no distance or one is negative or not finite, `disjoint` does not fit their number, or
            the bound is not above 0.
        """
        found = finite_of(distances, "distances")
        if (found < 0).any():
            raise NotComputable("a distance is negative")
        if not 1 <= disjoint <= found.size:
            raise NotComputable(f"{found.size} runs cannot hold {disjoint} disjoint ones")
        if not bound > 0:
            raise NotComputable(f"the bound of a distance is above 0, this is {bound}")
        if np.mean(found >= bound * (1 - 1e-9)) > 1 - level_of(level):
            return cls(bound, True, bound)
        most = bound * (1 - 1 / (2 * found.size))
        odds = _odds(np.minimum(found, most), bound)
        limit = max(TWICE * float(odds.max()), _TINY)
        if disjoint < ENOUGH_DISJOINT:
            return cls(_distance(limit, bound), True, bound)
        smallest = float(odds[odds > 0].min(initial=limit))
        logs = np.log(np.maximum(odds, max(SMALL * float(odds.mean()), smallest)))
        centre = float(logs.mean())
        spread = float(logs.std(ddof=1)) * math.sqrt(1 + 1 / disjoint)
        quantile = float(special.stdtrit(disjoint - 1, level))
        least = float(np.quantile(logs, level, method="lower"))
        floor = min(max(centre + quantile * spread, least), math.log(limit))
        if quantile > 0:
            spread = (floor - centre) / quantile
        return cls(_distance(math.exp(floor), bound), False, bound, centre, spread, disjoint - 1, most)

    def p_value(self, value: float) -> float | None:
        """Probability of `value` or more under no change; None if provisional."""
        if not 0.0 <= value < math.inf:
            raise NotComputable(f"a distance is a finite number from 0 on, this is {value}")
        if self.provisional:
            return None
        if value == 0.0:
            return 1.0
        ahead = math.log(float(_odds(np.array(min(value, self.most)), self.bound))) - self.centre
        # Runs that all read the same say that any value above theirs is new; 1e-9 covers rounding.
        if self.spread <= 1e-9:
            return 1.0 if ahead <= 1e-9 else 0.0
        return float(special.stdtr(self.degrees, -ahead / self.spread))


def _odds(distances: Floats, bound: float) -> Floats:
    return distances / (1 - distances / bound)


def _distance(odds: float, bound: float) -> float:
    return odds / (1 + odds / bound)
