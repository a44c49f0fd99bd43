"""No window is missed or doubled, on any day of any zone."""

from __future__ import annotations

import zoneinfo
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelwatch.domain.calendar import LONGEST, Calendar
from modelwatch.domain.errors import InputError
from modelwatch.domain.instants import DAY, HOUR, MINUTE, Window, parse_instant, to_datetime, to_us

SIZES = [
    *(minutes * MINUTE for minutes in (1, 2, 5, 10, 15, 20, 30)),
    *(hours * HOUR for hours in (1, 2, 3, 4, 6, 8, 12)),
    *(days * DAY for days in (1, 2, 7, 28, 30)),
]
# Zones with habits of their own: half and quarter hours, clocks set at midnight, a skipped day.
ODD_ZONES = [
    "America/New_York",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "America/Sao_Paulo",
    "Africa/Cairo",
    "Asia/Beirut",
    "Pacific/Apia",
    "Pacific/Chatham",
    "America/Caracas",
]
FROM, UNTIL = parse_instant("1990-01-01"), parse_instant("2040-01-01")

sizes = st.sampled_from(SIZES)
zones = st.one_of(st.sampled_from(ODD_ZONES), st.sampled_from(sorted(zoneinfo.available_timezones())))
instants = st.integers(FROM, UNTIL)


def transitions(zone: str) -> list[int]:
    """Instants right around every change of a zone's clock, found by bisection."""
    info = zoneinfo.ZoneInfo(zone)

    def offset(instant: int) -> timedelta | None:
        return to_datetime(instant).astimezone(info).utcoffset()

    found: list[int] = []
    for month in range(FROM, UNTIL, 30 * DAY):
        low, high = month, month + 30 * DAY
        if offset(low) == offset(high):
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if offset(middle) == offset(low) else (low, middle)
        found.append(high)
    return found


@given(sizes, zones, instants)
def test_a_window_holds_its_instant_and_touches_its_neighbours(size: int, zone: str, instant: int) -> None:
    calendar = Calendar(size, zone)
    window = calendar.window_of(instant)
    assert instant in window
    assert calendar.window_of(window.start) == window
    assert calendar.window_of(window.end - 1) == window
    following, before = calendar.next(window), calendar.previous(window)
    assert following.start == window.end
    assert before.end == window.start
    assert calendar.previous(following) == window
    assert calendar.next(before) == window


@pytest.mark.parametrize("zone", ODD_ZONES)
@pytest.mark.parametrize("size", [DAY, 7 * DAY])
def test_windows_hold_their_instants_around_every_change_of_the_clock(zone: str, size: int) -> None:
    calendar = Calendar(size, zone)
    for change in transitions(zone):
        for minutes in (-61, -60, -59, -31, -1, 0, 1, 29, 30, 31, 59, 60, 61):
            window = calendar.window_of(change + minutes * MINUTE)
            assert change + minutes * MINUTE in window
            assert calendar.next(calendar.previous(window)) == window


@given(sizes, zones, instants, st.integers(1, 40))
def test_windows_between_tile_time_without_gap_or_overlap(size: int, zone: str, start: int, count: int) -> None:
    calendar = Calendar(size, zone)
    end = start + count * size
    windows = list(calendar.between(start, end))
    assert all(left.end == right.start for left, right in pairwise(windows))
    if windows:
        assert start in windows[0]
        assert windows[-1].end <= end < calendar.next(windows[-1]).end
    else:
        assert calendar.window_of(start).end > end


@given(sizes, zones, instants)
def test_a_window_is_a_sum_of_base_windows(size: int, zone: str, instant: int) -> None:
    calendar = Calendar(size, zone)
    window = calendar.window_of(instant)
    assert window.start % calendar.base == 0
    assert window.length % calendar.base == 0
    assert calendar.base <= size


@given(st.sampled_from([DAY, 2 * DAY, 7 * DAY]), zones, instants)
def test_windows_of_days_start_at_the_first_moment_of_a_local_day(size: int, zone: str, instant: int) -> None:
    start = Calendar(size, zone).window_of(instant).start
    info = zoneinfo.ZoneInfo(zone)
    assert to_datetime(start).astimezone(info).date() > to_datetime(start - 1).astimezone(info).date()


@given(zones, instants)
def test_weeks_start_on_monday(zone: str, instant: int) -> None:
    start = Calendar(7 * DAY, zone).window_of(instant).start
    assert to_datetime(start).astimezone(zoneinfo.ZoneInfo(zone)).weekday() == 0


@given(sizes, zones, instants, st.integers(1, 28))
def test_a_trailing_stretch_is_as_many_windows_as_its_span(size: int, zone: str, instant: int, span: int) -> None:
    calendar = Calendar(size, zone)
    last = calendar.window_of(instant)
    stretch = calendar.trailing(last, span)
    assert stretch.end == last.end
    assert len(list(calendar.between(stretch.start, stretch.end))) == span


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", "2026-03-28", 24),
        ("Europe/Berlin", "2026-03-29", 23),
        ("Europe/London", "2026-03-29", 23),
        ("Europe/Berlin", "2026-10-25", 25),
        ("America/New_York", "2026-03-08", 23),
        ("America/New_York", "2026-11-01", 25),
        ("Asia/Kolkata", "2026-03-29", 24),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("Australia/Lord_Howe", "2026-10-04", 23.5),
        ("UTC", "2026-10-25", 24),
    ],
)
def test_days_on_which_clocks_change_have_their_true_length(zone: str, day: str, hours: float) -> None:
    noon = datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=zoneinfo.ZoneInfo(zone))
    window = Calendar(DAY, zone).window_of(to_us(noon))
    assert window.length == hours * HOUR
    assert to_datetime(window.start).astimezone(noon.tzinfo).isoformat()[:19] == f"{day}T00:00:00"


def test_a_day_shown_twice_by_clocks_set_back_over_midnight_is_one_window() -> None:
    # 7 November 2010, St John's: at 00:01 the clocks went back to 23:01 of the sixth.
    calendar = Calendar(DAY, "America/St_Johns")
    second_sixth = parse_instant("2010-11-07T02:45:00Z")  # 23:15 on the sixth, for the second time
    assert calendar.window_of(second_sixth) == calendar.window_of(parse_instant("2010-11-07T12:00:00Z"))
    assert calendar.window_of(second_sixth).length == 25 * HOUR


def test_minutes_skipped_around_midnight_leave_no_gap() -> None:
    # 30 March 1919, Toronto: at 23:30 the clocks went to 00:30 of the thirty-first.
    calendar = Calendar(DAY, "America/Toronto")
    early = parse_instant("1919-03-31T04:35:00Z")
    assert early in calendar.window_of(early)
    assert calendar.next(calendar.window_of(early)).start == parse_instant("1919-03-31T05:00:00Z")


def test_a_day_that_a_zone_skipped_has_no_window() -> None:
    # Samoa went from 29 to 31 December 2011 over the date line.
    calendar = Calendar(DAY, "Pacific/Apia")
    before = calendar.window_of(parse_instant("2011-12-30T09:59:59Z"))
    assert before.length == DAY
    assert calendar.next(before) == calendar.window_of(parse_instant("2011-12-30T10:00:00Z"))


def test_smaller_windows_follow_utc() -> None:
    window = Calendar(6 * HOUR, "Asia/Kolkata").window_of(parse_instant("2026-10-25T07:00:00Z"))
    assert window == Window(parse_instant("2026-10-25T06:00:00Z"), parse_instant("2026-10-25T12:00:00Z"))


@pytest.mark.parametrize(
    ("zone", "size", "base"),
    [
        ("UTC", DAY, HOUR),
        ("America/New_York", 7 * DAY, HOUR),
        ("UTC", 5 * MINUTE, 5 * MINUTE),
        ("Asia/Kolkata", DAY, 15 * MINUTE),
        ("Australia/Lord_Howe", HOUR, 15 * MINUTE),
        ("Asia/Kathmandu", DAY, 15 * MINUTE),
        ("America/Caracas", DAY, 15 * MINUTE),  # half an hour off from 2007 to 2016 only
    ],
)
def test_base_windows_are_hours_where_the_zone_allows_it(zone: str, size: int, base: int) -> None:
    assert Calendar(size, zone).base == base


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (30_000_000, "a window of 30s is not allowed: use 1m to 30d"),
        (LONGEST + DAY, "a window of 31d is not allowed: use 1m to 30d"),
        (
            7 * MINUTE,
            "a window of 7m does not divide an hour: use 1m, 2m, 3m, 4m, 5m, 6m, 10m, 12m, 15m, 20m, 30m",
        ),
        (90 * MINUTE, "a window of 90m does not divide a day: use 1h, 2h, 3h, 4h, 6h, 8h, 12h or more"),
        (5 * HOUR, "a window of 5h does not divide a day: use 1h, 2h, 3h, 4h, 6h, 8h, 12h or more"),
        (25 * HOUR, "a window of 25h is not a whole number of days"),
    ],
)
def test_sizes_that_do_not_tile_days_are_refused(size: int, said: str) -> None:
    with pytest.raises(InputError, match=said):
        Calendar(size)


@pytest.mark.parametrize("zone", ["Mars/Phobos", "", "../../etc/passwd", "EDT "])
def test_an_unknown_zone_is_refused_at_once(zone: str) -> None:
    with pytest.raises(InputError, match="is not a time zone: use a name such as UTC or America/New_York"):
        Calendar(DAY, zone)
