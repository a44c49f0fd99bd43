"""Drift from sketches against drift from the values: the same bins, so the same numbers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats as oracle

from modelwatch import stats
from modelwatch.domain.errors import NotComputable
from modelwatch.measure.pairs import CategoryPair, SamplePair, SketchPair, decile_edges
from modelwatch.sketch import CategorySketch, Domain, NumericSketch, build_grid

RNG = np.random.default_rng(0)
SHAPES = {
    "normal": (RNG.normal(size=8000), RNG.normal(0.3, 1.2, 3000)),
    "heavy tail": (RNG.standard_t(2, 8000), RNG.standard_t(2, 3000) + 0.5),
    "many zeros": (
        np.where(RNG.random(8000) < 0.9, 0, RNG.random(8000)),
        np.where(RNG.random(3000) < 0.7, 0, RNG.random(3000)),
    ),
    "whole hours": (RNG.integers(5, 24, 8000).astype(float), RNG.integers(8, 24, 3000).astype(float)),
    "constant": (np.full(500, 3.0), np.full(400, 4.0)),
    "far away": (RNG.normal(size=8000), RNG.normal(100, 1, 3000)),
}
shapes = pytest.mark.parametrize(("reference", "current"), SHAPES.values(), ids=SHAPES)


def both(reference: np.ndarray, current: np.ndarray) -> tuple[SketchPair, SamplePair]:
    grid = build_grid(reference)
    first, second = NumericSketch.of(grid, reference, absent=50), NumericSketch.of(grid, current, absent=90)
    exact = SamplePair(np.sort(reference), np.sort(current), decile_edges(np.sort(reference)), (50, 90))
    return SketchPair(first, second, first.decile_edges()), exact


@shapes
def test_bins_are_the_same(reference: np.ndarray, current: np.ndarray) -> None:
    sketch, exact = both(reference, current)
    for one, other in zip(sketch.binned(), exact.binned(), strict=True):
        assert one.tolist() == other.tolist()
    assert stats.psi(*sketch.binned()) == pytest.approx(stats.psi(*exact.binned()), abs=1e-12)


@shapes
def test_ks_is_within_its_bound(reference: np.ndarray, current: np.ndarray) -> None:
    sketch, exact = both(reference, current)
    assert sketch.ks() == pytest.approx(oracle.ks_2samp(reference, current).statistic, abs=0.01)
    assert exact.ks() == pytest.approx(oracle.ks_2samp(reference, current).statistic, abs=1e-12)


@shapes
def test_wasserstein_is_close(reference: np.ndarray, current: np.ndarray) -> None:
    sketch, exact = both(reference, current)
    expected = oracle.wasserstein_distance(reference, current)
    assert exact.wasserstein() == pytest.approx(expected, rel=1e-9)
    assert sketch.wasserstein() == pytest.approx(expected, rel=0.1)


def test_a_shift_of_a_hundred_deviations_is_not_zero() -> None:
    sketch, _ = both(*SHAPES["far away"])
    assert stats.psi(*sketch.binned()) > 5


def test_a_constant_that_moves_is_seen() -> None:
    sketch, _ = both(*SHAPES["constant"])
    assert stats.psi(*sketch.binned()) > 5


def test_far_windows_say_that_their_bins_are_too_wide() -> None:
    grid = build_grid(RNG.normal(size=5000))
    one = NumericSketch.of(grid, RNG.normal(40, 1, 2000))
    other = NumericSketch.of(grid, RNG.normal(40.5, 1, 2000))
    with pytest.raises(NotComputable, match="one bin holds too much"):
        SketchPair(one, other, one.decile_edges()).ks()


def test_categories_have_bins_for_unseen_and_missing() -> None:
    domain = Domain(("a", "b"))
    pair = CategoryPair(
        CategorySketch.of(domain, {"a": 6, "b": 4}), CategorySketch.of(domain, {"a": 3, "z": 2, "y": 1}, missing=5)
    )
    assert [side.tolist() for side in pair.binned()] == [[6, 4, 0, 0], [3, 0, 3, 5]]
