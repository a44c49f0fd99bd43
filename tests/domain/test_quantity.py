"""Quantities as people read them."""

from __future__ import annotations

import pytest

from modelwatch.domain.quantity import number, percent, reading, stretch


@pytest.mark.parametrize(
    ("value", "told"), [(-0.06123, "-0.0612"), (1234.6, "1,235"), (1003, "1,003"), (1e-5, "1e-05")]
)
def test_numbers_have_three_figures(value: float, told: str) -> None:
    assert number(value) == told


@pytest.mark.parametrize(("share", "told"), [(0.0, "0 %"), (0.0996, "10.0 %"), (0.005, "0.50 %"), (-0.2, "-20 %")])
def test_shares_are_percent(share: float, told: str) -> None:
    assert percent(share) == told


@pytest.mark.parametrize(("seconds", "told"), [(0.2, "0 s"), (60, "1 min"), (86_400, "1 d"), (86_401, "1 d 1 s")])
def test_lengths_of_time_are_words(seconds: float, told: str) -> None:
    assert stretch(seconds) == told


@pytest.mark.parametrize(
    ("value", "metric", "unit", "told"),
    [
        (30.0, "silence_seconds", "", "30 s"),
        (7200.0, "anything", "s", "2 h"),
        (740.0, "latency_p95", "ms", "740 ms"),
        (0.5, "unseen_share", "", "50 %"),
        (4.0, "wasserstein", "unit of the column", "4"),
    ],
)
def test_a_reading_has_its_unit(value: float, metric: str, unit: str, told: str) -> None:
    assert reading(value, metric, unit) == told
