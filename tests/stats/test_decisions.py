"""Confusion counts: from values and from score bins alike, and safe at any size."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from modelwatch.domain.errors import NotComputable
from modelwatch.stats import Confusion, confusion, confusion_from_counts


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=60))
def test_the_cells_are_scikit_learns(rows: list[tuple[int, int]]) -> None:
    truth, decision = zip(*rows, strict=True)
    (tn, fp), (fn, tp) = metrics.confusion_matrix(truth, decision, labels=[0, 1])
    assert confusion(truth, decision) == Confusion(tp, fp, fn, tn)


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 9)), min_size=1, max_size=60), st.integers(0, 10))
def test_score_bins_and_values_give_the_same_cells(rows: list[tuple[int, int]], first_positive: int) -> None:
    truth, score = (np.array(column) for column in zip(*rows, strict=True))
    found = confusion_from_counts(
        np.bincount(score[truth == 1], minlength=10),
        np.bincount(score[truth == 0], minlength=10),
        first_positive=first_positive,
    )
    assert found == confusion(truth, score >= first_positive)


def test_classes_are_counted_by_truth() -> None:
    found = Confusion(true_positives=5, false_positives=7, false_negatives=11, true_negatives=13)
    assert (found.positives, found.negatives) == (16, 20)


def test_mcc_of_a_billion_rows_does_not_overflow() -> None:
    small = Confusion(4, 1, 2, 3)
    large = Confusion(4e15, 1e15, 2e15, 3e15)
    assert large.mcc() == pytest.approx(small.mcc(), rel=1e-12)
    assert Confusion(1e15, 0, 0, 1e15).mcc() == 1.0
    assert Confusion(0, 1e15, 1e15, 0).mcc() == -1.0


def test_nothing_has_no_rate() -> None:
    nothing = Confusion(0, 0, 0, 0)
    for rate in (nothing.accuracy, nothing.precision, nothing.recall, nothing.f1, nothing.mcc):
        with pytest.raises(NotComputable):
            rate()


@pytest.mark.parametrize(
    ("positives", "negatives", "first", "reason"),
    [
        ([0, 0], [0, 0], 1, "empty"),
        ([1, 0], [0, 1, 1], 1, "2 bins and negatives 3"),
        ([1, -1], [0, 2], 1, "negative"),
        ([1, np.nan], [0, 2], 1, "not finite"),
        ([[1, 0]], [[0, 1]], 1, "one dimension"),
        ([1, 0], [0, 1], 3, "from 0 to 2, it is 3"),
        ([1, 0], [0, 1], -1, "from 0 to 2, it is -1"),
    ],
)
def test_bins_that_do_not_fit_are_refused(
    positives: list[float], negatives: list[float], first: int, reason: str
) -> None:
    with pytest.raises(NotComputable, match=reason):
        confusion_from_counts(positives, negatives, first_positive=first)
