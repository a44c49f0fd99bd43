"""What the log remembers of recent rows, so that an answer can tell repeats before the lake has been asked.

`intake` counts by it; `flush` still has the last word on every row, and drops a repeat that nobody remembers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from modelwatch.domain.columns import MODEL_VERSION, PREDICTION_ID
from modelwatch.domain.names import ModelKey
from modelwatch.log.lake import Lake
from modelwatch.log.tables import LABELS, PREDICTIONS, TABLES

MOST_ROWS = 4_000_000
MOST_OF_A_DAY = 1_000_000
MOST_IDS = 2_000_000
_Place = tuple[ModelKey, str, date, tuple[str, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """How many rows repeat a remembered one, contradict one, or (of labels) have no prediction yet."""

    repeated: pl.Series
    conflicting: pl.Series
    waiting: pl.Series


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
    >>> Recall(Lake(Path(home.name))).judge(ModelKey("flight-delay"), "predictions", rows).conflicting.to_list()
    [False, True]
    >>> home.cleanup()
    """

    def __init__(self, lake: Lake, *, most: int = MOST_ROWS) -> None:
        self._lake = lake
        self._most = most
        self._days: dict[_Place, dict[int, int]] = {}
        self._ids: dict[ModelKey, set[int]] = {}
        self._partial: set[ModelKey] = set()

    def judge(self, key: ModelKey, table: str, rows: pl.DataFrame) -> Judged:
        """Compare canonical rows with what is remembered, and remember them."""
        hashed = _hashed(rows, table)
        found = {day: self._day(key, table, day, rows) for day in hashed["day"].unique().to_list()}
        repeated, conflicting = bytearray(rows.height), bytearray(rows.height)
        for place, (day, identity, content) in enumerate(hashed.select("day", "identity", "content").iter_rows()):
            first = found[day].setdefault(identity, _NEW)
            if first is _NEW:
                found[day][identity] = content
            elif first == content:
                repeated[place] = 1
            else:
                conflicting[place] = 1
        if table == PREDICTIONS:
            self._known(key).update(hashed["id"].to_list())
        unknown = self._unknown(key, rows[PREDICTION_ID], hashed["id"]) if table == LABELS else bytearray(rows.height)
        self._forget_oldest()
        return Judged(*map(_flags, (repeated, conflicting, unknown)))

    def forget(self) -> None:
        """Forget everything: rows came another way, or some that were judged could not be kept."""
        self._days.clear()
        self._ids.clear()
        self._partial.clear()

    def _day(self, key: ModelKey, table: str, day: date, rows: pl.DataFrame) -> dict[int, int]:
        place = (key, table, day, tuple(rows.columns))
        if place not in self._days:
            self._days[place] = self._read_day(key, table, day, rows)
        return self._days[place]

    def _read_day(self, key: ModelKey, table: str, day: date, rows: pl.DataFrame) -> dict[int, int]:
        if self._lake.latest_version(key, table) < 0:
            return {}
        stored = self._lake.scan(key, table, days=[day])
        if stored.select(pl.len()).collect().item() > MOST_OF_A_DAY:
            return {}
        there = stored.collect_schema().names()
        same = [pl.col(name) if name in there else pl.lit(None, dtype=rows[name].dtype) for name in rows.columns]
        frame = stored.select(each.alias(name) for each, name in zip(same, rows.columns, strict=True)).collect()
        hashed = _hashed(frame, table)
        return dict(hashed.select("identity", "content").iter_rows())

    def _known(self, key: ModelKey) -> set[int]:
        """The ids of a model's predictions; the newest of them if there are too many."""
        known = self._ids.get(key)
        if known is not None and len(known) <= MOST_IDS:
            return known
        if known is not None or self._lake.latest_version(key, PREDICTIONS) < 0:
            fresh: set[int] = set()
            if known is not None:
                self._partial.add(key)
        else:
            ids = self._lake.scan(key, PREDICTIONS).select(pl.col(PREDICTION_ID).tail(MOST_IDS)).collect()
            fresh = set(ids[PREDICTION_ID].hash().to_list())
            if ids.height >= MOST_IDS:
                self._partial.add(key)
        self._ids[key] = fresh
        return fresh

    def _unknown(self, key: ModelKey, ids: pl.Series, hashes: pl.Series) -> bytearray:
        known = self._known(key)
        unknown = bytearray(each not in known for each in hashes.to_list())
        if key in self._partial and any(unknown):
            asked = ids.filter(_flags(unknown)).unique()
            found = self._lake.scan(key, PREDICTIONS).select(PREDICTION_ID).filter(pl.col(PREDICTION_ID).is_in(asked))
            there = set(found.collect()[PREDICTION_ID].to_list())
            for place, each in enumerate(ids.to_list()):
                unknown[place] = unknown[place] and each not in there
        return unknown

    def _forget_oldest(self) -> None:
        total = sum(len(rows) for rows in self._days.values())
        for place in list(self._days)[:-1]:
            if total <= self._most:
                return
            total -= len(self._days.pop(place))


_NEW = -1


def _flags(marks: bytearray) -> pl.Series:
    return pl.Series(list(marks), dtype=pl.UInt8).cast(pl.Boolean)


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
