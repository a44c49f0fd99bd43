"""How far predicted probabilities can be taken at their word: log loss, Brier score, calibration error.

On values, or for the calibration error on counts and sums per score bin as profiles keep them.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from modelwatch.domain.errors import NotComputable
from modelwatch.stats.arrays import (
    ONE_CLASS,
    Bools,
    Floats,
    counts_of,
    finite_of,
    labels_of,
    row_of,
    same_length,
    values_of,
    weights_of,
)

ECE_BINS = 10


def log_loss(y_true: npt.ArrayLike, y_score: npt.ArrayLike, *, sample_weight: npt.ArrayLike | None = None) -> float:
    r"""Logarithmic loss of predicted probabilities.

    .. math:: -\frac1n \sum_i \bigl( y_i \ln s_i + (1 - y_i) \ln(1 - s_i) \bigr)

    with each probability kept the machine precision of its own type away from 0 and 1.

    Parameters
    ----------
    y_true
        Truth, 0 or 1, shape (n,).
    y_score
        Probability of the positive class, shape (n,).
    sample_weight
        Weight of each row, shape (n,); 1 by default.

    Returns
    -------
    float
        In nats, at least 0.

    Raises
    ------
    NotComputable
        If one class is missing, as then the loss measures only how bold the scores are; or if a score is not
        a probability.

    Examples
    --------
    >>> round(log_loss([1, 0, 0, 1], [0.9, 0.1, 0.2, 0.65]), 5)
    0.21616

    References
    ----------
    C. M. Bishop, Pattern recognition and machine learning, 2006, page 209.
    """
    truth, scores, weight = _probabilities(y_true, y_score, sample_weight)
    if truth.all() or not truth.any():
        raise NotComputable(ONE_CLASS)
    stored = np.asarray(y_score).dtype
    margin = float(np.finfo(stored if stored.kind == "f" else np.float64).eps)
    kept = np.clip(scores, margin, 1 - margin)
    return float(np.average(-np.log(np.where(truth, kept, 1 - kept)), weights=weight))


def brier(y_true: npt.ArrayLike, y_score: npt.ArrayLike, *, sample_weight: npt.ArrayLike | None = None) -> float:
    r"""Brier score: the mean squared error of predicted probabilities.

    .. math:: \frac1n \sum_i (s_i - y_i)^2

    Parameters
    ----------
    y_true
        Truth, 0 or 1, shape (n,).
    y_score
        Probability of the positive class, shape (n,).
    sample_weight
        Weight of each row, shape (n,); 1 by default.

    Returns
    -------
    float
        In [0, 1], lower is better.

    Raises
    ------
    NotComputable
        If there are no rows, or a score is not a probability.

    Examples
    --------
    >>> round(brier([0, 1, 1, 0], [0.1, 0.9, 0.8, 0.3]), 4)
    0.0375

    References
    ----------
    G. W. Brier, Verification of forecasts expressed in terms of probability, 1950.
    """
    truth, scores, weight = _probabilities(y_true, y_score, sample_weight)
    return float(np.average((scores - truth) ** 2, weights=weight))


def ece(
    y_true: npt.ArrayLike,
    y_score: npt.ArrayLike,
    *,
    sample_weight: npt.ArrayLike | None = None,
    bins: int = ECE_BINS,
) -> float:
    r"""Expected calibration error over bins of equal count.

    .. math:: \sum_b \frac{n_b}{n} \left| \bar y_b - \bar s_b \right|

    The rows of equal scores stay together: they go to the bin in which the middle of their ranks falls. So
    the order of the rows never matters.

    Parameters
    ----------
    y_true
        Truth, 0 or 1, shape (n,).
    y_score
        Probability of the positive class, shape (n,).
    sample_weight
        Weight of each row, shape (n,); 1 by default.
    bins
        Number of bins.

    Returns
    -------
    float
        In [0, 1]. Its expectation is above 0 for calibrated scores too, the more the fewer the rows.

    Raises
    ------
    NotComputable
        If there are no rows, or a score is not a probability.

    Examples
    --------
    >>> round(ece([0, 1, 0, 1], [0.25, 0.25, 0.75, 0.75], bins=2), 4)
    0.25

    References
    ----------
    M. P. Naeini, G. F. Cooper and M. Hauskrecht, Obtaining well calibrated probabilities using Bayesian
    binning, 2015. K. Nguyen and B. O'Connor, Posterior calibration and exploratory analysis, 2015.
    """
    truth, scores, weight = _probabilities(y_true, y_score, sample_weight)
    distinct, place = np.unique(scores, return_inverse=True)
    counts = np.bincount(place, weights=weight)
    held = counts > 0
    return ece_from_bins(
        counts[held],
        (counts * distinct)[held],
        positives=np.bincount(place, weights=weight * truth)[held],
        bins=bins,
    )


def ece_from_bins(
    counts: npt.ArrayLike, score_sums: npt.ArrayLike, *, positives: npt.ArrayLike, bins: int = ECE_BINS
) -> float:
    """Expected calibration error from counts and sums per score bin.

    Neighbouring score bins are joined to `bins` groups of nearly equal count: a score bin goes whole to the
    group in which the middle of its ranks falls. Where every score bin holds one score the result is that of
    `ece`.

    Parameters
    ----------
    counts, score_sums, positives
        Rows, sum of their scores and number of positives among them per score bin, shape (B,), in the order
        of the scores.
    bins
        Number of groups.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    NotComputable
        If there are no rows, or the shapes do not fit.

    Examples
    --------
    >>> round(ece_from_bins([10, 10], [2.0, 8.0], positives=[3, 7], bins=2), 4)
    0.1

    References
    ----------
    K. Nguyen and B. O'Connor, Posterior calibration and exploratory analysis, 2015.
    """
    rows = row_of(counts_of(counts, "the score bins"), "counts")
    hits, sums = finite_of(positives, "positives"), finite_of(score_sums, "score_sums")
    if hits.shape != rows.shape or sums.shape != rows.shape:
        raise NotComputable(f"{rows.size} score bins need as many sums and positives")
    if bins < 1:
        raise NotComputable(f"at least one bin is needed, not {bins}")
    middle = (np.cumsum(rows) - rows / 2) / rows.sum()
    # A middle on the border of two groups goes to the upper one, however the weights were rounded.
    group = np.minimum((middle * bins + 1e-9).astype(np.int64), bins - 1)
    return float(np.abs(np.bincount(group, weights=hits - sums)).sum() / rows.sum())


def _probabilities(
    y_true: npt.ArrayLike, y_score: npt.ArrayLike, sample_weight: npt.ArrayLike | None
) -> tuple[Bools, Floats, Floats]:
    truth = labels_of(y_true, "y_true")
    scores = values_of(y_score, "y_score").astype(np.float64, copy=False)
    same_length(scores.size, truth.size, what="y_score")
    if scores.min() < 0 or scores.max() > 1:
        raise NotComputable(f"probabilities lie in [0, 1], these in [{scores.min()}, {scores.max()}]")
    return truth, scores, weights_of(sample_weight, rows=truth.size)
