"""The tables of the lake: what makes two of their rows the same, and which day a row belongs to.

`flush` and `repair` follow these rules; adding a table is one entry here.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from modelwatch.collect.layout import SOURCE_ROW
from modelwatch.domain.columns import CONTENT_HASH, DAY_PARTITION, MODEL_VERSION, PREDICTION_ID, TIMESTAMP
from modelwatch.log.identity import content_hash

PREDICTIONS, LABELS, QUARANTINE = "predictions", "labels", "quarantine"


@dataclass(frozen=True, slots=True)
class Table:
    """One kind of table.

    `identity` are the columns that equal rows share; two rows of one identity and different content are a
    conflict. `dated_by` is the time whose UTC day partitions the table. `without` are columns that are not
    content. `by_day` says that a repeat is looked for within the row's day.
    """

    name: str
    identity: tuple[str, ...]
    dated_by: str
    without: frozenset[str]
    by_day: bool = True

    def stored(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows with their day and content hash, as the lake keeps them."""
        day = pl.col(self.dated_by).dt.date().alias(DAY_PARTITION)
        return frame.with_columns(day, content_hash(frame, without=self.without))


_NEVER_CONTENT = frozenset({SOURCE_ROW, DAY_PARTITION, CONTENT_HASH})
TABLES = {
    table.name: table
    for table in (
        Table(
            name=PREDICTIONS,
            identity=(DAY_PARTITION, MODEL_VERSION, PREDICTION_ID),
            dated_by=TIMESTAMP,
            without=_NEVER_CONTENT,
        ),
        # A label may be revised any number of times; only the same once more is a repeat.
        Table(
            name=LABELS,
            identity=(DAY_PARTITION, PREDICTION_ID, CONTENT_HASH),
            dated_by=TIMESTAMP,
            without=_NEVER_CONTENT,
        ),
        # The same row of the same file again, however much later: its arrival is no part of it, nor is a
        # reason that tells it.
        Table(
            name=QUARANTINE,
            identity=(CONTENT_HASH,),
            dated_by="received",
            without=_NEVER_CONTENT | {"received", "reason"},
            by_day=False,
        ),
    )
}
