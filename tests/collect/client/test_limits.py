"""Limits of a client: refused where they make no sense, and waits that double and stay bounded."""

from __future__ import annotations

from random import Random

import pytest

from modelwatch.collect.client import Limits
from modelwatch.domain.errors import InputError


@pytest.mark.parametrize("value", [0, -1, float("nan")])
def test_a_limit_that_is_not_positive_is_refused(value: float) -> None:
    with pytest.raises(InputError, match="interval_seconds"):
        Limits(interval_seconds=value)


def test_the_wait_doubles_up_to_the_longest() -> None:
    limits, random = Limits(), Random(0)
    waits = [limits.backoff(failures, random) for failures in (1, 2, 3, 4, 8, 9, 100, 10_000)]
    for wait, longest in zip(waits, (0.5, 1, 2, 4, 60, 60, 60, 60), strict=True):
        assert longest / 2 <= wait <= longest
