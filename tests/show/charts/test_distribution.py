"""Distributions as charts: their marks are where the values are, and every form is drawn."""

from __future__ import annotations

from typing import Any

import pytest

from modelwatch.show.charts.distribution import Mark, below, deciles, density, levels
from modelwatch.show.charts.draw import to_svg
from modelwatch.show.charts.frame import Chart, Spec, Telling

TOLD = Telling(name="distribution", says="Warmer.")
SIDES = {"reference": (0.5, 0.5, 0.0), "current": (0.0, 0.25, 0.75)}


def values(chart: Chart, kind: str) -> list[list[dict[str, Any]]]:
    layers: list[Spec] = chart.spec["layer"]
    return [layer["data"]["values"] for layer in layers if layer["mark"]["type"] == kind]


def words(chart: Chart) -> list[str]:
    return [row["say"] for rows in values(chart, "text") for row in rows if row["say"]]


def test_bars_are_the_reference_and_the_outline_is_the_window() -> None:
    chart = density(TOLD, (0, 1, 2, 3), SIDES)
    bars = values(chart, "rect")[0]
    assert [(bar["v"], bar["to"], bar["p"]) for bar in bars] == [(0.04, 0.96, 0.5), (1.04, 1.96, 0.5)]
    outline = values(chart, "line")[1]
    assert [(at["v"], at["p"]) for at in outline] == [(1, 0), (1, 0.25), (2, 0.25), (2, 0.75), (3, 0.75), (3, 0)]


def test_an_empty_side_is_not_drawn_as_low() -> None:
    chart = density(TOLD, (0, 1, 2, 3), {"reference": SIDES["reference"]})
    assert values(chart, "line") == [[], []]


@pytest.mark.parametrize(("at", "says"), [(1.0, ["most 1", "75 % beyond"]), (2.9, ["most 1, 75 % beyond"])])
def test_a_mark_near_the_end_keeps_its_words_inside(at: float, says: list[str]) -> None:
    chart = density(TOLD, (0, 1, 2, 3), SIDES, marks=[Mark(at, "most 1", "75 % beyond")])
    assert words(chart) == says


def test_shares_below_and_deciles_hold_every_side() -> None:
    curves = below(TOLD, (0, 1, 2, 3), {"current": (0, 0, 0.25, 1), "reference": (0, 0.5, 1, 1)})
    assert [len(rows) for rows in values(curves, "line")] == [4, 0, 4]
    tenths = deciles(TOLD, ("below 1", "it's more"), {"reference": (0.5, 0.5), "current": (0.1, 0.9)})
    assert [len(rows) for rows in values(tenths, "rect")] == [2, 2]


def test_levels_tell_both_numbers_and_shorten_long_names() -> None:
    chart = levels(TOLD, ("a", "b" * 60), {"reference": (0.5, 0.5), "current": (0.2, 0.8)})
    name, current, reference = values(chart, "text")
    assert len(name[1]["name"]) < 30
    assert [row["c_say"].replace("\u00a0", " ") for row in current] == ["20 %", "80 %"]
    assert [row["r_say"].replace("\u00a0", " ") for row in reference] == ["50 %", "50 %"]


@pytest.mark.parametrize(
    "chart",
    [
        density(TOLD, (0, 1, 2, 3), SIDES, marks=[Mark(1, "least", "9 % below", upper=False)]),
        below(TOLD, (0, 1, 2), {"earlier": (0, 0.5, 1)}),
        deciles(TOLD, ("below 'a\\'", "more"), {"current": (0.1, 0.9)}),
        levels(TOLD, ("<b>", "'"), {"earlier": (0.2, 0.8)}),
    ],
)
def test_every_form_can_be_drawn(chart: Chart) -> None:
    assert to_svg(chart.spec).startswith("<svg")
