"""A fan of quantiles: gaps stay gaps, and no more than three levels become lines."""

from __future__ import annotations

from modelwatch.domain.instants import DAY
from modelwatch.show.charts.draw import to_svg
from modelwatch.show.charts.fan import fan, level_lines
from modelwatch.show.charts.frame import Chart, Telling, TimeAxis
from modelwatch.show.charts.ground import Ground

GROUND = Ground(axis=TimeAxis(0, 3 * DAY))
TOLD = Telling(name="values", says="Values.")


def lines(chart: Chart) -> list[list[float | None]]:
    layers = [layer for layer in chart.spec["layer"] if layer["mark"]["type"] == "line"]
    return [[row["v"] for row in layer["data"]["values"]] for layer in layers]


def test_a_window_without_values_is_a_gap() -> None:
    quantiles = (1.0, 2.0, 3.0, 4.0, 5.0)
    chart = fan(TOLD, [(0, quantiles), (DAY, ()), (2 * DAY, quantiles)], ground=GROUND, written=str, normal=quantiles)
    assert lines(chart) == [[3.0, None, 3.0]]
    ribbon = next(layer for layer in chart.spec["layer"] if layer["mark"]["type"] == "area")
    assert [(row["low"], row["high"]) for row in ribbon["data"]["values"]] == [(1.0, 5.0), (None, None), (1.0, 5.0)]
    assert to_svg(chart.spec).startswith("<svg")


def test_at_most_three_levels_are_drawn() -> None:
    chart = level_lines(TOLD, [(0, (0.4, 0.3, 0.2, 0.1)), (DAY, ())], ground=GROUND, normal=(0.4, 0.3, 0.2))
    assert lines(chart) == [[0.4, None], [0.3, None], [0.2, None]]
