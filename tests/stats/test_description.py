"""Moments from power sums: NumPy's and SciPy's numbers, however the values were split and far from zero."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from modelwatch.domain.errors import NotComputable
from modelwatch.stats import PowerSums

values = st.lists(st.floats(-1000, 1000), min_size=1, max_size=40)


@given(values, st.floats(-100, 100))
def test_the_moments_are_numpys_and_scipys(sample: list[float], pivot: float) -> None:
    sums = PowerSums.of(sample, pivot=pivot)
    assert sums.n == len(sample)
    assert sums.mean() == pytest.approx(np.mean(sample), rel=1e-9, abs=1e-9)
    assert sums.variance() == pytest.approx(np.var(sample), rel=1e-9, abs=1e-7)
    if len(sample) > 1:
        assert sums.variance(ddof=1) == pytest.approx(np.var(sample, ddof=1), rel=1e-9, abs=1e-7)
    assume(np.std(sample) > 1)
    assert sums.standard_deviation() == pytest.approx(np.std(sample), rel=1e-9)
    assert sums.skewness() == pytest.approx(scipy_stats.skew(sample), rel=1e-6, abs=1e-6)


@given(values, values, values, st.floats(-100, 100), st.floats(-100, 100))
def test_merging_is_feeding_all_in_any_order(
    first: list[float], second: list[float], third: list[float], pivot: float, other: float
) -> None:
    a, b, c = (
        PowerSums.of(first, pivot=pivot),
        PowerSums.of(second, pivot=pivot),
        PowerSums.of(third, pivot=other),
    )
    whole = PowerSums.of([*first, *second, *third], pivot=pivot)
    for merged in (a.merge(b).merge(c), a.merge(b.merge(c)), c.merge(b).merge(a)):
        assert merged.n == whole.n
        assert merged.mean() == pytest.approx(whole.mean(), rel=1e-9, abs=1e-9)
        assert merged.variance() == pytest.approx(whole.variance(), rel=1e-9, abs=1e-6)
    empty = PowerSums.of([], pivot=other)
    assert a.merge(empty) == a
    assert empty.merge(a).variance() == pytest.approx(a.variance(), rel=1e-9, abs=1e-6)


def test_a_spread_of_one_at_a_billion_reads_one() -> None:
    # Raw sums of squares give a variance of 128 here.
    sample = 1e9 + np.random.default_rng(0).normal(size=100_000)
    sums = PowerSums.of(sample, pivot=1e9)
    assert sums.variance() == pytest.approx(sample.var(), rel=1e-9)
    assert sums.skewness() == pytest.approx(scipy_stats.skew(sample - 1e9), abs=1e-9)


@pytest.mark.parametrize("constant", [0.0, 0.1, -7.3, 1e9, 1e-9])
def test_constant_values_have_no_spread_and_no_skewness(constant: float) -> None:
    sums = PowerSums.of(np.full(1_000, constant), pivot=0.3)
    assert sums.mean() == pytest.approx(constant, rel=1e-9, abs=1e-12)
    assert sums.variance() == 0.0
    with pytest.raises(NotComputable, match="constant"):
        sums.skewness()


@given(values, st.floats(-100, 100), st.floats(-100, 100))
def test_moving_the_pivot_changes_no_moment(sample: list[float], pivot: float, other: float) -> None:
    sums = PowerSums.of(sample, pivot=pivot)
    moved = sums.about(other)
    assert moved.pivot == other
    assert moved.mean() == pytest.approx(sums.mean(), rel=1e-9, abs=1e-9)
    assert moved.variance() == pytest.approx(sums.variance(), rel=1e-9, abs=1e-6)


def test_what_has_no_moments_is_refused() -> None:
    with pytest.raises(NotComputable, match="no values"):
        PowerSums.of([], pivot=0.0).mean()
    with pytest.raises(NotComputable, match="needs more than 1 values, there are 1"):
        PowerSums.of([3.0], pivot=0.0).variance(ddof=1)
    for wrong in ([1.0, np.nan], [1.0, np.inf]):
        with pytest.raises(NotComputable):
            PowerSums.of(wrong, pivot=0.0)
    with pytest.raises(NotComputable, match="float64"):
        PowerSums(2.0, 0.0, np.inf, np.inf, np.inf).mean()
    with pytest.raises(NotComputable, match="float64"):
        PowerSums(2.0, 0.0, 1e200, 1e308, 1e308).variance()
