"""The flight year, run once for all tests of this folder, and pieces of it for tests that run it otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from modelwatch.app import Home
from modelwatch.demo import FLIGHTS


@pytest.fixture(scope="session")
def year(flight_year: Path) -> Iterator[Home]:
    """The flight year, open for reading."""
    with Home.open(flight_year) as home:
        yield home


@pytest.fixture(scope="session")
def spring() -> tuple[pl.DataFrame, pl.DataFrame]:
    """Predictions of 1 March to 14 April and their labels: enough for a span of 28 days."""
    end = pl.datetime(2013, 4, 15, 4, time_zone="UTC")
    predictions = pl.read_parquet(FLIGHTS / "predictions.parquet").filter(pl.col("timestamp") < end)
    labels = pl.read_parquet(FLIGHTS / "labels.parquet")
    return predictions, labels.join(predictions.select("prediction_id"), on="prediction_id", how="semi")
