"""Dealing pooled rows anew to two samples: what any binned distance reads when nothing has changed.

`noise` asks for these draws where no closed form holds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from modelwatch.domain.errors import NotComputable
from modelwatch.stats.arrays import Bools, Floats
from modelwatch.stats.binned import distances
from modelwatch.stats.contingency import chi2_statistics
from modelwatch.stats.transport import wasserstein_on

Counts = npt.NDArray[np.int64]
LARGEST_POOL = 1_000_000_000
"""From this many rows on NumPy deals no more; both samples are then drawn with replacement."""


@dataclass(frozen=True, slots=True, eq=False)
class Deal:
    """Pooled rows dealt at random to a reference of n and a current sample of m rows, many times.

    Parameters
    ----------
    first, second
        Counts of the two samples in the bins that hold any row, shapes (draws, B').
    held
        Which bins of the pool these are, shape (B,).

    Examples
    --------
    >>> deal = Deal.of(np.array([3, 0, 1]), m=2, draws=3, seed=0)
    >>> deal.distances("chi2").round(4)
    array([1.3333, 1.3333, 1.3333])

    References
    ----------
    R. A. Fisher, The design of experiments, 1935.
    """

    first: Counts
    second: Counts
    held: Bools

    @classmethod
    def of(cls, pool: Counts, *, m: int, draws: int, seed: int) -> Deal:
        """Deal the pooled counts, shape (B,), m rows to the second sample; equal seeds deal equally."""
        if draws < 1:
            raise NotComputable(f"a null needs at least one draw, not {draws}")
        held = pool > 0
        kept = pool[held]
        rows = int(kept.sum())
        rng = np.random.default_rng(seed)
        if rows >= LARGEST_POOL:
            shares = kept / rows
            return cls(rng.multinomial(rows - m, shares, size=draws), rng.multinomial(m, shares, size=draws), held)
        # Both methods are exact; the time of the one goes by the rows dealt, of the other by the bins.
        small = min(rows - m, m)
        method = "count" if small < 10 * kept.size and rows < 10_000_000 else "marginals"
        part = rng.multivariate_hypergeometric(kept, small, size=draws, method=method)
        return cls(kept - part, part, held) if m == small else cls(part, kept - part, held)

    def distances(self, metric: str, *, positions: npt.ArrayLike | None = None) -> Floats:
        """The metric of every deal, shape (draws,); `wasserstein` needs the positions of all B bins."""
        if metric == "chi2":
            return chi2_statistics(self.first, self.second)
        if metric == "cramers_v":
            return np.sqrt(chi2_statistics(self.first, self.second) / (self.first[0] + self.second[0]).sum())
        if metric != "wasserstein":
            return distances(metric, self.first, self.second)
        places = np.asarray(positions if positions is not None else (), dtype=np.float64)
        if places.shape != self.held.shape:
            raise NotComputable(f"wasserstein needs the positions of its {self.held.size} bins, it got {places.size}")
        return wasserstein_on(self.first, self.second, positions=places[self.held])


def scaled_up(reference: Counts, added: int) -> Counts:
    """The reference with `added` rows more in its own proportions, by largest remainders."""
    more = reference * (added / reference.sum())
    whole = np.floor(more).astype(np.int64)
    left = added - int(whole.sum())
    whole[np.argsort(whole - more, kind="stable")[:left]] += 1
    return reference + whole


def whole_of(counts: Floats) -> Counts:
    """Counts as integers, which dealing rows needs."""
    if (counts != np.floor(counts)).any() or counts.sum() > 2**53:
        raise NotComputable("rows can be dealt anew only where the counts are whole numbers below 2**53")
    return counts.astype(np.int64)
