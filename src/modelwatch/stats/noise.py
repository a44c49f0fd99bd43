"""The noise floor and p-value of distances between independent samples that come from one distribution.

Drift measurements carry these beside the floor from whole blocks of time (`blocks`); a verdict needs to pass
both.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from modelwatch.domain.errors import NotComputable, UnknownName
from modelwatch.stats.arrays import Floats, aligned_counts, counts_of, row_of
from modelwatch.stats.dealing import Deal, scaled_up, whole_of
from modelwatch.stats.nulls import ClosedFormNull, DrawnNull, Null

DRAWS = 199
EXPECTED_FOR_CLOSED_FORM = 20.0
"""Least expected count in every bin of either side for the closed form to be used; 5 suffices chi-squared itself.

An empty bin alone costs psi about .7, by the floor of the shares: with 5 expected rows in each of 10 equal bins, and no
change, 6.6 % of samples read more than the closed form's 1 % floor.
"""
_EXPECTED_FOR_CHI2 = 5.0

CURVATURE = {"psi": 2.0, "kl": 1.0, "jensen_shannon": 1 / (4 * math.log(2)), "hellinger": 1 / 4}
r"""f''(1) of the distance, or of its square where it is a root.

By expansion at p = q with d = q - p: psi = sum d^2/p; KL = 1/2 sum d^2/p; the Jensen-Shannon divergence
= 1/8 sum d^2/p nats, 1/(8 ln 2) bits; the squared Hellinger distance = 1/8 sum d^2/p.
"""

ROOTED = frozenset({"jensen_shannon", "hellinger", "total_variation", "wasserstein", "cramers_v"})
METRICS = frozenset(CURVATURE) | ROOTED | {"chi2"}
_ONLY_DRAWN = frozenset({"total_variation", "wasserstein"})
_SELDOM = 5


def null_of(
    metric: str,
    reference: npt.ArrayLike,
    current: npt.ArrayLike,
    *,
    positions: npt.ArrayLike | None = None,
    draws: int = DRAWS,
    seed: int = 0,
    level: float = 0.99,
) -> Null:
    r"""What a binned distance reads under no change, given the pooled counts of both samples.

    Where every bin is expected to hold at least 5 of either sample the closed form serves:

    .. math:: \tfrac12 f''(1) (1/n + 1/m)\, \chi^2_{B-1}

    with B the bins that are not empty; chi2 itself and Cramer's V follow from the same variable. Elsewhere,
    and for `total_variation` and `wasserstein`, the pooled rows are dealt again to two samples of the same
    sizes: right for any number of categories, as it only supposes that rows are exchangeable.

    Parameters
    ----------
    metric
        `psi`, `kl`, `jensen_shannon`, `hellinger`, `total_variation`, `chi2`, `cramers_v` or `wasserstein`.
    reference, current
        Counts per bin, shape (B,), whole numbers.
    positions
        For `wasserstein`: where each bin's mass stands, increasing, shape (B,).
    draws, seed
        Number of draws and the seed of their generator: equal arguments give the equal null.
    level
        The share of unchanged samples that stay at or below the floor.

    Returns
    -------
    Null
        With `floor` and `p_value(value)`.

    Raises
    ------
    NotComputable
        If a side is empty, the bins differ, or counts to be drawn are not whole numbers.
    UnknownName
        If there is no such metric.

    Examples
    --------
    >>> null = null_of("psi", [5000] * 10, [100] * 10)
    >>> round(null.floor, 4), round(null.p_value(0.02), 4)
    (0.0221, 0.0205)
    >>> rare = null_of("psi", [900, 90, 9, 1], [88, 9, 2, 1])
    >>> 0.05 < rare.floor < 0.25
    True

    References
    ----------
    I. Csiszar, Information-type measures of difference of probability distributions, 1967.
    """
    return _nulls([metric], reference, current, _Drawing(positions, draws, seed, level))[metric]


def nulls_of(
    metrics: Iterable[str],
    reference: npt.ArrayLike,
    current: npt.ArrayLike,
    *,
    positions: npt.ArrayLike | None = None,
    draws: int = DRAWS,
    seed: int = 0,
    level: float = 0.99,
) -> dict[str, Null]:
    """The nulls of several metrics of the same two samples, the rows being dealt only once for all of them.

    Parameters
    ----------
    metrics
        Names as in `null_of`.
    reference, current, positions, draws, seed, level
        As in `null_of`, and every null is the same as there.

    Returns
    -------
    dict
        The null of each metric by its name.

    Raises
    ------
    NotComputable, UnknownName
        As in `null_of`.

    Examples
    --------
    >>> nulls = nulls_of(["psi", "total_variation"], [500, 300, 200], [90, 70, 40])
    >>> 0.08 < nulls["total_variation"].floor < 0.14, round(nulls["psi"].floor, 2)
    (True, 0.06)
    """
    return _nulls(metrics, reference, current, _Drawing(positions, draws, seed, level))


@dataclass(frozen=True, slots=True, eq=False)
class IndependentNull:
    """The nulls of one reference against samples of any size, made once per size and kept.

    The pooled distribution is taken to be the reference's, so that a null depends on (reference, n, m) only.
    A reference of few rows cannot say how often rare categories come, and makes false alarms of them: where
    more than one row of the current sample is expected in categories that the reference saw up to five times,
    `at` refuses, and `against` deals the rows of both samples anew.

    Parameters
    ----------
    metric, positions, draws, seed, level
        As in `null_of`.
    reference
        Counts per bin, shape (B,), whole numbers.

    Examples
    --------
    >>> nulls = IndependentNull("total_variation", [500, 300, 200])
    >>> nulls.at(400).floor < nulls.at(100).floor
    True

    References
    ----------
    I. J. Good, The population frequencies of species and the estimation of population parameters, 1953.
    """

    metric: str
    reference: npt.ArrayLike
    positions: npt.ArrayLike | None = None
    draws: int = DRAWS
    seed: int = 0
    level: float = 0.99
    _made: dict[int, Null] = field(default_factory=dict[int, Null], init=False, repr=False)

    def at(self, current_n: int) -> Null:
        """The null against a sample of `current_n` rows.

        Raises
        ------
        NotComputable
            If the reference has seen too many categories too seldom, or `current_n` is below 1.
        """
        if current_n < 1:
            raise NotComputable(f"the current sample needs at least one row, it has {current_n}")
        if current_n not in self._made:
            counts = row_of(counts_of(self.reference, "reference"), "reference")
            if not self._speaks_for_rare(counts, current_n):
                raise NotComputable("the reference saw too many categories too seldom to speak for rare ones")
            self._made[current_n] = self._make(counts, current_n)
        return self._made[current_n]

    def against(self, current: npt.ArrayLike) -> Null:
        """The null against this sample, from its size alone if the reference allows, else from its counts."""
        first, second = (row_of(side, "counts") for side in aligned_counts(self.reference, current))
        m = int(second.sum())
        if self._speaks_for_rare(first, m):
            return self.at(m)
        return _nulls([self.metric], first, second, self._how())[self.metric]

    def _make(self, counts: Floats, current_n: int) -> Null:
        closed = _closed_form(self.metric, counts, float(counts.sum()), current_n, level=self.level)
        if closed is not None:
            return closed
        how = self._how()
        return how.null(self.metric, how.deal(scaled_up(whole_of(counts), current_n), current_n))

    def _speaks_for_rare(self, counts: Floats, current_n: int) -> bool:
        # How far mass travels does not hang on bins of few rows.
        seldom = 0.0 if self.metric == "wasserstein" else counts[counts <= _SELDOM].sum()
        return bool(current_n * seldom <= counts.sum())

    def _how(self) -> _Drawing:
        return _Drawing(self.positions, self.draws, self.seed, self.level)


@dataclass(frozen=True, slots=True, eq=False)
class _Drawing:
    """How nulls are drawn where no closed form holds."""

    positions: npt.ArrayLike | None
    draws: int
    seed: int
    level: float

    def deal(self, pool: npt.NDArray[np.int64], m: int) -> Deal:
        return Deal.of(pool, m=m, draws=self.draws, seed=self.seed)

    def null(self, metric: str, deal: Deal) -> DrawnNull:
        sample = np.sort(deal.distances(metric, positions=self.positions))
        return DrawnNull(sample, rooted=metric in ROOTED, level=self.level)


def _nulls(metrics: Iterable[str], reference: npt.ArrayLike, current: npt.ArrayLike, how: _Drawing) -> dict[str, Null]:
    first, second = (row_of(side, "counts") for side in aligned_counts(reference, current))
    n, m, pool = float(first.sum()), float(second.sum()), first + second
    deal: Deal | None = None
    nulls: dict[str, Null] = {}
    for metric in metrics:
        closed = _closed_form(metric, pool, n, m, level=how.level)
        if closed is not None:
            nulls[metric] = closed
            continue
        deal = deal or how.deal(whole_of(first) + whole_of(second), int(m))
        nulls[metric] = how.null(metric, deal)
    return nulls


def _closed_form(metric: str, pool: Floats, n: float, m: float, *, level: float) -> ClosedFormNull | None:
    if metric not in METRICS:
        raise UnknownName(f"no noise floor for {metric!r}: known are {', '.join(sorted(METRICS))}")
    held = pool[pool > 0]
    expected = min(n, m) * held.min() / held.sum()
    least = _EXPECTED_FOR_CHI2 if metric in ("chi2", "cramers_v") else EXPECTED_FOR_CLOSED_FORM
    if metric in _ONLY_DRAWN or expected < least:
        return None
    return ClosedFormNull(_scale(metric, n, m), held.size - 1, rooted=metric in ROOTED, level=level)


def _scale(metric: str, n: float, m: float) -> float:
    """The factor of chi-squared in the distance, or in its square where it is a root."""
    if metric == "chi2":
        return 1.0
    if metric == "cramers_v":
        return 1.0 / (n + m)
    return CURVATURE[metric] / 2 * (1 / n + 1 / m)
