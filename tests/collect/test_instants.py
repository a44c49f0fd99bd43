"""Times: every usual spelling is the same instant, and what is no time is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelwatch.collect.instants import instants

MOMENT = datetime(2013, 3, 10, 7, 30, 15, 250_000, tzinfo=UTC)
moments = st.integers(366, 84_000).flatmap(
    lambda day: st.integers(0, 86_399_999_999).map(
        lambda micros: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day, microseconds=micros)
    )
)


@pytest.mark.parametrize(
    "spelling",
    [
        "2013-03-10T07:30:15.250Z",
        "2013-03-10T07:30:15.25",
        "2013-03-10 07:30:15.250000+00:00",
        "2013-03-10t09:30:15.25+02:00",
        "2013-03-10 03:30:15.250-0400",
        "2013-03-10 07:30:15.250 UTC",
        "20130310T073015.250Z",
        "2013-W10-7T07:30:15.250",
        "2013-03-10T07:30:15.250000999Z",
    ],
)
def test_spellings_of_one_instant(spelling: str) -> None:
    assert instants(pl.Series([spelling])).values.to_list() == [MOMENT]
    assert instants(pl.Series([spelling]), text=True).values.to_list() == [MOMENT]


@given(st.lists(moments, min_size=1))
def test_numbers_and_columns_of_times_are_the_same_instants(times: list[datetime]) -> None:
    whole = pl.Series(times, dtype=pl.Datetime("us", "UTC"))
    micros = whole.to_physical()
    # From 1973 on the size of a number tells its unit.
    late = micros.filter(micros > 100_000_000_000_000)
    for number in (late, late * 1000, late.cast(pl.Int128)):
        assert instants(number).values.to_physical().to_list() == late.to_list()
    assert instants(micros // 1_000_000).values.to_physical().to_list() == (micros // 1_000_000 * 1_000_000).to_list()
    zoned = whole.dt.convert_time_zone("America/New_York").dt.cast_time_unit("ns")
    assert instants(zoned).values.to_list() == times
    assert instants(whole.dt.replace_time_zone(None)).values.to_list() == times
    assert instants(pl.Series([time.isoformat() for time in times])).values.to_list() == times


def test_milliseconds_and_fractions_of_seconds() -> None:
    seconds = MOMENT.timestamp()
    for number in (seconds, seconds * 1000):
        assert instants(pl.Series([number])).values.to_list() == [MOMENT]
    assert instants(pl.Series([str(int(seconds * 1000))]), text=True).values.to_list() == [MOMENT]


def test_dates_are_their_midnight_in_utc() -> None:
    midnight = datetime(2013, 3, 10, tzinfo=UTC)
    assert instants(pl.Series([date(2013, 3, 10)])).values.to_list() == [midnight]
    assert instants(pl.Series(["2013-03-10"])).values.to_list() == [midnight]


def test_zones_of_objects_are_followed() -> None:
    zone = timezone(timedelta(hours=5, minutes=30))
    local = pl.Series([MOMENT.astimezone(zone)])
    assert instants(local).values.to_list() == [MOMENT]


NO_TIMES = [
    "",
    "soon",
    "10/03/2013",
    "2013-02-30",
    "1362900615",
    "2013-03-10T25:00:00Z",
    float("nan"),
    float("inf"),
    1e300,
    2**64 - 1,
    True,
    timedelta(1),
    b"2013",
]


@pytest.mark.parametrize("value", NO_TIMES)
def test_what_is_no_time_is_refused(value: Any) -> None:
    converted = instants(pl.Series([value]))
    assert converted.values.to_list() == [None]
    assert converted.refused is not None
    assert "time" in converted.refused.item()


def test_years_beyond_the_calendar_are_refused() -> None:
    far = pl.Series([datetime(9999, 12, 31, tzinfo=UTC)]).dt.offset_by("2d")
    assert instants(far).values.to_list() == [None]
    assert instants(pl.Series(["9999-12-31T23:59:59.999"])).refused is None


@pytest.mark.parametrize("unit", ["ms", "us"])
@pytest.mark.parametrize("zone", [None, "UTC", "America/New_York"])
def test_times_beyond_what_polars_can_spell_are_refused_with_their_number(unit: Any, zone: str | None) -> None:
    far = pl.Series([2**63 - 1, -(2**63) + 1, 0]).cast(pl.Datetime(unit, zone))
    found = instants(far)
    assert found.values.is_null().to_list() == [True, True, False]
    assert found.refused is not None
    assert str(2**63 - 1) in found.refused[0]


def test_days_beyond_what_polars_can_spell_are_refused() -> None:
    found = instants(pl.Series([2**31 - 1, 0], dtype=pl.Int32).cast(pl.Date))
    assert found.values.is_null().to_list() == [True, False]
