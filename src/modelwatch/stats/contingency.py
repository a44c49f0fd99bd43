"""The two-sample chi-squared test on counts per category, with its effect size.

Measured by the drift metrics on categorical columns; the floor where expected counts are small comes from
`noise`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from modelwatch.domain.errors import NotComputable
from modelwatch.stats.arrays import Floats, aligned_counts, row_of


class Contingency(NamedTuple):
    """What the test says: the statistic, its p-value and the effect size that does not grow with the rows."""

    statistic: float
    p_value: float
    cramers_v: float


def chi2(reference: npt.ArrayLike, current: npt.ArrayLike) -> Contingency:
    r"""Chi-squared test that two samples come from one distribution over categories.

    .. math:: \chi^2 = \sum_{side, i} (O - E)^2 / E,\quad E = n_{side} (a_i + b_i) / (n + m)

    Both samples are random: taking the reference for the exact expectation gives 42 % false alarms at 5 %
    where the two are of equal size. Categories that neither sample holds are dropped. Without continuity
    correction.

    Parameters
    ----------
    reference, current
        Counts per category, shape (B,), in the same order.

    Returns
    -------
    statistic, p_value, cramers_v : float
        The statistic with B - 1 degrees of freedom, its p-value, and Cramer's V, the square root of
        statistic / (n + m), in [0, 1].

    Raises
    ------
    NotComputable
        If a side is empty, the categories differ in number, or only one category occurs.

    Examples
    --------
    >>> test = chi2([30, 20, 0], [15, 35, 0])
    >>> round(test.statistic, 4), round(test.p_value, 4), round(test.cramers_v, 4)
    (9.0909, 0.0026, 0.3015)

    References
    ----------
    K. Pearson, On the probability that two independent distributions of frequency are really samples from
    the same population, 1911. H. Cramer, Mathematical methods of statistics, 1946.
    """
    first, second = (row_of(side, "counts") for side in aligned_counts(reference, current))
    categories = int(np.count_nonzero(first + second))
    if categories < 2:
        raise NotComputable("only one category occurs")
    statistic = float(chi2_statistics(first, second))
    return Contingency(
        statistic,
        float(special.chdtrc(categories - 1, statistic)),
        float(np.sqrt(min(statistic / (first.sum() + second.sum()), 1.0))),
    )


def chi2_statistics(reference: npt.ArrayLike, current: npt.ArrayLike) -> Floats:
    """Chi-squared statistics alone, many at once.

    Parameters
    ----------
    reference, current
        Counts per category, shapes (..., B) that broadcast against each other.

    Returns
    -------
    ndarray
        The statistics, in the shape of the leading axes.

    Raises
    ------
    NotComputable
        If any row is empty, or the categories differ in number.

    Examples
    --------
    >>> chi2_statistics([30, 20], [[30, 20], [20, 30]])
    array([0., 4.])
    """
    first, second = aligned_counts(reference, current)
    n, m = first.sum(axis=-1, keepdims=True), second.sum(axis=-1, keepdims=True)
    both = first + second
    # Both sides' terms together, (p - q)^2 n m / (a + b): no expectation is formed, so none can be 0.
    gaps = np.square(first / n - second / m)
    return (np.divide(gaps, both, out=np.zeros_like(both), where=both > 0) * (n * m)).sum(axis=-1)
