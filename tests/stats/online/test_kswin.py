"""KSWIN: River's alarms where nothing is drawn, SciPy's p-values, and draws that are a fair sample."""

from __future__ import annotations

import numpy as np
import pytest
from river.drift import KSWIN
from scipy.stats import ks_2samp

from modelwatch.domain.errors import NotComputable
from modelwatch.stats import Kswin
from modelwatch.stats.online.kswin import least_steps


@pytest.mark.parametrize("decimals", [1, 9])
def test_alarms_are_rivers_if_all_older_values_are_tested(decimals: int) -> None:
    rng = np.random.default_rng(decimals)
    values = np.concatenate([rng.random(200), rng.random(150) * 3, rng.random(150) + 1]).round(decimals)
    river, theirs = KSWIN(alpha=0.05, window_size=40, stat_size=20), list[int]()
    for place, value in enumerate(values.tolist()):
        river.update(value)
        if river.drift_detected:
            theirs.append(place)
            # Ours keeps the newest values, as the paper does.
            river = KSWIN(alpha=0.05, window_size=40, stat_size=20, window=values[place - 19 : place + 1].tolist())
    assert len(theirs) > 2
    assert Kswin(level=0.05, window=40, newest=20).run(values).tolist() == theirs


@pytest.mark.parametrize("size", [2, 6, 30, 200])
@pytest.mark.parametrize("level", [0.0, 0.0001, 0.005, 0.1])
def test_the_least_significant_statistic_is_scipys(size: int, level: float) -> None:
    steps = least_steps(level, size)

    def p_value(apart: int) -> float:
        return float(ks_2samp(np.arange(size), np.arange(size) + apart - 0.5, method="exact").pvalue)

    if steps <= size:
        assert p_value(steps) <= level
    if steps > 1:
        assert p_value(steps - 1) > level


def test_the_seed_makes_the_draws() -> None:
    values = np.random.default_rng(0).normal(size=20_000)
    first = Kswin(seed=1).run(values)
    assert (Kswin(seed=1).run(values) == first).all()
    assert Kswin(seed=2).run(values).tolist() != first.tolist()


def test_a_change_of_spread_is_seen() -> None:
    rng = np.random.default_rng(0)
    found = Kswin(level=0.0001).run(np.concatenate([rng.normal(size=3000), rng.normal(size=100) * 10]))
    assert found.size > 0
    assert found[0] >= 3000


@pytest.mark.parametrize("parameter", [{"level": -1}, {"newest": 1}, {"window": 59}, {"seed": -1}])
def test_parameters_out_of_their_range_are_refused(parameter: dict[str, float]) -> None:
    with pytest.raises(NotComputable, match=next(iter(parameter))):
        Kswin(**parameter)
