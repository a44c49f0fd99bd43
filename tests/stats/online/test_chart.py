"""What the charts learn: mean and deviation of the first values, as NumPy has them, and again after an alarm."""

from __future__ import annotations

import numpy as np
import pytest

from modelwatch.domain.errors import NotComputable
from modelwatch.stats import Cusum, EwmaChart


@pytest.mark.parametrize("chart", [Cusum, EwmaChart])
def test_a_learnt_chart_is_that_of_the_first_values(chart: type[Cusum] | type[EwmaChart]) -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(1e6, 3, size=3000)
    known = chart(mean=float(values[:50].mean()), deviation=float(values[:50].std(ddof=1)))
    first = chart(warmup=50).run(values)[0]
    assert first == 50 + known.run(values[50:])[0]
    second = chart(warmup=50).run(values)[1]
    assert second == first + 1 + chart(warmup=50).run(values[first + 1 :])[0]


def test_equal_values_are_learnt_from_until_one_differs() -> None:
    detector = Cusum(warmup=5)
    assert detector.run([7.0] * 500 + [7.1]).size == 0
    assert detector.run([7.0, 7.1]).tolist() == [1]


@pytest.mark.parametrize(
    ("parameter", "message"),
    [
        ({"mean": 0.0}, "both|neither"),
        ({"deviation": 1.0}, "both|neither"),
        ({"mean": 0.0, "deviation": 0.0}, "deviation"),
        ({"warmup": 1}, "warmup"),
        ({"direction": "x"}, "direction must be one of up, down, both"),
    ],
)
def test_parameters_out_of_their_range_are_refused(parameter: dict[str, float], message: str) -> None:
    with pytest.raises(NotComputable, match=message):
        EwmaChart(**parameter)
