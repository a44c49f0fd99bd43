"""The floor of the Wasserstein distance from values, beside the one from a sketch of the same values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from modelwatch.measure.noise import IndependentFloors
from modelwatch.measure.pairs import PLACES, NumericPair, SamplePair, SketchPair, decile_edges
from modelwatch.sketch import NumericSketch, build_grid
from modelwatch.stats import KsNull

RNG = np.random.default_rng(71)


@dataclass(frozen=True)
class Column:
    """What a floor is asked for."""

    sides: NumericPair
    name: str = "x"

    def pair(self) -> NumericPair:
        return self.sides


def sample(reference: np.ndarray, current: np.ndarray) -> SamplePair:
    first = np.sort(reference)
    return SamplePair(first, np.sort(current), decile_edges(first))


@pytest.mark.parametrize("metric", ["wasserstein", "wasserstein_normed"])
@pytest.mark.parametrize("shape", ["normal", "exponential", "poisson"])
def test_values_and_sketches_have_nearly_the_same_floor(metric: str, shape: str) -> None:
    reference, current = (getattr(RNG, shape)(size=size).astype(float) * 10 for size in (5000, 400))
    grid = build_grid(reference)
    first, second = NumericSketch.of(grid, reference), NumericSketch.of(grid, current)
    sketches = Column(SketchPair(first, second, first.decile_edges()))
    floors = [IndependentFloors().floor(metric, each, 0.5) for each in (sketches, Column(sample(reference, current)))]
    assert floors[0].value == pytest.approx(floors[1].value, rel=0.1)
    assert floors[1].value > 0


@pytest.mark.parametrize("size", [0, 1, 9, 10, 999, 1000, 12345])
def test_places_hold_every_finite_value_once(size: int) -> None:
    values = np.concatenate([RNG.normal(size=size), [np.inf, -np.inf]])
    counts, positions = sample(values, values).places()
    assert counts.sum() == size
    assert len(counts) == len(positions) <= max(PLACES, 1)
    assert (np.diff(positions) >= 0).all()
    if size:
        mean = float(values[np.isfinite(values)].mean())
        assert float(np.dot(counts, positions)) / size == pytest.approx(mean, abs=1e-9)


def test_few_different_values_stand_where_they_are() -> None:
    counts, positions = sample(np.repeat([1.0, 2.0, 7.0], [50, 30, 20]), np.array([1.0])).places()
    assert (counts.tolist(), positions.tolist()) == ([50, 30, 20], [1.0, 2.0, 7.0])


def test_the_largest_numbers_do_not_overflow() -> None:
    counts, positions = sample(np.full(50, 1.7e308) - np.arange(50) * 1e300, np.array([1.0])).places()
    assert counts.sum() == 50
    assert np.isfinite(positions).all()


def test_ks_has_an_exact_p_value_of_values_and_the_limit_of_sketches() -> None:
    reference, current = RNG.normal(size=500), RNG.normal(size=300)
    grid = build_grid(reference)
    first, second = NumericSketch.of(grid, reference), NumericSketch.of(grid, current)
    sketches = Column(SketchPair(first, second, first.decile_edges()))
    values = Column(sample(reference, current))
    told = [IndependentFloors().floor("ks", each, 0.1).p_value for each in (values, sketches)]
    assert told == [KsNull(500, 300).p_value(0.1), KsNull(500, 300, exact=False).p_value(0.1)]
    assert told[0] == pytest.approx(told[1], rel=0.15)
