"""Area under the ROC curve and average precision: scikit-learn's numbers, on values and on score bins."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from modelwatch.domain.errors import NotComputable
from modelwatch.stats import (
    average_precision,
    average_precision_from_counts,
    roc_auc,
    roc_auc_from_counts,
    tied_scores,
)

PAIRS = {roc_auc: metrics.roc_auc_score, average_precision: metrics.average_precision_score}
FROM_COUNTS = {roc_auc: roc_auc_from_counts, average_precision: average_precision_from_counts}
pairs = pytest.mark.parametrize(("ours", "theirs"), PAIRS.items(), ids=[each.__name__ for each in PAIRS])
ours_only = pytest.mark.parametrize("ours", PAIRS, ids=[each.__name__ for each in PAIRS])
score = st.one_of(st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.floats(0, 1))
rows = st.lists(st.tuples(st.integers(0, 1), score, st.floats(0.1, 10)), min_size=2, max_size=50).filter(
    lambda found: {truth for truth, _, _ in found} == {0, 1}
)


@pairs
@settings(max_examples=40)  # scikit-learn takes its time
@given(found=rows)
def test_numbers_are_scikit_learns(
    ours: Callable[..., float], theirs: Callable[..., float], found: list[tuple[int, float, float]]
) -> None:
    truth, scores, weight = (np.array(column) for column in zip(*found, strict=True))
    assert ours(truth, scores) == pytest.approx(theirs(truth, scores), rel=1e-9)
    assert ours(truth, scores, sample_weight=weight) == pytest.approx(
        theirs(truth, scores, sample_weight=weight), rel=1e-9
    )


@ours_only
@given(found=rows)
def test_a_bin_per_score_is_as_good_as_values(
    ours: Callable[..., float], found: list[tuple[int, float, float]]
) -> None:
    truth, scores, _ = (np.array(column) for column in zip(*found, strict=True))
    levels, place = np.unique(scores, return_inverse=True)
    counts = [np.bincount(place[truth == side], minlength=levels.size) for side in (1, 0)]
    assert FROM_COUNTS[ours](*counts) == pytest.approx(ours(truth, scores), rel=1e-12)
    padded = [np.insert(side, 0, 0) for side in counts]
    assert FROM_COUNTS[ours](*padded) == pytest.approx(FROM_COUNTS[ours](*counts), rel=1e-12)


@ours_only
def test_scores_may_be_any_number_whose_order_counts(ours: Callable[..., float]) -> None:
    truth = np.array([0, 1, 0, 1, 1, 0])
    scores = np.array([-5.0, 2.0, 0.0, 0.0, np.inf, -np.inf])
    ranks = np.array([1.0, 3.0, 2.0, 2.0, 4.0, 0.0])
    assert ours(truth, scores) == ours(truth, ranks)
    assert ours(truth, scores.astype(np.float32)) == ours(truth, ranks.astype(np.int8))


@ours_only
def test_scores_without_order_are_without_skill(ours: Callable[..., float]) -> None:
    truth = np.array([0, 0, 0, 1])
    assert ours(truth, np.zeros(4)) == {roc_auc: 0.5, average_precision: 0.25}[ours]


def test_turning_the_scores_turns_the_area() -> None:
    rng = np.random.default_rng(1)
    truth, scores = rng.random(200) < 0.3, rng.integers(0, 20, 200)
    assert roc_auc(truth, -scores) == pytest.approx(1 - roc_auc(truth, scores), rel=1e-12)
    assert roc_auc(~truth, scores) == pytest.approx(1 - roc_auc(truth, scores), rel=1e-12)


def test_tied_scores_hold_every_row_once_in_order() -> None:
    found = tied_scores([1, 0, 1, 0, 0], [0.5, 0.1, 0.9, 0.5, 0.5])
    assert found.positives.tolist() == [0, 1, 1]
    assert found.negatives.tolist() == [1, 2, 0]


@ours_only
@pytest.mark.parametrize("only", [0, 1])
def test_one_class_is_not_enough(ours: Callable[..., float], only: int) -> None:
    with pytest.raises(NotComputable, match=r"^one class only$"):
        ours([only] * 3, [0.1, 0.2, 0.3])
    counts = ([1, 2], [0, 0]) if only else ([0, 0], [1, 2])
    with pytest.raises(NotComputable, match=r"^one class only$"):
        FROM_COUNTS[ours](*counts)


@ours_only
@pytest.mark.parametrize(
    ("y_true", "y_score", "reason"),
    [
        ([], [], "y_true is empty"),
        ([0, 1], [0.5], "y_score has 1 rows, y_true has 2"),
        ([0, 1], [0.5, np.nan], "y_score contains NaN"),
        ([0, 3], [0.5, 0.1], "only 0 and 1"),
    ],
)
def test_rows_without_a_meaning_are_refused(
    ours: Callable[..., float], y_true: list[int], y_score: list[float], reason: str
) -> None:
    with pytest.raises(NotComputable, match=reason):
        ours(y_true, y_score)
