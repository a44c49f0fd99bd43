"""How values lie on both sides: every row with a value is counted once, whatever the values are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import modelwatch as mw
from modelwatch.compare.drawing import BINS, LEVELS
from modelwatch.show.sides import Sides

NUMBERS = st.lists(st.floats(allow_nan=True, allow_infinity=True, width=64), min_size=2, max_size=60)


def drawn(before: Any, now: Any) -> Sides | None:
    return mw.compare(reference={"a": np.array(before)}, current={"a": np.array(now)}).columns[0].drawing


@given(NUMBERS, NUMBERS)
def test_every_finite_number_is_in_one_bin(before: list[float], now: list[float]) -> None:
    sides = drawn(before, now)
    if sides is None or not sides.edges:
        return
    assert list(sides.edges) == sorted(sides.edges)
    assert np.isfinite(sides.edges).all()
    for given_, counts in ((before, sides.reference), (now, sides.current)):
        assert len(counts) == len(sides.edges) - 1
        assert sum(counts) == np.isfinite(given_).sum()


def test_few_whole_numbers_have_a_bin_each() -> None:
    sides = drawn(list(range(22)) * 50, list(range(1, 21)) * 10)
    assert sides is not None
    assert sides.edges == tuple(each - 0.5 for each in range(23))
    assert sides.reference == (50,) * 22
    assert sides.current == (0, *(10,) * 20, 0)


def test_a_far_value_does_not_flatten_the_rest() -> None:
    rng = np.random.default_rng(0)
    sides = drawn(rng.normal(0, 1, 5000), [*rng.normal(0, 1, 4999), 1e9])
    assert sides is not None
    assert sides.edges[-1] < 10
    assert len(sides.current) == BINS


def test_one_value_has_one_bin() -> None:
    sides = drawn([7.0] * 30, [7.0] * 20)
    assert sides is not None
    assert (sides.reference, sides.current) == ((30,), (20,))


def test_levels_beyond_the_most_frequent_are_counted_together_and_new_ones_are_kept() -> None:
    before = [f"level {each:03d}" for each in range(40) for _ in range(20)]
    sides = drawn(before, [*before, "brand new"])
    assert sides is not None
    assert "brand new" in sides.levels
    assert sides.levels[-1] == ""
    assert len(sides.levels) == LEVELS + 2
    assert (sum(sides.reference), sum(sides.current)) == (800, 801)


@pytest.mark.parametrize("values", [["a text of its own " + str(each) for each in range(300)], [None] * 10])
def test_what_is_not_counted_is_not_drawn(values: list[Any]) -> None:
    result = mw.compare(reference={"a": values}, current={"a": values})
    assert result.columns[0].drawing is None
