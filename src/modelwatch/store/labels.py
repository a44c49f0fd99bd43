"""Labels on their way: an index of predictions by day in parts, labels not yet due, labels without a prediction.

The fold fills index and inbox; each step of the clock takes from the inbox what has become visible.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import Boolean, Column, ColumnElement, Date, Integer, LargeBinary, Table, func, select

from modelwatch.store.dialect import upsert
from modelwatch.store.metadata import METADATA, Transaction, model_column

LABEL_INDEX = Table(
    "label_index_part",
    METADATA,
    model_column(),
    Column("day", Date, primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("rows", Integer, nullable=False),
    Column("labelled", Boolean, nullable=False),
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


class IndexPart(NamedTuple):
    """Some predictions of one day: their number, and whether any of them has a label already."""

    day: date
    part: int
    rows: int
    labelled: bool


class InboxPart(NamedTuple):
    """Some labels of one day, as they were added."""

    day: date
    part: int


def index_parts(tx: Transaction, model_id: int) -> list[IndexPart]:
    """What the index consists of, by day, then part."""
    columns = LABEL_INDEX.c.day, LABEL_INDEX.c.part, LABEL_INDEX.c.rows, LABEL_INDEX.c.labelled
    query = select(*columns).where(LABEL_INDEX.c.model_id == model_id)
    return [IndexPart(*row) for row in tx.execute(query.order_by(LABEL_INDEX.c.day, LABEL_INDEX.c.part))]


def get_index(tx: Transaction, model_id: int, part: IndexPart) -> bytes:
    """The packed rows of a part that `index_parts` lists."""
    return tx.execute(select(LABEL_INDEX.c.blob).where(*_index_part(model_id, part))).scalar_one()


def put_index(tx: Transaction, model_id: int, part: IndexPart, blob: bytes) -> None:
    """Store the packed rows of a part; what was there is overwritten."""
    upsert(tx, LABEL_INDEX, [{"model_id": model_id, **part._asdict(), "blob": blob}])


def drop_index(tx: Transaction, model_id: int, part: IndexPart) -> None:
    """Remove a part, as when its rows went into another."""
    tx.execute(LABEL_INDEX.delete().where(*_index_part(model_id, part)))


def add(tx: Transaction, model_id: int, day: date, blob: bytes) -> int:
    """Put labels with times on `day` into the inbox, behind those there; returns their part's number."""
    last = tx.execute(select(func.max(LABEL_INBOX.c.part)).where(*_of_day(model_id, day))).scalar()
    part = 0 if last is None else last + 1
    tx.execute(LABEL_INBOX.insert().values(model_id=model_id, day=day, part=part, blob=blob))
    return part


def first_day(tx: Transaction, model_id: int) -> date | None:
    """The earliest day of which the inbox holds labels, None for an empty one."""
    return tx.execute(select(func.min(LABEL_INBOX.c.day)).where(LABEL_INBOX.c.model_id == model_id)).scalar()


def inbox(tx: Transaction, model_id: int, upto: date) -> list[InboxPart]:
    """The parts of the days up to and with `upto`, by day, then as they were added."""
    query = select(LABEL_INBOX.c.day, LABEL_INBOX.c.part).where(
        LABEL_INBOX.c.model_id == model_id, LABEL_INBOX.c.day <= upto
    )
    return [InboxPart(*row) for row in tx.execute(query.order_by(LABEL_INBOX.c.day, LABEL_INBOX.c.part))]


def get_inbox(tx: Transaction, model_id: int, part: InboxPart) -> bytes:
    """The labels of a part that `inbox` lists."""
    return tx.execute(select(LABEL_INBOX.c.blob).where(*_inbox_part(model_id, part))).scalar_one()


def leave(tx: Transaction, model_id: int, part: InboxPart, blob: bytes | None) -> None:
    """Make the given labels all that is left of a part, None removes it."""
    if blob is None:
        tx.execute(LABEL_INBOX.delete().where(*_inbox_part(model_id, part)))
    else:
        tx.execute(LABEL_INBOX.update().where(*_inbox_part(model_id, part)).values(blob=blob))


def waiting_parts(tx: Transaction, model_id: int) -> list[int]:
    """The numbers of the parts that labels whose prediction has not come are kept in, in order."""
    query = select(LABEL_WAITING.c.part).where(LABEL_WAITING.c.model_id == model_id)
    return list(tx.execute(query.order_by(LABEL_WAITING.c.part)).scalars())


def get_waiting(tx: Transaction, model_id: int, part: int) -> bytes:
    """The labels of a part that `waiting_parts` lists."""
    of_part = LABEL_WAITING.c.model_id == model_id, LABEL_WAITING.c.part == part
    return tx.execute(select(LABEL_WAITING.c.blob).where(*of_part)).scalar_one()


def put_waiting(tx: Transaction, model_id: int, parts: Mapping[int, bytes | None]) -> None:
    """Store parts of the waiting labels; what was there is overwritten, None removes a part."""
    gone = [part for part, blob in parts.items() if blob is None]
    tx.execute(LABEL_WAITING.delete().where(LABEL_WAITING.c.model_id == model_id, LABEL_WAITING.c.part.in_(gone)))
    kept = {part: blob for part, blob in parts.items() if blob is not None}
    upsert(tx, LABEL_WAITING, [{"model_id": model_id, "part": part, "blob": blob} for part, blob in kept.items()])


def _of_day(model_id: int, day: date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return LABEL_INBOX.c.model_id == model_id, LABEL_INBOX.c.day == day


def _index_part(model_id: int, part: IndexPart) -> tuple[ColumnElement[bool], ...]:
    return LABEL_INDEX.c.model_id == model_id, LABEL_INDEX.c.day == part.day, LABEL_INDEX.c.part == part.part


def _inbox_part(model_id: int, part: InboxPart) -> tuple[ColumnElement[bool], ...]:
    return *_of_day(model_id, part.day), LABEL_INBOX.c.part == part.part
