"""Rows as JSON: whatever the values are, something true is written."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelwatch.collect.client.rows import write


class Colour(Enum):
    RED = "red"


@dataclass
class Point:
    x: float


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float64(1.5), 1.5),
        (np.int64(3), 3),
        (np.bool_(True), True),
        (np.array([[1, 2]]), [[1, 2]]),
        (Decimal("1.5"), 1.5),
        (UUID(int=1), str(UUID(int=1))),
        (Colour.RED, "red"),
        (Point(1.0), {"x": 1.0}),
        (datetime(2013, 3, 1, tzinfo=UTC), "2013-03-01T00:00:00Z"),
        (pd.Timestamp("2013-03-01", tz="UTC"), "2013-03-01T00:00:00Z"),
        (date(2013, 3, 1), "2013-03-01"),
        (pd.NaT, None),
        (pd.NA, None),
        (b"ab", "YWI="),
        ({1}, [1]),
        ((1, "a"), [1, "a"]),
        ({1: 2}, {"1": 2}),
        ("\ud800", "\\ud800"),
        (2**70, 2**70),
        (2**2000, 2**2000),
        pytest.param(2**20_000, math.inf, id="huge"),
        pytest.param(-(2**20_000), -math.inf, id="huge negative"),
        (None, None),
    ],
)
@pytest.mark.parametrize("beside", [1.0, float("nan")], ids=["quick", "with care"])
def test_values_that_json_can_say(value: Any, expected: Any, beside: float) -> None:
    written = write({"value": value, "beside": beside})
    assert json.loads(written.text)["value"] == expected
    assert written.faults == 0


@pytest.mark.parametrize("value", [float("nan"), np.float32("nan"), float("inf"), np.array([1.0, np.nan])])
def test_numbers_that_are_not_finite_are_not_hidden(value: Any) -> None:
    assert b"null" not in write({"value": value}).text


@pytest.mark.parametrize("value", [object(), 1j, lambda: None, Point])
def test_other_values_are_their_text(value: Any) -> None:
    written = write({"value": value, "x": 1})
    assert json.loads(written.text) == {"value": str(value)[:200], "x": 1}
    assert written.faults == 1


def test_what_holds_itself_ends() -> None:
    loop: dict[str, Any] = {}
    loop["self"] = loop
    written = write(loop)
    assert written.faults == 1
    assert json.loads(written.text)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), PLAIN, max_size=5))
def test_plain_values_come_back_as_they_were(row: dict[str, Any]) -> None:
    written = write(row)
    assert json.loads(written.text) == json.loads(json.dumps(row).encode("utf-8", "replace"), parse_int=int)
    assert written.faults == 0
