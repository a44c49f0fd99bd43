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
    exists,
    func,
    select,
)

from modelwatch.domain.incident import Notified
from modelwatch.domain.measurement import Status
from modelwatch.store.dialect import insert_new, upsert
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
# What is known of a channel, from its first failure on.
CHANNEL = Table(
    "channel",
    METADATA,
    Column("name", String, primary_key=True),
    Column("rest_until", INSTANT, nullable=False),
    Column("stopped", Text),
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


class Standing(NamedTuple):
    """How a channel stands: messages on their way and given up, the last error, and why it was stopped, if it was."""

    pending: int
    dead: int
    error: str | None
    stopped: str | None


_QUEUED = _C.id, _C.channel, _C.key, _C.body, _C.attempts, _C.error
_EARLIER = OUTBOX.alias()
# Nobody hears of the end of an incident before its beginning: of each, a channel gets one message after the other.
_FIRST = (_C.state == PENDING) & ~exists().where(
    _EARLIER.c.state == PENDING,
    _EARLIER.c.id < _C.id,
    _EARLIER.c.model_id == _C.model_id,
    _EARLIER.c.incident_id == _C.incident_id,
    _EARLIER.c.channel == _C.channel,
)
_RESTING_UNTIL = func.coalesce(CHANNEL.c.rest_until, 0)
_WITH_CHANNEL = OUTBOX.outerjoin(CHANNEL, _C.channel == CHANNEL.c.name)


def put(tx: Transaction, messages: Iterable[Message]) -> None:
    """Queue messages, due at once; one whose key the channel was given before is left as it is."""
    rows = [
        asdict(message) | {"severity": str(message.severity), "state": PENDING, "due_at": 0, "attempts": 0}
        for message in messages
    ]
    insert_new(tx, OUTBOX, rows)


def due(tx: Transaction, now: int, *, busy: Collection[str] = ()) -> list[Queued]:
    """The next message of every channel that has one to send now and is not busy.

    What failed before comes after what did not, so that a message that no endpoint takes holds up no others;
    messages about the same incident keep their order. What waits for a channel that was stopped is left.
    """
    query = (
        select(_C.id, _C.channel)
        .select_from(_WITH_CHANNEL)
        .where(_FIRST, _C.due_at <= now, now >= _RESTING_UNTIL, _C.channel.not_in(busy), CHANNEL.c.stopped.is_(None))
        .order_by(_C.attempts, _C.id)
    )
    first: dict[str, int] = {}
    for row in tx.execute(query):
        first.setdefault(row.channel, row.id)
    chosen = select(*_QUEUED).where(_C.id.in_(first.values())).order_by(_C.id)
    return [Queued(*row) for row in tx.execute(chosen)]


def next_due(tx: Transaction) -> int | None:
    """When the next message that waits may be sent; None if none waits."""
    query = select(_C.due_at, _RESTING_UNTIL).select_from(_WITH_CHANNEL).where(_FIRST, CHANNEL.c.stopped.is_(None))
    return min((max(due_at, rest) for due_at, rest in tx.execute(query)), default=None)


def mark_delivered(tx: Transaction, message_id: int, now: int) -> None:
    """The channel has taken the message."""
    tx.execute(OUTBOX.update().where(_C.id == message_id).values(state=DELIVERED, delivered_at=now, error=None))


def mark_failed(tx: Transaction, message_id: int, error: str, *, next_try: int | None) -> None:
    """The channel has not taken the message: try again at `next_try`, or never, as a dead letter."""
    fate = {"state": DEAD} if next_try is None else {"due_at": next_try}
    tx.execute(OUTBOX.update().where(_C.id == message_id).values(attempts=_C.attempts + 1, error=error, **fate))


def rest(tx: Transaction, channel: str, until: int) -> None:
    """Send a channel nothing before an instant."""
    upsert(tx, CHANNEL, [{"name": channel, "rest_until": until}])


def stop(tx: Transaction, channel: str, reason: str, now: int) -> None:
    """Send a channel nothing any more; what waits for it is kept until somebody resumes it."""
    upsert(tx, CHANNEL, [{"name": channel, "rest_until": now, "stopped": reason}])


def resume(tx: Transaction, channel: str) -> int:
    """Take a channel up again: its dead letters are due at once, as if new; returns how many there were."""
    tx.execute(CHANNEL.delete().where(CHANNEL.c.name == channel))
    mine = (_C.channel == channel) & (_C.state != DELIVERED)
    tx.execute(OUTBOX.update().where(mine, _C.state == PENDING).values(due_at=0))
    revived = OUTBOX.update().where(mine, _C.state == DEAD).values(state=PENDING, due_at=0, attempts=0)
    return tx.execute(revived).rowcount


def pending(tx: Transaction) -> int:
    """How many messages are still to be delivered."""
    return tx.execute(select(func.count()).where(_C.state == PENDING)).scalar_one()


def dead(tx: Transaction) -> list[Queued]:
    """Messages that were given up, with the last error of each."""
    return [Queued(*row) for row in tx.execute(select(*_QUEUED).where(_C.state == DEAD).order_by(_C.id))]


def standings(tx: Transaction) -> dict[str, Standing]:
    """How every channel stands that something waits for or that something was given up for, and all stopped ones."""
    undelivered = select(_C.channel, _C.state, _C.error).where(_C.state != DELIVERED).order_by(_C.id)
    found: dict[str, Standing] = {}
    for row in tx.execute(select(CHANNEL.c.name, CHANNEL.c.stopped).where(CHANNEL.c.stopped.is_not(None))):
        found[row.name] = Standing(0, 0, None, row.stopped)
    for row in tx.execute(undelivered):
        so_far = found.get(row.channel, Standing(0, 0, None, None))
        found[row.channel] = so_far._replace(
            pending=so_far.pending + (row.state == PENDING),
            dead=so_far.dead + (row.state == DEAD),
            error=row.error or so_far.error,
        )
    return found


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


def bodies(tx: Transaction, model_id: int, incident_ids: Collection[int]) -> list[tuple[int, dict[str, Any]]]:
    """What the messages about some incidents of a model said, each with the incident's number, as they were queued."""
    query = select(_C.incident_id, _C.body).where(_C.model_id == model_id, _C.incident_id.in_(incident_ids))
    return [(row.incident_id, row.body) for row in tx.execute(query.order_by(_C.id))]
