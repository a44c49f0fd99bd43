"""Wasserstein distance: SciPy's on values, and within a tenth of it on bins whatever the shape."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from modelwatch.domain.errors import NotComputable
from modelwatch.stats import wasserstein, wasserstein_from_bins, wasserstein_normed, wasserstein_on

values = st.lists(st.one_of(st.integers(-3, 3).map(float), st.floats(-1e6, 1e6)), min_size=1, max_size=30)


@given(values, values)
def test_on_values_it_is_scipys(reference: list[float], current: list[float]) -> None:
    expected = scipy_stats.wasserstein_distance(reference, current)
    assert wasserstein(reference, current) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def edges_of(sample: np.ndarray) -> np.ndarray:
    """160 quantiles, repeated ones shut in as atoms, and edges that reach ten times past the extremes."""
    ranked = np.sort(sample)[(np.arange(160) * sample.size) // 160]
    chosen, times = np.unique(ranked, return_counts=True)
    middle = np.median(sample)
    steps = 1.5 ** np.arange(-4, 70) * max(np.subtract(*np.quantile(sample, [0.9, 0.1])), 1e-12)
    reach = 10 * np.abs(sample - middle).max()
    above = middle + steps[steps < reach]
    below = middle - steps[steps < reach]
    far = np.concatenate([above[above > chosen[-1]], below[below < chosen[0]]])
    return np.unique(np.concatenate([chosen, np.nextafter(chosen[times > 1], np.inf), far]))


def from_bins(reference: np.ndarray, current: np.ndarray, edges: np.ndarray) -> float:
    counted = []
    for sample in (reference, current):
        place = np.searchsorted(edges, sample, side="right")
        counted.append(
            (
                np.bincount(place, minlength=edges.size + 1),
                np.bincount(place, weights=sample, minlength=edges.size + 1),
            )
        )
    (first, first_sums), (second, second_sums) = counted
    both = np.concatenate([reference, current])
    return wasserstein_from_bins(
        first, second, reference_sums=first_sums, current_sums=second_sums, edges=edges, minimum=both.min(),
        maximum=both.max()
    )  # fmt: skip


SHAPES = {
    "normal": lambda rng, n: rng.normal(size=n),
    "uniform": lambda rng, n: rng.random(n),
    "exponential": lambda rng, n: rng.exponential(size=n),
    "lognormal": lambda rng, n: rng.lognormal(0, 1, n),
    "lognormal 2": lambda rng, n: rng.lognormal(0, 2, n),
    "student 2": lambda rng, n: rng.standard_t(2, n),
    "cauchy": lambda rng, n: rng.standard_cauchy(n),
    "pareto 1": lambda rng, n: rng.pareto(1, n),
    "pareto 1.5": lambda rng, n: rng.pareto(1.5, n),
    "pareto 3": lambda rng, n: rng.pareto(3, n),
    "gamma .1": lambda rng, n: rng.gamma(0.1, 1, n),
    "beta .2": lambda rng, n: rng.beta(0.2, 0.2, n),
    "two humps": lambda rng, n: rng.normal(size=n) + 10 * (rng.random(n) < 0.5),
    "zeros": lambda rng, n: np.where(rng.random(n) < 0.8, 0, rng.lognormal(0, 1.5, n)),
    "poisson": lambda rng, n: rng.poisson(3, n).astype(float),
    "geometric": lambda rng, n: rng.geometric(0.01, n).astype(float),
    "weibull .5": lambda rng, n: rng.weibull(0.5, n),
    "far off": lambda rng, n: 1e9 + rng.normal(size=n),
    "small": lambda rng, n: 1e-9 * rng.normal(size=n),
}
CHANGES = {
    "shift": lambda sample: sample + 0.1 * np.subtract(*np.quantile(sample, [0.95, 0.05])),
    "scale": lambda sample: sample * 1.2,
    "stretched tail": lambda sample: np.where(np.arange(sample.size) % 50 == 0, sample * 10, sample),
    "none": lambda sample: sample,
}


@pytest.mark.parametrize(("shape", "change"), list(itertools.product(SHAPES, CHANGES)))
def test_on_bins_it_is_within_a_tenth(shape: str, change: str) -> None:
    rng = np.random.default_rng(11)
    reference = SHAPES[shape](rng, 20_000)
    current = CHANGES[change](SHAPES[shape](rng, 3_000))
    found = from_bins(reference, current, edges_of(reference))
    assert found == pytest.approx(wasserstein(reference, current), rel=0.1)


def test_on_bins_it_is_exact_while_one_side_stays_ahead() -> None:
    # Heavy tails, three bins, the outer ones open: mid-points would be off by orders of magnitude.
    reference = np.random.default_rng(3).pareto(1.1, 5_000)
    current = reference * 1.3
    assert from_bins(reference, current, np.array([0.5, 2.0])) == pytest.approx(
        wasserstein(reference, current), rel=1e-9
    )


@given(
    st.lists(st.integers(-20, 20).map(float), min_size=1, max_size=30),
    st.lists(st.integers(-20, 20).map(float), min_size=1, max_size=30),
)
def test_on_atoms_it_is_exact(reference: list[float], current: list[float]) -> None:
    first, second = np.array(reference), np.array(current)
    points = np.unique(np.concatenate([first, second]))
    edges = np.unique(np.concatenate([points, np.nextafter(points, np.inf)]))
    assert from_bins(first, second, edges) == pytest.approx(wasserstein(first, second), rel=1e-9, abs=1e-9)


def test_within_a_bin_the_sides_may_change_places() -> None:
    # F is 1/2 all through the middle bin, G climbs in it from 0 to 1: the integral of |1/2 - x/2| up to 2.
    sums = {"reference_sums": [0, 0, 2], "current_sums": [0, 9, 0]}
    found = wasserstein_from_bins([1, 0, 1], [0, 9, 0], **sums, edges=[1e-300, 2.0], minimum=0, maximum=2)
    assert found == pytest.approx(0.5, rel=1e-12)


def test_on_bins_it_is_never_below_the_difference_of_the_means() -> None:
    rng = np.random.default_rng(8)
    for _ in range(50):
        first, second = rng.lognormal(0, 2, 300), rng.lognormal(0.2, 2, 200)
        found = from_bins(first, second, np.sort(rng.lognormal(0, 2, 12)))
        assert found >= abs(first.mean() - second.mean()) * (1 - 1e-9)


def test_at_fixed_places_it_is_scipys_with_weights() -> None:
    rng = np.random.default_rng(5)
    places = np.sort(rng.normal(size=9))
    first, second = rng.integers(0, 20, 9) + 1, rng.integers(0, 20, (4, 9)) + 1
    expected = [scipy_stats.wasserstein_distance(places, places, first, row) for row in second]
    assert wasserstein_on(first, second, positions=places) == pytest.approx(np.array(expected), rel=1e-12)


def test_normed_is_in_standard_deviations_of_the_reference() -> None:
    assert wasserstein_normed(3.0, 1.5) == 2.0
    for deviation in (0.0, -1.0, float("nan")):
        with pytest.raises(NotComputable, match="constant"):
            wasserstein_normed(3.0, deviation)
    with pytest.raises(NotComputable, match="float64"):
        wasserstein_normed(1e308, 1e-308)


@pytest.mark.parametrize(
    ("reference", "current", "reason"),
    [
        ([], [1.0], "reference is empty"),
        ([1.0], [np.nan], "current contains NaN"),
        ([np.inf], [1.0], "infinite"),
        ([-1.7e308, 1.0], [1.7e308, 1.0], "float64"),
        ([-1.7e308], [1.7e308, 1.0], "float64"),
    ],
)
def test_values_without_a_distance_are_refused(reference: list[float], current: list[float], reason: str) -> None:
    with pytest.raises(NotComputable, match=reason):
        wasserstein(reference, current)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"edges": [1.0, 2.0]}, "2 bins need 1 finite increasing edges"),
        ({"edges": [np.nan]}, "finite increasing"),
        ({"reference_sums": [1.0]}, "as many finite sums"),
        ({"current_sums": [1.0, np.inf]}, "as many finite sums"),
        ({"minimum": 5.0}, "not a finite range"),
        ({"maximum": np.inf}, "not a finite range"),
        ({"minimum": np.nan}, "not a finite range"),
    ],
)
def test_bins_that_do_not_fit_are_refused(wrong: dict[str, object], reason: str) -> None:
    fit = {
        "reference_sums": [0.5, 1.5],
        "current_sums": [0.1, 3.0],
        "edges": [1.0],
        "minimum": 0.0,
        "maximum": 2.0,
    }
    assert wasserstein_from_bins([1, 1], [1, 2], **fit) > 0
    with pytest.raises(NotComputable, match=reason):
        wasserstein_from_bins([1, 1], [1, 2], **(fit | wrong))


@pytest.mark.parametrize("positions", [[0.0], [1.0, 0.0], [0.0, np.inf]])
def test_positions_that_do_not_fit_are_refused(positions: list[float]) -> None:
    with pytest.raises(NotComputable, match="positions in increasing order"):
        wasserstein_on([1, 1], [2, 1], positions=positions)
