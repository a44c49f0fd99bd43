"""HDDM's A-test: River's alarms, and falls as rises of what is missing to one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from river.drift.binary import HDDMA

from modelwatch.domain.errors import NotComputable
from modelwatch.stats import HddmA


@pytest.mark.parametrize("direction", ["up", "both"])
@pytest.mark.parametrize("level", [0.001, 0.05])
def test_alarms_are_rivers(
    errors: np.ndarray, river_alarms: Callable[..., list[int]], direction: str, level: float
) -> None:
    theirs = river_alarms(
        lambda: HDDMA(drift_confidence=level, warning_confidence=level, two_sided_test=direction == "both"),
        errors.tolist(),
    )
    assert HddmA(level=level, direction=direction).run(errors).tolist() == theirs


def test_a_fall_is_a_rise_of_what_is_missing_to_one() -> None:
    values = np.random.default_rng(0).integers(0, 65, size=4000) / 64
    values[2000:] /= 4
    found = HddmA(direction="down").run(values)
    assert found.size > 0
    assert (HddmA(direction="up").run(1 - values) == found).all()


@pytest.mark.parametrize("value", [-0.1, 1.1])
def test_only_values_within_the_bounds_are_taken(value: float) -> None:
    with pytest.raises(NotComputable, match="from 0 to 1"):
        HddmA().update(value)


@pytest.mark.parametrize("parameter", [{"level": 0}, {"level": 2}, {"direction": ""}])
def test_parameters_out_of_their_range_are_refused(parameter: dict[str, float]) -> None:
    with pytest.raises(NotComputable, match=next(iter(parameter))):
        HddmA(**parameter)
