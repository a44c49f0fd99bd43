"""Numbers as people read them: sensible digits, a true minus, no number that says more or less than it knows."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelwatch.domain.instants import DAY, HOUR, MINUTE, SECOND, parse_instant
from modelwatch.show.digits import HARD_SPACE, MINUS, NOTHING, count, day, duration, local, metric, moment, share

FINITE = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12)


def plain(text: str) -> str:
    return text.replace(HARD_SPACE, " ").replace(MINUS, "-")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.66218, "0.662"),
        (0.9996, "1.00"),
        (1.0, "1.00"),
        (82.13, "82.1"),
        (9.996, "10.0"),
        (999.6, "1,000"),
        (1234.6, "1,235"),
        (9999.9, "10 k"),
        (123_456.0, "123 k"),
        (0.00099, "< 0.001"),
        (-0.00099, "> -0.001"),
        (-0.1172, "-0.117"),
        (0.0, "0"),
        (-0.0, "0"),
        (None, NOTHING),
    ],
)
def test_a_metric_has_three_digits(value: float | None, expected: str) -> None:
    assert plain(metric(value)) == expected


def test_a_difference_shows_its_sign_and_none_has_none() -> None:
    assert [plain(metric(each, signed=True)) for each in (0.1, -0.1, 0.0)] == ["+0.100", "-0.100", "0"]
    assert [plain(share(each, signed=True)) for each in (0.12, -0.12, 0.0)] == ["+12 %", "-12 %", "0 %"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.0, "0 %"),
        (0.0002, "< 0.1 %"),
        (-0.0002, "> -0.1 %"),
        (0.001, "0.1 %"),
        (0.0131, "1.3 %"),
        (0.05, "5 %"),
        (0.0634, "6.3 %"),
        (0.12345, "12 %"),
        (0.996, "99.6 %"),
        (0.99999, "99.9 %"),
        (1.0, "100 %"),
        (1.5, "150 %"),
        (None, NOTHING),
    ],
)
def test_a_share_is_percent_and_almost_all_is_not_all(value: float | None, expected: str) -> None:
    assert plain(share(value)) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "0"),
        (9_999, "9,999"),
        (-9_999, "-9,999"),
        (10_000, "10 k"),
        (413_220, "413 k"),
        (999_499, "999 k"),
        (999_500, "1 M"),
        (5_200_000, "5.2 M"),
        (-12_300_000_000, "-12 G"),
        (None, NOTHING),
    ],
)
def test_a_count_is_in_full_as_long_as_it_is_short(value: int | None, expected: str) -> None:
    assert plain(count(value)) == expected


@given(FINITE)
def test_numbers_are_short_and_their_minus_a_true_one(value: float) -> None:
    for text in (metric(value), metric(value, signed=True), share(value)):
        assert len(text) <= 9 or "%" in text
        assert "-" not in text
        assert "e" not in text
        assert " " not in text.replace(HARD_SPACE, "")


@given(st.integers(-(10**12), 10**12))
def test_a_count_is_as_large_as_it_says(value: int) -> None:
    text = plain(count(value)).replace(",", "")
    number = float(re.sub(r"[ kMG]", "", text)) * {"k": 1e3, "M": 1e6, "G": 1e9}.get(text[-1], 1)
    assert number == pytest.approx(value, rel=0.051)


@pytest.mark.parametrize(
    ("micros", "expected"),
    [
        (0, "0 s"),
        (59 * SECOND, "59 s"),
        (MINUTE, "1 min"),
        (59 * MINUTE, "59 min"),
        (HOUR, "1 h"),
        (47 * HOUR, "47 h"),
        (2 * DAY, "2 d"),
        (400 * DAY, "400 d"),
    ],
)
def test_a_length_of_time_is_in_its_largest_unit(micros: int, expected: str) -> None:
    assert plain(duration(micros)) == expected


def test_a_date_has_its_year_where_it_could_be_another() -> None:
    new_year, eve = parse_instant("2014-01-01"), parse_instant("2013-12-31")
    autumn = parse_instant("2014-09-01")
    assert plain(day(eve)) == "31 Dec 2013"
    assert plain(day(eve, beside=eve)) == "31 Dec"
    assert plain(day(eve, beside=new_year)) == "31 Dec"
    assert plain(day(eve, beside=autumn)) == "31 Dec 2013"
    assert plain(day(new_year, beside=autumn)) == "1 Jan"
    assert plain(moment(eve + 2 * HOUR, beside=eve)) == "31 Dec 02:00"


def test_dates_are_those_of_the_zone() -> None:
    instant = parse_instant("2013-12-31T02:00:00Z")
    assert plain(day(instant, "America/New_York")) == "30 Dec 2013"
    assert plain(moment(instant, "America/New_York", beside=instant)) == "30 Dec 21:00"
    summer = parse_instant("2013-07-01T12:00:00Z")
    assert local(summer, "Europe/Berlin").hour == 14
