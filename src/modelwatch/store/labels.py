"""Labels on their way: an index of predictions by day, labels not yet due, labels without a prediction.

The fold fills index and inbox; each step of the clock takes from the inbox what has become visible.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import Column, ColumnElement, Date, Integer, LargeBinary, Table, func, select

from modelwatch.store.dialect import upsert
from modelwatch.store.metadata import METADATA, Transaction, model_column

LABEL_INDEX = Table(
    "label_index",
    METADATA,
    model_column(),
    Column("day", Date, primary_key=True),
    Column("blob", LargeBinary, nullable=False),
)
LABEL_INBOX = Table(
    "label_inbox",
    METADATA,
    model_column(),
    Column("day", Date, primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("blob", LargeBinary, nullable=False),
)
LABEL_WAITING = Table(
    "label_waiting",
    METADATA,
    model_column(),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("blob", LargeBinary, nullable=False),
)


class InboxPart(NamedTuple):
    """Some labels of one day, as they were added."""

    day: date
    part: int
    blob: bytes


def get_index(tx: Transaction, model_id: int, days: Iterable[date]) -> dict[date, bytes]:
    """The packed index of each of the given days that has one."""
    query = select(LABEL_INDEX.c.day, LABEL_INDEX.c.blob).where(
        LABEL_INDEX.c.model_id == model_id, LABEL_INDEX.c.day.in_(sorted(set(days)))
    )
    return {row.day: row.blob for row in tx.execute(query.order_by(LABEL_INDEX.c.day))}


def put_index(tx: Transaction, model_id: int, blobs: Mapping[date, bytes]) -> None:
    """Store the packed index of days; what was there is overwritten."""
    upsert(tx, LABEL_INDEX, [{"model_id": model_id, "day": day, "blob": blob} for day, blob in blobs.items()])


def index_days(tx: Transaction, model_id: int) -> list[date]:
    """The days that have an index, in order."""
    query = select(LABEL_INDEX.c.day).where(LABEL_INDEX.c.model_id == model_id).order_by(LABEL_INDEX.c.day)
    return list(tx.execute(query).scalars())


def add(tx: Transaction, model_id: int, day: date, blob: bytes) -> int:
    """Put labels with times on `day` into the inbox, behind those there; returns their part's number."""
    last = tx.execute(select(func.max(LABEL_INBOX.c.part)).where(*_of_day(model_id, day))).scalar()
    part = 0 if last is None else last + 1
    tx.execute(LABEL_INBOX.insert().values(model_id=model_id, day=day, part=part, blob=blob))
    return part


def first_day(tx: Transaction, model_id: int) -> date | None:
    """The earliest day of which the inbox holds labels, None for an empty one."""
    return tx.execute(select(func.min(LABEL_INBOX.c.day)).where(LABEL_INBOX.c.model_id == model_id)).scalar()


def take(tx: Transaction, model_id: int, upto: date) -> list[InboxPart]:
    """Remove and return all parts of the days up to and with `upto`, by day, then as they were added."""
    taken = LABEL_INBOX.c.model_id == model_id, LABEL_INBOX.c.day <= upto
    columns = LABEL_INBOX.c.day, LABEL_INBOX.c.part, LABEL_INBOX.c.blob
    parts = tx.execute(select(*columns).where(*taken).order_by(LABEL_INBOX.c.day, LABEL_INBOX.c.part)).all()
    tx.execute(LABEL_INBOX.delete().where(*taken))
    return [InboxPart(*part) for part in parts]


def replace(tx: Transaction, model_id: int, day: date, blobs: Iterable[bytes]) -> None:
    """Make the given blobs all that the inbox holds of a day, as when only a part of it was due."""
    tx.execute(LABEL_INBOX.delete().where(*_of_day(model_id, day)))
    rows = [{"model_id": model_id, "day": day, "part": part, "blob": blob} for part, blob in enumerate(blobs)]
    if rows:
        tx.execute(LABEL_INBOX.insert(), rows)


def waiting(tx: Transaction, model_id: int) -> dict[int, bytes]:
    """Labels whose prediction has not come, by the part their owner put them in."""
    query = select(LABEL_WAITING.c.part, LABEL_WAITING.c.blob).where(LABEL_WAITING.c.model_id == model_id)
    return {row.part: row.blob for row in tx.execute(query.order_by(LABEL_WAITING.c.part))}


def put_waiting(tx: Transaction, model_id: int, parts: Mapping[int, bytes | None]) -> None:
    """Store parts of the waiting labels; what was there is overwritten, None removes a part."""
    gone = [part for part, blob in parts.items() if blob is None]
    tx.execute(LABEL_WAITING.delete().where(LABEL_WAITING.c.model_id == model_id, LABEL_WAITING.c.part.in_(gone)))
    kept = {part: blob for part, blob in parts.items() if blob is not None}
    upsert(tx, LABEL_WAITING, [{"model_id": model_id, "part": part, "blob": blob} for part, blob in kept.items()])


def _of_day(model_id: int, day: date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return LABEL_INBOX.c.model_id == model_id, LABEL_INBOX.c.day == day
