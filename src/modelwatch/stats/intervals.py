"""Confidence intervals: Wilson for rates, normal for means, bootstrap for anything else.

Performance measurements carry one; a rule relative to the reference needs its level outside of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from scipy import special

from modelwatch.domain.errors import NotComputable
from modelwatch.stats.arrays import level_of

Interval = tuple[float, float]


def wilson(successes: float, n: float, *, level: float = 0.95) -> Interval:
    r"""Wilson's score interval of a rate.

    .. math:: \frac{k + z^2/2 \pm z \sqrt{k (n - k) / n + z^2 / 4}}{n + z^2}

    Parameters
    ----------
    successes
        Rows that count, from 0 to `n`; a sum of weights scaled to the effective n serves too.
    n
        Rows in all, above 0.
    level
        Confidence level.

    Returns
    -------
    low, high : float
        Within [0, 1]; of positive width even at rates of 0 and 1.

    Raises
    ------
    NotComputable
        If there are no rows, or more successes than rows.

    Examples
    --------
    >>> low, high = wilson(8, 10)
    >>> round(low, 4), round(high, 4)
    (0.4902, 0.9433)

    References
    ----------
    E. B. Wilson, Probable inference, the law of succession, and statistical inference, 1927.
    """
    if not 0 < n < math.inf:
        raise NotComputable(f"a rate needs at least one row, it has {n}")
    if not 0 <= successes <= n:
        raise NotComputable(f"{successes} of {n} rows is not a rate")
    z = normal_quantile(level)
    centre = successes + z * z / 2
    half = z * math.sqrt(successes * (n - successes) / n + z * z / 4)
    # At the ends the formula is exactly 0 or 1; rounding may not say so.
    low = 0.0 if successes == 0 else (centre - half) / (n + z * z)
    high = 1.0 if successes == n else (centre + half) / (n + z * z)
    return low, high


def normal_mean_interval(total: float, total_of_squares: float, *, n: float, level: float = 0.95) -> Interval:
    r"""Normal interval of a mean from its power sums.

    .. math:: \bar x \pm z \sqrt{s^2 / n},\quad s^2 = (Q - T^2 / n) / (n - 1)

    Parameters
    ----------
    total, total_of_squares
        Sums of the values and of their squares; of the deviations from a value amid them if the values are
        large against their spread, as the difference loses digits otherwise.
    n
        Number of values, at least 2.
    level
        Confidence level.

    Returns
    -------
    low, high : float
        In the unit of the values.

    Raises
    ------
    NotComputable
        If there are fewer than two values, or the sums are not finite.

    Examples
    --------
    >>> low, high = normal_mean_interval(10.0, 30.0, n=4)
    >>> round(low, 4), round(high, 4)
    (1.2348, 3.7652)

    References
    ----------
    Student, The probable error of a mean, 1908.
    """
    if not n >= 2:
        raise NotComputable(f"the interval of a mean needs at least two values, it has {n}")
    if not (math.isfinite(total) and math.isfinite(total_of_squares) and math.isfinite(n)):
        raise NotComputable("the sums are not finite")
    mean = total / n
    variance = max(total_of_squares - total * mean, 0.0) / (n - 1)
    half = normal_quantile(level) * math.sqrt(variance / n)
    return mean - half, mean + half


def bootstrap_interval(
    statistic: Callable[..., float],
    arrays: Sequence[npt.ArrayLike],
    *,
    seed: int,
    draws: int = 999,
    level: float = 0.95,
) -> Interval:
    """Percentile interval of any statistic, from rows drawn again with replacement.

    Parameters
    ----------
    statistic
        Called with the arrays, of the same rows each time. Draws it finds not computable are left out.
    arrays
        Arrays of n rows each, drawn together.
    seed, draws
        The seed of the generator and the number of draws: equal arguments give the equal interval.
    level
        Confidence level.

    Returns
    -------
    low, high : float
        In the unit of the statistic.

    Raises
    ------
    NotComputable
        If there are no rows, the arrays differ in length, or over half of the draws are not computable.

    Examples
    --------
    >>> low, high = bootstrap_interval(np.mean, [np.arange(100.0)], seed=1)
    >>> 43 < low < 45.5 and 53.5 < high < 56
    True

    References
    ----------
    B. Efron, Bootstrap methods: another look at the jackknife, 1979.
    """
    columns = [np.asarray(column) for column in arrays]
    rows = {column.shape[0] if column.ndim else 0 for column in columns}
    if len(rows) != 1 or rows == {0}:
        raise NotComputable(f"the arrays must have the same number of rows, above 0: {sorted(rows)}")
    size = rows.pop()
    rng = np.random.default_rng(seed)
    found: list[float] = []
    for _ in range(draws):
        drawn = rng.integers(0, size, size)
        try:
            found.append(float(statistic(*(column[drawn] for column in columns))))
        except NotComputable:
            continue
    if not found or 2 * len(found) < draws or not np.isfinite(found).all():
        raise NotComputable(f"{draws - len(found)} of {draws} draws are not computable")
    tail = (1.0 - level_of(level)) / 2
    low, high = np.quantile(found, [tail, 1.0 - tail])
    return float(low), float(high)


def normal_quantile(level: float) -> float:
    """How many standard errors a two-sided interval of this level reaches to either side."""
    return float(special.ndtri((1.0 + level_of(level)) / 2))
