"""Windows that a version's rows cover in part: what is said of them, and that no distance is computed on them."""

from __future__ import annotations

import pytest

from modelwatch.domain.instants import DAY, HOUR, Window
from modelwatch.measure.coverage import shortfall
from modelwatch.profile import Profile

TODAY = Window(0, DAY)


@pytest.mark.parametrize(
    ("first", "last", "says"),
    [
        (0, 24, ""),
        (7, 24, ""),  # 5 h are usual, 2.4 h are tolerated
        (8, 24, "version 2 covers only 16 h of this window"),
        (0, 22, ""),
        (0, 21, "version 2 covers only 21 h of this window"),
        (15, 24, "version 2 covers only 9 h of this window"),
    ],
)
def test_either_end_may_go_without_rows_as_in_the_reference_and_a_tenth_more(first: int, last: int, says: str) -> None:
    profile = Profile({}, 1, first * HOUR, last * HOUR)
    assert shortfall(TODAY, profile, bare=(5 * HOUR, 0), version="2") == says


def test_how_many_rows_there_are_does_not_matter() -> None:
    for rows in (2, 1_000_000):
        assert shortfall(TODAY, Profile({}, rows, 0, DAY - 1), bare=(0, 0)) == ""
        assert shortfall(TODAY, Profile({}, rows, 0, DAY // 2), bare=(0, 0)) != ""


def test_half_a_day_is_little_of_a_month() -> None:
    month = Window(0, 28 * DAY)
    assert shortfall(month, Profile({}, 1, DAY // 2, 28 * DAY), bare=(0, 0), span=28) == ""
    half = shortfall(month, Profile({}, 1, 14 * DAY, 28 * DAY), bare=(0, 0), span=28)
    assert half == "the rows cover only 336 h of these 28 windows"


def test_a_profile_without_rows_says_nothing() -> None:
    assert shortfall(TODAY, Profile({}), bare=(0, 0)) == ""
