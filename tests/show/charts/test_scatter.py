"""Windows drawn: gaps stay gaps, the band and the limit are named, and the one told of is marked."""

from __future__ import annotations

from typing import Any

import pytest

from modelwatch.domain.instants import DAY
from modelwatch.show import digits
from modelwatch.show.charts import Chart, TimeAxis
from modelwatch.show.charts.draw import to_png, to_vega
from modelwatch.show.charts.scatter import Dot, Trail, Yardstick, scatter

DOTS = [
    Dot(start=day * DAY, end=(day + 1) * DAY, value=None if day == 3 else 0.6 + day / 100, low=0.5, high=0.8, n=90)
    for day in range(28)
]
KNOWN = Yardstick(band=(0.5, 0.8), mean=0.65, limit=0.52, limit_says="critical below 0.520", bounds=(0.0, 1.0))


def made(*, joined: bool = False, yardstick: Yardstick = KNOWN, then: Dot | None = DOTS[-1]) -> Chart:
    trails = [Trail(name="ROC AUC", dots=DOTS, joined=joined)]
    return scatter("auc", "it held", TimeAxis(0, 28 * DAY), trails, yardstick=yardstick, then=then)


def texts(chart: Chart) -> set[str]:
    return {row["say"] for layer in chart.spec["layer"] for row in layer["data"]["values"] if "say" in row}


def test_a_window_without_value_has_no_dot() -> None:
    dots = [layer for layer in made().spec["layer"] if layer["mark"].get("type") == "circle"]
    assert len(dots[0]["data"]["values"]) == 27
    assert made().rows[3]["trail0"] == digits.NOTHING


def test_a_line_is_broken_where_there_is_no_value() -> None:
    [line] = [layer for layer in made(joined=True).spec["layer"] if layer["mark"].get("type") == "line"]
    assert line["data"]["values"][3]["v"] is None
    assert line["mark"]["invalid"] == "break-paths-filter-domains"


def test_limit_and_window_are_told_in_words() -> None:
    assert texts(made()) == {"critical below 0.520", "28\u00a0Jan 0.870"}


def test_without_yardstick_and_mark_nothing_is_made_up() -> None:
    assert texts(made(yardstick=Yardstick(), then=None)) == set()


@pytest.mark.parametrize("joined", [True, False])
@pytest.mark.parametrize("then", [DOTS[0], DOTS[-1], DOTS[3], None])
def test_it_compiles_and_can_be_a_picture(joined: bool, then: Dot | None) -> None:
    chart = made(joined=joined, then=then)
    assert to_vega(chart.spec)["marks"]
    assert to_png(chart.spec).startswith(b"\x89PNG")
    assert chart.rows[0].keys() == chart.columns.keys()


def test_words_at_the_edge_stand_beside_their_ring() -> None:
    high: dict[str, Any] = {"start": 0, "end": DAY, "value": 0.99, "low": 0.9, "high": 1.0}
    chart = made(then=Dot(**high))
    [first, *_] = [layer for layer in chart.spec["layer"] if "dx" in layer["mark"]]
    assert first["mark"]["baseline"] == "middle"
