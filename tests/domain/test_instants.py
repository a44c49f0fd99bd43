"""Times and lengths of time survive the way to text and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelwatch.domain.errors import InputError
from modelwatch.domain.instants import (
    DAY,
    HOUR,
    LONGEST_DURATION,
    MINUTE,
    SECOND,
    Window,
    day_of,
    format_duration,
    format_instant,
    parse_duration,
    parse_instant,
    to_datetime,
    to_us,
)

moments = st.datetimes().filter(lambda moment: 1 < moment.year < 9999)
offsets = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(moments)
def test_an_instant_reads_back_from_its_text(moment: datetime) -> None:
    instant = to_us(moment.replace(tzinfo=UTC))
    assert parse_instant(format_instant(instant)) == instant
    assert to_datetime(instant) == moment.replace(tzinfo=UTC)
    assert day_of(instant) == moment.date()


@given(moments, offsets)
def test_an_offset_names_the_same_instant(moment: datetime, zone: timezone) -> None:
    local = moment.replace(tzinfo=zone)
    instant = parse_instant(local.isoformat())
    assert instant == to_us(local)
    assert format_instant(instant).endswith("Z")


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2013-03-01", "2013-03-01T00:00:00Z"),
        (" 2013-03-01T06:00 ", "2013-03-01T06:00:00Z"),
        ("2013-03-10T02:30:00-05:00", "2013-03-10T07:30:00Z"),
        ("2013-03-01T00:00:00.25Z", "2013-03-01T00:00:00.250000Z"),
    ],
)
def test_a_time_may_be_written_in_several_ways(text: str, same: str) -> None:
    assert format_instant(parse_instant(text)) == same


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2013-02-30",
        "2013-13-01",
        "1362096000",
        "2013-03-01T25:00:00Z",
        "0001-01-01T00:00:00+10:00",  # leads out of the years that a time can have
        "9999-12-31T23:59:59-10:00",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is not a time: write it as 2013-03-01 or 2013-03-01T06:00:00Z"):
        parse_instant(text)


@given(st.integers(1, LONGEST_DURATION // SECOND))
def test_a_duration_reads_back_from_its_text(seconds: int) -> None:
    assert parse_duration(format_duration(seconds * SECOND)) == seconds * SECOND


@given(st.integers(1, 5000), st.sampled_from("smhdw"))
def test_a_duration_is_a_number_of_units(number: int, unit: str) -> None:
    length = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}[unit]
    assert parse_duration(f" {number} {unit} ") == number * length


@pytest.mark.parametrize(
    ("duration", "text"),
    [(90 * SECOND, "90s"), (36 * HOUR, "36h"), (14 * DAY, "14d"), (1095 * DAY, "3y"), (366 * DAY, "366d")],
)
def test_a_duration_is_told_in_its_largest_unit(duration: int, text: str) -> None:
    assert format_duration(duration) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "h",
        "0d",
        "-1d",
        "1.5h",
        "1:30",
        "1 day",
        "1D",
        "٣d",
        "101y",
        "9" * 20 + "s",
        "9" * 5000 + "s",
    ],
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is not a duration: write a whole number and one of s, m, h, d, w, y"):
        parse_duration(text)


@given(st.integers(-DAY, DAY), st.integers(1, DAY), st.integers(-2 * DAY, 3 * DAY))
def test_a_window_is_half_open(start: int, length: int, instant: int) -> None:
    window = Window(start, start + length)
    assert window.length == length
    assert (instant in window) == (start <= instant < start + length)


@given(st.integers(0, DAY), st.integers(0, DAY))
def test_a_window_must_end_after_it_starts(start: int, before: int) -> None:
    with pytest.raises(InputError, match="a window must end after it starts: "):
        Window(start, start - before)


def test_a_window_is_told_in_utc() -> None:
    window = Window(parse_instant("2013-03-10T05:00:00Z"), parse_instant("2013-03-11T04:00:00Z"))
    assert window.to_dict() == {"start": "2013-03-10T05:00:00Z", "end": "2013-03-11T04:00:00Z"}
