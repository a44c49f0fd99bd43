"""Page-Hinkley: River's alarms, and a level far from 0."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from river.drift import PageHinkley as Rivers

from modelwatch.domain.errors import NotComputable
from modelwatch.stats import PageHinkley

Alarms = Callable[..., list[int]]


@pytest.mark.parametrize("direction", ["up", "down", "both"])
@pytest.mark.parametrize(("threshold", "forgetting"), [(50, 0.9999), (8, 0.9999), (8, 0.99), (20, 1.0)])
def test_alarms_are_rivers(
    levels: np.ndarray, river_alarms: Alarms, direction: str, threshold: float, forgetting: float
) -> None:
    ours = PageHinkley(threshold=threshold, forgetting=forgetting, direction=direction)
    theirs = river_alarms(lambda: Rivers(threshold=threshold, alpha=forgetting, mode=direction), levels.tolist())
    assert ours.run(levels).tolist() == theirs


def test_a_rise_and_a_fall_are_told_apart() -> None:
    rise = np.repeat([0.0, 1.0], 200)
    assert PageHinkley(threshold=5, direction="up").run(rise).size > 0
    assert PageHinkley(threshold=5, direction="down").run(rise).size == 0
    assert PageHinkley(threshold=5, direction="down").run(-rise).size > 0


def test_a_level_far_from_zero_changes_nothing() -> None:
    values = np.random.default_rng(0).integers(0, 64, size=5000) / 64
    values[3000:] += 0.5
    found = PageHinkley(threshold=10).run(values)
    assert found.size > 0
    assert (PageHinkley(threshold=10).run(values + 2.0**40) == found).all()


@pytest.mark.parametrize(
    "parameter",
    [{"delta": -1}, {"threshold": math.nan}, {"forgetting": 0}, {"forgetting": 1.1}, {"warmup": 0}, {"direction": "x"}],
)
def test_parameters_out_of_their_range_are_refused(parameter: dict[str, float]) -> None:
    with pytest.raises(NotComputable, match=next(iter(parameter))):
        PageHinkley(**parameter)
