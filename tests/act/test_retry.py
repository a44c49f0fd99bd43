"""Retries: as Standard Webhooks recommends, never all at once, as late as is asked, and not for ever."""

from __future__ import annotations

from random import Random

import pytest

from modelwatch.act.retry import LONGEST_ASKED, Retry
from modelwatch.domain.instants import DAY, HOUR, MINUTE, SECOND

RETRY = Retry()
RECOMMENDED = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, *(hours * HOUR for hours in (2, 5, 10, 14, 20, 24))]


@pytest.mark.parametrize(("failures", "least"), list(enumerate(RECOMMENDED, start=1)))
def test_a_wait_is_the_recommended_one_and_up_to_a_tenth_more(failures: int, least: int) -> None:
    found = [RETRY.wait(failures, Random(seed)) or 0 for seed in range(400)]
    assert least <= min(found) < 1.005 * least
    assert 1.095 * least < max(found) <= 1.1 * least


def test_the_tenth_failure_ends_it() -> None:
    assert RETRY.wait(9, Random(0)) is not None
    assert RETRY.wait(10, Random(0)) is None
    assert RETRY.wait(11, Random(0)) is None


def test_what_is_asked_for_is_kept_if_it_is_longer_and_no_more_than_a_day() -> None:
    assert RETRY.wait(1, Random(0), asked=HOUR) == HOUR
    assert RETRY.wait(4, Random(0), asked=HOUR) == RETRY.wait(4, Random(0))
    assert RETRY.wait(1, Random(0), asked=400 * DAY) == LONGEST_ASKED == DAY
    assert RETRY.wait(10, Random(0), asked=HOUR) is None


def test_the_defaults_outlast_an_outage_of_three_days() -> None:
    assert sum(RETRY.waits) > 3 * DAY
