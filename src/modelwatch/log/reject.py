"""Rows that are turned away on the way to the lake, as rows of the quarantine table.

`flush` uses it for conflicts and for columns whose kind has changed since the table was made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from modelwatch.collect.layout import INSTANT, SOURCE_ROW
from modelwatch.collect.quarantine import QUARANTINE_TYPES, FaultKind
from modelwatch.collect.row_json import json_rows
from modelwatch.domain.columns import CONTENT_HASH, DAY_PARTITION, MODEL_VERSION, PREDICTION_ID, TIMESTAMP

_NOT_THE_ROWS_OWN = (SOURCE_ROW, DAY_PARTITION, CONTENT_HASH)


def rejected(
    rows: pl.DataFrame, *, table: str, field: str, kind: FaultKind, reason: str, received: int
) -> pl.DataFrame:
    """Make quarantine rows of canonical ones; the original is the canonical row as JSON.

    Examples
    --------
    >>> rows = pl.DataFrame({"source_row": [7], "prediction_id": ["a"], "temp": [1.0]})
    >>> made = rejected(rows, table="predictions", field="temp", kind=FaultKind.TYPE, reason="no", received=0)
    >>> made.select("row", "prediction_id", "original").row(0)
    (7, 'a', '{"prediction_id":"a","temp":1}')
    """
    taken = {
        SOURCE_ROW: "row",
        PREDICTION_ID: PREDICTION_ID,
        TIMESTAMP: TIMESTAMP,
        MODEL_VERSION: MODEL_VERSION,
    }
    known = rows.select(pl.col(name).alias(new) for name, new in taken.items() if name in rows.columns)
    told = known.with_columns(
        pl.lit(table).alias("source_table"),
        pl.lit(field).alias("field"),
        pl.lit(str(kind)).alias("kind"),
        pl.lit(reason).alias("reason"),
        pl.lit(received).cast(INSTANT).alias("received"),
        json_rows(rows.drop(_NOT_THE_ROWS_OWN, strict=False)).alias("original"),
    )
    absent = {name: pl.lit(None) for name in QUARANTINE_TYPES if name not in told.columns}
    return told.with_columns(**absent).select(pl.col(name).cast(of) for name, of in QUARANTINE_TYPES.items())


def fit(
    frames: Iterable[pl.DataFrame], stored: Mapping[str, pl.DataType], *, table: str, received: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Put frames of perhaps different columns together, and turn away rows whose values are of another type.

    Parameters
    ----------
    stored
        The table's columns; a column of none of them takes the type it first comes with.

    Returns
    -------
    tuple of DataFrame and DataFrame
        The rows that fit, in their order, and quarantine rows of the others.
    """
    kinds = dict(stored)
    fitting: list[pl.DataFrame] = []
    turned_away = [pl.DataFrame(schema=QUARANTINE_TYPES)]
    for frame in frames:
        left = frame
        for name, reason in clashing(frame.schema, kinds).items():
            bad = left.filter(pl.col(name).is_not_null())
            turned_away.append(
                rejected(bad, table=table, field=name, kind=FaultKind.TYPE, reason=reason, received=received)
            )
            empty = pl.lit(None, dtype=kinds[name]).alias(name)
            left = left.filter(pl.col(name).is_null()).with_columns(empty)
        kinds = dict(frame.schema) | kinds
        fitting.append(left)
    return pl.concat(fitting, how="diagonal"), pl.concat(turned_away)


def clashing(kinds: Mapping[str, pl.DataType], stored: Mapping[str, pl.DataType]) -> dict[str, str]:
    """Columns of another type than the stored one, each with a sentence that says so.

    Examples
    --------
    >>> clashing({"temp": pl.String()}, {"temp": pl.Float64()})
    {'temp': 'temp is String here but Float64 in the lake: give the changed column a new name'}
    """
    return {
        name: f"{name} is {kind} here but {stored[name]} in the lake: give the changed column a new name"
        for name, kind in kinds.items()
        if name in stored and stored[name] != kind
    }
