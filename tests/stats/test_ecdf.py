"""Kolmogorov-Smirnov: SciPy's statistic and p-value, and the bound of what counts leave open."""

from __future__ import annotations

import itertools
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from modelwatch.domain.errors import NotComputable
from modelwatch.stats import ks, ks_from_counts, ks_pvalue

tied = st.lists(st.integers(-5, 5).map(float), min_size=1, max_size=40)
wide = st.lists(st.floats(allow_nan=False), min_size=1, max_size=40)


@given(st.one_of(tied, wide), st.one_of(tied, wide))
def test_the_statistic_is_scipys(reference: list[float], current: list[float]) -> None:
    # SciPy's loses the sign of the statistic's place with infinities, not its value.
    first, second = np.sort(reference), np.sort(current)
    at = np.concatenate([first, second])
    expected = np.abs(
        np.searchsorted(first, at, side="right") / first.size - np.searchsorted(second, at, side="right") / second.size
    ).max()
    assert ks(reference, current) == pytest.approx(expected, abs=1e-15)


@given(tied, tied)
def test_statistic_and_p_value_are_those_of_ks_2samp(reference: list[float], current: list[float]) -> None:
    with warnings.catch_warnings(record=True) as given_up:
        warnings.simplefilter("always")
        expected = scipy_stats.ks_2samp(reference, current)
    statistic = ks(reference, current)
    assert statistic == pytest.approx(expected.statistic, abs=1e-15)
    # SciPy turns from the exact p-value where rounding puts it just above 1.
    p_value = 1.0 if given_up else expected.pvalue
    assert ks_pvalue(statistic, len(reference), len(current)) == pytest.approx(p_value, rel=1e-12)


@pytest.mark.parametrize(
    ("n", "m"), [(10_000, 10_000), (9_999, 10_000), (10_000, 3_000), (4_001, 7), (10_001, 50), (50_000, 900)]
)
@pytest.mark.parametrize("shift", [0.0, 0.02, 0.5])
def test_p_values_of_large_samples_are_scipys(n: int, m: int, shift: float) -> None:
    rng = np.random.default_rng(n + m)
    reference, current = rng.normal(size=n), rng.normal(shift, size=m)
    expected = scipy_stats.ks_2samp(reference, current)
    statistic = ks(reference, current)
    assert statistic == pytest.approx(expected.statistic, abs=1e-15)
    assert ks_pvalue(statistic, n, m) == pytest.approx(expected.pvalue, rel=1e-12, abs=1e-300)


@pytest.mark.parametrize(("n", "m"), [(1, 1), (1, 2), (3, 5), (5, 3), (4, 6), (6, 6)])
def test_exact_p_values_count_the_orders_of_small_samples(n: int, m: int) -> None:
    def statistic(places: tuple[int, ...]) -> float:
        inside = np.isin(np.arange(n + m), places)
        return ks(np.flatnonzero(inside), np.flatnonzero(~inside))

    reached = np.array([statistic(places) for places in itertools.combinations(range(n + m), n)])
    for value in np.unique(reached):
        assert ks_pvalue(value, n, m) == pytest.approx((reached >= value - 1e-12).mean(), rel=1e-12)


def test_small_exact_p_values_keep_their_digits() -> None:
    # All of one sample below all of the other: two orders of C(n + m, n).
    assert ks_pvalue(1.0, 20, 30) == pytest.approx(2 / float(scipy_stats.binom(50, 0.5).pmf(20) * 2.0**50))


def test_float32_values_meet_their_float64_originals() -> None:
    values = np.random.default_rng(0).normal(size=20_000)
    assert ks(values, values.astype(np.float32)) == 0.0
    assert ks(values.astype(np.float32), values) == 0.0
    assert ks([1e300], np.array([np.inf], dtype=np.float32)) == 0.0


def test_integers_beyond_float64_stay_apart() -> None:
    assert ks(np.array([2**53 + 1]), np.array([2**53])) == 1.0


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=12), st.integers(0, 99))
def test_the_true_statistic_lies_within_the_bound(rows: list[tuple[int, int]], seed: int) -> None:
    first, second = (np.array(side) for side in zip(*rows, strict=True))
    if not first.any() or not second.any():
        return
    rng = np.random.default_rng(seed)
    value, bound = ks_from_counts(first, second)
    true = ks(
        np.repeat(np.arange(first.size), first) + rng.random(first.sum()),
        np.repeat(np.arange(first.size), second) + rng.random(second.sum()),
    )
    assert value - 1e-12 <= true <= value + bound + 1e-12
    assert bound <= np.minimum(first / first.sum(), second / second.sum()).max() + 1e-12


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=12))
def test_both_ends_of_the_bound_are_reached(rows: list[tuple[int, int]]) -> None:
    first, second = (np.array(side) for side in zip(*rows, strict=True))
    if not first.any() or not second.any():
        return
    value, bound = ks_from_counts(first, second)
    bins = np.arange(first.size)
    level = ks(np.repeat(bins, first), np.repeat(bins, second))
    assert level == pytest.approx(value, abs=1e-12)
    first_ahead = ks(np.repeat(bins, first), np.repeat(bins + 0.5, second))
    second_ahead = ks(np.repeat(bins + 0.5, first), np.repeat(bins, second))
    assert max(first_ahead, second_ahead) == pytest.approx(value + bound, abs=1e-12)


def test_atoms_leave_nothing_open() -> None:
    first, second = [5, 3, 2], [1, 4, 5]
    value, bound = ks_from_counts(first, second, atoms=[True, True, True])
    assert (value, bound) == (pytest.approx(0.4), 0.0)
    assert ks_from_counts(first, second, atoms=[True, False, True])[1] > 0


@given(st.lists(st.integers(-9, 9), min_size=2, max_size=30).filter(lambda row: min(row) < 0 < max(row)))
def test_bins_of_one_side_leave_nothing_open(row: list[int]) -> None:
    counts = np.array(row)
    assert ks_from_counts(counts.clip(0), -counts.clip(None, 0))[1] == 0.0


def test_a_month_far_from_the_grids_own_reference_carries_its_bound() -> None:
    # Both windows fill one bin of the grid: the edges show nothing of the difference inside.
    value, bound = ks_from_counts([5, 90, 5], [5, 90, 5])
    assert value == 0.0
    assert bound == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("reference", "current", "reason"),
    [
        ([], [1.0], "reference is empty"),
        ([1.0], [], "current is empty"),
        ([1.0, np.nan], [1.0], "reference contains NaN"),
        ([[1.0]], [1.0], "one dimension"),
        (["a"], [1.0], "not real numbers"),
    ],
)
def test_samples_without_an_order_are_refused(reference: list[float], current: list[float], reason: str) -> None:
    with pytest.raises(NotComputable, match=reason):
        ks(reference, current)


@pytest.mark.parametrize(("statistic", "n", "m"), [(0.5, 0, 5), (0.5, 5, 0), (np.nan, 5, 5), (1.1, 5, 5), (-0.1, 5, 5)])
def test_p_values_of_nothing_are_refused(statistic: float, n: int, m: int) -> None:
    with pytest.raises(NotComputable):
        ks_pvalue(statistic, n, m)


def test_a_mask_of_atoms_must_fit_the_bins() -> None:
    with pytest.raises(NotComputable, match="one entry per bin: 2, not 3"):
        ks_from_counts([1, 2], [2, 1], atoms=[True, False, True])
