"""What the statistics accept: every kind of array that carries real numbers, nothing that turns to NaN."""

from __future__ import annotations

import numpy as np
import pytest

from modelwatch.domain.errors import NotComputable
from modelwatch.stats.arrays import (
    aligned_counts,
    class_counts,
    counts_of,
    finite_of,
    labels_of,
    level_of,
    shares_of,
    values_of,
    weights_of,
)


@pytest.mark.parametrize("kind", [list, tuple, np.array, lambda counts: np.array(counts, dtype=np.uint8)])
def test_counts_come_in_any_kind_and_leave_as_float64(kind: type) -> None:
    found = counts_of(kind([1, 2, 3]), "reference")
    assert found.dtype == np.float64
    assert found.tolist() == [1, 2, 3]


def test_shares_are_those_of_each_row() -> None:
    assert shares_of(np.array([[1.0, 3.0], [5e-324, 0.0]])).tolist() == [[0.25, 0.75], [1.0, 0.0]]


def test_aligned_counts_keep_their_leading_axes() -> None:
    first, second = aligned_counts(np.ones((2, 1, 3)), np.ones((4, 3)))
    assert (first.shape, second.shape) == ((2, 1, 3), (4, 3))


def test_values_keep_their_type() -> None:
    for kind in (np.float32, np.float64, np.int64, np.uint8, np.bool_):
        assert values_of(np.array([0, 1], dtype=kind), "current").dtype == kind


@pytest.mark.parametrize("values", [["a"], [None], [1 + 2j], np.array(["2020-01-01"], dtype="datetime64[D]")])
def test_values_that_are_not_real_numbers_are_refused(values: object) -> None:
    with pytest.raises(NotComputable, match="not real numbers"):
        values_of(values, "current")


def test_infinite_values_have_an_order_but_no_sum() -> None:
    assert values_of([np.inf, -np.inf], "current").size == 2
    with pytest.raises(NotComputable, match="current contains infinite values"):
        finite_of([np.inf], "current")


def test_labels_are_zeros_and_ones_of_any_type() -> None:
    for labels in ([True, False], [1, 0], [1.0, -0.0], np.array([1, 0], dtype=np.int8)):
        assert labels_of(labels, "y_true").tolist() == [True, False]
    for labels in ([1, 2], [0.5], [-1, 1]):
        with pytest.raises(NotComputable, match="only 0 and 1"):
            labels_of(labels, "y_true")


def test_weights_are_ones_by_default() -> None:
    assert weights_of(None, rows=3).tolist() == [1, 1, 1]
    assert weights_of([0, 2], rows=2).tolist() == [0, 2]


def test_one_class_may_be_missing_from_score_bins_not_both() -> None:
    first, second = class_counts([0, 0], [1, 2])
    assert (first.sum(), second.sum()) == (0, 3)
    with pytest.raises(NotComputable, match="empty"):
        class_counts([0, 0], [0, 0])
    # The sum of both is fine here, each alone is not.
    with pytest.raises(NotComputable, match="negative"):
        class_counts([-1, 0], [2, 2])


@pytest.mark.parametrize("level", [0.0, 1.0, -0.5, 1.5, float("nan")])
def test_levels_lie_between_zero_and_one(level: float) -> None:
    assert level_of(0.95) == 0.95
    with pytest.raises(NotComputable, match="between 0 and 1"):
        level_of(level)
