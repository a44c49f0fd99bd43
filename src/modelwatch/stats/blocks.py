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
from modelwatch.stats.arrays import finite_of, level_of

ENOUGH_DISJOINT = 20
"""Least number of disjoint runs of blocks from which a distribution is fitted."""

_TINY = float(np.finfo(np.float64).tiny)


@dataclass(frozen=True, slots=True)
class BlockNull:
    r"""What a distance reads between one run of blocks of the reference and the rest of it.

    With at least 20 disjoint runs the logarithms of the distances are taken for normal, and one more value v
    has

    .. math:: \frac{\ln v - \bar x}{s \sqrt{1 + 1/k}} \sim t_{k-1}

    with the mean and the standard deviation (ddof 1) over all contiguous runs and k the disjoint ones, as
    runs that overlap repeat each other. With fewer the floor is twice the largest distance, there is no
    p-value, and whoever judges must say that it is provisional.

    Parameters
    ----------
    floor
        The value exceeded with probability 1 - level under no change; above 0.
    provisional
        Whether there were too few disjoint runs for a p-value.
    centre, spread, degrees
        Mean and predictive standard deviation of the log distance, and the degrees of freedom; 0 if
        provisional.

    Examples
    --------
    >>> null = BlockNull.from_distances([0.01, 0.02, 0.04] * 8, disjoint=24)
    >>> round(null.floor, 3), round(null.p_value(null.floor), 3), null.p_value(0.4) < 1e-4
    (0.087, 0.01, True)
    >>> few = BlockNull.from_distances([0.01, 0.02, 0.04], disjoint=3)
    >>> few.floor, few.p_value(0.4), few.provisional
    (0.08, None, True)

    References
    ----------
    G. J. Hahn and W. Q. Meeker, Statistical intervals, 1991, chapter 4.
    """

    floor: float
    provisional: bool
    centre: float = 0.0
    spread: float = 0.0
    degrees: int = 0

    @classmethod
    def from_distances(cls, distances: npt.ArrayLike, disjoint: int, *, level: float = 0.99) -> BlockNull:
        """The null of these distances of contiguous runs.

        Parameters
        ----------
        distances
            Distances of the contiguous runs from the rest of the reference, shape (R,), none below 0. A
            distance of 0 counts as the smallest one above 0.
        disjoint
            How many of the runs fit side by side.
        level
            The share of unchanged runs that stay at or below the floor.

        Raises
        ------
        NotComputable
            If there is no distance or one is negative or not finite, or `disjoint` does not fit their number.
        """
        found = finite_of(distances, "distances")
        if (found < 0).any():
            raise NotComputable("a distance is negative")
        if not 1 <= disjoint <= found.size:
            raise NotComputable(f"{found.size} runs cannot hold {disjoint} disjoint ones")
        if disjoint < ENOUGH_DISJOINT:
            return cls(max(2.0 * float(found.max()), _TINY), provisional=True)
        smallest = found[found > 0].min() if found.any() else _TINY
        logs = np.log(np.maximum(found, smallest))
        centre = float(logs.mean())
        spread = float(logs.std(ddof=1)) * math.sqrt(1 + 1 / disjoint)
        quantile = float(special.stdtrit(disjoint - 1, level_of(level)))
        return cls(math.exp(centre + quantile * spread), False, centre, spread, disjoint - 1)

    def p_value(self, value: float) -> float | None:
        """Probability of `value` or more under no change; None if provisional."""
        if not 0.0 <= value < math.inf:
            raise NotComputable(f"a distance is a finite number from 0 on, this is {value}")
        if self.provisional:
            return None
        if value == 0.0:
            return 1.0
        ahead = math.log(value) - self.centre
        # Runs that all read the same say that any value above theirs is new; 1e-9 covers rounding.
        if self.spread <= 1e-9:
            return 1.0 if ahead <= 1e-9 else 0.0
        return float(special.stdtr(self.degrees, -ahead / self.spread))
