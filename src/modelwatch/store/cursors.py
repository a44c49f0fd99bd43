"""Cursors: how far each lake table of a model has been folded, as the table's own version number.

The fold moves a cursor in the transaction that stores what it folded: no row is counted twice or left out.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, String, Table, select

from modelwatch.store.dialect import upsert
from modelwatch.store.metadata import METADATA, Transaction, model_column

CURSOR = Table(
    "cursor",
    METADATA,
    model_column(),
    Column("lake_table", String, primary_key=True),
    Column("lake_version", BigInteger, nullable=False),
)


def get(tx: Transaction, model_id: int, table: str) -> int | None:
    """The last version of that lake table which was folded, None before the first."""
    query = select(CURSOR.c.lake_version).where(CURSOR.c.model_id == model_id, CURSOR.c.lake_table == table)
    return tx.execute(query).scalar()


def forget(tx: Transaction, model_id: int, table: str) -> None:
    """Have no cursor for a table any more."""
    tx.execute(CURSOR.delete().where(CURSOR.c.model_id == model_id, CURSOR.c.lake_table == table))


def set_to(tx: Transaction, model_id: int, table: str, version: int) -> None:
    """Remember that the lake table was folded up to and with `version`."""
    upsert(tx, CURSOR, [{"model_id": model_id, "lake_table": table, "lake_version": version}])
