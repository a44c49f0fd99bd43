"""The stretch of time of a page: ranges, whole windows across changes of clocks, cells and steps."""

from __future__ import annotations

import pytest

from modelwatch.domain.calendar import Calendar
from modelwatch.domain.errors import InputError
from modelwatch.domain.instants import DAY, HOUR, parse_instant
from modelwatch.read.period import DAYS, MOST, Period, period_of

START = parse_instant("2026-03-01")
NEW_YORK = Calendar(DAY, "America/New_York")


@pytest.mark.parametrize("name", DAYS)
def test_a_range_has_as_many_days_as_it_says_across_a_change_of_clocks(name: str) -> None:
    last = NEW_YORK.window_of(parse_instant("2013-04-01")).start
    period = period_of(NEW_YORK, first=0, last=last, asked=name)
    assert len(period.windows) == DAYS[name]
    assert period.windows[-1].end == last


def test_without_a_range_the_shortest_that_holds_all() -> None:
    for days, name in ((3, "7d"), (28, "28d"), (29, "90d"), (200, "1y"), (900, "1y")):
        assert period_of(Calendar(DAY), first=START - days * DAY, last=START, asked=None).name == name


def test_a_stretch_of_ones_own_is_cut_to_whole_windows() -> None:
    period = period_of(Calendar(DAY), first=0, last=START, asked=None, since=START + HOUR, until=START + 30 * HOUR)
    assert (period.name, period.start, period.end) == ("custom", START, START + 2 * DAY)


@pytest.mark.parametrize(("since", "until"), [(START, START), (START, START - DAY), (0, START)])
def test_a_stretch_must_go_forward_and_have_an_end_in_sight(since: int, until: int) -> None:
    with pytest.raises(InputError):
        period_of(Calendar(DAY), first=0, last=START, asked=None, since=since, until=until)


def test_an_unknown_range_names_those_there_are() -> None:
    with pytest.raises(InputError, match="7d, 28d, 90d, 1y"):
        period_of(Calendar(DAY), first=0, last=START, asked="3y")


def _period(days: int, size: int, **more: bool) -> Period:
    return Period(name="x", start=START - days * DAY, end=START, calendar=Calendar(size), **more)


@pytest.mark.parametrize(("days", "size", "cells"), [(7, HOUR, 168), (90, HOUR, 90), (90, DAY, 90), (365, DAY, 53)])
def test_a_cell_is_an_hour_a_day_or_a_week(days: int, size: int, cells: int) -> None:
    period = _period(days, size)
    found = period.cells(period.windows)
    assert len(found) == cells
    assert [place for cell in found for place in cell] == list(range(len(period.windows)))


def test_the_newest_week_is_a_whole_one() -> None:
    period = _period(365, DAY)
    assert len(period.cells(period.windows)[-1]) == 7


def test_a_narrow_page_has_weeks_in_three_months() -> None:
    period = _period(90, DAY, coarse=True)
    assert len(period.cells(period.windows)) == 13


@pytest.mark.parametrize(("days", "size"), [(90, HOUR), (365, HOUR), (7, 5 * HOUR // 60), (1000, DAY)])
def test_no_lane_draws_more_marks_than_it_has_room_for(days: int, size: int) -> None:
    period = _period(days, size)
    steps = period.steps(period.windows)
    assert len(steps) <= MOST + 1
    assert [place for step in steps for place in step] == list(range(len(period.windows)))
