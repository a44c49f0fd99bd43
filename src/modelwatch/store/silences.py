"""Silences: who wants to hear nothing of which incidents until when.

The verb `silence` adds them, the notification pipeline asks which hold at the time of a change.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import Column, String, Table, Text, or_, select

from modelwatch.domain.incident import Kind
from modelwatch.store.metadata import IDENTITY, INSTANT, METADATA, Transaction, model_column

SILENCE = Table(
    "silence",
    METADATA,
    Column("id", IDENTITY, primary_key=True),
    model_column(nullable=True, primary_key=False),
    Column("incident_id", IDENTITY),
    Column("kind", String),
    Column("since", INSTANT, nullable=False),
    Column("until", INSTANT, nullable=False),
    Column("who", String, nullable=False),
    Column("note", Text, nullable=False),
    sqlite_autoincrement=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Nothing is sent from `since` to before `until`; a field that is None stands for all there are."""

    since: int
    until: int
    who: str
    model_id: int | None = None
    incident_id: int | None = None
    kind: Kind | None = None
    note: str = ""

    def covers(self, incident_id: int, kind: Kind) -> bool:
        """Whether an incident of its model is among those it silences."""
        return self.incident_id in (None, incident_id) and self.kind in (None, kind)


def add(tx: Transaction, silence: Silence) -> None:
    """Keep a silence."""
    tx.execute(SILENCE.insert().values(**asdict(silence)))


def end(tx: Transaction, model_id: int, incident_id: int, at: int) -> int:
    """End the silences of one incident that hold at an instant; how many there were."""
    mine = SILENCE.c.model_id == model_id, SILENCE.c.incident_id == incident_id
    holding = SILENCE.c.since <= at, SILENCE.c.until > at
    return tx.execute(SILENCE.update().where(*mine, *holding).values(until=at)).rowcount


def active(tx: Transaction, model_id: int, at: int) -> list[Silence]:
    """The silences that hold for a model at an instant, those for all models among them."""
    of_model = or_(SILENCE.c.model_id == model_id, SILENCE.c.model_id.is_(None))
    query = select(SILENCE).where(of_model, SILENCE.c.since <= at, SILENCE.c.until > at).order_by(SILENCE.c.id)
    return [
        Silence(
            since=row.since,
            until=row.until,
            who=row.who,
            model_id=row.model_id,
            incident_id=row.incident_id,
            kind=None if row.kind is None else Kind(row.kind),
            note=row.note,
        )
        for row in tx.execute(query)
    ]
