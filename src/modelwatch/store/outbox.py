"""The outbox: messages on their way to channels, written in the transaction of the change they tell of.

The notification pipeline puts them in, delivery takes what is due and keeps what came of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from sqlalchemy import (
    JSON,
    Column,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    exists,
    func,
    select,
)

from modelwatch.domain.incident import Notified
from modelwatch.domain.measurement import Status
from modelwatch.store.dialect import insert_new
from modelwatch.store.metadata import IDENTITY, INSTANT, METADATA, Transaction, model_column

PENDING, DELIVERED, DEAD = "pending", "delivered", "dead"

OUTBOX = Table(
    "outbox",
    METADATA,
    Column("id", IDENTITY, primary_key=True),
    model_column(primary_key=False),
    Column("incident_id", IDENTITY, nullable=False),
    Column("change", String, nullable=False),
    Column("severity", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("key", String, nullable=False),
    Column("body", JSON, nullable=False),
    Column("at", INSTANT, nullable=False),
    Column("state", String, nullable=False),
    Column("due_at", INSTANT, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("delivered_at", INSTANT),
    Column("error", Text),
    UniqueConstraint("channel", "key"),
    Index(None, "state", "due_at"),
    Index(None, "model_id", "incident_id"),
    sqlite_autoincrement=True,
)
_C = OUTBOX.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message for one channel; `key` is the same whenever the same message is meant."""

    model_id: int
    incident_id: int
    change: str
    severity: Status
    channel: str
    key: str
    body: Mapping[str, Any]
    at: int


class Queued(NamedTuple):
    """A message in the outbox; `attempts` counts those that failed."""

    id: int
    channel: str
    key: str
    body: dict[str, Any]
    attempts: int
    error: str | None


_QUEUED = _C.id, _C.channel, _C.key, _C.body, _C.attempts, _C.error


def put(tx: Transaction, messages: Iterable[Message]) -> None:
    """Queue messages, due at once; one whose key the channel was given before is left as it is."""
    rows = [
        asdict(message) | {"severity": str(message.severity), "state": PENDING, "due_at": message.at, "attempts": 0}
        for message in messages
    ]
    insert_new(tx, OUTBOX, rows)


def due(tx: Transaction, now: int) -> list[Queued]:
    """Messages to send now, in the order they were queued.

    A message waits while an earlier one about the same incident on the same channel has to be tried again
    later: nobody hears of the end before the beginning.
    """
    earlier = OUTBOX.alias()
    held_back = exists().where(
        earlier.c.state == PENDING,
        earlier.c.due_at > now,
        earlier.c.id < _C.id,
        and_(
            earlier.c.model_id == _C.model_id,
            earlier.c.incident_id == _C.incident_id,
            earlier.c.channel == _C.channel,
        ),
    )
    query = select(*_QUEUED).where(_C.state == PENDING, _C.due_at <= now, ~held_back).order_by(_C.id)
    return [Queued(*row) for row in tx.execute(query)]


def mark_delivered(tx: Transaction, message_id: int, now: int) -> None:
    """The channel has taken the message."""
    tx.execute(OUTBOX.update().where(_C.id == message_id).values(state=DELIVERED, delivered_at=now, error=None))


def mark_failed(tx: Transaction, message_id: int, error: str, *, next_try: int | None) -> None:
    """The channel has not taken the message: try again at `next_try`, or never, as a dead letter."""
    fate = {"state": DEAD} if next_try is None else {"due_at": next_try}
    tx.execute(OUTBOX.update().where(_C.id == message_id).values(attempts=_C.attempts + 1, error=error, **fate))


def pending(tx: Transaction) -> int:
    """How many messages are still to be delivered."""
    return tx.execute(select(func.count()).where(_C.state == PENDING)).scalar_one()


def dead(tx: Transaction) -> list[Queued]:
    """Messages that were given up, with the last error of each."""
    return [Queued(*row) for row in tx.execute(select(*_QUEUED).where(_C.state == DEAD).order_by(_C.id))]


def notified(tx: Transaction, model_id: int, incident_ids: Collection[int]) -> list[tuple[int, Notified]]:
    """The messages about some incidents of a model, each with the incident's number, as they were queued."""
    columns = _C.incident_id, _C.at, _C.channel, _C.change, _C.severity, _C.delivered_at
    query = select(*columns).where(_C.model_id == model_id, _C.incident_id.in_(incident_ids)).order_by(_C.id)
    return [
        (
            row.incident_id,
            Notified(
                at=row.at,
                channel=row.channel,
                change=row.change,
                severity=Status(row.severity),
                delivered=row.delivered_at,
            ),
        )
        for row in tx.execute(query)
    ]


def columns_named(tx: Transaction, model_id: int, incident_ids: Collection[int]) -> dict[int, set[str]]:
    """The columns that the messages about some incidents of a model named, by the incident's number."""
    mine = _C.model_id == model_id, _C.incident_id.in_(incident_ids)
    named: dict[int, set[str]] = {}
    for row in tx.execute(select(_C.incident_id, _C.body).where(*mine)):
        named.setdefault(row.incident_id, set()).update(row.body.get("columns", ()))
    return named
