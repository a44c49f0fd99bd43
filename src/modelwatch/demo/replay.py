"""The year of flights sent to a server as it happened: every flight when it left, its label when it was known.

The verb `demo` drives it with a client of the package; tests send a few weeks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import polars as pl

from modelwatch.collect.client import Recorder
from modelwatch.demo import FLIGHTS

FIRST = datetime(2013, 3, 1, 5, tzinfo=UTC)
"""Midnight in New York."""
LAST = datetime(2014, 1, 2, 5, tzinfo=UTC)
STEP = timedelta(days=7)
_OUTPUT = ("prediction_id", "timestamp", "model_version", "score", "prediction")
_PATIENCE_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Sent:
    """How many rows went out up to an instant, microseconds since 1970."""

    until: int
    predictions: int
    labels: int


def replay(client: Recorder, run: Callable[[int], object], *, last: datetime = LAST) -> Iterator[Sent]:
    """Send flights and labels in the order of their times, a week at once, and let the server run each week.

    Parameters
    ----------
    client
        Takes the rows.
    run
        Told after each week up to which instant to run.
    last
        Where to stop.

    Raises
    ------
    TimeoutError
        If the server does not take a week's rows within minutes.
    """
    flights = pl.read_parquet(FLIGHTS / "predictions.parquet").sort("timestamp", "prediction_id")
    labels = pl.read_parquet(FLIGHTS / "labels.parquet").sort("timestamp", "prediction_id")
    start, sent, labelled = datetime.min.replace(tzinfo=UTC), 0, 0
    end = FIRST
    while start < last:
        end = min(end + STEP, last)
        for each in (flights, labels):
            due = each.filter(pl.col("timestamp") > start, pl.col("timestamp") <= end)
            if each is flights:
                sent += _log(client, due)
            else:
                labelled += _label(client, due)
        if not client.flush(_PATIENCE_SECONDS):
            raise TimeoutError(f"the server did not take the rows up to {end} within {_PATIENCE_SECONDS:.0f} s")
        until = int(end.timestamp()) * 1_000_000
        run(until)
        yield Sent(until, sent, labelled)
        start = end


def _log(client: Recorder, due: pl.DataFrame) -> int:
    features = [name for name in due.columns if name not in _OUTPUT]
    for row in due.iter_rows(named=True):
        client.log(
            {name: row[name] for name in features},
            prediction_id=row["prediction_id"],
            timestamp=row["timestamp"],
            version=row["model_version"],
            score=row["score"],
            prediction=row["prediction"],
        )
    return due.height


def _label(client: Recorder, due: pl.DataFrame) -> int:
    for identity, label, timestamp in due.select("prediction_id", "label", "timestamp").iter_rows():
        client.label(identity, label, timestamp=timestamp)
    return due.height
