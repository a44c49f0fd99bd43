"""A spool and a lake of their own for every test, and rows to put into them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from modelwatch.collect import Layout
from modelwatch.domain.columns import ColumnKind, Task
from modelwatch.domain.names import ModelKey
from modelwatch.log import Lake, Spool

START = datetime(2013, 3, 1, tzinfo=UTC)
LAYOUT = Layout(task=Task.BINARY, features={"temp": ColumnKind.NUMERIC, "carrier": ColumnKind.CATEGORICAL}, id="id")
Rows = Callable[..., pl.DataFrame]


@pytest.fixture(scope="session")
def key() -> ModelKey:
    return ModelKey("flight-delay")


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    with Spool(tmp_path / "spool.sqlite") as opened:
        yield opened


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


@pytest.fixture(scope="session")
def predictions() -> Rows:
    """Make canonical predictions with the given numbers, one every three hours."""

    def made(*numbers: int, temp: float = 0.0) -> pl.DataFrame:
        given = {
            "source_row": [number + 1 for number in numbers],
            "prediction_id": [f"f{number}" for number in numbers],
            "timestamp": [START + timedelta(hours=3 * number) for number in numbers],
            "model_version": ["1" for _ in numbers],
            "temp": [temp + number / 8 for number in numbers],
            "carrier": [("UA", "AA")[number % 2] for number in numbers],
        }
        types = LAYOUT.prediction_types
        frame = pl.DataFrame(given, schema={name: types[name] for name in given})
        absent = {name: pl.lit(None, dtype=kind) for name, kind in types.items() if name not in given}
        return frame.with_columns(**absent).select(*types)

    return made


@pytest.fixture(scope="session")
def labels() -> Rows:
    """Make canonical labels of the predictions with the given numbers."""

    def made(*numbers: int, label: float = 1.0, days: int = 1) -> pl.DataFrame:
        return pl.DataFrame(
            {
                "source_row": [number + 1 for number in numbers],
                "prediction_id": [f"f{number}" for number in numbers],
                "outcome": ["label" for _ in numbers],
                "timestamp": [START + timedelta(days=days, hours=3 * number) for number in numbers],
                "label": [label for _ in numbers],
            }
        ).with_columns(label_class=pl.lit(None, dtype=pl.String), metadata=pl.lit(None, dtype=pl.String))

    return made
