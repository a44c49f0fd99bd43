"""The confusion counts of a binary classifier's decisions and the rates taken from them.

`classification` offers each rate on values; the performance metrics take them from the score counts of
profiles.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from modelwatch.domain.errors import NotComputable
from modelwatch.stats.arrays import ONE_CLASS, class_counts, labels_of, same_length, weights_of


@dataclass(frozen=True, slots=True)
class Confusion:
    """Rows, or their weights, by truth and decision.

    A rate is refused where its denominator is 0: `one class only` where the truth is the reason.

    Examples
    --------
    >>> matrix = Confusion(true_positives=40, false_positives=10, false_negatives=20, true_negatives=30)
    >>> matrix.precision(), round(matrix.recall(), 4), matrix.accuracy()
    (0.8, 0.6667, 0.7)
    """

    true_positives: float
    false_positives: float
    false_negatives: float
    true_negatives: float

    @property
    def positives(self) -> float:
        """Rows that are positive in truth."""
        return self.true_positives + self.false_negatives

    @property
    def negatives(self) -> float:
        """Rows that are negative in truth."""
        return self.false_positives + self.true_negatives

    def accuracy(self) -> float:
        """Share of rows decided rightly."""
        return _share(self.true_positives + self.true_negatives, self.positives + self.negatives, "no rows")

    def balanced_accuracy(self) -> float:
        """Mean of the two classes' recalls."""
        return (self.recall() + _share(self.true_negatives, self.negatives, ONE_CLASS)) / 2

    def precision(self) -> float:
        """Share of positives among the rows decided positive."""
        return _share(self.true_positives, self.true_positives + self.false_positives, "no positive decision")

    def recall(self) -> float:
        """Share of the positives decided positive."""
        return _share(self.true_positives, self.positives, ONE_CLASS)

    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        if self.positives == 0:
            raise NotComputable(ONE_CLASS)
        return 2 * self.true_positives / (2 * self.true_positives + self.false_positives + self.false_negatives)

    def false_positive_rate(self) -> float:
        """Share of the negatives decided positive."""
        return _share(self.false_positives, self.negatives, ONE_CLASS)

    def false_negative_rate(self) -> float:
        """Share of the positives decided negative."""
        return _share(self.false_negatives, self.positives, ONE_CLASS)

    def mcc(self) -> float:
        """Matthews' correlation of truth and decision."""
        decided = self.true_positives + self.false_positives
        rejected = self.false_negatives + self.true_negatives
        if self.positives == 0 or self.negatives == 0:
            raise NotComputable(ONE_CLASS)
        if decided == 0 or rejected == 0:
            raise NotComputable("one decision only")
        # Roots first: the product of four counts passes float64's integers soon.
        scale = math.sqrt(self.positives) * math.sqrt(self.negatives) * math.sqrt(decided) * math.sqrt(rejected)
        hits = self.true_positives * self.true_negatives - self.false_positives * self.false_negatives
        return max(-1.0, min(1.0, hits / scale))


def confusion(y_true: npt.ArrayLike, y_pred: npt.ArrayLike, *, sample_weight: npt.ArrayLike | None = None) -> Confusion:
    """Confusion counts of binary decisions.

    Parameters
    ----------
    y_true, y_pred
        Truth and decision, 0 or 1, shape (n,).
    sample_weight
        Weight of each row, shape (n,); 1 by default.

    Returns
    -------
    Confusion

    Raises
    ------
    NotComputable
        If there are no rows, labels other than 0 and 1, or unfit weights.

    Examples
    --------
    >>> confusion([1, 1, 0, 0, 0], [1, 0, 1, 0, 0])
    Confusion(true_positives=1.0, false_positives=1.0, false_negatives=1.0, true_negatives=2.0)
    """
    truth, decision = labels_of(y_true, "y_true"), labels_of(y_pred, "y_pred")
    same_length(decision.size, truth.size, what="y_pred")
    cells = np.bincount(truth * np.int8(2) + decision, weights=weights_of(sample_weight, rows=truth.size), minlength=4)
    return Confusion(*(float(cells[cell]) for cell in (3, 1, 2, 0)))


def confusion_from_counts(positives: npt.ArrayLike, negatives: npt.ArrayLike, *, first_positive: int) -> Confusion:
    """Confusion counts from rows per score bin.

    Parameters
    ----------
    positives, negatives
        Rows of either class per score bin, shape (B,), in the order of the scores.
    first_positive
        Index of the first bin decided positive, from 0 (all) to B (none); exact where the decision threshold
        is an edge of the bins.

    Returns
    -------
    Confusion

    Raises
    ------
    NotComputable
        If there are no rows, or the bins or the index do not fit.

    Examples
    --------
    >>> confusion_from_counts([0, 1, 1], [2, 1, 0], first_positive=1)
    Confusion(true_positives=2.0, false_positives=1.0, false_negatives=0.0, true_negatives=2.0)
    """
    hits, misses = class_counts(positives, negatives)
    if not 0 <= first_positive <= hits.size:
        raise NotComputable(f"first_positive is an index from 0 to {hits.size}, it is {first_positive}")
    return Confusion(
        true_positives=float(hits[first_positive:].sum()),
        false_positives=float(misses[first_positive:].sum()),
        false_negatives=float(hits[:first_positive].sum()),
        true_negatives=float(misses[:first_positive].sum()),
    )


def _share(part: float, whole: float, reason: str) -> float:
    if whole == 0:
        raise NotComputable(reason)
    return part / whole
