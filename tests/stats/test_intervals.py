"""Intervals: equal to SciPy's or to the definition, and covering the truth as often as they say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from modelwatch.domain.errors import NotComputable
from modelwatch.stats import (
    bootstrap_interval,
    delong,
    normal_mean_interval,
    roc_auc,
    wilson,
)


@given(st.integers(1, 10**6), st.floats(0, 1), st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_wilson_is_scipys(n: int, share: float, level: float) -> None:
    successes = round(share * n)
    expected = scipy_stats.binomtest(successes, n).proportion_ci(level, method="wilson")
    assert wilson(successes, n, level=level) == pytest.approx((expected.low, expected.high), rel=1e-9, abs=1e-12)


def test_wilson_has_width_at_the_ends() -> None:
    low, high = wilson(0, 50)
    assert low == 0.0 < high < 0.1
    assert wilson(50, 50) == (pytest.approx(1 - high), 1.0)


@pytest.mark.parametrize(("successes", "n"), [(0, 0), (5, 4), (-1, 4), (1, np.nan), (np.nan, 4), (1, np.inf)])
def test_wilson_of_no_rate_is_refused(successes: float, n: float) -> None:
    with pytest.raises(NotComputable):
        wilson(successes, n)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=40), st.sampled_from([0.8, 0.95]))
def test_the_normal_interval_is_scipys(values: list[float], level: float) -> None:
    sample = np.array(values)
    pivot = sample.mean()
    moved = sample - pivot
    low, high = normal_mean_interval(moved.sum(), (moved**2).sum(), n=sample.size, level=level)
    expected = scipy_stats.norm.interval(level, loc=pivot, scale=max(scipy_stats.sem(sample), 1e-300))
    assert (low + pivot, high + pivot) == pytest.approx(expected, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize(("total", "squares", "n"), [(1, 1, 1), (np.nan, 1, 5), (1, np.inf, 5), (1, 1, np.nan)])
def test_the_mean_of_nothing_has_no_interval(total: float, squares: float, n: float) -> None:
    with pytest.raises(NotComputable):
        normal_mean_interval(total, squares, n=n)


def test_the_bootstrap_agrees_with_the_normal_interval_of_a_mean() -> None:
    sample = np.random.default_rng(6).normal(size=400)
    for level in (0.8, 0.95):
        found = bootstrap_interval(np.mean, [sample], seed=1, draws=2_000, level=level)
        expected = normal_mean_interval(sample.sum(), (sample**2).sum(), n=400, level=level)
        assert found == pytest.approx(expected, abs=0.04 * (expected[1] - expected[0]))


def test_the_bootstrap_draws_rows_together_and_by_its_seed() -> None:
    rng = np.random.default_rng(7)
    truth = rng.random(300) < 0.3
    scores = rng.normal(size=300) + truth
    found = bootstrap_interval(roc_auc, [truth, scores], seed=3, draws=300)
    assert found == bootstrap_interval(roc_auc, [truth, scores], seed=3, draws=300)
    assert found != bootstrap_interval(roc_auc, [truth, scores], seed=4, draws=300)
    expected = delong(truth, scores).interval
    assert found == pytest.approx(expected, abs=0.3 * (expected[1] - expected[0]))


def test_the_bootstrap_leaves_out_draws_without_a_value_unless_they_are_most() -> None:
    truth = np.array([1] + [0] * 9)
    scores = np.arange(10.0)
    low, high = bootstrap_interval(roc_auc, [truth, scores], seed=0, draws=200)
    assert 0 <= low <= high <= 1
    with pytest.raises(NotComputable, match="200 of 200 draws"):
        bootstrap_interval(roc_auc, [np.zeros(10), scores], seed=0, draws=200)


@pytest.mark.parametrize("arrays", [[], [[]], [[1, 2], [1, 2, 3]], [3.0]])
def test_the_bootstrap_needs_rows(arrays: list[object]) -> None:
    with pytest.raises(NotComputable, match="same number of rows"):
        bootstrap_interval(np.mean, arrays, seed=0)


@pytest.mark.parametrize("level", [0.0, 1.0, -1.0, 2.0, np.nan])
def test_a_level_outside_of_its_range_is_refused(level: float) -> None:
    with pytest.raises(NotComputable, match="level"):
        wilson(1, 2, level=level)
    with pytest.raises(NotComputable, match="level"):
        bootstrap_interval(np.mean, [[1.0, 2.0]], seed=0, draws=5, level=level)
