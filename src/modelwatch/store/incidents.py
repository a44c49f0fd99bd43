"""Incidents: the book from which `judge` goes on, and one row per incident for everybody else.

A row keeps the incident as people see it. Their acknowledgements, the messages sent and the events close to it are
added on reading, so that one posted late stands with an incident long resolved.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import JSON, Column, Index, LargeBinary, String, Table, and_, func, or_, select

from modelwatch.domain.errors import InputError, UnknownName
from modelwatch.domain.event import close_in_time
from modelwatch.domain.incident import Incident, Kind, State
from modelwatch.domain.instants import format_instant, parse_instant
from modelwatch.domain.measurement import Status
from modelwatch.store import clock, events, models, outbox, responses
from modelwatch.store.dialect import upsert
from modelwatch.store.metadata import IDENTITY, INSTANT, METADATA, Transaction, model_column
from modelwatch.store.responses import Response

INCIDENT_BOOK = Table(
    "incident_book",
    METADATA,
    model_column(),
    Column("blob", LargeBinary, nullable=False),
)
INCIDENT = Table(
    "incident",
    METADATA,
    model_column(),
    Column("id", IDENTITY, primary_key=True, autoincrement=False),
    Column("kind", String, nullable=False),
    Column("state", String, nullable=False),
    Column("severity", String, nullable=False),
    Column("opened", INSTANT, nullable=False),
    Column("resolved", INSTANT),
    Column("body", JSON, nullable=False),
    Index(None, "opened"),
    Index(None, "resolved"),
)
LIVE = (State.OPEN, State.ACKNOWLEDGED)
_C = INCIDENT.c


class StoredIncident(NamedTuple):
    """One incident; `body` is its JSON as the command line and the API write it."""

    model_id: int
    id: int
    kind: Kind
    state: State
    severity: Status
    opened: int
    resolved: int | None
    body: dict[str, Any]


def get_book(tx: Transaction, model_id: int) -> bytes | None:
    """What `judge` remembers of a model from one step to the next, None before the first."""
    return tx.execute(select(INCIDENT_BOOK.c.blob).where(INCIDENT_BOOK.c.model_id == model_id)).scalar()


def put_book(tx: Transaction, model_id: int, blob: bytes) -> None:
    """Replace what `judge` remembers of a model."""
    upsert(tx, INCIDENT_BOOK, [{"model_id": model_id, "blob": blob}])


def put(tx: Transaction, model_id: int, incidents: Iterable[Incident]) -> None:
    """Store incidents as they are now; one that was acknowledged stays so until it gets worse or ends."""
    query = select(_C.id, _C.severity).where(_C.model_id == model_id, _C.state == State.ACKNOWLEDGED)
    acknowledged = {row.id: Status(row.severity) for row in tx.execute(query)}
    rows: list[dict[str, Any]] = []
    for incident in incidents:
        known = acknowledged.get(incident.id)
        still = known is not None and incident.state is State.OPEN and incident.severity.rank <= known.rank
        row = {
            "model_id": model_id,
            "id": incident.id,
            "kind": str(incident.kind),
            "state": str(State.ACKNOWLEDGED if still else incident.state),
            "severity": str(incident.severity),
            "opened": incident.opened,
            "resolved": incident.resolved,
            "body": incident.to_dict(),
        }
        rows.append(row)
    upsert(tx, INCIDENT, rows)


def listed(
    tx: Transaction, *, model_id: int | None = None, states: Collection[State] = (), since: int | None = None
) -> list[StoredIncident]:
    """Incidents in the order they opened, of one model or all, in the given states (none given: in any).

    With `since`, only those that were not yet resolved at that instant.
    """
    query = select(INCIDENT).order_by(_C.opened, _C.model_id, _C.id)
    if model_id is not None:
        query = query.where(_C.model_id == model_id)
    if states:
        query = query.where(_C.state.in_([str(state) for state in states]))
    if since is not None:
        query = query.where(or_(_C.resolved.is_(None), _C.resolved > since))
    return _completed(tx, tx.execute(query).all())


def before(tx: Transaction, model_id: int, kind: Kind, opened: int, incident_id: int) -> list[StoredIncident]:
    """The incidents of one kind that opened before another one, the oldest first, as `put` stored them.

    What is added to an incident on reading is left out: it takes as long as all of this.
    """
    earlier = or_(_C.opened < opened, and_(_C.opened == opened, _C.id < incident_id))
    query = select(INCIDENT).where(_C.model_id == model_id, _C.kind == str(kind), earlier)
    return [_plain(row) for row in tx.execute(query.order_by(_C.opened, _C.id))]


def get(
    tx: Transaction, incident_id: int, *, model_id: int | None = None, project: str | None = None
) -> StoredIncident:
    """One incident; the model may be left out where only one has an incident of that number.

    With `project`, those of other projects are as good as not there.

    Raises
    ------
    UnknownName
        If there is no such incident.
    InputError
        If several models have one; names them.
    """
    query = select(INCIDENT).where(_C.id == incident_id)
    if model_id is not None:
        query = query.where(_C.model_id == model_id)
    if project is not None:
        mine = [number for key, number in models.known(tx).items() if key.project == project]
        query = query.where(_C.model_id.in_(mine))
    found = _completed(tx, tx.execute(query).all())
    if not found:
        raise UnknownName(f"there is no incident {incident_id}: modelwatch incidents lists those there are")
    if len(found) > 1:
        names = {number: str(key) for key, number in models.known(tx).items()}
        having = ", ".join(sorted(names[incident.model_id] for incident in found))
        raise InputError(f"several models have an incident {incident_id}: say which one of {having}")
    return found[0]


def next_id(tx: Transaction) -> int:
    """The number of the next incident: numbers run over all models, so that one names one incident."""
    return (tx.execute(select(func.max(_C.id))).scalar() or 0) + 1


def acknowledge(tx: Transaction, model_id: int, incident_id: int, *, who: str, at: int, note: str = "") -> None:
    """Mark a live incident as seen by somebody."""
    mine = _C.model_id == model_id, _C.id == incident_id, _C.state == State.OPEN
    tx.execute(INCIDENT.update().where(*mine).values(state=str(State.ACKNOWLEDGED)))
    responses.add(tx, model_id, Response(incident_id, at, who, "acknowledge", note))


def _completed(tx: Transaction, rows: Sequence[Any]) -> list[StoredIncident]:
    """Add to each row what people did and what was sent, in two queries per model, and the events close to it."""
    ids: defaultdict[int, list[int]] = defaultdict(list)
    for row in rows:
        ids[row.model_id].append(row.id)
    said: defaultdict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
    sent: defaultdict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
    for model_id, mine in ids.items():
        for response in responses.listed(tx, model_id, mine):
            moment = {"at": format_instant(response.at), "who": response.who, "text": response.told}
            said[model_id, response.incident_id].append(moment)
        for incident_id, message in outbox.notified(tx, model_id, mine):
            sent[model_id, incident_id].append(message.to_dict())
    last = {model_id: clock.last_run(tx, model_id) for model_id in ids}
    return [
        _stored(row, said[row.model_id, row.id], sent[row.model_id, row.id], _events_told(tx, row, last[row.model_id]))
        for row in rows
    ]


def _plain(row: Any) -> StoredIncident:
    kind, state, severity = Kind(row.kind), State(row.state), Status(row.severity)
    return StoredIncident(row.model_id, row.id, kind, state, severity, row.opened, row.resolved, row.body)


def _events_told(tx: Transaction, row: Any, last: int | None) -> str:
    """The line of evidence on events; those of an open incident as of the last window that was closed."""
    window = row.body["window"]
    begin, end = parse_instant(window["start"]), row.resolved or last or parse_instant(window["end"])
    return close_in_time(events.near(tx, row.model_id, begin, end), begin)


def _stored(row: Any, said: list[dict[str, Any]], sent: list[dict[str, Any]], near: str) -> StoredIncident:
    timeline = sorted([*row.body["timeline"], *said], key=lambda moment: parse_instant(moment["at"]))
    cause = {**row.body["cause"], "evidence": [*row.body["cause"]["evidence"], near]}
    body = {**row.body, "cause": cause, "state": row.state, "timeline": timeline, "notified": sent}
    return _plain(row)._replace(body=body)
