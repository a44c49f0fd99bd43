"""DeLong's confidence interval of the area under the ROC curve.

From values, or from rows of either class per score bin as profiles keep them.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from modelwatch.domain.errors import NotComputable
from modelwatch.stats.discrimination import both_classes, tied_scores
from modelwatch.stats.intervals import Interval, normal_quantile, wilson


class AucInterval(NamedTuple):
    """An area under the ROC curve, the variance of its estimate, and a confidence interval."""

    auc: float
    variance: float
    interval: Interval


def delong(y_true: npt.ArrayLike, y_score: npt.ArrayLike, *, level: float = 0.95) -> AucInterval:
    """Area under the ROC curve with DeLong's interval.

    The placement of every row among the rows of the other class comes from its midrank, in one sort.

    Parameters
    ----------
    y_true
        Truth, 0 or 1, shape (n,).
    y_score
        Scores, higher for the positive class, shape (n,).
    level
        Confidence level.

    Returns
    -------
    auc, variance : float
    interval : tuple of float
        Within [0, 1]; see `delong_from_counts`.

    Raises
    ------
    NotComputable
        If a class has fewer than two rows, or a score is NaN.

    Examples
    --------
    >>> auc, variance, (low, high) = delong([0, 0, 0, 1, 1, 1], [0.1, 0.3, 0.6, 0.4, 0.7, 0.9])
    >>> round(auc, 4), round(variance, 4), round(low, 4), high
    (0.8889, 0.0247, 0.5809, 1.0)

    References
    ----------
    E. R. DeLong, D. M. DeLong and D. L. Clarke-Pearson, Comparing the areas under two or more correlated
    receiver operating characteristic curves, 1988. X. Sun and W. Xu, Fast implementation of DeLong's
    algorithm, 2014.
    """
    return delong_from_counts(*tied_scores(y_true, y_score), level=level)


def delong_from_counts(positives: npt.ArrayLike, negatives: npt.ArrayLike, *, level: float = 0.95) -> AucInterval:
    r"""Area under the ROC curve from rows per score bin, with DeLong's interval.

    .. math:: \mathrm{Var}(\hat A) = S_{10} / P + S_{01} / N

    with the variances (ddof 1) of the share of negatives below each positive and of positives above each
    negative, ties half. The interval is normal, cut at 0 and 1. Where the classes are set apart entirely, or
    tied entirely, the variance is 0 and says nothing: Wilson's interval over the rows of the smaller class
    takes its place.

    Parameters
    ----------
    positives, negatives
        Rows of either class per score bin, shape (B,), in the order of the scores; whole numbers.
    level
        Confidence level.

    Returns
    -------
    auc, variance : float
    interval : tuple of float
        Within [0, 1].

    Raises
    ------
    NotComputable
        If a class has fewer than two rows, or the bins differ.

    Examples
    --------
    >>> auc, variance, (low, high) = delong_from_counts([0, 10, 10], [10, 10, 0])
    >>> auc, round(variance, 5), round(low, 4), round(high, 4)
    (0.875, 0.00164, 0.7955, 0.9545)

    References
    ----------
    As for `delong`.
    """
    hits, misses = both_classes(positives, negatives)
    total_hits, total_misses = float(hits.sum()), float(misses.sum())
    if min(total_hits, total_misses) < 2:
        raise NotComputable("a class has fewer than two rows")
    below = (np.cumsum(misses) - misses / 2) / total_misses
    above = (np.cumsum(hits[::-1])[::-1] - hits / 2) / total_hits
    auc = min(float(np.dot(hits, below)) / total_hits, 1.0)
    spread_hits = float(np.dot(hits, (below - auc) ** 2)) / (total_hits - 1)
    spread_misses = float(np.dot(misses, (above - auc) ** 2)) / (total_misses - 1)
    variance = spread_hits / total_hits + spread_misses / total_misses
    if variance == 0.0:
        rows = min(total_hits, total_misses)
        return AucInterval(auc, variance, wilson(auc * rows, rows, level=level))
    half = normal_quantile(level) * math.sqrt(variance)
    return AucInterval(auc, variance, (max(0.0, auc - half), min(1.0, auc + half)))
