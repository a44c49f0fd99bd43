"""EDDM: River's alarms."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from river.drift.binary import EDDM

from modelwatch.domain.errors import NotComputable
from modelwatch.stats import Eddm


@pytest.mark.parametrize(("ratio", "warmup"), [(0.9, 30), (0.7, 30), (0.9, 5)])
def test_alarms_are_rivers(
    errors: np.ndarray, river_alarms: Callable[..., list[int]], ratio: float, warmup: int
) -> None:
    theirs = river_alarms(lambda: EDDM(warm_start=warmup, beta=ratio), errors.tolist())
    assert Eddm(ratio=ratio, warmup=warmup).run(errors).tolist() == theirs


def test_errors_at_equal_distances_are_no_alarm() -> None:
    assert Eddm().run([0, 0, 1] * 5000).size == 0


@pytest.mark.parametrize("parameter", [{"ratio": 0}, {"ratio": 1.1}, {"warmup": 0}])
def test_parameters_out_of_their_range_are_refused(parameter: dict[str, float]) -> None:
    with pytest.raises(NotComputable, match=next(iter(parameter))):
        Eddm(**parameter)
