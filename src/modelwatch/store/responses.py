"""Responses: what people did about an incident, who and when.

The verbs `ack`, `comment` and `silence` and the pages add them; they are read as lines of the incident's timeline.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, NamedTuple

from sqlalchemy import Column, ForeignKeyConstraint, Index, String, Table, Text, select

from modelwatch.store.metadata import IDENTITY, INSTANT, METADATA, Transaction

What = Literal["acknowledge", "comment", "silence", "unsilence"]
_DONE = {
    "acknowledge": "acknowledged: ",
    "comment": "comment: ",
    "silence": "silenced ",
    "unsilence": "ended the silence: ",
}

RESPONSE = Table(
    "response",
    METADATA,
    Column("id", IDENTITY, primary_key=True),
    Column("model_id", IDENTITY, nullable=False),
    Column("incident_id", IDENTITY, nullable=False),
    Column("at", INSTANT, nullable=False),
    Column("who", String, nullable=False),
    Column("what", String, nullable=False),
    Column("text", Text, nullable=False),
    ForeignKeyConstraint(["model_id", "incident_id"], ["incident.model_id", "incident.id"]),
    Index(None, "model_id", "incident_id"),
    sqlite_autoincrement=True,
)


class Response(NamedTuple):
    """One act of a person on an incident; the text of a silence begins with its end."""

    incident_id: int
    at: int
    who: str
    what: What
    text: str

    @property
    def told(self) -> str:
        """The line of the timeline."""
        return f"{_DONE[self.what]}{self.text}".rstrip(": ")


def add(tx: Transaction, model_id: int, response: Response) -> None:
    """Keep what a person did."""
    tx.execute(RESPONSE.insert().values(model_id=model_id, **response._asdict()))


def listed(tx: Transaction, model_id: int, incident_ids: Collection[int]) -> list[Response]:
    """What people did about the given incidents of a model, in the order they did it."""
    columns = RESPONSE.c.incident_id, RESPONSE.c.at, RESPONSE.c.who, RESPONSE.c.what, RESPONSE.c.text
    query = select(*columns).where(RESPONSE.c.model_id == model_id, RESPONSE.c.incident_id.in_(incident_ids))
    return [Response(*row) for row in tx.execute(query.order_by(RESPONSE.c.id))]
