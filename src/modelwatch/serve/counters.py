"""What went through the server since it started: the counters of `/metrics`, told of every durable batch.

Counters begin at zero with the process, as Prometheus expects them to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock

import numpy as np
import numpy.typing as npt
import polars as pl

from modelwatch.domain.columns import ERROR, LATENCY_MS, MODEL_VERSION
from modelwatch.domain.instants import DAY
from modelwatch.domain.names import ModelKey
from modelwatch.domain.receipt import Receipt
from modelwatch.log.tables import PREDICTIONS
from modelwatch.serve.labels import is_sound

# Seconds; up to a minute, since answers of language models take that long.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
MOST_VERSIONS = 50
OTHER = "other"
# After this long without a row a version is told of only if the model's windows say that it is in use.
IN_USE = 7 * DAY


def _buckets() -> npt.NDArray[np.int64]:
    return np.zeros(len(BUCKETS) + 1, dtype=np.int64)


@dataclass(slots=True)
class Served:
    """What one version of a model answered: rows, errors, and latencies by bucket with their sum in seconds.

    `seen` is when its last row came, microseconds since 1970.
    """

    seen: int = 0
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
    """The counters of one server; threads may share them.

    Parameters
    ----------
    clock
        Tells the instant, microseconds since 1970.
    """

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._served: dict[ModelKey, dict[str, Served]] = {}
        self._fates: dict[tuple[ModelKey, str], Fate] = {}
        self._dropped = 0

    def observe(self, key: ModelKey, table: str, frame: pl.DataFrame, receipt: Receipt) -> None:
        """Count a batch that became durable; `frame` holds its accepted rows."""
        with self._lock:
            fate = self._fates.setdefault((key, table), Fate())
            fate.accepted += receipt.accepted
            fate.duplicates += receipt.duplicates
            fate.quarantined += receipt.quarantined
            if table == PREDICTIONS and frame.height:
                for (version,), rows in frame.group_by(MODEL_VERSION):
                    _count(self._of(key, str(version)), rows, self._clock())

    def drop(self, series: int) -> int:
        """Count series that a scrape left out; returns how many it were since the start."""
        with self._lock:
            self._dropped += series
            return self._dropped

    def served(self, key: ModelKey) -> Mapping[str, Served]:
        """Predictions of a model by version: those whose last row is less than seven days old."""
        with self._lock:
            known = self._served.get(key, {})
            return {version: served for version, served in known.items() if self._is_in_use(served)}

    def total(self, key: ModelKey, version: str) -> Served:
        """What one version answered since the start: nothing, if no row of it came."""
        with self._lock:
            return self._served.get(key, {}).get(version) or Served()

    def models(self) -> set[ModelKey]:
        """The models that rows came for."""
        with self._lock:
            return {key for key, _ in self._fates}

    def fates(self) -> Mapping[tuple[ModelKey, str], Fate]:
        """Rows by model and table."""
        with self._lock:
            return dict(self._fates)

    def _of(self, key: ModelKey, version: str) -> Served:
        """One version's counts; those beyond fifty in use, and those of too long a name, share the name `other`."""
        known = self._served.setdefault(key, {})
        if version in known:
            return known[version]
        if len(known) >= MOST_VERSIONS:
            for old in [name for name, served in known.items() if not self._is_in_use(served)]:
                del known[old]
        if len(known) >= MOST_VERSIONS or not is_sound(version):
            version = OTHER
        return known.setdefault(version, Served())

    def _is_in_use(self, served: Served) -> bool:
        return self._clock() - served.seen < IN_USE


def _count(served: Served, rows: pl.DataFrame, now: int) -> None:
    served.seen = now
    served.rows += rows.height
    served.errors += int(rows[ERROR].fill_null(value=False).sum())
    seconds = rows[LATENCY_MS].drop_nulls().to_numpy() / 1000
    # A counter never falls and never stops at infinity, whatever a client sends.
    seconds = seconds[np.isfinite(seconds) & (seconds >= 0)]
    if seconds.size:
        served.latency += np.bincount(np.searchsorted(BUCKETS, seconds), minlength=len(BUCKETS) + 1)
        served.latency_sum += float(seconds.sum())
