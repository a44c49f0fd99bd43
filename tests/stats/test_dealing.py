"""Dealing rows anew: sums that add up, the right spread, and the same deal for the same seed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelwatch.domain.errors import NotComputable
from modelwatch.stats.dealing import LARGEST_POOL, Deal, scaled_up, whole_of


@pytest.mark.parametrize("m", [1, 30, 70, 99])
@pytest.mark.parametrize("pool", [[60, 0, 30, 10], [1] * 100, [0] * 50 + [25, 75]])
def test_every_deal_parts_the_pool(pool: list[int], m: int) -> None:
    deal = Deal.of(np.array(pool), m=m, draws=50, seed=3)
    assert deal.first.shape == deal.second.shape == (50, np.count_nonzero(pool))
    assert (deal.second.sum(axis=1) == m).all()
    assert (deal.first + deal.second == np.array(pool)[deal.held]).all()
    assert min(deal.first.min(), deal.second.min()) >= 0


@pytest.mark.parametrize("pool", [[600, 300, 100], [6_000_000, 3_000_000, 1_000_000], [LARGEST_POOL, 1, 10**8]])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_shares_differ_as_those_of_independent_samples(pool: list[int], share: float) -> None:
    counts = np.array(pool)
    total = int(counts.sum())
    m = int(total * share)
    deal = Deal.of(counts, m=m, draws=4_000, seed=5)
    gaps = deal.second[:, 0] / m - deal.first[:, 0] / (total - m)
    p = counts[0] / total
    assert gaps.std() == pytest.approx(np.sqrt(p * (1 - p) * (1 / m + 1 / (total - m))), rel=0.05)
    assert abs(gaps.mean()) < 4 * gaps.std() / np.sqrt(4_000)


def test_the_seed_alone_decides() -> None:
    pool = np.array([50, 30, 20])
    same = [Deal.of(pool, m=40, draws=20, seed=seed).second for seed in (7, 7, 8)]
    assert (same[0] == same[1]).all()
    assert (same[0] != same[2]).any()


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=30).filter(any), st.integers(0, 10_000))
def test_scaling_up_adds_the_rows_in_proportion(counts: list[int], added: int) -> None:
    reference = np.array(counts)
    found = scaled_up(reference, added)
    assert found.sum() == reference.sum() + added
    assert (found[reference == 0] == 0).all()
    assert np.abs(found - reference * (1 + added / reference.sum())).max() < 1


def test_parts_of_rows_cannot_be_dealt() -> None:
    assert whole_of(np.array([1.0, 2.0])).dtype == np.int64
    for counts in ([0.5, 1.5], [2.0**54, 1.0]):
        with pytest.raises(NotComputable, match="whole numbers"):
            whole_of(np.array(counts))


def test_cramers_v_is_the_root_of_chi_squared_per_row() -> None:
    deal = Deal.of(np.array([50, 30, 20]), m=40, draws=20, seed=7)
    assert deal.distances("cramers_v") ** 2 == pytest.approx(deal.distances("chi2") / 100, rel=1e-12)


def test_wasserstein_needs_a_place_for_every_bin() -> None:
    deal = Deal.of(np.array([50, 0, 20]), m=40, draws=5, seed=7)
    assert (deal.distances("wasserstein", positions=[0.0, 1.0, 2.0]) >= 0).all()
    for positions in (None, [0.0, 2.0]):
        with pytest.raises(NotComputable, match="positions of its 3 bins"):
            deal.distances("wasserstein", positions=positions)
