"""The fleet in a sentence: whatever the counts, it says how it is and no more."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from modelwatch.show.fleet import headline
from modelwatch.show.status import State

C, W, N, P, OK = State


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        ({C: 1}, "1 of 1 model is critical"),
        ({C: 1, W: 3, OK: 6}, "1 of 10 models is critical"),
        ({C: 2, P: 1}, "2 of 3 models are critical"),
        ({W: 1, OK: 2}, "No model is critical: 1 has warnings"),
        ({W: 2, N: 1}, "No model is critical: 2 have warnings, 1 has no data"),
        ({N: 2, OK: 2}, "No model is critical: 2 have no data"),
        ({OK: 1}, "The model is all right"),
        ({OK: 1, P: 2}, "The watched model is all right, 2 wait for review"),
        ({OK: 2}, "All 2 models are all right"),
        ({P: 2}, "2 models wait for review"),
    ],
)
def test_the_sentence(counts: Mapping[State, int], sentence: str) -> None:
    assert headline(counts) == sentence
