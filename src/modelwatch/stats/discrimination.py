"""How well scores order the positives before the negatives: area under the ROC curve and average precision.

On values, or on rows of either class per score bin as profiles keep them; a bin's rows count as tied.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from modelwatch.domain.errors import NotComputable
from modelwatch.stats.arrays import (
    ONE_CLASS,
    Floats,
    class_counts,
    labels_of,
    same_length,
    values_of,
    weights_of,
)


class TiedScores(NamedTuple):
    """Rows, or their weights, of either class per distinct score, in increasing order of the scores."""

    positives: Floats
    negatives: Floats


def roc_auc(y_true: npt.ArrayLike, y_score: npt.ArrayLike, *, sample_weight: npt.ArrayLike | None = None) -> float:
    r"""Area under the ROC curve.

    .. math:: P(s_+ > s_-) + \tfrac12 P(s_+ = s_-)

    for the scores of a positive and of a negative row drawn at random.

    Parameters
    ----------
    y_true
        Truth, 0 or 1, shape (n,).
    y_score
        Scores, higher for the positive class, shape (n,).
    sample_weight
        Weight of each row, shape (n,); 1 by default.

    Returns
    -------
    float
        In [0, 1]; 0.5 without skill.

    Raises
    ------
    NotComputable
        If one class is missing, or a score is NaN.

    Examples
    --------
    >>> roc_auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.75

    References
    ----------
    J. A. Hanley and B. J. McNeil, The meaning and use of the area under a ROC curve, 1982.
    """
    return roc_auc_from_counts(*tied_scores(y_true, y_score, sample_weight=sample_weight))


def roc_auc_from_counts(positives: npt.ArrayLike, negatives: npt.ArrayLike) -> float:
    """Area under the ROC curve from rows per score bin; pairs within a bin count half.

    Parameters
    ----------
    positives, negatives
        Rows of either class per score bin, shape (B,), in the order of the scores.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    NotComputable
        If one class is missing, or the bins differ.

    Examples
    --------
    >>> roc_auc_from_counts([0, 1, 1], [1, 1, 0])
    0.875

    References
    ----------
    J. A. Hanley and B. J. McNeil, The meaning and use of the area under a ROC curve, 1982.
    """
    hits, misses = both_classes(positives, negatives)
    won = np.dot(hits, np.cumsum(misses) - misses / 2)
    return float(min(won / (hits.sum() * misses.sum()), 1.0))


def average_precision(
    y_true: npt.ArrayLike, y_score: npt.ArrayLike, *, sample_weight: npt.ArrayLike | None = None
) -> float:
    r"""Average precision: the area under the precision-recall curve, in steps.

    .. math:: \sum_k (R_k - R_{k-1}) P_k

    over the distinct scores as thresholds, from the highest down.

    Parameters
    ----------
    y_true
        Truth, 0 or 1, shape (n,).
    y_score
        Scores, higher for the positive class, shape (n,).
    sample_weight
        Weight of each row, shape (n,); 1 by default.

    Returns
    -------
    float
        In (0, 1]; the share of positives without skill.

    Raises
    ------
    NotComputable
        If one class is missing, or a score is NaN.

    Examples
    --------
    >>> round(average_precision([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]), 4)
    0.8333

    References
    ----------
    M. Zhu, Recall, precision and average precision, 2004.
    """
    return average_precision_from_counts(*tied_scores(y_true, y_score, sample_weight=sample_weight))


def average_precision_from_counts(positives: npt.ArrayLike, negatives: npt.ArrayLike) -> float:
    """Average precision from rows per score bin; each bin is one threshold.

    Parameters
    ----------
    positives, negatives
        Rows of either class per score bin, shape (B,), in the order of the scores.

    Returns
    -------
    float
        In (0, 1].

    Raises
    ------
    NotComputable
        If one class is missing, or the bins differ.

    Examples
    --------
    >>> round(average_precision_from_counts([0, 1, 1], [1, 1, 0]), 4)
    0.8333

    References
    ----------
    M. Zhu, Recall, precision and average precision, 2004.
    """
    hits, misses = both_classes(positives, negatives)
    found, decided = np.cumsum(hits[::-1]), np.cumsum((hits + misses)[::-1])
    precision = np.divide(found, decided, out=np.zeros_like(found), where=decided > 0)
    return float(min(np.dot(hits[::-1], precision) / hits.sum(), 1.0))


def tied_scores(
    y_true: npt.ArrayLike, y_score: npt.ArrayLike, *, sample_weight: npt.ArrayLike | None = None
) -> TiedScores:
    """Rows of either class per distinct score: all that the order of the scores says, for any further use."""
    truth, scores = labels_of(y_true, "y_true"), values_of(y_score, "y_score")
    same_length(scores.size, truth.size, what="y_score")
    order = np.argsort(scores)
    ordered, hits = scores[order], truth[order].astype(np.float64)
    weight = weights_of(sample_weight, rows=truth.size)[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    positives = np.add.reduceat(weight * hits, starts)
    return TiedScores(positives, np.add.reduceat(weight * (1.0 - hits), starts))


def both_classes(positives: npt.ArrayLike, negatives: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Rows of either class per score bin, neither class missing."""
    hits, misses = class_counts(positives, negatives)
    if not hits.any() or not misses.any():
        raise NotComputable(ONE_CLASS)
    return hits, misses
