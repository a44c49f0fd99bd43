"""Retries: longer and longer, never all at once, and not for ever."""

from __future__ import annotations

from random import Random

import pytest

from modelwatch.act.retry import Retry
from modelwatch.domain.instants import HOUR, SECOND

RETRY = Retry(attempts=12, first=5 * SECOND, longest=HOUR)


def waits(failures: int, draws: int = 400) -> list[int]:
    found = [RETRY.wait(failures, Random(seed)) for seed in range(draws)]
    assert None not in found
    return [each for each in found if each is not None]


@pytest.mark.parametrize("failures", range(1, 12))
def test_a_wait_is_spread_over_all_of_its_range(failures: int) -> None:
    limit = min(HOUR, 5 * SECOND * 2 ** (failures - 1))
    found = waits(failures)
    assert 0 <= min(found) < 0.05 * limit
    assert 0.95 * limit < max(found) <= limit
    assert 0.4 * limit < sum(found) / len(found) < 0.6 * limit


def test_the_last_failure_ends_it() -> None:
    assert RETRY.wait(11, Random(0)) is not None
    assert RETRY.wait(12, Random(0)) is None
    assert RETRY.wait(13, Random(0)) is None


def test_the_defaults_outlast_an_outage_of_two_hours() -> None:
    retry = Retry()
    for seed in range(200):
        random = Random(seed)
        total = sum(retry.wait(failures, random) or 0 for failures in range(1, retry.attempts))
        assert total > 2 * HOUR
