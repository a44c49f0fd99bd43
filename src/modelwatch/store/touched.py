"""Closed windows into which rows or labels came late: the next step of the clock measures them again.

The fold and the label join mark them, the worker takes them.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Column, String, Table, select

from modelwatch.store.dialect import upsert
from modelwatch.store.metadata import INSTANT, METADATA, Transaction, model_column

TOUCHED = Table(
    "touched",
    METADATA,
    model_column(),
    Column("part", String, primary_key=True),
    Column("window_start", INSTANT, primary_key=True, autoincrement=False),
)


def mark(tx: Transaction, model_id: int, part: str, starts: Iterable[int]) -> None:
    """Remember windows by their starts; `part` says what changed in them."""
    upsert(tx, TOUCHED, [{"model_id": model_id, "part": part, "window_start": start} for start in set(starts)])


def some(tx: Transaction, model_id: int) -> bool:
    """Whether any window of a model is marked."""
    return tx.execute(select(TOUCHED.c.part).where(TOUCHED.c.model_id == model_id).limit(1)).first() is not None


def take(tx: Transaction, model_id: int, part: str) -> list[int]:
    """Remove and return the starts of all marked windows, in order."""
    marked = TOUCHED.c.model_id == model_id, TOUCHED.c.part == part
    starts = tx.execute(select(TOUCHED.c.window_start).where(*marked).order_by(TOUCHED.c.window_start)).scalars()
    found = list(starts)
    tx.execute(TOUCHED.delete().where(*marked))
    return found
