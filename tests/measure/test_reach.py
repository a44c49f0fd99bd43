"""How far distances can read, asked of columns that have left their reference altogether."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from modelwatch.app import build_catalog
from modelwatch.catalog import Catalog
from modelwatch.domain.columns import ColumnKind
from modelwatch.domain.errors import NotComputable
from modelwatch.domain.measurement import Value
from modelwatch.domain.metric import Better
from modelwatch.measure.reach import distance_of, reach_of
from modelwatch.measure.views import ColumnView
from modelwatch.sketch import CategorySketch, Domain, NumericSketch, build_grid

RNG = np.random.default_rng(4)


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    return build_catalog(tmp_path_factory.mktemp("home"))


def numbers(values: np.ndarray) -> ColumnView:
    sketch = NumericSketch.of(build_grid(values), values)
    return ColumnView("x", ColumnKind.NUMERIC, sketch, sketch)


def categories(counts: dict[str, int]) -> ColumnView:
    sketch = CategorySketch.of(Domain.of(counts), counts)
    return ColumnView("x", ColumnKind.CATEGORICAL, sketch, sketch)


@pytest.mark.parametrize("metric", ["psi", "ks", "jensen_shannon"])
@pytest.mark.parametrize("shape", ["normal", "exponential", "poisson"])
def test_no_column_that_has_gone_reads_less_nor_any_more(catalog: Catalog, metric: str, shape: str) -> None:
    values = getattr(RNG, shape)(size=5000).astype(float)
    view, record = numbers(values), catalog.metrics.get(metric)
    reach = reach_of(record, view)
    assert 0 < reach.gone <= reach.bound
    grid = view.current.grid  # type: ignore[union-attr]
    width = values.max() - values.min()
    for shift in (-3 * width, 3 * width):
        gone = replace(view, current=NumericSketch.of(grid, values + shift))
        assert record.compute(gone).value >= reach.gone * (1 - 1e-9)
    for scale in (0.01, 0.3, 1.0):
        moved = replace(view, current=NumericSketch.of(grid, values * scale + 0.2))
        assert record.compute(moved).value <= reach.bound * (1 + 1e-9)


def test_psi_reads_most_where_all_are_what_was_never_seen(catalog: Catalog) -> None:
    reach = reach_of(catalog.metrics.get("psi"), categories({"a": 600, "b": 400}))
    assert reach.gone == reach.bound == pytest.approx((1 - 1e-4) * math.log(1e4) + 0.6 * math.log(6e3)
                                                      + 0.4 * math.log(4e3), rel=1e-3)  # fmt: skip


@pytest.mark.parametrize("metric", ["wasserstein", "wasserstein_normed"])
def test_what_has_no_bound_reaches_any_distance(catalog: Catalog, metric: str) -> None:
    assert reach_of(catalog.metrics.get(metric), numbers(RNG.normal(size=100))) == (math.inf, math.inf)


def test_a_metric_that_cannot_be_asked_has_the_end_of_its_range(catalog: Catalog) -> None:
    assert reach_of(catalog.metrics.get("ks"), ColumnView("x", ColumnKind.TEXT, CategorySketch.of(Domain(()), {}))) == (
        1.0,
        1.0,
    )


@pytest.mark.parametrize(
    ("better", "value", "distance"),
    [(Better.LOWER, 0.2, 0.2), (Better.NEAR, -0.2, 0.2), (Better.LOWER, -0.2, None), (Better.HIGHER, 0.2, None),
     (Better.LOWER, math.nan, None), (Better.NEAR, math.inf, None)],
)  # fmt: skip
def test_a_signed_value_is_as_far_as_it_is_large(
    catalog: Catalog, better: Better, value: float, distance: float | None
) -> None:
    metric = replace(catalog.metrics.get("ks"), better=better, compute=lambda view: Value(value, 1))
    if distance is None:
        with pytest.raises(NotComputable, match="finite distances from 0 on"):
            distance_of(metric, value)
    else:
        assert distance_of(metric, value) == distance
