"""What all detectors share, beside the laws: places are counted in the array, and errors say what is taken."""

from __future__ import annotations

import numpy as np
import pytest

from modelwatch.domain.errors import NotComputable
from modelwatch.stats import Cusum, PageHinkley
from modelwatch.stats.online.detector import LONGEST


def test_places_are_counted_in_the_array_at_hand() -> None:
    detector = Cusum(mean=0.0, deviation=1.0)
    assert detector.run(np.zeros(3 * LONGEST + 5)).size == 0
    assert detector.run([0.0, 6.0, 0.0, 6.0]).tolist() == [1, 3]


def test_an_alarm_on_every_value_is_found() -> None:
    assert Cusum(mean=0.0, deviation=1.0).run(np.full(300, 9.0)).tolist() == [*range(300)]


def test_a_value_that_is_not_taken_is_told_with_its_place() -> None:
    with pytest.raises(NotComputable, match=r"PageHinkley was given nan at place 2; it takes numbers .* leave missing"):
        PageHinkley().run([0.0, 1.0, np.nan])
    with pytest.raises(NotComputable, match="PageHinkley was given nan; it takes numbers"):
        PageHinkley().update(np.nan)
