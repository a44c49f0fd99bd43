"""Performance of a binary classifier's decisions, on values.

Every function is one rate of `Confusion`; several rates of one window are taken from its confusion counts,
made once.
"""

from __future__ import annotations

import numpy.typing as npt

from modelwatch.stats.decisions import confusion

Labels = npt.ArrayLike
Weights = npt.ArrayLike | None


def accuracy(y_true: Labels, y_pred: Labels, *, sample_weight: Weights = None) -> float:
    r"""Share of rows decided rightly.

    .. math:: (TP + TN) / (TP + FP + FN + TN)

    Parameters
    ----------
    y_true, y_pred
        Truth and decision, 0 or 1, shape (n,).
    sample_weight
        Weight of each row, shape (n,); 1 by default.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    NotComputable
        If there are no rows, or labels other than 0 and 1.

    Examples
    --------
    >>> accuracy([1, 1, 0, 0], [1, 0, 0, 0])
    0.75

    References
    ----------
    D. M. W. Powers, Evaluation: from precision, recall and F-measure to ROC, 2011.
    """
    return confusion(y_true, y_pred, sample_weight=sample_weight).accuracy()


def balanced_accuracy(y_true: Labels, y_pred: Labels, *, sample_weight: Weights = None) -> float:
    r"""Mean of the two classes' recalls, which no majority can lift.

    .. math:: \tfrac12 (TP / (TP + FN) + TN / (TN + FP))

    Parameters
    ----------
    y_true, y_pred
        Truth and decision, 0 or 1, shape (n,).
    sample_weight
        Weight of each row, shape (n,); 1 by default.

    Returns
    -------
    float
        In [0, 1]; 0.5 without skill.

    Raises
    ------
    NotComputable
        If one class is missing from the truth.

    Examples
    --------
    >>> balanced_accuracy([1, 0, 0, 0], [0, 0, 0, 0])
    0.5

    References
    ----------
    K. H. Brodersen et al., The balanced accuracy and its posterior distribution, 2010.
    """
    return confusion(y_true, y_pred, sample_weight=sample_weight).balanced_accuracy()


def precision(y_true: Labels, y_pred: Labels, *, sample_weight: Weights = None) -> float:
    r"""Share of positives among the rows decided positive.

    .. math:: TP / (TP + FP)

    Parameters
    ----------
    y_true, y_pred
        Truth and decision, 0 or 1, shape (n,).
    sample_weight
        Weight of each row, shape (n,); 1 by default.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    NotComputable
        If no row is decided positive.

    Examples
    --------
    >>> precision([1, 1, 0, 0], [1, 0, 1, 0])
    0.5

    References
    ----------
    C. J. van Rijsbergen, Information retrieval, 1979.
    """
    return confusion(y_true, y_pred, sample_weight=sample_weight).precision()


def recall(y_true: Labels, y_pred: Labels, *, sample_weight: Weights = None) -> float:
    r"""Share of the positives decided positive.

    .. math:: TP / (TP + FN)

    Parameters
    ----------
    y_true, y_pred
        Truth and decision, 0 or 1, shape (n,).
    sample_weight
        Weight of each row, shape (n,); 1 by default.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    NotComputable
        If no row is positive in truth.

    Examples
    --------
    >>> recall([1, 1, 1, 1], [1, 1, 1, 0])
    0.75

    References
    ----------
    C. J. van Rijsbergen, Information retrieval, 1979.
    """
    return confusion(y_true, y_pred, sample_weight=sample_weight).recall()


def f1(y_true: npt.ArrayLike, y_pred: npt.ArrayLike, *, sample_weight: npt.ArrayLike | None = None) -> float:
    r"""Harmonic mean of precision and recall.

    .. math:: 2 TP / (2 TP + FP + FN)

    Parameters
    ----------
    y_true, y_pred
        Truth and decision, 0 or 1, shape (n,).
    sample_weight
        Weight of each row, shape (n,); 1 by default.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    NotComputable
        If no row is positive in truth.

    Examples
    --------
    >>> f1([1, 1, 0, 0], [1, 0, 1, 0])
    0.5

    References
    ----------
    C. J. van Rijsbergen, Information retrieval, 1979.
    """
    return confusion(y_true, y_pred, sample_weight=sample_weight).f1()


def false_positive_rate(y_true: Labels, y_pred: Labels, *, sample_weight: Weights = None) -> float:
    r"""Share of the negatives decided positive.

    .. math:: FP / (FP + TN)

    Parameters
    ----------
    y_true, y_pred
        Truth and decision, 0 or 1, shape (n,).
    sample_weight
        Weight of each row, shape (n,); 1 by default.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    NotComputable
        If no row is negative in truth.

    Examples
    --------
    >>> false_positive_rate([0, 0, 0, 0], [1, 0, 0, 0])
    0.25

    References
    ----------
    T. Fawcett, An introduction to ROC analysis, 2006.
    """
    return confusion(y_true, y_pred, sample_weight=sample_weight).false_positive_rate()


def false_negative_rate(y_true: Labels, y_pred: Labels, *, sample_weight: Weights = None) -> float:
    r"""Share of the positives decided negative.

    .. math:: FN / (FN + TP)

    Parameters
    ----------
    y_true, y_pred
        Truth and decision, 0 or 1, shape (n,).
    sample_weight
        Weight of each row, shape (n,); 1 by default.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    NotComputable
        If no row is positive in truth.

    Examples
    --------
    >>> false_negative_rate([1, 1, 1, 1], [1, 1, 1, 0])
    0.25

    References
    ----------
    T. Fawcett, An introduction to ROC analysis, 2006.
    """
    return confusion(y_true, y_pred, sample_weight=sample_weight).false_negative_rate()


def mcc(y_true: npt.ArrayLike, y_pred: npt.ArrayLike, *, sample_weight: npt.ArrayLike | None = None) -> float:
    r"""Matthews' correlation of truth and decision.

    .. math:: (TP\,TN - FP\,FN) / \sqrt{(TP+FP)(TP+FN)(TN+FP)(TN+FN)}

    Parameters
    ----------
    y_true, y_pred
        Truth and decision, 0 or 1, shape (n,).
    sample_weight
        Weight of each row, shape (n,); 1 by default.

    Returns
    -------
    float
        In [-1, 1]; 0 without skill.

    Raises
    ------
    NotComputable
        If one class is missing from the truth or from the decisions.

    Examples
    --------
    >>> round(mcc([1, 1, 0, 0], [1, 0, 0, 0]), 4)
    0.5774

    References
    ----------
    B. W. Matthews, Comparison of the predicted and observed secondary structure of T4 phage lysozyme, 1975.
    """
    return confusion(y_true, y_pred, sample_weight=sample_weight).mcc()
