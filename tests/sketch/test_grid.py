"""Grids: what their edges are, and that values fall where they belong whatever their width."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelwatch.sketch import Grid, NumericSketch, build_grid, build_score_grid
from modelwatch.stats import ks_from_counts

SHAPES = {
    "normal": np.random.default_rng(1).normal(size=5000),
    "heavy tail": np.random.default_rng(2).standard_t(1.5, size=5000),
    "zeros": np.where(np.random.default_rng(3).random(5000) < 0.9, 0.0, np.random.default_rng(4).random(5000)),
    "few values": np.random.default_rng(5).integers(0, 24, 5000).astype(float),
    "constant": np.full(300, 7.25),
    "large": 1e9 + np.random.default_rng(6).normal(size=3000),
}
shapes = pytest.mark.parametrize("values", SHAPES.values(), ids=SHAPES)


@shapes
def test_no_bin_but_an_atom_holds_much_of_the_reference(values: np.ndarray) -> None:
    grid = build_grid(values)
    counts = NumericSketch.of(grid, values).counts
    assert counts[~grid.atoms].max(initial=0) <= 0.011 * values.size
    assert grid.bins < 450


@shapes
def test_the_deciles_are_edges(values: np.ndarray) -> None:
    grid = build_grid(values)
    ranked = np.sort(values)
    assert np.isin(ranked[(np.arange(1, 10) * values.size) // 10], grid.edges).all()


@shapes
def test_deciles_of_the_sketch_cut_the_values_themselves(values: np.ndarray) -> None:
    sketch = NumericSketch.of(build_grid(values), values)
    edges = sketch.decile_edges()
    cuts = np.searchsorted(np.sort(values), edges, side="left")
    assert sketch.mass(edges).tolist() == np.diff([0, *cuts, values.size]).tolist()
    assert sketch.mass(edges).max() <= max(0.21 * values.size, np.unique(values, return_counts=True)[1].max())


def test_a_constant_column_has_a_bin_on_each_side() -> None:
    sketch = NumericSketch.of(build_grid(SHAPES["constant"]), SHAPES["constant"])
    assert sketch.mass(sketch.decile_edges()).tolist() == [0, 300, 0]


def test_a_value_far_outside_lands_in_a_tail_bin() -> None:
    grid = build_grid(np.arange(1000.0))
    assert grid.index(np.array([-1e300, 1e300])).tolist() == [0, grid.bins - 1]


def test_float32_twins_fall_into_the_bins_of_their_originals() -> None:
    original = np.round(np.random.default_rng(7).normal(20, 5, 4000), 1)
    grid = build_grid(original)
    twins = original.astype(np.float32).astype(np.float64)
    value, _ = ks_from_counts(NumericSketch.of(grid, original).counts, NumericSketch.of(grid, twins).counts)
    assert value == 0.0


def test_float64_values_meet_a_float32_grid_as_float32() -> None:
    original = np.round(np.random.default_rng(8).normal(20, 5, 4000), 1)
    narrow = original.astype(np.float32).astype(np.float64)
    grid = build_grid(narrow)
    assert grid.single
    assert NumericSketch.of(grid, original).counts.tolist() == NumericSketch.of(grid, narrow).counts.tolist()


def test_moments_survive_a_mean_of_a_billion() -> None:
    values = SHAPES["large"]
    sketch = NumericSketch.of(build_grid(values), values)
    assert sketch.mean == pytest.approx(values.mean(), rel=1e-12)
    assert sketch.variance == pytest.approx(values.var(), rel=1e-6)


def test_marks_become_edges() -> None:
    assert 150.5 in build_grid(np.arange(100.0), marks=[150.5]).edges


def test_score_grid_is_fine_in_the_tails() -> None:
    scores = np.random.default_rng(9).beta(0.5, 20, size=100_000)
    grid = build_score_grid(scores, thresholds=[0.5])
    counts = NumericSketch.of(grid, scores).counts
    top = np.cumsum(counts[::-1])
    assert 0.5 in grid.edges
    assert top[top > 0][0] <= 10  # the last bin that holds anything holds a handful of the 100,000


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60), st.lists(st.floats(-1e7, 1e7), max_size=30))
def test_every_value_falls_between_the_edges_of_its_bin(reference: list[float], values: list[float]) -> None:
    grid = build_grid(np.array(reference))
    edges = np.concatenate([[-np.inf], grid.edges, [np.inf]])
    array = np.array(values, dtype=np.float64)
    index = grid.index(array)
    near = 1e-6 * np.maximum(np.abs(array), 1e-30)
    assert (edges[index] - near <= array).all()
    assert (array <= edges[index + 1] + near).all()


def test_a_grid_is_known_by_its_edges() -> None:
    grid = build_grid(np.arange(50.0))
    assert Grid.unpack(grid.pack()).id == grid.id
    assert build_grid(np.arange(51.0)).id != grid.id


@pytest.mark.parametrize(
    "values", [np.arange(20.0, 90.0), np.random.default_rng(3).random(500)], ids=["whole", "fractions"]
)
@pytest.mark.parametrize("high", [120.0, 1.0, 0.1])
def test_what_lies_at_a_mark_and_just_beyond_it_is_told_apart(values: np.ndarray, high: float) -> None:
    grid = build_grid(values, marks=[high])
    assert grid.marks(high)
    at, above = grid.index(np.array([high, high * 1.001]))
    assert at < above
