"""Upright axes: ends, ticks and labels."""

from __future__ import annotations

import math

import pytest

from modelwatch.show import digits
from modelwatch.show.charts.draw import to_svg
from modelwatch.show.charts.ground import lane
from modelwatch.show.charts.scale import Scale, ceiling_of, plainly, rounded


def test_a_scale_stays_within_what_the_metric_can_be() -> None:
    scale = Scale.of([0.4, 1.4, None, math.nan], bounds=(0.0, 1.0))
    assert (scale.low, scale.high) == (0.4, 1.0)


@pytest.mark.parametrize("values", [[], [None], [0.0], [5.0], [-3.0, -3.0]])
@pytest.mark.parametrize("zero", [True, False])
def test_a_scale_of_nothing_or_of_one_value_still_has_two_ends(values: list[float | None], zero: bool) -> None:
    scale = Scale.of(values, zero=zero)
    assert scale.low < scale.high
    assert len(scale.ticks) >= 2
    assert all(scale.low <= (each or 0.0) <= scale.high for each in values if each is not None)


def test_four_or_five_ticks() -> None:
    for high in (0.013, 0.9, 1.0, 7.0, 132.0, 9_999.0, 1e6):
        assert 4 <= len(Scale.of([0.0, high]).ticks) <= 6


def test_labels_are_drawn_as_they_are_written() -> None:
    svg = to_svg(lane(Scale.of([0.0, 1.0], written=digits.share).grid(), height=80))
    assert [f">{text}<" in svg for text in ("0\u00a0%", "50\u00a0%", "100\u00a0%")] == [True, True, True]


def test_a_logarithmic_scale_has_powers_of_ten() -> None:
    scale = Scale.logarithmic([0.02, 8.2, 0.0, None], written=str)
    assert scale.ticks == (0.01, 0.1, 1.0, 10.0)


def test_bars_fit_under_their_ceiling() -> None:
    for value in (0.3, 1.0, 9.0, 1026.0, 77_000.0):
        assert value <= ceiling_of([value, None]) <= value * 2.01


def test_small_numbers() -> None:
    assert plainly(0.25)(0.5) == "0.50"
    assert rounded(math.inf) is None
