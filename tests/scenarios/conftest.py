"""The flight year, run once for all tests of this folder, and pieces of it for tests that run it otherwise."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
import pytest

from modelwatch.app import Home
from modelwatch.demo import FLIGHT_DELAY as KEY
from modelwatch.demo import FLIGHTS
from modelwatch.domain.instants import parse_instant


@pytest.fixture(scope="session")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home that has run from 1 March 2013 to 2 January 2014 in one go, open for reading."""
    path = tmp_path_factory.mktemp("year") / "home"
    with Home.open(path, write=True) as home:
        home.apply(FLIGHTS / "monitor.yaml")
        home.ingest(KEY, [FLIGHTS / "predictions.parquet"])
        home.label(KEY, [FLIGHTS / "labels.parquet"])
        home.run(KEY, until=parse_instant("2014-01-02"))
    with Home.open(path) as home:
        yield home


@pytest.fixture(scope="session")
def spring() -> tuple[pl.DataFrame, pl.DataFrame]:
    """Predictions of 1 March to 14 April and their labels: enough for a span of 28 days."""
    end = pl.datetime(2013, 4, 15, 4, time_zone="UTC")
    predictions = pl.read_parquet(FLIGHTS / "predictions.parquet").filter(pl.col("timestamp") < end)
    labels = pl.read_parquet(FLIGHTS / "labels.parquet")
    return predictions, labels.join(predictions.select("prediction_id"), on="prediction_id", how="semi")
