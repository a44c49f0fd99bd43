"""HDDM's W-test: River's alarms once its averages start with the weight of the paper, and the sums of weights."""

from __future__ import annotations

import numpy as np
import pytest
from river.drift.binary import HDDMW

from modelwatch.domain.errors import NotComputable
from modelwatch.stats import HddmW
from modelwatch.stats.online.hddm_w import squared_weights


def paper_alarms(values: np.ndarray, *, level: float, weight: float, both: bool) -> list[int]:
    """River's alarms, with averages prepared so that the first value leaves a sum of squared weights of 1."""

    def made() -> HDDMW:
        return HDDMW(level, level, lambda_val=weight, two_sided_test=both)

    detector, places = made(), list[int]()
    for place, value in enumerate(values.tolist()):
        for average in (detector._total, detector._s2_incr, detector._s2_decr):
            if not average.is_init:
                average._ibc = (1 - weight**2) / (1 - weight) ** 2
        detector.update(value)
        if detector.drift_detected:
            places.append(place)
            detector = made()
    return places


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize(("level", "weight"), [(0.001, 0.05), (0.05, 0.05), (0.01, 0.2)])
def test_alarms_are_rivers_but_for_the_weight_of_a_first_value(
    errors: np.ndarray, level: float, weight: float, both: bool
) -> None:
    ours = HddmW(level=level, weight=weight, direction="both" if both else "up")
    assert ours.run(errors).tolist() == paper_alarms(errors, level=level, weight=weight, both=both)


@pytest.mark.parametrize("weight", [1.0, 0.5, 0.05, 0.001])
def test_the_squared_weights_are_those_of_the_average(weight: float) -> None:
    table = squared_weights(weight)
    for values in (1, 2, 5, 40):
        weights = weight * (1 - weight) ** np.arange(values)
        weights[-1] = (1 - weight) ** (values - 1)
        assert table[min(values, table.size) - 1] == pytest.approx((weights**2).sum(), rel=1e-12)
    assert table[-1] == pytest.approx(weight / (2 - weight))


def test_a_fall_is_seen_if_it_is_watched_for() -> None:
    fall = np.repeat([1.0, 0.0], 300)
    assert HddmW(direction="down").run(fall).size == 1
    assert HddmW(direction="up").run(fall).size == 0


@pytest.mark.parametrize("parameter", [{"level": 0}, {"weight": 0}, {"weight": 1.5}, {"direction": ""}])
def test_parameters_out_of_their_range_are_refused(parameter: dict[str, float]) -> None:
    with pytest.raises(NotComputable, match=next(iter(parameter))):
        HddmW(**parameter)
