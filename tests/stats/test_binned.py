"""Distances between binned distributions: SciPy's numbers, the floor of the shares, and the known traps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy

from modelwatch.domain.errors import NotComputable, UnknownName
from modelwatch.stats import distances, hellinger, jensen_shannon, kl, psi, total_variation

NAMES = ["psi", "kl", "jensen_shannon", "hellinger", "total_variation"]
names = pytest.mark.parametrize("name", NAMES)
SINGLE = {
    "psi": psi,
    "kl": kl,
    "jensen_shannon": jensen_shannon,
    "hellinger": hellinger,
    "total_variation": total_variation,
}


@st.composite
def tables(draw: st.DrawFn, *, least: int = 0) -> tuple[np.ndarray, np.ndarray]:
    bins = draw(st.integers(1, 30))
    row = st.lists(st.integers(least, 10**6), min_size=bins, max_size=bins).filter(any)
    return np.array(draw(row)), np.array(draw(row))


@given(tables())
def test_jensen_shannon_is_scipys(sides: tuple[np.ndarray, np.ndarray]) -> None:
    # SciPy's own cancels near 0: its square is right to about 1e-15.
    assert jensen_shannon(*sides) ** 2 == pytest.approx(jensenshannon(*sides, base=2) ** 2, rel=1e-9, abs=2e-15)


@given(tables(least=1000))
def test_psi_and_kl_are_scipys_entropies_where_no_share_is_floored(
    sides: tuple[np.ndarray, np.ndarray],
) -> None:
    reference, current = sides
    p, q = reference / reference.sum(), current / current.sum()
    if min(p.min(), q.min()) < 1e-4:
        return
    assert kl(reference, current) == pytest.approx(entropy(q, p), rel=1e-9, abs=1e-15)
    assert psi(reference, current) == pytest.approx(entropy(q, p) + entropy(p, q), rel=1e-9, abs=1e-15)


@given(tables())
def test_hellinger_and_total_variation_follow_their_definitions(sides: tuple[np.ndarray, np.ndarray]) -> None:
    p, q = (side / side.sum() for side in sides)
    assert hellinger(*sides) ** 2 == pytest.approx(1 - np.sqrt(p * q).sum(), rel=1e-9, abs=1e-14)
    assert total_variation(*sides) == pytest.approx(np.maximum(p - q, 0).sum(), rel=1e-9, abs=1e-14)


def test_jensen_shannon_keeps_its_digits_where_entropies_cancel() -> None:
    half = 10**12
    # With q = p (1 +- r) the divergence is r^2 / (8 ln 2) bits to the first order.
    found = jensen_shannon([half, half], [half + 1000, half - 1000])
    assert found == pytest.approx(1e-9 / np.sqrt(8 * np.log(2)), rel=1e-6)


@names
def test_many_at_once_are_the_single_ones(name: str) -> None:
    rng = np.random.default_rng(4)
    reference, current = rng.integers(0, 50, (3, 1, 7)) + 1, rng.integers(0, 50, (1, 5, 7)) + 1
    found = distances(name, reference, current)
    assert found.shape == (3, 5)
    for i in range(3):
        for j in range(5):
            assert found[i, j] == pytest.approx(SINGLE[name](reference[i, 0], current[0, j]), rel=1e-12)


@names
def test_shares_count_not_sizes(name: str) -> None:
    assert SINGLE[name]([1, 2, 3], [3, 2, 1]) == pytest.approx(SINGLE[name]([1000, 2000, 3000], [0.3, 0.2, 0.1]))


def test_psi_by_hand_with_an_empty_bin() -> None:
    expected = (0.5 - 1e-4) * np.log(0.5 / 1e-4) + (0.5 - 1.0) * np.log(0.5 / 1.0)
    assert psi([100, 0], [50, 50]) == pytest.approx(expected, rel=1e-12)


def test_psi_sees_all_rows_leave_the_range_of_the_reference() -> None:
    # A shift of 100 sd puts everything into the outer bin; dropping values out of range would read 0.
    assert psi([10] * 10, [0] * 9 + [500]) > 6


def test_psi_counts_missing_values_like_any_bin() -> None:
    reference, current = np.array([25, 25, 25, 25, 0]), np.array([20, 20, 20, 20, 20])
    assert psi(reference, current) > psi(reference[:4], current[:4]) == 0.0


def test_psi_of_a_constant_column_has_one_bin_and_reads_zero() -> None:
    assert psi([500], [20]) == 0.0


def test_distances_in_bits_or_bounded_stay_in_their_range() -> None:
    for name in ("jensen_shannon", "hellinger", "total_variation"):
        assert SINGLE[name]([7, 0, 3, 0], [0, 5, 0, 2]) == pytest.approx(1.0, rel=1e-15)
        assert SINGLE[name]([7, 0, 3, 0], [0, 5, 0, 2]) <= 1.0


@given(tables())
def test_kl_falls_below_zero_by_no_more_than_the_floors(sides: tuple[np.ndarray, np.ndarray]) -> None:
    assert kl(*sides) >= -1e-4 * len(sides[0])


def test_extreme_counts_overflow_nothing() -> None:
    assert np.isfinite(psi([1e300, 1], [5e-324, 1e-300]))
    with pytest.raises(NotComputable, match="float64"):
        psi([1e308, 1e308], [1, 1])


@names
@pytest.mark.parametrize(
    ("reference", "current", "reason"),
    [
        ([0, 0], [1, 2], "reference is empty"),
        ([1, 2], [0, 0], "current is empty"),
        ([], [], "reference has no bins"),
        ([1, 2, 3], [1, 2], "reference has 3 bins and current 2"),
        ([1, -2, 3], [1, 2, 3], "negative"),
        ([1, 2, 3], [1, np.nan, 3], "not finite"),
        ([1, 2, 3], [1, np.inf, 3], "not finite"),
        ([[1, 2], [3, 4]], [1, 2], "one dimension"),
        (3, 3, "one dimension"),
    ],
)
def test_what_cannot_be_compared_is_refused(name: str, reference: object, current: object, reason: str) -> None:
    with pytest.raises(NotComputable, match=reason):
        SINGLE[name](reference, current)


@names
def test_one_empty_row_among_many_is_refused(name: str) -> None:
    with pytest.raises(NotComputable, match="current is empty"):
        distances(name, [1, 2], [[1, 2], [0, 0]])


def test_an_unknown_distance_is_named_with_those_there_are() -> None:
    with pytest.raises(UnknownName, match=r"'wasser'.*hellinger, jensen_shannon, kl, psi"):
        distances("wasser", [1], [1])
