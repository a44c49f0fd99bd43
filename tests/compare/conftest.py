"""Two tables with every kind of column, the second one changed in known ways."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from modelwatch.compare import Comparison

Columns = dict[str, Any]


@pytest.fixture(scope="session")
def before() -> Columns:
    """A reference of 4,000 rows."""
    return make(np.random.default_rng(1), 4000)


@pytest.fixture(scope="session")
def after() -> Columns:
    """Rows of the same process in which `age` has moved and `plan` has a new value."""
    columns = make(np.random.default_rng(2), 3000)
    columns["age"] = columns["age"] + 8
    columns["plan"] = np.where(np.arange(3000) % 10 == 0, "max", columns["plan"])
    return columns


def make(rng: np.random.Generator, rows: int) -> Columns:
    """Rows of one process: two numbers, a category, a truth value, and a text that differs from row to row."""
    return {
        "age": rng.normal(40, 10, rows),
        "income": rng.lognormal(10, 1, rows),
        "plan": rng.choice(["basic", "pro", "team"], rows, p=[0.6, 0.3, 0.1]),
        "active": rng.random(rows) < 0.7,
        "note": np.array([f"row {rng.integers(10**12)}" for _ in range(rows)]),
    }


def plain(comparison: Comparison) -> dict[str, Any]:
    """The JSON of a comparison as a program reads it; NaN and infinities are refused."""
    return json.loads(json.dumps(comparison.to_dict(), allow_nan=False))


def column(comparison: Comparison, name: str) -> dict[str, Any]:
    """One column of the JSON."""
    return next(each for each in plain(comparison)["columns"] if each["column"] == name)
