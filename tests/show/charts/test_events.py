"""The lane of incidents and events: rows in which none covers another, words where there is room."""

from __future__ import annotations

from typing import Any

from modelwatch.domain.instants import DAY
from modelwatch.show.charts import Chart, Telling, TimeAxis
from modelwatch.show.charts.draw import to_svg
from modelwatch.show.charts.events import EDGE, MOST_ROWS, PITCH, Happened, Span, events
from modelwatch.show.charts.ground import Ground
from modelwatch.show.status import State

GROUND = Ground(axis=TimeAxis(0, 100 * DAY))


def _chart(spans: list[Span], happened: list[Happened] | None = None) -> Chart:
    return events(Telling(name="incidents", says="."), spans, happened or [], ground=GROUND)


def _rows(chart: Chart) -> dict[str, int]:
    found: dict[str, int] = {}
    for layer in chart.spec["layer"]:
        for row in layer["data"]["values"]:
            if "say" in row:
                found[row["say"]] = row["r"]
    return found


def _span(start: int, end: int | None, says: str = "x", **more: Any) -> Span:
    return Span(start * DAY, None if end is None else end * DAY, says, more.pop("state", State.WARNING), **more)


def test_nothing_covers_another() -> None:
    rows = _rows(_chart([_span(0, 50, "a"), _span(20, 70, "b"), _span(60, 90, "c")]))
    assert rows["a"] != rows["b"] != rows["c"]
    assert rows["a"] == rows["c"], "where there is room, a row is used again"


def test_short_ones_are_icons_in_few_words() -> None:
    rows = _rows(_chart([_span(10, 11, "Spike: mean label 0.8", short="Spike")]))
    assert set(rows) == {"Spike"}


def test_events_have_the_first_row() -> None:
    rows = _rows(_chart([_span(0, 50, "drift")], [Happened(5 * DAY, "4 July"), Happened(200 * DAY, "later")]))
    assert rows == {"4 July": 0, "drift": 1}


def test_an_empty_lane_can_be_drawn() -> None:
    chart = _chart([])
    assert chart.height == PITCH + 2 * EDGE
    assert to_svg(chart.spec)


def test_a_crowd_does_not_grow_for_ever() -> None:
    chart = _chart([_span(0, None, str(n)) for n in range(40)])
    assert chart.height == MOST_ROWS * PITCH + 2 * EDGE
