"""Measurements: all that was measured on a window, one blob per version and part, every revision kept.

`work` adds a revision when a window closes and whenever late rows or labels change it; people see the last.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy import Column, Integer, LargeBinary, String, Table, func, select

from modelwatch.store.dialect import upsert
from modelwatch.store.metadata import INSTANT, METADATA, Transaction, model_column

MEASUREMENT = Table(
    "measurement",
    METADATA,
    model_column(),
    Column("window_start", INSTANT, primary_key=True, autoincrement=False),
    Column("window_end", INSTANT, primary_key=True, autoincrement=False),
    Column("version", String, primary_key=True),
    Column("part", String, primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("blob", LargeBinary, nullable=False),
)


class MeasurementBlob(NamedTuple):
    """The measurements of one window; `part` says what of: `profile`, `outcome` or the `model` as a whole."""

    version: str
    start: int
    end: int
    part: str
    revision: int
    blob: bytes


_C = MEASUREMENT.c
_ROW = _C.version, _C.window_start, _C.window_end, _C.part, _C.revision, _C.blob
_NAMES = [column.name for column in _ROW]
_SERIES = _C.window_start, _C.window_end, _C.version, _C.part


def put(tx: Transaction, model_id: int, rows: Iterable[tuple[str, int, int, str, int, bytes]]) -> None:
    """Store `(version, start, end, part, revision, blob)`; writing a revision again is an error."""
    values = [{"model_id": model_id, **dict(zip(_NAMES, row, strict=True))} for row in rows]
    if values:
        tx.execute(MEASUREMENT.insert(), values)


def rewrite(tx: Transaction, model_id: int, rows: Iterable[MeasurementBlob]) -> None:
    """Replace the blobs of revisions that are there by blobs that say the same in another format."""
    values = [{"model_id": model_id, **dict(zip(_NAMES, row, strict=True))} for row in rows]
    upsert(tx, MEASUREMENT, values)


def some(tx: Transaction, model_id: int) -> bool:
    """Whether anything was ever measured of a model."""
    return tx.execute(select(_C.model_id).where(_C.model_id == model_id).limit(1)).first() is not None


def latest(
    tx: Transaction,
    model_id: int,
    start: int,
    end: int,
    *,
    parts: Collection[str] | None = None,
    version: str | None = None,
) -> list[MeasurementBlob]:
    """The last revision of every window that starts in `[start, end)`, by start, then version and part."""
    rank = func.row_number().over(partition_by=_SERIES, order_by=_C.revision.desc()).label("rank")
    query = select(*_ROW, rank).where(_C.model_id == model_id, _C.window_start >= start, _C.window_start < end)
    if parts is not None:
        query = query.where(_C.part.in_(parts))
    if version is not None:
        query = query.where(_C.version == version)
    ranked = query.subquery()
    last = select(*(ranked.c[column.name] for column in _ROW)).where(ranked.c.rank == 1)
    return [MeasurementBlob(*row) for row in tx.execute(last.order_by(*(ranked.c[column.name] for column in _SERIES)))]


def revisions(
    tx: Transaction, model_id: int, start: int, end: int, *, parts: Collection[str] | None = None
) -> list[MeasurementBlob]:
    """Every revision of every window that starts in `[start, end)`, the earlier revision first."""
    query = select(*_ROW).where(_C.model_id == model_id, _C.window_start >= start, _C.window_start < end)
    if parts is not None:
        query = query.where(_C.part.in_(parts))
    return [MeasurementBlob(*row) for row in tx.execute(query.order_by(*_SERIES, _C.revision))]
