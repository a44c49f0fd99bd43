"""CUSUM: the tabular sums one by one, and the run lengths of the textbook."""

from __future__ import annotations

import numpy as np
import pytest

from modelwatch.domain.errors import NotComputable
from modelwatch.stats import Cusum


def tabular(values: np.ndarray, *, slack: float, threshold: float) -> list[int]:
    places, rise, fall = list[int](), 0.0, 0.0
    for place, value in enumerate(values.tolist()):
        rise, fall = max(0.0, rise + value - slack), max(0.0, fall - value - slack)
        if max(rise, fall) > threshold:
            places.append(place)
            rise = fall = 0.0
    return places


@pytest.mark.parametrize(("slack", "threshold"), [(0.5, 5), (0.25, 8), (1, 2.5)])
def test_alarms_are_those_of_the_tabular_sums(slack: float, threshold: float) -> None:
    rng = np.random.default_rng(0)
    values = np.concatenate([rng.normal(size=3000), rng.normal(1, 1, size=300), rng.normal(-0.5, 2, size=300)])
    found = Cusum(mean=0.0, deviation=1.0, slack=slack, threshold=threshold).run(values)
    assert found.tolist() == tabular(values, slack=slack, threshold=threshold)


# Montgomery, table 9.3: mean run lengths at a slack of a half.
@pytest.mark.parametrize(("threshold", "shift", "length"), [(4, 0, 168), (4, 1, 8.38), (5, 0, 465), (5, 1, 10.4)])
def test_run_lengths_are_the_textbooks(threshold: float, shift: float, length: float) -> None:
    values = np.random.default_rng(1).normal(shift, 1, size=400_000)
    found = Cusum(mean=0.0, deviation=1.0, threshold=threshold).run(values)
    assert values.size / found.size == pytest.approx(length, rel=0.1 if shift == 0 else 0.02)


@pytest.mark.parametrize("parameter", [{"slack": -1}, {"threshold": -1}])
def test_parameters_out_of_their_range_are_refused(parameter: dict[str, float]) -> None:
    with pytest.raises(NotComputable, match=next(iter(parameter))):
        Cusum(**parameter)
