"""A caller's table of predictions with the columns that every prediction must have.

Loaded by the first `log_batch` only, since it needs Polars.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import polars as pl

from modelwatch.collect.client.ids import new_id
from modelwatch.collect.frames import to_polars
from modelwatch.collect.layout import INSTANT
from modelwatch.domain.columns import (
    ERROR,
    LATENCY_MS,
    METADATA,
    MODEL_VERSION,
    PREDICTION,
    PREDICTION_ID,
    SCORE,
    TIMESTAMP,
)


def batch_of(table: object, *, version: str | None, now_ns: int) -> pl.DataFrame:
    """Add ids, the time and the version to a table where it has none; ids that are given become text.

    Raises
    ------
    InputError
        If it is no table.

    Examples
    --------
    >>> batch_of({"temp": [39.5, 40.0], "prediction_id": [1, 2]}, version="3", now_ns=0).drop("timestamp").rows()
    [(39.5, '1', '3'), (40.0, '2', '3')]
    """
    frame = to_polars(table)
    if TIMESTAMP not in frame.columns:
        frame = frame.with_columns(pl.lit(datetime.fromtimestamp(now_ns / 1e9, UTC), dtype=INSTANT).alias(TIMESTAMP))
    if PREDICTION_ID not in frame.columns:
        frame = frame.with_columns(pl.Series(PREDICTION_ID, _ids(frame[TIMESTAMP], now_ns // 1_000_000)))
    elif frame[PREDICTION_ID].dtype.is_integer():
        frame = frame.with_columns(pl.col(PREDICTION_ID).cast(pl.String))
    if version is not None and MODEL_VERSION not in frame.columns:
        frame = frame.with_columns(pl.lit(version, dtype=pl.String).alias(MODEL_VERSION))
    return frame


def is_mixed(batch: pl.DataFrame) -> bool:
    """Whether a column holds values of several types, which no Arrow column can."""
    return any(kind == pl.Object for kind in batch.dtypes)


def records_of(batch: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """Each row by the names of a single prediction, its features together."""
    own = [name for name in batch.columns if name in _OWN]
    features = [name for name in batch.columns if name not in _OWN]
    for row in batch.iter_rows(named=True):
        fields = {_OWN[name]: row[name] for name in own}
        yield fields | {"features": {name: row[name] for name in features}}


_OWN = {name: name for name in (PREDICTION_ID, TIMESTAMP, SCORE, PREDICTION, LATENCY_MS, ERROR, METADATA)}
_OWN[MODEL_VERSION] = "version"


def _ids(times: pl.Series, now_ms: int) -> pl.Series:
    if not isinstance(times.dtype, pl.Datetime):
        return pl.Series([new_id(now_ms) for _ in range(times.len())], dtype=pl.String)
    millis = times.dt.timestamp("ms").fill_null(now_ms)
    return pl.Series([new_id(max(each, 0)) for each in millis], dtype=pl.String)
