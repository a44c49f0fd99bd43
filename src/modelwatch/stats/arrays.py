"""What the statistics accept: arrays of counts, values, labels and weights, checked once.

Every public function of this room passes its arguments through here, so that none ever answers NaN.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from modelwatch.domain.errors import NotComputable

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

ONE_CLASS = "one class only"
"""Why a performance metric that compares the classes has no value."""


def counts_of(counts: npt.ArrayLike, side: str) -> Floats:
    """Counts or masses per bin, shape (..., B), each row holding something."""
    array = np.asarray(counts, dtype=np.float64)
    if array.ndim == 0 or array.shape[-1] == 0:
        raise NotComputable(f"{side} has no bins")
    if not np.isfinite(array).all() or (array < 0).any():
        raise NotComputable(f"{side} has a count that is negative or not finite")
    with np.errstate(over="ignore"):
        totals = array.sum(axis=-1)
    if not np.isfinite(totals).all():
        raise NotComputable(f"{side} has counts beyond the range of float64")
    if (totals == 0).any():
        raise NotComputable(f"{side} is empty")
    return array


def aligned_counts(reference: npt.ArrayLike, current: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Counts of both sides on the same bins, shapes (..., B) that broadcast."""
    first, second = counts_of(reference, "reference"), counts_of(current, "current")
    if first.shape[-1] != second.shape[-1]:
        raise NotComputable(
            f"reference has {first.shape[-1]} bins and current {second.shape[-1]}: only equal bins compare"
        )
    return first, second


def class_counts(positives: npt.ArrayLike, negatives: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Rows of either class per score bin, shape (B,) both; one class may be missing, not both."""
    first, second = np.asarray(positives, dtype=np.float64), np.asarray(negatives, dtype=np.float64)
    if first.shape != second.shape:
        raise NotComputable(f"positives have {first.size} bins and negatives {second.size}")
    counts_of(first + second, "positives and negatives")
    if (first < 0).any() or (second < 0).any():
        raise NotComputable("a count is negative")
    return row_of(first, "positives"), second


def shares_of(counts: Floats) -> Floats:
    """Counts divided by the total of their row."""
    return counts / counts.sum(axis=-1, keepdims=True)


def row_of(array: Floats, side: str) -> Floats:
    """The same array, if it has one dimension."""
    if array.ndim != 1:
        raise NotComputable(f"{side} must have one dimension, it has {array.ndim}")
    return array


def values_of(values: npt.ArrayLike, side: str) -> npt.NDArray[np.generic]:
    """Real numbers in their own type, shape (n,), n at least 1, none of them NaN."""
    array = np.asarray(values)
    if array.ndim != 1:
        raise NotComputable(f"{side} must have one dimension, it has {array.ndim}")
    if array.size == 0:
        raise NotComputable(f"{side} is empty")
    if array.dtype.kind not in "biuf":
        raise NotComputable(f"{side} holds {array.dtype}, not real numbers")
    if array.dtype.kind == "f" and np.isnan(array).any():
        raise NotComputable(f"{side} contains NaN")
    return array


def finite_of(values: npt.ArrayLike, side: str) -> Floats:
    """Finite numbers as float64, shape (n,), n at least 1."""
    array = values_of(values, side).astype(np.float64, copy=False)
    if not np.isfinite(array).all():
        raise NotComputable(f"{side} contains infinite values")
    return array


def labels_of(labels: npt.ArrayLike, side: str) -> Bools:
    """Binary labels, shape (n,): True, 1 or 1.0 is the positive class, False, 0 or 0.0 the other."""
    array = values_of(labels, side)
    if array.dtype.kind == "b":
        return array.astype(np.bool_, copy=False)
    positive = array == 1
    if not (positive | (array == 0)).all():
        raise NotComputable(f"{side} must hold only 0 and 1")
    return positive


def weights_of(sample_weight: npt.ArrayLike | None, *, rows: int) -> Floats:
    """Weights per row, ones if none are given; finite, not negative, not all zero."""
    if sample_weight is None:
        return np.ones(rows)
    array = finite_of(sample_weight, "sample_weight")
    same_length(array.size, rows, what="sample_weight")
    if (array < 0).any():
        raise NotComputable("sample_weight has a negative weight")
    if not array.any():
        raise NotComputable("sample_weight is zero everywhere")
    return array


def same_length(length: int, rows: int, *, what: str) -> None:
    """Refuse paired arrays of different length."""
    if length != rows:
        raise NotComputable(f"{what} has {length} rows, y_true has {rows}")


def level_of(level: float) -> float:
    """A confidence level or share strictly between 0 and 1."""
    if not 0.0 < level < 1.0:
        raise NotComputable(f"level must lie between 0 and 1, it is {level}")
    return level
