"""DDM: River's alarms, what values it takes, and its known weakness."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from river.drift.binary import DDM

from modelwatch.domain.errors import NotComputable
from modelwatch.stats import Ddm


@pytest.mark.parametrize(("deviations", "warmup"), [(3, 30), (2, 30), (3, 5)])
def test_alarms_are_rivers(
    errors: np.ndarray, river_alarms: Callable[..., list[int]], deviations: float, warmup: int
) -> None:
    theirs = river_alarms(
        # River's warning must not lie above its alarm.
        lambda: DDM(warm_start=warmup, warning_threshold=1, drift_threshold=deviations),
        errors.tolist(),
    )
    assert Ddm(deviations=deviations, warmup=warmup).run(errors).tolist() == theirs


def test_no_errors_are_no_alarm_and_the_first_after_them_is() -> None:
    detector = Ddm()
    assert detector.run(np.zeros(500)).size == 0
    assert detector.update(1)


@pytest.mark.parametrize("value", [0.5, -1, 2])
def test_only_right_and_wrong_are_taken(value: float) -> None:
    with pytest.raises(NotComputable, match="0 for right and 1 for an error"):
        Ddm().update(value)
    with pytest.raises(NotComputable, match="0 for right and 1 for an error"):
        Ddm().run([0, value])


def test_truth_values_are_taken() -> None:
    assert Ddm().run(np.array([True, False] * 50 + [True] * 50)).tolist() == Ddm().run([1, 0] * 50 + [1] * 50).tolist()
    assert not Ddm().update(True)


@pytest.mark.parametrize("parameter", [{"deviations": 0}, {"warmup": 0}])
def test_parameters_out_of_their_range_are_refused(parameter: dict[str, float]) -> None:
    with pytest.raises(NotComputable, match=next(iter(parameter))):
        Ddm(**parameter)
