"""One small source of predictions, in every format, that the tests of this room read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from modelwatch.collect import Layout
from modelwatch.domain.columns import ColumnKind, Task

START = datetime(2013, 3, 1, 6, tzinfo=UTC)


@pytest.fixture
def source() -> pl.DataFrame:
    rows = 1000
    return pl.DataFrame(
        {
            "id": [f"f{row}" for row in range(rows)],
            "at": [START + timedelta(minutes=row) for row in range(rows)],
            "carrier": [("UA", "AA", None)[row % 3] for row in range(rows)],
            "temp": [None if row % 7 == 0 else 30 + row / 8 for row in range(rows)],
            "hour": [row % 24 for row in range(rows)],
            "score": [row / rows for row in range(rows)],
        }
    )


@pytest.fixture
def layout() -> Layout:
    return Layout(
        task=Task.BINARY,
        id="id",
        timestamp="at",
        score="score",
        features={
            "carrier": ColumnKind.CATEGORICAL,
            "temp": ColumnKind.NUMERIC,
            "hour": ColumnKind.CATEGORICAL,
        },
    )


@pytest.fixture
def as_csv(source: pl.DataFrame, tmp_path: Path) -> Path:
    path = tmp_path / "source.csv"
    source.with_columns(pl.col("at").dt.to_string("%Y-%m-%dT%H:%M:%SZ")).write_csv(path)
    return path


@pytest.fixture
def as_json_lines(source: pl.DataFrame, tmp_path: Path) -> Path:
    path = tmp_path / "source.jsonl"
    source.with_columns(pl.col("at").dt.to_string("%Y-%m-%dT%H:%M:%SZ")).write_ndjson(path)
    return path
