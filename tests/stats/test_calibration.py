"""Log loss and Brier score: scikit-learn's numbers; the calibration error by its definition."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from modelwatch.domain.errors import NotComputable
from modelwatch.stats import brier, ece, ece_from_bins, log_loss

score = st.one_of(st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.floats(0, 1))
rows = st.lists(st.tuples(st.integers(0, 1), score, st.floats(0.1, 10)), min_size=2, max_size=50).filter(
    lambda found: {truth for truth, _, _ in found} == {0, 1}
)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [(log_loss, metrics.log_loss), (brier, metrics.brier_score_loss)],
    ids=["log_loss", "brier"],
)
@settings(max_examples=40)  # scikit-learn takes its time
@given(found=rows)
def test_numbers_are_scikit_learns(
    ours: Callable[..., float], theirs: Callable[..., float], found: list[tuple[int, float, float]]
) -> None:
    truth, scores, weight = (np.array(column) for column in zip(*found, strict=True))
    assert ours(truth, scores) == pytest.approx(theirs(truth, scores), rel=1e-9, abs=1e-12)
    assert ours(truth, scores, sample_weight=weight) == pytest.approx(
        theirs(truth, scores, sample_weight=weight), rel=1e-9, abs=1e-12
    )


def test_log_loss_of_float32_keeps_its_own_precision_from_the_ends() -> None:
    truth, scores = np.array([1, 0, 1]), np.array([0.0, 0.25, 1.0], dtype=np.float32)
    assert log_loss(truth, scores) == pytest.approx(metrics.log_loss(truth, scores), rel=1e-5)
    assert log_loss(truth, scores) < log_loss(truth, scores.astype(np.float64))


def test_log_loss_needs_both_classes_brier_does_not() -> None:
    with pytest.raises(NotComputable, match=r"^one class only$"):
        log_loss([1, 1], [0.9, 0.8])
    assert brier([1, 1], [0.9, 0.8]) == pytest.approx(0.025)


def test_ece_of_distinct_scores_cuts_ten_bins_of_equal_count() -> None:
    rng = np.random.default_rng(1)
    scores = rng.permutation(np.linspace(0.001, 0.999, 200))
    truth = rng.random(200) < scores**2
    order = np.argsort(scores)
    expected = sum(
        abs(truth[part].mean() - scores[part].mean()) * part.size / 200 for part in np.array_split(order, 10)
    )
    assert ece(truth, scores) == pytest.approx(expected, rel=1e-12)


@given(rows, st.integers(0, 1000))
def test_ece_does_not_hang_on_the_order_of_the_rows(found: list[tuple[int, float, float]], seed: int) -> None:
    truth, scores, weight = (np.array(column) for column in zip(*found, strict=True))
    order = np.random.default_rng(seed).permutation(truth.size)
    assert ece(truth[order], scores[order]) == pytest.approx(ece(truth, scores), rel=1e-12, abs=1e-15)
    assert ece(truth[order], scores[order], sample_weight=weight[order]) == pytest.approx(
        ece(truth, scores, sample_weight=weight), rel=1e-9, abs=1e-12
    )


def test_ece_keeps_equal_scores_in_one_bin() -> None:
    # Four fifths of the rows share one score; parting them by bins could show differences that are noise.
    scores = np.concatenate([np.full(80, 0.3), np.linspace(0.5, 0.9, 20)])
    truth = np.concatenate([np.arange(80) % 10 < 3, np.arange(20) % 2 == 0])
    assert ece(truth[:80], scores[:80]) == pytest.approx(0.0, abs=1e-12)
    parts = np.abs(truth[80:] - scores[80:]).sum() / 100
    assert ece(truth, scores) <= parts


def test_ece_puts_a_middle_on_a_border_into_the_upper_bin_whatever_the_unit_of_the_weights() -> None:
    truth = np.array([0] * 8 + [1, 0, 0, 1, 1])
    scores = np.array([0.0] * 3 + [0.5] * 4 + [0.46875, 0.4375, 0.1, 0.4, 0.4, 0.8])
    for unit in (0.1, 1.064297343572441, 3.3):
        assert ece(truth, scores, sample_weight=np.full(13, unit)) == pytest.approx(ece(truth, scores), rel=1e-12)


def test_ece_of_one_bin_is_the_bias_of_the_mean() -> None:
    assert ece([1, 0, 0, 0], [0.9, 0.8, 0.7, 0.6], bins=1) == pytest.approx(0.5)


@given(rows)
def test_ece_weights_repeat_rows(found: list[tuple[int, float, float]]) -> None:
    truth, scores, weight = (np.array(column) for column in zip(*found, strict=True))
    times = np.ceil(weight).astype(int)
    assert ece(truth, scores, sample_weight=times) == pytest.approx(
        ece(np.repeat(truth, times), np.repeat(scores, times)), rel=1e-9, abs=1e-12
    )


def test_ece_from_the_bins_of_a_profile_is_close_to_that_of_the_values() -> None:
    rng = np.random.default_rng(2)
    scores = rng.beta(2, 8, 20_000)
    truth = rng.random(20_000) < scores * 1.3
    place = np.searchsorted(np.quantile(scores, np.linspace(0, 1, 201)[1:-1]), scores, side="right")
    found = ece_from_bins(
        np.bincount(place), np.bincount(place, weights=scores), positives=np.bincount(place, weights=truth)
    )
    assert found == pytest.approx(ece(truth, scores), abs=2e-4)


def test_a_score_bin_goes_whole_to_the_group_of_its_middle() -> None:
    # Middles at .2, .6 and .9 of the rows: the first bin alone, the other two together.
    found = ece_from_bins([8, 8, 4], [0.0, 4.0, 3.0], positives=[2, 1, 4], bins=2)
    assert found == pytest.approx((2 + abs(1 - 4 + 4 - 3)) / 20)


def test_empty_score_bins_change_nothing() -> None:
    plain = ece_from_bins([10, 20, 5], [1.0, 8.0, 4.5], positives=[2, 7, 5])
    assert ece_from_bins([0, 10, 0, 20, 5, 0], [0, 1.0, 0, 8.0, 4.5, 0], positives=[0, 2, 0, 7, 5, 0]) == plain


@pytest.mark.parametrize("metric", [log_loss, brier, ece])
@pytest.mark.parametrize(
    ("y_true", "y_score", "reason"),
    [
        ([], [], "y_true is empty"),
        ([0, 1], [0.5], "y_score has 1 rows, y_true has 2"),
        ([0, 1], [0.5, np.nan], "y_score contains NaN"),
        ([0, 1], [0.5, 1.5], r"lie in \[0, 1\], these in \[0.5, 1.5\]"),
        ([0, 1], [-0.5, 0.5], r"lie in \[0, 1\]"),
    ],
)
def test_rows_without_a_meaning_are_refused(
    metric: Callable[..., float], y_true: list[int], y_score: list[float], reason: str
) -> None:
    with pytest.raises(NotComputable, match=reason):
        metric(y_true, y_score)


@pytest.mark.parametrize(
    ("counts", "sums", "positives", "bins", "reason"),
    [
        ([0, 0], [0, 0], [0, 0], 10, "empty"),
        ([1, 2], [0.1], [1, 1], 10, "2 score bins need as many"),
        ([1, 2], [0.1, 0.2], [1, 1, 0], 10, "2 score bins need as many"),
        ([1, 2], [0.1, 0.2], [1, 1], 0, "at least one bin"),
        ([1, 2], [0.1, np.nan], [1, 1], 10, "NaN"),
    ],
)
def test_bins_that_do_not_fit_are_refused(
    counts: list[int], sums: list[float], positives: list[int], bins: int, reason: str
) -> None:
    with pytest.raises(NotComputable, match=reason):
        ece_from_bins(counts, sums, positives=positives, bins=bins)
