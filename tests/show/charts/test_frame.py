"""The frame of all charts: an axis in the zone's clock, ticks that stand out, plots whose edges are fixed."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from modelwatch.domain.instants import DAY, HOUR, parse_instant
from modelwatch.show.charts import Chart, TimeAxis, field, layered, plot, rows_of
from modelwatch.show.charts.draw import to_svg
from modelwatch.show.charts.frame import LEFT

START = parse_instant("2013-03-01")


def dates(axis: TimeAxis) -> list[str]:
    return [datetime.fromtimestamp(each / 1000, UTC).strftime("%Y-%m-%d %H") for each in axis.ticks()]


def test_ticks_are_months_of_a_year() -> None:
    axis = TimeAxis(START, START + 306 * DAY)
    assert dates(axis)[:2] == ["2013-03-01 00", "2013-04-01 00"]
    assert (len(dates(axis)), axis.labels()[:2], axis.labels()[-1]) == (10, ["Mar 2013", "Apr"], "Dec")


def test_ticks_are_mondays_of_a_quarter() -> None:
    axis = TimeAxis(START, START + 90 * DAY)
    assert dates(axis)[:2] == ["2013-03-04 00", "2013-03-11 00"]
    assert axis.labels()[:2] == ["4 Mar 2013", "11 Mar"]


def test_ticks_are_days_of_a_week_and_quarters_of_a_day() -> None:
    assert len(TimeAxis(START, START + 7 * DAY).ticks()) == 7
    assert dates(TimeAxis(START, START + DAY)) == [f"2013-03-01 {hour:02}" for hour in (0, 6, 12, 18)]
    assert TimeAxis(START, START + DAY).labels()[:2] == ["1 Mar 2013", "06:00"]


def test_no_tick_lies_before_the_start_or_after_the_end() -> None:
    for hours in (1, 30, 24 * 5, 24 * 50, 24 * 200):
        axis = TimeAxis(START + 5 * HOUR, START + 5 * HOUR + hours * HOUR)
        first, last = axis.domain
        assert all(first <= tick < last for tick in axis.ticks())


def test_instants_lie_by_the_clock_of_the_zone() -> None:
    axis = TimeAxis(START + 5 * HOUR, START + 40 * DAY, "America/New_York")
    assert datetime.fromtimestamp(axis.at(START + 5 * HOUR) / 1000, UTC).hour == 0
    # Summer time began on 10 March: midnight is an hour earlier in UTC from then on.
    assert datetime.fromtimestamp(axis.at(START + 15 * DAY + 4 * HOUR) / 1000, UTC).hour == 0
    assert all(tick.endswith(" 00") for tick in dates(axis))


def test_a_field_is_a_quantity_unless_it_is_said_otherwise() -> None:
    assert field("a") == {"field": "a", "type": "quantitative"}
    assert field("a", "nominal", sort=None) == {"field": "a", "type": "nominal", "sort": None}


def test_rows_are_copied() -> None:
    row = {"a": 1}
    data = rows_of([row])
    row["a"] = 2
    assert data == {"values": [{"a": 1}]}


def test_a_chart_knows_the_place_that_it_takes() -> None:
    chart = Chart(name="a", says="A.", spec=plot(height=100, top=6, bottom=20), columns={}, rows=())
    assert chart.height == 126


def lane(highest: float, *, labels: bool) -> str:
    """The drawing of a line from nothing to `highest`."""
    axis = TimeAxis(START, START + 90 * DAY)
    rows = [{"at": axis.at(START), "value": 0.0}, {"at": axis.at(START + 90 * DAY), "value": highest}]
    mark = {"data": rows_of(rows), "mark": "line", "encoding": {"x": axis.x(labels=labels), "y": field("value")}}
    return to_svg(layered(mark, height=80, bottom=20))


def edges(svg: str) -> tuple[float, float, float, float]:
    """Where the line begins and ends, in pixels of the drawing."""
    path = re.search(r'class="mark-line[^>]*>.*?d="M([\d.-]+),([\d.-]+)L([\d.-]+),([\d.-]+)"', svg, re.DOTALL)
    moved = re.search(r'<g[^>]*transform="translate\(([\d.]+),([\d.]+)\)', svg)
    assert path is not None
    assert moved is not None
    left, top = float(moved[1]), float(moved[2])
    first_x, first_y, last_x, last_y = map(float, path.groups())
    return left + first_x, top + first_y, left + last_x, top + last_y


@pytest.mark.parametrize("labels", [True, False])
@pytest.mark.parametrize("highest", [0.004, 1.0, 250_000.0, 1e12])
def test_plots_line_up_whatever_their_labels(highest: float, labels: bool) -> None:
    first_x, first_y, last_x, _ = edges(lane(highest, labels=labels))
    assert (first_x, last_x, first_y) == (LEFT, LEFT + 1000, 6 + 80)
