"""A metric against its limits: amber only while a verdict holds, words apart, and gaps that stay gaps."""

from __future__ import annotations

import pytest

from modelwatch.domain.instants import DAY
from modelwatch.show.charts.draw import to_svg
from modelwatch.show.charts.frame import Chart, Telling, TimeAxis
from modelwatch.show.charts.ground import Ground
from modelwatch.show.charts.limits import Beside, Held, held
from modelwatch.show.charts.series import Limit

GROUND = Ground(axis=TimeAxis(0, 10 * DAY))
TOLD = Telling(name="drift", says="PSI.")


def drawn(values: list[float | None], past: dict[int, float], *limits: Limit) -> Chart:
    windows = [Held(at * DAY, (at + 1) * DAY, value, past.get(at)) for at, value in enumerate(values)]
    return held(TOLD, windows, ground=GROUND, written=str, beside=Beside(limits=limits), log=True)


def areas(chart: Chart) -> list[tuple[float | None, float | None]]:
    layer = next(layer for layer in chart.spec["layer"] if layer["mark"]["type"] == "area")
    return [(row["low"], row["high"]) for row in layer["data"]["values"]]


def test_the_area_lies_between_limit_and_value_while_the_verdict_holds() -> None:
    chart = drawn([1.0, 3.0, 4.0, 1.0], {1: 2.0, 2: 2.0})
    assert areas(chart) == [(None, None), (2.0, 3.0), (2.0, 4.0), (None, None)]


def test_a_single_window_is_as_wide_as_it_is() -> None:
    assert areas(drawn([1.0, 3.0, 1.0], {1: 2.0})) == [(None, None), (2.0, 3.0), (2.0, 3.0), (None, None)]
    assert all(low is None for low, _ in areas(drawn([9.0, None], {})))


@pytest.mark.parametrize(("floor", "under"), [(0.11, True), (5.0, False)])
def test_words_of_close_limits_stand_apart(floor: float, under: bool) -> None:
    limits = Limit(floor, "noise floor", "floor"), Limit(0.1, "threshold", "warning")
    chart = drawn([0.01, 20.0], {}, *limits)
    tops = {
        layer["data"]["values"][0]["say"]: layer["mark"]["baseline"]
        for layer in chart.spec["layer"]
        if layer["mark"]["type"] == "text" and layer["data"]["values"]
    }
    assert (tops["threshold"] == "top") is under
    assert tops["noise floor"] == "bottom"


def test_it_can_be_drawn_without_any_value() -> None:
    assert to_svg(drawn([None], {}).spec).startswith("<svg")
