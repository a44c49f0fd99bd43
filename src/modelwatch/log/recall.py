"""What the log remembers of recent rows, so that an answer can tell repeats before the lake has been asked.

`intake` counts by it; `flush` still has the last word on every row, and drops a repeat that nobody remembers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from modelwatch.domain.columns import MODEL_VERSION, PREDICTION_ID
from modelwatch.domain.names import ModelKey
from modelwatch.log.hashes import Hashes, HashTable
from modelwatch.log.lake import Lake
from modelwatch.log.tables import LABELS, PREDICTIONS, TABLES

MOST_ROWS = 4_000_000
MOST_OF_A_DAY = 1_000_000
MOST_IDS = 2_000_000
BATCH_ROWS = 50_000
Marks = npt.NDArray[np.bool_]
_Place = tuple[ModelKey, str, date, tuple[str, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Which rows repeat a remembered one, contradict one, or (of labels) have no prediction yet; shape (rows,)."""

    repeated: Marks
    conflicting: Marks
    waiting: Marks


class Recall:
    """A bounded memory of the rows of recently touched days, and of the ids of predictions.

    Not safe for several threads at once.

    Parameters
    ----------
    lake
        Where a day that is touched for the first time is read from.
    most
        Rows to remember, over all models; the days that were touched first are forgotten first.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from datetime import datetime, UTC
    >>> home = tempfile.TemporaryDirectory()
    >>> rows = pl.DataFrame({"prediction_id": ["a", "a"], "timestamp": [datetime(2013, 3, 1, tzinfo=UTC)] * 2,
    ...                      "model_version": ["3", "3"], "score": [0.5, 0.6]})
    >>> Recall(Lake(Path(home.name))).judge(ModelKey("flight-delay"), "predictions", rows).conflicting
    array([False,  True])
    >>> home.cleanup()
    """

    def __init__(self, lake: Lake, *, most: int = MOST_ROWS) -> None:
        self._lake = lake
        self._most = most
        self._days: dict[_Place, HashTable] = {}
        self._ids: dict[ModelKey, HashTable] = {}
        self._partial: set[ModelKey] = set()

    def judge(self, key: ModelKey, table: str, rows: pl.DataFrame) -> Judged:
        """Compare canonical rows with what is remembered, and remember them."""
        hashed = _hashed(rows, table)
        identity, content, ids = (hashed[name].to_numpy() for name in ("identity", "content", "id"))
        repeated, conflicting = np.zeros(rows.height, dtype=np.bool_), np.zeros(rows.height, dtype=np.bool_)
        for day in hashed["day"].unique().to_list():
            mine = (hashed["day"] == day).to_numpy()
            new, first = self._day(key, table, day, rows).first(identity[mine], content[mine])
            same = first == content[mine]
            repeated[mine], conflicting[mine] = same & ~new, ~same
        waiting = np.zeros(rows.height, dtype=np.bool_)
        if table == PREDICTIONS:
            self._known(key).first(ids, ids)
        if table == LABELS:
            waiting = self._unknown(key, rows[PREDICTION_ID], ids)
        self._forget_oldest()
        return Judged(repeated, conflicting, waiting)

    def forget(self) -> None:
        """Forget everything: rows came another way, or some that were judged could not be kept."""
        self._days.clear()
        self._ids.clear()
        self._partial.clear()

    def _day(self, key: ModelKey, table: str, day: date, rows: pl.DataFrame) -> HashTable:
        place = (key, table, day, tuple(rows.columns))
        if place not in self._days:
            self._days[place] = self._read_day(key, table, day, rows)
        return self._days[place]

    def _read_day(self, key: ModelKey, table: str, day: date, rows: pl.DataFrame) -> HashTable:
        found = HashTable()
        if self._lake.latest_version(key, table) < 0:
            return found
        stored = self._lake.scan(key, table, days=[day])
        if stored.select(pl.len()).collect().item() > MOST_OF_A_DAY:
            return found
        there = stored.collect_schema().names()
        same = [pl.col(name) if name in there else pl.lit(None, dtype=rows[name].dtype) for name in rows.columns]
        wanted = stored.select(each.alias(name) for each, name in zip(same, rows.columns, strict=True))
        for frame in wanted.collect_batches(chunk_size=BATCH_ROWS):
            hashed = _hashed(frame, table)
            found.first(hashed["identity"].to_numpy(), hashed["content"].to_numpy())
        return found

    def _known(self, key: ModelKey) -> HashTable:
        """The ids of a model's predictions; the newest of them if there are too many."""
        known = self._ids.get(key)
        if known is not None and len(known) <= MOST_IDS:
            return known
        fresh = HashTable()
        if known is not None:
            self._partial.add(key)
        elif self._lake.latest_version(key, PREDICTIONS) >= 0:
            ids = self._lake.scan(key, PREDICTIONS).select(pl.col(PREDICTION_ID).hash().tail(MOST_IDS)).collect()
            hashes = ids[PREDICTION_ID].to_numpy()
            fresh.first(hashes, hashes)
            if ids.height >= MOST_IDS:
                self._partial.add(key)
        self._ids[key] = fresh
        return fresh

    def _unknown(self, key: ModelKey, ids: pl.Series, hashes: Hashes) -> Marks:
        unknown = ~self._known(key).has(hashes)
        if key in self._partial and unknown.any():
            asked = ids.filter(pl.Series(unknown)).unique()
            found = self._lake.scan(key, PREDICTIONS).select(PREDICTION_ID).filter(pl.col(PREDICTION_ID).is_in(asked))
            unknown &= ~ids.is_in(found.collect()[PREDICTION_ID].unique()).to_numpy()
        return unknown

    def _forget_oldest(self) -> None:
        total = sum(len(rows) for rows in self._days.values())
        for place in list(self._days)[:-1]:
            if total <= self._most:
                return
            total -= len(self._days.pop(place))


def _hashed(rows: pl.DataFrame, table: str) -> pl.DataFrame:
    """Day, and hashes of id, identity and content, row by row; a revision of a label is an identity of its own."""
    kind = TABLES[table]
    identity = [PREDICTION_ID] if table == LABELS else [MODEL_VERSION, PREDICTION_ID]
    content = rows.drop(list(kind.without), strict=False).hash_rows().alias("content")
    whose = rows.select(identity).hash_rows().alias("identity")
    return pl.DataFrame(
        [
            rows[kind.dated_by].dt.date().alias("day"),
            rows[PREDICTION_ID].hash().alias("id"),
            (whose ^ content).alias("identity") if table == LABELS else whose,
            content,
        ]
    )
