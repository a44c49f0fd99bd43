"""Sums over arrays: bit by bit those of one value at a time."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from modelwatch.stats.online.recursions import fading_sums, places_of_minima, running_minima, running_sums

values = st.lists(st.one_of(st.floats(-1e100, 1e100), st.floats(-1, 1)), min_size=1, max_size=60)
carried = st.floats(-1e100, 1e100)


@given(values, carried)
def test_running_sums(terms: list[float], start: float) -> None:
    expected, total = list[float](), start
    for term in terms:
        total = total + term
        expected.append(total)
    assert running_sums(np.array(terms), carried=start).tolist() == expected


@given(values, carried, st.floats(0, 1))
def test_fading_sums(terms: list[float], start: float, factor: float) -> None:
    expected, total = list[float](), start
    for term in terms:
        total = term + factor * total
        expected.append(total)
    assert fading_sums(np.array(terms), factor=factor, carried=start).tolist() == expected


@given(values, carried)
def test_minima_and_their_last_places(terms: list[float], start: float) -> None:
    least, places = list[float](), list[int]()
    low, place = start, -1
    for index, term in enumerate(terms):
        if term <= low:
            low, place = term, index
        least.append(low)
        places.append(place)
    assert running_minima(np.array(terms), carried=start).tolist() == least
    assert places_of_minima(np.array(terms), carried=start).tolist() == places
