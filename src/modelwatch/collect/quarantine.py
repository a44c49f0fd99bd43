"""Quarantined rows: what was not accepted, why, and the whole row as it came.

`collect` finds faulty rows, `log` finds conflicts and columns of a changed kind; `log` stores them all.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import polars as pl

from modelwatch.collect.layout import INSTANT
from modelwatch.collect.row_json import json_rows
from modelwatch.domain.columns import MODEL_VERSION, PREDICTION_ID, TIMESTAMP
from modelwatch.domain.errors import UnknownName
from modelwatch.domain.instants import format_instant, to_us
from modelwatch.domain.receipt import Cause, Fault, Receipt

FAULTS_TOLD = 20


class FaultKind(StrEnum):
    """Why a row cannot be accepted."""

    MISSING = "missing"  # no value where one must be
    TYPE = "type"  # a value that is not of the declared kind
    VALUE = "value"  # of the right kind, but impossible
    PROBABILITY = "probability"  # a score that is none
    FUTURE = "future"  # a time ahead of the clock
    CONFLICT = "conflict"  # another row of the same identity was first


# `row` counts from 1 within `source`, `original` is the row as JSON; id, time and version are null where they
# could not be read.
QUARANTINE_TYPES: dict[str, pl.DataType] = {
    "source_table": pl.String(),
    "source": pl.String(),
    "row": pl.Int64(),
    "field": pl.String(),
    "kind": pl.String(),
    "reason": pl.String(),
    PREDICTION_ID: pl.String(),
    TIMESTAMP: INSTANT,
    MODEL_VERSION: pl.String(),
    "received": INSTANT,
    "original": pl.String(),
}


@dataclass(frozen=True, slots=True, eq=False)
class RowFaults:
    """One field's faults: the reason per row of a batch, null where the row is fine."""

    field: str
    kind: FaultKind
    reasons: pl.Series


def quarantined(
    frame: pl.DataFrame,
    faults: Sequence[RowFaults],
    known: pl.DataFrame,
    *,
    table: str,
    source: str,
    received: int,
) -> tuple[pl.DataFrame, pl.Series]:
    """Make quarantine rows of all rows with a fault.

    Parameters
    ----------
    frame
        The batch as it came.
    faults
        All faults found; a row with several is named for the first and tells all reasons.
    known
        Row number, and what could be read of id, time and version, row by row.

    Returns
    -------
    tuple of DataFrame and Series
        The quarantine rows, and per row of the batch whether it is fine.
    """
    if not faults:
        return pl.DataFrame(schema=QUARANTINE_TYPES), pl.repeat(True, frame.height, dtype=pl.Boolean, eager=True)
    named = pl.DataFrame([each.reasons.alias(str(place)) for place, each in enumerate(faults)])
    fine = named.select(pl.all_horizontal(pl.all().is_null())).to_series()
    fields = [_where_told(place, each.field) for place, each in enumerate(faults)]
    reason = pl.coalesce(pl.all())
    several = pl.sum_horizontal(pl.all().is_not_null()) > 1
    listed = pl.format("{} (fields at fault: {})", reason, pl.concat_str(fields, separator=", ", ignore_nulls=True))
    told = named.filter(~fine).select(
        field=pl.coalesce(fields),
        kind=pl.coalesce(_where_told(place, each.kind) for place, each in enumerate(faults)),
        reason=pl.when(several).then(listed).otherwise(reason),
    )
    rows = pl.concat([told, known.filter(~fine)], how="horizontal").with_columns(
        source_table=pl.lit(table),
        source=pl.lit(source),
        received=pl.lit(received).cast(INSTANT),
        original=json_rows(frame.filter(~fine)).fill_null("{}"),
    )
    return rows.select(pl.col(name).cast(kind) for name, kind in QUARANTINE_TYPES.items()), fine


def _where_told(place: int, value: str) -> pl.Expr:
    return pl.when(pl.col(str(place)).is_not_null()).then(pl.lit(value))


def receipt_of(quarantine: pl.DataFrame) -> Receipt:
    """What a receipt tells of the rows of a quarantine frame.

    Examples
    --------
    >>> rows = pl.DataFrame({"row": [7], "field": ["temp"], "kind": ["type"], "reason": ["'x' is not a number"]})
    >>> receipt_of(rows).faults
    (Fault(row=7, field='temp', reason="'x' is not a number"),)
    """
    counted = quarantine.group_by("field", "kind", maintain_order=True).agg(
        pl.len().alias("rows"), pl.first("row", "reason")
    )
    causes = (
        Cause(kind=row["kind"], rows=row["rows"], first=_fault(row))
        for row in counted.sort("rows", descending=True, maintain_order=True).iter_rows(named=True)
    )
    faults = tuple(faults_of(quarantine.head(FAULTS_TOLD)))
    return Receipt(quarantined=quarantine.height, faults=faults, causes=tuple(causes))


def faults_of(quarantine: pl.DataFrame) -> Iterator[Fault]:
    """The rows of a quarantine frame, each with its field and reason."""
    return (_fault(row) for row in quarantine.iter_rows(named=True))


def told_quarantine(
    quarantine: pl.DataFrame, *, since: int | None = None, field: str | None = None, limit: int | None = None
) -> dict[str, Any]:
    """The refused rows as JSON, by the time they speak of, and all of them counted by table, field and kind.

    Parameters
    ----------
    quarantine
        The rows of the table.
    since
        Only rows of this time or later, in microseconds; one without a time that could be read goes by its arrival.
    field
        Only rows that were refused for this field first.
    limit
        So many of the latest rows, None for all; the counts are of all.

    Raises
    ------
    UnknownName
        If no row was refused for such a field.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    >>> row = {"source_table": "predictions", "row": 7, "field": "temp", "kind": "type", "reason": "'x' is text",
    ...     "timestamp": at, "received": at, "original": '{"temp":"x"}'}
    >>> told = told_quarantine(pl.DataFrame([row], schema=QUARANTINE_TYPES))
    >>> told["rows"][0]["timestamp"], told["causes"][0]["rows"]
    ('2026-03-01T12:00:00Z', 1)
    """
    known = quarantine["field"].unique().sort().to_list()
    if field is not None and field not in known:
        fields = f"rows were refused for {', '.join(known)}" if known else "no row was refused"
        raise UnknownName(f"no row was refused for {field!r}: {fields}")
    when = pl.coalesce(TIMESTAMP, "received")
    asked = [when >= pl.lit(since).cast(INSTANT)] if since is not None else []
    asked += [pl.col("field") == field] if field is not None else []
    found = quarantine.filter(*asked).sort(when, "source", "row", maintain_order=True)
    counted = (
        found.group_by("source_table", "field", "kind", maintain_order=True)
        .agg(pl.len().alias("rows"), pl.first("reason").alias("example"))
        .sort("rows", descending=True, maintain_order=True)
    )
    told = found if limit is None else found.tail(limit)
    return {
        "total": found.height,
        "causes": [_named(row) for row in counted.iter_rows(named=True)],
        "rows": [_told(row) for row in told.iter_rows(named=True)],
    }


def _named(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with `source_table` called `table`."""
    return {("table" if name == "source_table" else name): value for name, value in row.items()}


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    times = {name: None if row[name] is None else format_instant(to_us(row[name])) for name in (TIMESTAMP, "received")}
    return {**_named(row), **times, "original": json.loads(row["original"])}


def _fault(row: Mapping[str, Any]) -> Fault:
    return Fault(row=row["row"] or 0, field=row["field"], reason=row["reason"])
