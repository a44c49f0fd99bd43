"""Events: deployments, schema changes, holidays and the like, as points or spans of a model's time.

The verb `event` and the API add them, `judge` reads those near a verdict as causes.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Column, String, Table, Text, and_, or_, select

from modelwatch.domain.event import NEAR_US, Event
from modelwatch.domain.names import ModelKey
from modelwatch.store import models, profiles
from modelwatch.store.metadata import IDENTITY, INSTANT, METADATA, Transaction, model_column

EVENT = Table(
    "event",
    METADATA,
    Column("id", IDENTITY, primary_key=True),
    model_column(primary_key=False),
    Column("kind", String, nullable=False),
    Column("at", INSTANT, nullable=False),
    Column("until", INSTANT),
    Column("note", Text, nullable=False),
    Column("link", Text, nullable=False),
    sqlite_autoincrement=True,
)
_C = EVENT.c


def add(tx: Transaction, model_id: int, event: Event) -> None:
    """Put an event on the model's time axis."""
    row = {"kind": event.kind, "at": event.at, "until": event.until, "note": event.note, "link": event.link}
    tx.execute(EVENT.insert().values(model_id=model_id, **row))


def between(tx: Transaction, model_id: int, start: int, end: int) -> list[Event]:
    """Every event that touches `[start, end)`, by its time: a point inside, a span that overlaps."""
    touching = or_(_C.at >= start, and_(_C.until.is_not(None), _C.until > start))
    query = select(EVENT).where(_C.model_id == model_id, _C.at < end, touching).order_by(_C.at, _C.id)
    return [Event(kind=row.kind, at=row.at, until=row.until, note=row.note, link=row.link) for row in tx.execute(query)]


def candidates(tx: Transaction, model_id: int, start: int, end: int) -> list[Event]:
    """What may be the cause of something in `[start, end)`: the events posted, and each new version as a deployment.

    A version is new if another one came before it; what its rows say needs nobody to post it.
    """
    new = _new_versions(profiles.first_starts(tx, model_id), start, end)
    return sorted([*between(tx, model_id, start, end), *new], key=lambda event: event.at)


def near(tx: Transaction, model_id: int, begin: int, end: int) -> list[Event]:
    """The candidates close to an incident that began and ended then, whenever they were posted."""
    return candidates(tx, model_id, begin - NEAR_US, end)


def everywhere(tx: Transaction, project: str, start: int, end: int) -> list[tuple[ModelKey, Event]]:
    """What `candidates` finds, of all models of a project, the latest first."""
    mine = {number: key for key, number in models.known(tx).items() if key.project == project}
    touching = or_(_C.at >= start, and_(_C.until.is_not(None), _C.until > start))
    posted = tx.execute(select(EVENT).where(_C.at < end, touching).order_by(_C.id))
    found = [
        (mine[row.model_id], Event(kind=row.kind, at=row.at, until=row.until, note=row.note, link=row.link))
        for row in posted
        if row.model_id in mine
    ]
    for number, firsts in profiles.all_first_starts(tx).items():
        if number in mine:
            found += [(mine[number], event) for event in _new_versions(firsts, start, end)]
    return sorted(found, key=lambda each: (-each[1].at, each[0], each[1].kind, each[1].note))


def _new_versions(firsts: Mapping[str, int], start: int, end: int) -> list[Event]:
    begin = min(firsts.values(), default=end)
    return [
        Event(kind="deployment", at=first, note=f"version {version} first seen")
        for version, first in firsts.items()
        if max(start, begin + 1) <= first < end
    ]
