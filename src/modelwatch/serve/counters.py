"""What went through the server since it started: the counters of `/metrics`, told of every durable batch.

Counters begin at zero with the process, as Prometheus expects them to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock

import numpy as np
import numpy.typing as npt
import polars as pl

from modelwatch.domain.columns import ERROR, LATENCY_MS, MODEL_VERSION
from modelwatch.domain.names import ModelKey
from modelwatch.domain.receipt import Receipt
from modelwatch.log.tables import PREDICTIONS

# Seconds; up to a minute, since answers of language models take that long.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
MOST_VERSIONS = 50


def _buckets() -> npt.NDArray[np.int64]:
    return np.zeros(len(BUCKETS) + 1, dtype=np.int64)


@dataclass(slots=True)
class Served:
    """What one version of a model answered: rows, errors, and latencies by bucket with their sum in seconds."""

    rows: int = 0
    errors: int = 0
    latency: npt.NDArray[np.int64] = field(default_factory=_buckets)
    latency_sum: float = 0.0


@dataclass(slots=True)
class Fate:
    """What became of a model's rows or labels."""

    accepted: int = 0
    duplicates: int = 0
    quarantined: int = 0


class Counters:
    """The counters of one server; threads may share them."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._served: dict[tuple[ModelKey, str], Served] = {}
        self._fates: dict[tuple[ModelKey, str], Fate] = {}

    def observe(self, key: ModelKey, table: str, frame: pl.DataFrame, receipt: Receipt) -> None:
        """Count a batch that became durable."""
        with self._lock:
            fate = self._fates.setdefault((key, table), Fate())
            fate.accepted += receipt.accepted
            fate.duplicates += receipt.duplicates
            fate.quarantined += receipt.quarantined
            if table == PREDICTIONS and frame.height:
                for (version,), rows in frame.group_by(MODEL_VERSION):
                    _count(self._of(key, str(version)), rows)

    def served(self) -> Mapping[tuple[ModelKey, str], Served]:
        """Predictions by model and version."""
        with self._lock:
            return dict(self._served)

    def fates(self) -> Mapping[tuple[ModelKey, str], Fate]:
        """Rows by model and table."""
        with self._lock:
            return dict(self._fates)

    def _of(self, key: ModelKey, version: str) -> Served:
        """One version's counts; versions beyond the first fifty of a model share those of `other`."""
        place = (key, version)
        if place not in self._served and sum(each == key for each, _ in self._served) >= MOST_VERSIONS:
            place = (key, "other")
        return self._served.setdefault(place, Served())


def _count(served: Served, rows: pl.DataFrame) -> None:
    served.rows += rows.height
    served.errors += int(rows[ERROR].fill_null(value=False).sum())
    seconds = rows[LATENCY_MS].drop_nulls().drop_nans().to_numpy() / 1000
    if seconds.size:
        served.latency += np.bincount(np.searchsorted(BUCKETS, seconds), minlength=len(BUCKETS) + 1)
        served.latency_sum += float(seconds.sum())
