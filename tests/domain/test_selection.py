"""Selections: each field narrows, none stands for all."""

from __future__ import annotations

import pytest

from modelwatch.domain.measurement import Series
from modelwatch.domain.selection import Selection
from modelwatch.domain.slices import ALL_ROWS, Slice

SERIES = Series("psi", "temp", Slice.of({"origin": "EWR"}), "3", 7)


@pytest.mark.parametrize(
    ("selection", "held"),
    [
        (Selection(), True),
        (Selection(metrics=frozenset({"ks", "psi"})), True),
        (Selection(metrics=frozenset({"ks"})), False),
        (Selection(metrics=frozenset()), False),
        (Selection(column="temp"), True),
        (Selection(column=""), False),
        (Selection(slice=Slice.of({"origin": "EWR"})), True),
        (Selection(slice=ALL_ROWS), False),
        (Selection(span=7), True),
        (Selection(span=1), False),
        (Selection(metrics=frozenset({"psi"}), column="temp", span=1), False),
    ],
)
def test_a_series_is_held_if_every_field_that_is_given_fits(selection: Selection, held: bool) -> None:
    assert selection.holds(SERIES) is held
