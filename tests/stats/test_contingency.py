"""The chi-squared test of two samples: SciPy's numbers, and the level it promises."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from modelwatch.domain.errors import NotComputable
from modelwatch.stats import chi2, chi2_statistics


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), min_size=1, max_size=40))
def test_it_is_scipys_test_without_correction_and_without_empty_categories(
    rows: list[tuple[int, int]],
) -> None:
    table = np.array(rows).T
    kept = table[:, table.sum(axis=0) > 0]
    if kept.shape[1] < 2 or not kept.sum(axis=1).all():
        return
    expected = scipy_stats.chi2_contingency(kept, correction=False)
    found = chi2(*table)
    assert found.statistic == pytest.approx(expected.statistic, rel=1e-9, abs=1e-9)
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-7, abs=1e-12)
    association = scipy_stats.contingency.association(kept, method="cramer", correction=False)
    assert found.cramers_v == pytest.approx(association, rel=1e-9, abs=1e-9)


def test_equal_shares_read_zero_and_disjoint_categories_one() -> None:
    assert chi2([10, 20, 30], [20, 40, 60]) == (0.0, 1.0, 0.0)
    apart = chi2([10, 0], [0, 20])
    assert apart.cramers_v == 1.0
    assert apart.statistic == pytest.approx(30.0)


def test_the_effect_does_not_grow_with_the_rows() -> None:
    small, large = chi2([50, 50], [60, 40]), chi2([50_000, 50_000], [60_000, 40_000])
    assert large.cramers_v == pytest.approx(small.cramers_v)
    assert large.p_value < 1e-300 < small.p_value


def test_false_alarms_come_at_the_level_where_both_samples_are_random() -> None:
    # Taking the reference for the exact expectation gives .42 here.
    rng = np.random.default_rng(1)
    shares = np.array([0.3, 0.2, 0.15, 0.1, 0.1, 0.05, 0.05, 0.05])
    alarms = [
        chi2(rng.multinomial(2_000, shares), rng.multinomial(2_000, shares)).p_value <= 0.05 for _ in range(2_000)
    ]
    assert 0.035 < np.mean(alarms) < 0.065


def test_many_at_once_are_the_single_ones() -> None:
    rng = np.random.default_rng(2)
    reference, current = rng.integers(1, 30, (4, 1, 6)), rng.integers(1, 30, (1, 3, 6))
    found = chi2_statistics(reference, current)
    assert found.shape == (4, 3)
    assert found[2, 1] == pytest.approx(chi2(reference[2, 0], current[0, 1]).statistic, rel=1e-12)


@pytest.mark.parametrize(
    ("reference", "current", "reason"),
    [
        ([5, 0], [7, 0], "only one category occurs"),
        ([5], [7], "only one category occurs"),
        ([0, 0], [7, 1], "reference is empty"),
        ([1, 2], [1, 2, 3], "only equal bins compare"),
        ([[1, 2]], [[1, 2]], "one dimension"),
    ],
)
def test_what_has_no_test_is_refused(reference: list[int], current: list[int], reason: str) -> None:
    with pytest.raises(NotComputable, match=reason):
        chi2(reference, current)
