"""Performance of decisions on values: scikit-learn's numbers, with and without weights."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from modelwatch.domain.errors import NotComputable
from modelwatch.stats import (
    accuracy,
    balanced_accuracy,
    f1,
    false_negative_rate,
    false_positive_rate,
    mcc,
    precision,
    recall,
)


def flipped(score: Callable[..., float], *, positive: int) -> Callable[..., float]:
    """One minus the recall of a class."""

    def rate(y_true: np.ndarray, y_pred: np.ndarray, sample_weight: np.ndarray | None = None) -> float:
        return 1 - score(y_true, y_pred, pos_label=positive, sample_weight=sample_weight)

    return rate


PAIRS = {
    accuracy: metrics.accuracy_score,
    balanced_accuracy: metrics.balanced_accuracy_score,
    precision: metrics.precision_score,
    recall: metrics.recall_score,
    f1: metrics.f1_score,
    false_positive_rate: flipped(metrics.recall_score, positive=0),
    false_negative_rate: flipped(metrics.recall_score, positive=1),
    mcc: metrics.matthews_corrcoef,
}
pairs = pytest.mark.parametrize(("ours", "theirs"), PAIRS.items(), ids=[each.__name__ for each in PAIRS])
rows = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1), st.floats(0.1, 10)), min_size=4, max_size=50).filter(
    lambda found: {(truth, decision) for truth, decision, _ in found} == {(0, 0), (0, 1), (1, 0), (1, 1)}
)


@pairs
@settings(max_examples=40)  # scikit-learn takes its time
@given(found=rows)
def test_numbers_are_scikit_learns(
    ours: Callable[..., float], theirs: Callable[..., float], found: list[tuple[int, int, float]]
) -> None:
    truth, decision, weight = (np.array(column) for column in zip(*found, strict=True))
    assert ours(truth, decision) == pytest.approx(theirs(truth, decision), rel=1e-9, abs=1e-12)
    assert ours(truth, decision, sample_weight=weight) == pytest.approx(
        theirs(truth, decision, sample_weight=weight), rel=1e-9, abs=1e-12
    )


@pairs
def test_whole_weights_repeat_rows(ours: Callable[..., float], theirs: Callable[..., float]) -> None:
    truth, decision = np.array([0, 0, 1, 1, 1]), np.array([0, 1, 0, 1, 1])
    times = np.array([3, 1, 2, 5, 1])
    assert ours(truth, decision, sample_weight=times) == pytest.approx(
        theirs(np.repeat(truth, times), np.repeat(decision, times)), rel=1e-12
    )


@pairs
@pytest.mark.parametrize("kind", [bool, int, float, np.int8, np.float32])
def test_the_type_of_the_labels_does_not_matter(
    ours: Callable[..., float], theirs: Callable[..., float], kind: type
) -> None:
    truth, decision = np.array([0, 0, 1, 1, 1]), np.array([0, 1, 0, 1, 1])
    assert ours(truth.astype(kind), decision.astype(kind)) == ours(truth, decision)


@pytest.mark.parametrize("positives", [0, 1])
@pytest.mark.parametrize("metric", [balanced_accuracy, mcc])
def test_both_classes_are_needed_where_both_are_compared(metric: Callable[..., float], positives: int) -> None:
    with pytest.raises(NotComputable, match=r"^one class only$"):
        metric([positives] * 3, [0, 1, 1])


@pytest.mark.parametrize(
    ("metric", "missing"),
    [(recall, 1), (f1, 1), (false_negative_rate, 1), (false_positive_rate, 0)],
)
def test_a_rate_within_a_class_needs_that_class_only(metric: Callable[..., float], missing: int) -> None:
    assert 0 <= metric([missing] * 3, [0, 1, 1]) <= 1
    with pytest.raises(NotComputable, match=r"^one class only$"):
        metric([1 - missing] * 3, [0, 1, 1])


def test_accuracy_needs_no_second_class() -> None:
    assert accuracy([0, 0, 0], [0, 0, 1]) == pytest.approx(2 / 3)


def test_rates_of_decisions_that_never_fell_are_refused() -> None:
    with pytest.raises(NotComputable, match="no positive decision"):
        precision([0, 1, 1], [0, 0, 0])
    with pytest.raises(NotComputable, match="one decision only"):
        mcc([0, 1, 1], [0, 0, 0])


@pairs
@pytest.mark.parametrize(
    ("y_true", "y_pred", "weight", "reason"),
    [
        ([], [], None, "y_true is empty"),
        ([0, 1], [0, 1, 1], None, "y_pred has 3 rows, y_true has 2"),
        ([0, 2], [0, 1], None, "y_true must hold only 0 and 1"),
        ([0, 1], [0.5, 1], None, "y_pred must hold only 0 and 1"),
        ([0, np.nan], [0, 1], None, "y_true contains NaN"),
        (["a", "b"], [0, 1], None, "not real numbers"),
        ([0, 1], [0, 1], [1], "sample_weight has 1 rows"),
        ([0, 1], [0, 1], [1, -1], "negative weight"),
        ([0, 1], [0, 1], [0, 0], "zero everywhere"),
        ([0, 1], [0, 1], [1, np.inf], "infinite"),
    ],
)
def test_rows_without_a_meaning_are_refused(
    ours: Callable[..., float],
    theirs: Callable[..., float],
    y_true: list[float],
    y_pred: list[float],
    weight: list[float] | None,
    reason: str,
) -> None:
    with pytest.raises(NotComputable, match=reason):
        ours(y_true, y_pred, sample_weight=weight)
