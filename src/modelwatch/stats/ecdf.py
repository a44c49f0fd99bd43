"""The Kolmogorov-Smirnov distance between two samples, from values or from counts, and its p-value.

The drift metrics use the counts of profiles with the stated bound, and go back to values where the bound is
too wide.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy import stats

from modelwatch.domain.errors import NotComputable
from modelwatch.stats.arrays import aligned_counts, row_of, shares_of, values_of

EXACT_UP_TO = 10_000
"""Largest sample size for which the p-value is exact, as in SciPy's `method="auto"`."""


def ks(reference: npt.ArrayLike, current: npt.ArrayLike) -> float:
    r"""Kolmogorov-Smirnov statistic of two samples.

    .. math:: \sup_x |F(x) - G(x)|

    If either side is float32 both are compared as float32: a value stored as float32 differs from its float64
    original in the eighth digit, and every tie between the two would count as a step.

    Parameters
    ----------
    reference, current
        Values, shapes (n,) and (m,), infinities allowed.

    Returns
    -------
    float
        In [0, 1]; symmetric.

    Raises
    ------
    NotComputable
        If a side is empty or contains NaN.

    Examples
    --------
    >>> ks([1, 2, 3, 4], [3, 4, 5, 6])
    0.5

    References
    ----------
    N. V. Smirnov, Table for estimating the goodness of fit of empirical distributions, 1948.
    """
    first, second = comparable(values_of(reference, "reference"), values_of(current, "current"))
    # The supremum is the same from either side; the shorter side is looked up in the longer one.
    short, long = sorted((np.sort(first), np.sort(second)), key=len)
    rows, others = short.size, long.size
    below = np.searchsorted(long, short, side="left")
    up_to = np.searchsorted(long, short, side="right")
    # F - G is greatest at a value of F, G - F just before one. Among equal values of F the last (first) is
    # the true step and the others only understate it. In whole numbers, over rows * others, nothing is
    # rounded.
    rank = np.arange(rows)
    above_at_values = int(((rank + 1) * others - up_to * rows).max())
    above_before_values = int((below * rows - rank * others).max())
    return max(above_at_values, above_before_values) / (rows * others)


def ks_from_counts(
    reference: npt.ArrayLike, current: npt.ArrayLike, *, atoms: npt.ArrayLike | None = None
) -> tuple[float, float]:
    r"""Kolmogorov-Smirnov statistic from counts on the same ordered bins, with the bound of its error.

    The distribution functions are known at the edges only; the statistic there is the value returned, and
    never too large. Inside a bin that holds the shares f and g and is entered with the difference d = F - G,
    monotony gives

    .. math:: F(x) - G(x) \le d + f \quad\text{and}\quad G(x) - F(x) \le g - d,

    the first reached when all of f comes before any of g, the second when it comes after. Nothing more can be
    said from counts, so the true statistic lies in [value, value + bound] with

    .. math:: value + bound = \max(value, \max_{bins}(d + f, g - d)).

    The lower end is reached when all values of a bin are equal, the upper one by the order above: the bound
    is tight. It never exceeds the largest min(f, g). A bin that can hold a single value only (an atom) has no
    inside.

    Parameters
    ----------
    reference, current
        Counts per bin, shape (B,), bins in the order of the values, together covering all of them.
    atoms
        Mask of shape (B,): the bins that can hold one value only; none by default.

    Returns
    -------
    value, bound : float
        The true statistic lies between `value` and `value + bound`.

    Raises
    ------
    NotComputable
        If a side is empty, or the bins differ.

    Examples
    --------
    >>> ks_from_counts([2, 2, 0], [0, 2, 2])
    (0.5, 0.5)
    >>> ks_from_counts([2, 2, 0], [0, 2, 2], atoms=[False, True, False])
    (0.5, 0.0)

    References
    ----------
    A. N. Kolmogorov, Sulla determinazione empirica di una legge di distribuzione, 1933.
    """
    first, second = (shares_of(row_of(side, "counts")) for side in aligned_counts(reference, current))
    inside = np.ones(first.size, dtype=np.bool_)
    if atoms is not None:
        mask = np.asarray(atoms, dtype=np.bool_)
        if mask.shape != inside.shape:
            raise NotComputable(f"atoms must have one entry per bin: {first.size}, not {mask.size}")
        inside = ~mask
    leaving = np.cumsum(first - second)
    entering = np.concatenate([[0.0], leaving[:-1]])
    value = float(np.abs(leaving[:-1]).max(initial=0.0))
    reach = np.maximum(entering + first, second - entering)[inside].max(initial=value)
    return min(value, 1.0), float(max(min(reach, 1.0) - min(value, 1.0), 0.0))


def ks_pvalue(statistic: float, n: int, m: int) -> float:
    """P-value of the two-sided Kolmogorov-Smirnov test, as `scipy.stats.ks_2samp` gives it by default.

    Exact if neither sample exceeds 10,000; above, the one-sample distribution at the rounded size n m / (n +
    m).

    Parameters
    ----------
    statistic
        The statistic of the two samples, in [0, 1].
    n, m
        Sizes of the two samples.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    NotComputable
        If a sample is empty or the statistic is not in [0, 1].

    Examples
    --------
    >>> round(ks_pvalue(0.5, 4, 4), 6)
    0.771429
    >>> round(ks_pvalue(0.0192, 10_001, 10_001), 4)
    0.0495

    References
    ----------
    J. L. Hodges, The significance probability of the Smirnov two-sample test, 1958.
    R. Simard and P. L'Ecuyer, Computing the two-sided Kolmogorov-Smirnov distribution, 2011.
    """
    if n < 1 or m < 1:
        raise NotComputable(f"both samples need at least one value, they have {n} and {m}")
    if not 0.0 <= statistic <= 1.0:
        raise NotComputable(f"a Kolmogorov-Smirnov statistic lies in [0, 1], this is {statistic}")
    if max(n, m) > EXACT_UP_TO:
        return float(np.clip(stats.kstwo.sf(statistic, float(np.round(n * m / (n + m)))), 0.0, 1.0))
    steps = round(statistic * math.lcm(n, m))
    if steps == 0:
        return 1.0
    return float(np.clip(_equal_sizes(n, steps) if n == m else _unequal_sizes(n, m, steps), 0.0, 1.0))


def comparable(
    first: npt.NDArray[np.generic], second: npt.NDArray[np.generic]
) -> tuple[npt.NDArray[np.generic], npt.NDArray[np.generic]]:
    """Both samples in the type in which they compare: float32 if either side is stored in it."""
    narrow = any(side.dtype.kind == "f" and side.dtype.itemsize <= 4 for side in (first, second))
    common = np.dtype(np.float32) if narrow else np.result_type(first, second)
    with np.errstate(over="ignore"):  # beyond float32 is infinite there too
        return first.astype(common, copy=False), second.astype(common, copy=False)


def _equal_sizes(n: int, steps: int) -> float:
    # Reflection principle: P = 2 A0 (1 - A1 (1 - A2 (...))), each A a ratio of neighbouring binomial
    # coefficients.
    nested = 0.0
    offsets = np.arange(steps)
    for k in range(n // steps, -1, -1):
        ratio = float(np.prod((n - k * steps - offsets) / (n + k * steps + offsets + 1)))
        nested = ratio * (1.0 - nested)
    return 2.0 * nested


def _unequal_sizes(n: int, m: int, steps: int) -> float:
    # A(i, j) is the share of paths from (0, 0) to (i, j) that touch |i / n - j / m| >= d:
    #   A(i, j) = (i A(i - 1, j) + j A(i, j - 1)) / (i + j), and 1 at and beyond the two lines.
    # All terms are positive, so small p-values keep their digits, and a diagonal i + j = s is one array
    # operation.
    n, m = sorted((n, m))
    across, up = m // math.gcd(n, m), n // math.gcd(n, m)
    index = np.arange(n + 1, dtype=np.float64)
    share = np.zeros(n + 3)  # of the last diagonal; A(i, s - i) stands at i + 1, with a margin on both sides
    for s in range(1, n + m + 1):
        # |i across - (s - i) up| < steps between the lines, cut at the corners of the rectangle.
        low = max(0, s - m, (s * up - steps) // (across + up) + 1)
        high = min(n, s, -((-s * up - steps) // (across + up)) - 1)
        if low > high:
            return 1.0
        i = index[low : high + 1]
        share[low + 1 : high + 2] = (i * share[low : high + 1] + (s - i) * share[low + 1 : high + 2]) / s
        share[low] = share[high + 2] = 1.0
    return float(share[n + 1])
