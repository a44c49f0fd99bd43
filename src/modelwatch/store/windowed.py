"""One shape of table that several nouns share: a packed blob per model, version and window of event time.

`profiles` and `outcomes` keep their base windows and their daily slices in such tables.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Column, LargeBinary, String, Table, func, select

from modelwatch.store.dialect import upsert
from modelwatch.store.metadata import INSTANT, METADATA, Transaction, model_column


class WindowBlob(NamedTuple):
    """What is stored of one version in the window `[start, end)`; a tuple, so that it unpacks in a loop."""

    version: str
    start: int
    end: int
    blob: bytes


def blob_table(name: str) -> Table:
    """Declare a table of this shape."""
    return Table(
        name,
        METADATA,
        model_column(),
        # The start comes before the version: windows are asked for by range, all versions at once.
        Column("window_start", INSTANT, primary_key=True, autoincrement=False),
        Column("version", String, primary_key=True),
        Column("window_end", INSTANT, nullable=False),
        Column("blob", LargeBinary, nullable=False),
    )


def get_many(tx: Transaction, table: Table, model_id: int, start: int, end: int) -> list[WindowBlob]:
    """Every window that starts in `[start, end)`, by start, then version."""
    columns = table.c.version, table.c.window_start, table.c.window_end, table.c.blob
    query = (
        select(*columns)
        .where(table.c.model_id == model_id, table.c.window_start >= start, table.c.window_start < end)
        .order_by(table.c.window_start, table.c.version)
    )
    return [WindowBlob(*row) for row in tx.execute(query)]


def put_many(tx: Transaction, table: Table, model_id: int, rows: Iterable[tuple[str, int, int, bytes]]) -> None:
    """Store windows; those of the same version and start are overwritten."""
    upsert(
        tx,
        table,
        [
            {"model_id": model_id, "version": version, "window_start": start, "window_end": end, "blob": blob}
            for version, start, end, blob in rows
        ],
    )


def versions(tx: Transaction, table: Table, model_id: int) -> list[str]:
    """The versions seen, in the order of their first window."""
    first = func.min(table.c.window_start)
    query = select(table.c.version).where(table.c.model_id == model_id).group_by(table.c.version)
    return list(tx.execute(query.order_by(first, table.c.version)).scalars())


def first_starts(tx: Transaction, table: Table, model_id: int) -> dict[str, int]:
    """Where the first window of each version starts."""
    first = func.min(table.c.window_start).label("first")
    query = select(table.c.version, first).where(table.c.model_id == model_id, table.c.version != "")
    return {row.version: row.first for row in tx.execute(query.group_by(table.c.version))}


def all_first_starts(tx: Transaction, table: Table) -> dict[int, dict[str, int]]:
    """The same of all models, by their numbers."""
    first = func.min(table.c.window_start).label("first")
    query = select(table.c.model_id, table.c.version, first).where(table.c.version != "")
    found: dict[int, dict[str, int]] = {}
    for row in tx.execute(query.group_by(table.c.model_id, table.c.version)):
        found.setdefault(row.model_id, {})[row.version] = row.first
    return found


def last_start(tx: Transaction, table: Table, model_id: int, before: int) -> int | None:
    """The newest start before an instant, None while there is none."""
    earlier = table.c.model_id == model_id, table.c.window_start < before
    return tx.execute(select(func.max(table.c.window_start)).where(*earlier)).scalar()


def next_start(tx: Transaction, table: Table, model_id: int, since: int) -> int | None:
    """The first start at or after an instant, None if there is none."""
    later = table.c.model_id == model_id, table.c.window_start >= since
    return tx.execute(select(func.min(table.c.window_start)).where(*later)).scalar()


def first_start(tx: Transaction, table: Table, model_id: int) -> int | None:
    """Where the first window of a version starts, None while there is none.

    Rows that were turned away are counted without a version: a time among them says nothing of when the model
    began.
    """
    versioned = table.c.model_id == model_id, table.c.version != ""
    return tx.execute(select(func.min(table.c.window_start)).where(*versioned)).scalar()


def last_starts(tx: Transaction, table: Table, model_id: int, *, before: int | None = None) -> dict[str, int]:
    """Where the last window of each version starts, of those that start before an instant if one is named."""
    last = func.max(table.c.window_start).label("last")
    query = select(table.c.version, last).where(table.c.model_id == model_id, table.c.version != "")
    if before is not None:
        query = query.where(table.c.window_start < before)
    return {row.version: row.last for row in tx.execute(query.group_by(table.c.version))}
