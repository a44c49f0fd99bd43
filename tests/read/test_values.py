"""Values beside one another: shares add up, what lies beyond is counted, bins are round and hold everything."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelwatch.read.values import Levels, Numbers, bins, levels_of, moments, shape
from modelwatch.sketch import CategorySketch, NumericSketch, PresenceSketch, build_grid
from modelwatch.sketch.category import Domain

VALUES = np.random.default_rng(3).normal(50, 10, 4000)
GRID = build_grid(VALUES)
REFERENCE = NumericSketch.of(GRID, VALUES)


def test_moments_are_those_of_the_values() -> None:
    found = moments(NumericSketch.of(GRID, VALUES, absent=1000))
    assert (found.rows, found.n, found.missing_share) == (5000, 4000, 0.2)
    assert found.mean == pytest.approx(VALUES.mean())
    assert (found.minimum, found.maximum) == (VALUES.min(), VALUES.max())
    assert found.quantiles == pytest.approx(np.quantile(VALUES, [0.05, 0.25, 0.5, 0.75, 0.95]), abs=0.5)


def test_what_lies_beyond_the_reference_is_counted_on_each_side() -> None:
    moved = np.concatenate([VALUES, np.full(1000, VALUES.max() + 5), np.full(3000, VALUES.min() - 5)])
    found = moments(NumericSketch.of(GRID, moved), REFERENCE)
    assert (found.over, found.under, found.beyond) == (1000 / 8000, 3000 / 8000, 0.5)
    assert moments(REFERENCE, REFERENCE).beyond == 0.0
    assert moments(REFERENCE).beyond is None


def test_nothing_has_no_moments() -> None:
    empty = moments(NumericSketch.empty(GRID), REFERENCE)
    assert (empty.missing_share, empty.median, empty.mean, empty.beyond) == (None, None, None, None)
    assert moments(PresenceSketch(3, 1)).missing_share == 0.25


def test_a_value_that_is_zero_is_told_as_zero() -> None:
    zeros = np.concatenate([np.zeros(900), np.linspace(0.1, 1, 300)])
    grid = build_grid(zeros)
    assert moments(NumericSketch.of(grid, zeros)).median == 0.0


def test_numbers_lie_on_one_axis() -> None:
    found = shape(
        {"reference": REFERENCE, "current": NumericSketch.of(GRID, VALUES + 20)}, deciles=GRID.edges[20:180:20]
    )
    assert isinstance(found, Numbers)
    for side in found.sides.values():
        assert sum(side.bins) == pytest.approx(1, abs=0.01)
        assert sum(side.deciles) == pytest.approx(1)
        assert list(side.below) == sorted(side.below)
    exact = np.histogram(VALUES, found.edges)[0] / VALUES.size
    assert found.sides["reference"].bins == pytest.approx(exact, abs=0.01)


def test_a_far_outlier_does_not_squeeze_the_axis() -> None:
    found = shape({"current": NumericSketch.of(GRID, np.append(VALUES, 1e9))})
    assert isinstance(found, Numbers)
    assert found.edges[-1] < 200


def test_a_side_without_values_is_left_out() -> None:
    found = shape({"reference": REFERENCE, "current": NumericSketch.empty(GRID)})
    assert found is not None
    assert list(found.sides) == ["reference"]
    assert shape({"current": PresenceSketch(1, 0)}) is None
    assert shape({"current": NumericSketch.empty(GRID)}) is None


def test_levels_tell_which_came_and_went() -> None:
    domain = Domain(("a", "b"))
    counts = {"reference": {"a": 3, "b": 1}, "current": {"a": 1, "z": 3}}
    sides = {side: CategorySketch.of(domain, of) for side, of in counts.items()}
    found = shape(sides)
    assert isinstance(found, Levels)
    assert (found.gained, found.lost) == ((("z", 0.75),), (("b", 0.25),))
    assert found.moved[0] == "z"
    assert moments(sides["current"], sides["reference"]).over == 0.75


def test_levels_beyond_the_most_are_counted() -> None:
    found = levels_of({"current": {str(place): 100 - place for place in range(20)}}, most=5)
    assert (len(found.names), found.more, found.moved) == (5, 15, found.names)


@given(st.floats(-1e6, 1e6), st.floats(0, 1e6))
def test_bins_hold_everything_and_are_few(low: float, length: float) -> None:
    found = bins(low, low + length)
    rounding = 1e-9 * (abs(low) + length)
    assert found[0] <= low + rounding
    assert found[-1] >= low + length - rounding
    assert 2 <= len(found) <= 36
