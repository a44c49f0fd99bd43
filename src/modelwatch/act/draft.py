"""A message in the making: the change of an incident that it tells of, and what the stages may look at.

`pipeline` makes one draft per change; stages drop drafts or fill them in, the last one queues them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from modelwatch.domain.incident import Incident
from modelwatch.domain.instants import format_instant
from modelwatch.domain.measurement import Status
from modelwatch.store import Transaction

REOPENED = "reopened"
JOINED = "joined"
ESCALATED = "escalated"
ONGOING = ("updated", "deescalated")
SEEN = "acknowledged"
END = "resolved"
ENDED = "ended"


class Change(Protocol):
    """What `judge` says of an incident and when; `kind` is one of the words above."""

    @property
    def kind(self) -> str: ...
    @property
    def incident(self) -> Incident: ...
    @property
    def at(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Incidents of a severity of `at_least` this go to these channels; all routes that match are taken."""

    at_least: Status
    channels: tuple[str, ...]


EVERYTHING_TO_LOG = (Route(at_least=Status.OK, channels=("log",)),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One message: `channels` are where it goes, `body` what it says, once their stages have run."""

    change: str
    incident: Incident
    at: int
    channels: tuple[str, ...] = ()
    body: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def severity(self) -> Status:
        """How loud the message is: that something is over is good news, however bad it was."""
        return Status.OK if self.change == END else self.incident.severity

    @property
    def key(self) -> str:
        """What makes it the same message: a change happens once, doing it again keeps the key."""
        incident = self.incident
        return f"{incident.key}/{incident.id}/{self.change}/{self.severity}/{format_instant(self.at)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the stages may look at: the open transaction, the model, where its messages go, links to show.

    `public_url` is where people reach modelwatch, empty if nowhere.
    """

    tx: Transaction
    model_id: int
    routes: tuple[Route, ...]
    links: Mapping[str, str]
    public_url: str = ""
