"""DeLong's interval: its definition over all pairs, on values and on bins, covering the truth as it says."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats
from sklearn import metrics

from modelwatch.domain.errors import NotComputable
from modelwatch.stats import delong, delong_from_counts


def by_definition(truth: np.ndarray, scores: np.ndarray) -> tuple[float, float]:
    """DeLong's estimate from all pairs."""
    hits, misses = scores[truth == 1], scores[truth == 0]
    won = (hits[:, None] > misses) + 0.5 * (hits[:, None] == misses)
    variance = won.mean(axis=1).var(ddof=1) / hits.size + won.mean(axis=0).var(ddof=1) / misses.size
    return float(won.mean()), float(variance)


score = st.one_of(st.integers(0, 3).map(float), st.floats(-100, 100))
rows = st.lists(st.tuples(st.integers(0, 1), score), min_size=4, max_size=60).filter(
    lambda found: 2 <= sum(truth for truth, _ in found) <= len(found) - 2
)


@given(rows)
def test_delong_is_its_definition_over_all_pairs(found: list[tuple[int, float]]) -> None:
    truth, scores = (np.array(column) for column in zip(*found, strict=True))
    auc, variance, (low, high) = delong(truth, scores)
    expected = by_definition(truth, scores)
    assert (auc, variance) == pytest.approx(expected, rel=1e-9, abs=1e-15)
    assert auc == pytest.approx(metrics.roc_auc_score(truth, scores), rel=1e-9)
    assert 0 <= low <= auc <= high <= 1
    assert high > low
    if variance > 0:
        z = scipy_stats.norm.ppf(0.975)
        assert low == pytest.approx(max(0.0, auc - z * np.sqrt(variance)), rel=1e-9, abs=1e-12)
        assert high == pytest.approx(min(1.0, auc + z * np.sqrt(variance)), rel=1e-9)


@given(rows)
def test_delong_on_a_bin_per_score_is_as_good_as_values(found: list[tuple[int, float]]) -> None:
    truth, scores = (np.array(column) for column in zip(*found, strict=True))
    levels, place = np.unique(scores, return_inverse=True)
    counts = [np.bincount(place[truth == side], minlength=levels.size) for side in (1, 0)]
    assert delong_from_counts(*counts)[:2] == pytest.approx(delong(truth, scores)[:2], rel=1e-12, abs=1e-15)


def test_delong_covers_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(4)
    truth = np.repeat([0, 1], [150, 60])
    area = scipy_stats.norm.cdf(1 / np.sqrt(2))
    inside = 0
    for _ in range(1_000):
        _, _, (low, high) = delong(truth, rng.normal(size=210) + truth)
        inside += low <= area <= high
    assert 0.92 < inside / 1_000 < 0.97


@pytest.mark.parametrize("scores", [[1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1], [7] * 6])
def test_delong_without_variance_still_has_a_width(scores: list[int]) -> None:
    auc, variance, (low, high) = delong([0, 0, 0, 1, 1, 1], scores)
    assert variance == 0.0
    assert low <= auc <= high
    assert high - low > 0.4


def test_delong_of_a_million_rows_takes_no_matrix() -> None:
    rng = np.random.default_rng(5)
    scores = rng.random(1_000_000)
    truth = rng.random(1_000_000) < scores
    started = time.process_time()
    auc, variance, _ = delong(truth, scores)
    # Pairs would take hours; the bound is wide, as this is no benchmark.
    assert time.process_time() - started < 20
    assert auc == pytest.approx(5 / 6, abs=0.003)
    assert 0 < variance < 1e-6


@pytest.mark.parametrize("truth", [[0, 0, 0, 1], [1, 1, 1, 0]])
def test_delong_needs_two_rows_of_each_class(truth: list[int]) -> None:
    with pytest.raises(NotComputable, match="fewer than two rows"):
        delong(truth, [1, 2, 3, 4])
    with pytest.raises(NotComputable, match="one class only"):
        delong([truth[0]] * 4, [1, 2, 3, 4])
