"""The share of the most frequent prediction: near one where a default answers and not the model."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from modelwatch.domain.columns import ColumnKind
from modelwatch.domain.errors import NotComputable
from modelwatch.measure.quality import largest_share
from modelwatch.measure.views import ColumnView
from modelwatch.sketch import CategorySketch, Domain, NumericSketch, build_grid, build_score_grid

RNG = np.random.default_rng(5)
SCORES = RNG.beta(2, 5, 20_000)
PRICES = RNG.normal(300, 50, 20_000)


def numeric(reference: Any, current: Any, *, score: bool = True) -> float:
    grid = build_score_grid(reference) if score else build_grid(reference)
    sketches = [NumericSketch.of(grid, np.asarray(values, dtype=np.float64)) for values in (current, reference)]
    return largest_share(ColumnView("prediction", ColumnKind.NUMERIC, *sketches)).value


def mixed(value: float, share: float, rest: Any) -> Any:
    return np.where(np.arange(rest.size) < share * rest.size, value, rest)


@pytest.mark.parametrize("value", [0.0, 1.0, 0.2, 0.987654, -1.0, 55.0])
@pytest.mark.parametrize(("reference", "score"), [(SCORES, True), (PRICES, False)], ids=["score", "price"])
def test_one_value_is_all(value: float, reference: Any, score: bool) -> None:
    assert numeric(reference, np.full(500, value), score=score) == 1.0


@pytest.mark.parametrize("value", [0.0, 1.0, 0.2, -999.0])
def test_one_value_among_others_is_seen(value: float) -> None:
    assert numeric(SCORES, mixed(value, 0.6, SCORES)) == pytest.approx(0.6, abs=0.02)


@pytest.mark.parametrize("factor", [1.0, 100.0, 0.5])
def test_other_values_are_not_one_value(factor: float) -> None:
    assert numeric(SCORES, SCORES * factor) < 0.1
    assert numeric(PRICES, PRICES + 1000 * factor, score=False) < 0.1


def test_the_most_frequent_class_counts_known_or_not() -> None:
    domain = Domain(("no", "yes"))

    def of(**counts: int) -> float:
        sketch = CategorySketch.of(domain, counts)
        return largest_share(ColumnView("prediction", ColumnKind.CATEGORICAL, sketch)).value

    assert of(no=80, yes=20) == 0.8
    assert of(yes=20, default=60) == 0.75


def test_a_few_rows_may_be_alike_by_chance() -> None:
    with pytest.raises(NotComputable, match="29 values, 30 needed"):
        numeric(SCORES, np.full(29, 0.2))
