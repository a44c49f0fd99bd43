"""The numbers against programs of others and against the formulas written out."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy import stats as oracle
from scipy.spatial.distance import jensenshannon

from modelwatch.compare import compare

from .conftest import column

RNG = np.random.default_rng(11)
HOLES = np.full(50, np.nan)
SHAPES = {
    "normal": (RNG.normal(size=3000), RNG.normal(0.2, 1.1, 2000)),
    "equal sizes": (RNG.normal(size=900), RNG.normal(0.2, 1.1, 900)),
    "holes": (np.concatenate([RNG.normal(size=3000), HOLES]), np.concatenate([RNG.normal(size=400), HOLES])),
    "heavy tail": (RNG.standard_t(2, 3000), RNG.standard_t(2, 2000) * 1.3),
    "many zeros": (np.maximum(RNG.normal(-1, 1, 3000), 0), np.maximum(RNG.normal(-0.7, 1, 2000), 0)),
    "float32": (RNG.normal(size=3000).astype(np.float32), RNG.normal(0.1, 1, 2000).astype(np.float32)),
    "large": (RNG.normal(1e9, 1, 3000), RNG.normal(1e9 + 0.3, 1, 2000)),
    "above ten thousand": (RNG.normal(size=12000), RNG.normal(0.05, 1, 11000)),
}
shapes = pytest.mark.parametrize(("before", "after"), SHAPES.values(), ids=SHAPES)


def metrics(before: np.ndarray, after: np.ndarray) -> dict[str, dict[str, float]]:
    return column(compare(reference={"x": before}, current={"x": after}), "x")["metrics"]


def shares(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Shares on the bins between the edges, missing values in the last bin, written out."""
    held = values[~np.isnan(values)]
    bins = [np.sum(held < edges[0])]
    bins += [np.sum((held >= low) & (held < high)) for low, high in pairwise(edges)]
    bins += [np.sum(held >= edges[-1]), np.sum(np.isnan(values))]
    return np.array(bins) / values.size


def deciles(values: np.ndarray) -> np.ndarray:
    """The values at ranks n/10, 2n/10, ...; a value that fills two of them is a bin of its own."""
    held = np.sort(values[~np.isnan(values)])
    chosen, times = np.unique(held[[k * held.size // 10 for k in range(1, 10)]], return_counts=True)
    return np.union1d(chosen, np.nextafter(chosen[times > 1], np.array(np.inf, values.dtype)))


@shapes
def test_psi_is_the_sum_over_the_deciles(before: np.ndarray, after: np.ndarray) -> None:
    edges = deciles(before)
    p, q = (np.maximum(shares(side, edges), 1e-4) for side in (before, after))
    assert metrics(before, after)["psi"]["value"] == pytest.approx(float(np.sum((p - q) * np.log(p / q))), rel=1e-9)


@shapes
def test_jensen_shannon_is_scipys_on_the_same_bins(before: np.ndarray, after: np.ndarray) -> None:
    edges = deciles(before)
    expected = jensenshannon(shares(before, edges), shares(after, edges), base=2)
    assert metrics(before, after)["jensen_shannon"]["value"] == pytest.approx(expected, rel=1e-9)


@shapes
def test_ks_is_scipys_with_its_p_value(before: np.ndarray, after: np.ndarray) -> None:
    held = [side[~np.isnan(side)] for side in (before, after)]
    expected, found = oracle.ks_2samp(*held), metrics(before, after)["ks"]
    assert found["value"] == pytest.approx(expected.statistic, rel=1e-9)
    assert found["p_value"] == pytest.approx(expected.pvalue, rel=1e-6, abs=1e-12)


@shapes
def test_wasserstein_is_scipys(before: np.ndarray, after: np.ndarray) -> None:
    held = [side[~np.isnan(side)].astype(np.float64) for side in (before, after)]
    found = metrics(before, after)
    assert found["wasserstein"]["value"] == pytest.approx(oracle.wasserstein_distance(*held), rel=1e-9)
    normed = oracle.wasserstein_distance(*held) / held[0].std()
    assert found["wasserstein_normed"]["value"] == pytest.approx(normed, rel=1e-9)


def test_chi2_is_scipys_with_unseen_and_missing_as_categories() -> None:
    before = ["a"] * 500 + ["b"] * 300 + [None] * 20
    after = ["a"] * 200 + ["b"] * 260 + ["new"] * 30 + ["newer"] * 10 + [None] * 25
    found = column(compare(reference={"k": before}, current={"k": after}), "k")["metrics"]
    table = [[500, 300, 0, 20], [200, 260, 40, 25]]
    expected = oracle.chi2_contingency(table, correction=False)
    assert found["chi2"]["value"] == pytest.approx(expected.statistic)
    assert found["chi2"]["p_value"] == pytest.approx(expected.pvalue, rel=0.5, abs=1e-6)
    assert found["cramers_v"]["value"] == pytest.approx(oracle.contingency.association(table, correction=False))


def test_float32_and_float64_of_the_same_values_are_equal() -> None:
    values = np.random.default_rng(12).choice([0.1, 0.2, 0.3, 0.7], 1000)
    for before, after in ((values, values.astype(np.float32)), (values.astype(np.float32), values)):
        found = metrics(before, after)
        assert found["psi"]["value"] == found["ks"]["value"] == found["wasserstein"]["value"] == 0.0


@pytest.mark.parametrize(("n", "m"), [(2000, 200), (200, 200), (100, 3000)])
def test_one_in_a_hundred_unchanged_columns_passes_its_floor(n: int, m: int) -> None:
    rng = np.random.default_rng(13)
    columns = 200
    before = {f"x{i}": rng.exponential(size=n) for i in range(columns)}
    after = {f"x{i}": rng.exponential(size=m) for i in range(columns)}
    compared = compare(reference=before, current=after).columns
    for metric in ("psi", "ks", "jensen_shannon", "wasserstein", "wasserstein_normed"):
        found = [each.metrics[metric] for each in compared]
        assert sum(each.value > each.noise_floor for each in found) <= 0.04 * columns, metric
        near = sum(each.value > each.noise_floor / 3 for each in found)
        assert near > 0.1 * columns, f"the floor of {metric} is out of reach"
