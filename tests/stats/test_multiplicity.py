"""Benjamini and Hochberg: SciPy's adjusted p-values, and the rate of false discoveries it promises."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from modelwatch.domain.errors import NotComputable
from modelwatch.stats import benjamini_hochberg


@given(st.lists(st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.01, 0.05, 1.0])), min_size=1, max_size=40))
def test_adjusted_p_values_are_scipys(p_values: list[float]) -> None:
    found = benjamini_hochberg(p_values)
    assert found.adjusted == pytest.approx(false_discovery_control(p_values), rel=1e-12)
    assert (found.rejected == (found.adjusted <= 0.05)).all()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.randoms(use_true_random=False))
def test_the_order_of_the_columns_does_not_matter(p_values: list[float], random: object) -> None:
    order = np.random.default_rng(len(p_values)).permutation(len(p_values))
    found = benjamini_hochberg(p_values)
    shuffled = benjamini_hochberg(np.array(p_values)[order])
    assert (shuffled.adjusted == found.adjusted[order]).all()
    assert (shuffled.rejected == found.rejected[order]).all()


def test_false_discoveries_stay_below_the_level() -> None:
    rng = np.random.default_rng(3)
    shares = []
    for _ in range(1_000):
        p_values = np.concatenate([rng.random(40), rng.random(10) * 1e-4])
        rejected = benjamini_hochberg(p_values, level=0.1).rejected
        shares.append(rejected[:40].sum() / max(rejected.sum(), 1))
    assert 0.06 < np.mean(shares) < 0.1


def test_no_columns_make_no_discoveries() -> None:
    found = benjamini_hochberg([])
    assert found.rejected.size == found.adjusted.size == 0


@pytest.mark.parametrize("p_values", [[0.1, np.nan], [-0.1], [1.1], [[0.1]]])
def test_what_is_no_p_value_is_refused(p_values: list[float]) -> None:
    with pytest.raises(NotComputable):
        benjamini_hochberg(p_values)


def test_a_level_outside_of_its_range_is_refused() -> None:
    for level in (0.0, 1.0):
        with pytest.raises(NotComputable, match="level"):
            benjamini_hochberg([0.5], level=level)
