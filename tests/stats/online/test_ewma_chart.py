"""The EWMA chart: the formula one by one, and the run lengths of Lucas and Saccucci."""

from __future__ import annotations

import math

import numpy as np
import pytest

from modelwatch.domain.errors import NotComputable
from modelwatch.stats import EwmaChart


def formula(values: np.ndarray, *, weight: float, limit: float) -> list[int]:
    places, average, since = list[int](), 0.0, 0
    for place, value in enumerate(values.tolist()):
        since += 1
        average = weight * value + (1 - weight) * average
        spread = math.sqrt(weight / (2 - weight) * (1 - (1 - weight) ** (2 * since)))
        if abs(average) > limit * spread:
            places.append(place)
            average, since = 0.0, 0
    return places


@pytest.mark.parametrize(("weight", "limit"), [(0.1, 2.814), (0.01, 2.0), (1, 3)])
def test_alarms_are_those_of_the_formula(weight: float, limit: float) -> None:
    rng = np.random.default_rng(0)
    values = np.concatenate([rng.normal(size=3000), rng.normal(1, 1, size=300), rng.normal(-0.5, 2, size=300)])
    found = EwmaChart(mean=0.0, deviation=1.0, weight=weight, limit=limit).run(values)
    assert found.tolist() == formula(values, weight=weight, limit=limit)


# Lucas and Saccucci, 1990, give some 500 for limits that stand; limits that widen shorten the runs a little.
@pytest.mark.parametrize(("weight", "limit"), [(0.05, 2.615), (0.1, 2.814), (0.2, 2.962), (0.4, 3.054)])
def test_run_lengths_are_the_papers(weight: float, limit: float) -> None:
    values = np.random.default_rng(2).normal(size=400_000)
    found = EwmaChart(mean=0.0, deviation=1.0, weight=weight, limit=limit).run(values)
    assert values.size / found.size == pytest.approx(490, rel=0.1)


@pytest.mark.parametrize("parameter", [{"weight": 0}, {"weight": 1.1}, {"limit": -1}])
def test_parameters_out_of_their_range_are_refused(parameter: dict[str, float]) -> None:
    with pytest.raises(NotComputable, match=next(iter(parameter))):
        EwmaChart(**parameter)
