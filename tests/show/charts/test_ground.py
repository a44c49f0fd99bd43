"""What lies behind lanes: cut at the axis, of one shape, labelled by the zone's clocks."""

from __future__ import annotations

from modelwatch.domain.instants import DAY, HOUR, parse_instant
from modelwatch.show.charts import TimeAxis
from modelwatch.show.charts.draw import to_svg
from modelwatch.show.charts.ground import RIGHT, STRIP, Ground, Stretch, strip
from modelwatch.show.status import State

YEAR = TimeAxis(parse_instant("2013-01-01"), parse_instant("2014-01-01"))


def _fills(ground: Ground) -> list[list[dict[str, int]]]:
    return [layer["data"]["values"] for layer in ground.layers()]


def test_what_lies_outside_the_axis_is_not_drawn() -> None:
    ground = Ground(axis=YEAR, reference=Stretch(YEAR.start - 90 * DAY, YEAR.start))
    assert _fills(ground)[0] == []
    assert ground.name_layers()[0]["data"]["values"] == []


def test_a_stretch_is_cut_at_the_ends_of_the_axis() -> None:
    ground = Ground(axis=YEAR, reference=Stretch(YEAR.start - 9 * DAY, YEAR.start + DAY))
    assert _fills(ground)[0] == [{"at": YEAR.at(YEAR.start), "to": YEAR.at(YEAR.start + DAY)}]


def test_what_is_open_goes_on_to_the_end_and_is_paler_if_it_is_long() -> None:
    short = Ground(axis=YEAR, wrong=(Stretch(YEAR.end - DAY), State.CRITICAL)).layers()[1]
    long = Ground(axis=YEAR, wrong=(Stretch(YEAR.start), State.CRITICAL)).layers()[1]
    assert short["data"]["values"][0]["to"] == YEAR.at(YEAR.end)
    assert long["mark"]["fillOpacity"] < short["mark"]["fillOpacity"]


def test_pages_of_all_models_have_charts_of_one_shape() -> None:
    bare = Ground(axis=YEAR).layers()
    full = Ground(axis=YEAR, reference=Stretch(YEAR.start, YEAR.start + DAY), selected=Stretch(YEAR.start)).layers()
    assert [layer["mark"]["type"] for layer in bare] == [layer["mark"]["type"] for layer in full]


def test_the_strip_writes_every_month_with_the_year_where_it_begins() -> None:
    chart = strip(Ground(axis=YEAR))
    assert chart.height == STRIP
    assert chart.spec["padding"]["right"] == RIGHT
    svg = to_svg(chart.spec)
    assert [month in svg for month in ("Jan 2013", "Feb", "Dec")] == [True, True, True]
    assert chart.says == "Time from 1\u00a0Jan 2013 to 31\u00a0Dec 2013, UTC."


def test_ticks_follow_the_clocks_of_the_zone() -> None:
    axis = TimeAxis(parse_instant("2013-03-09T05:00:00Z"), parse_instant("2013-03-12T04:00:00Z"), "America/New_York")
    assert axis.labels()[:5] == ["9 Mar 2013", "06:00", "12:00", "18:00", "10 Mar"]
    assert axis.at(axis.start + 30 * HOUR) - axis.at(axis.start) == 31 * 3_600_000  # the clocks went forward
