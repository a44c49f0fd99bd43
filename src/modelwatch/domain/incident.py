"""An incident: the verdicts of one model and one kind of cause, from opening to resolution.

`judge` opens and updates incidents, `act` notifies about their changes, people acknowledge and comment on
them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from modelwatch.domain.instants import Window, format_instant
from modelwatch.domain.measurement import Status
from modelwatch.domain.names import ModelKey
from modelwatch.domain.rule import Verdict


class Kind(StrEnum):
    """What kind of cause an incident has."""

    DATA_FAULT = "data_fault"
    FEED = "feed"
    SCHEMA = "schema"
    DEPLOYMENT = "deployment"
    SPIKE = "spike"
    SEASON = "season"
    DRIFT = "drift"
    LABEL = "label"
    CONCEPT = "concept"
    PERFORMANCE = "performance"
    CALIBRATION = "calibration"
    FAIRNESS = "fairness"
    LATENCY = "latency"
    COST = "cost"
    SLO = "slo"
    LLM = "llm"
    WATCHER = "watcher"
    UNKNOWN = "unknown"


class State(StrEnum):
    """Where an incident stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why, in words and numbers, and what to do first."""

    kind: Kind
    evidence: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    slices: tuple[dict[str, Any], ...] = ()
    impact: dict[str, Any] = field(default_factory=dict[str, Any])
    first_action: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The JSON of the command line and the API."""
        return {
            "kind": str(self.kind),
            "evidence": list(self.evidence),
            "columns": list(self.columns),
            "slices": list(self.slices),
            "impact": self.impact,
            "first_action": self.first_action,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Notified:
    """One message that left, or is on its way, about an incident."""

    at: int
    channel: str
    change: str
    severity: Status
    delivered: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """The JSON of the command line and the API."""
        return {
            "at": format_instant(self.at),
            "channel": self.channel,
            "change": self.change,
            "severity": str(self.severity),
            "delivered": None if self.delivered is None else format_instant(self.delivered),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One line of an incident's timeline."""

    at: int
    text: str
    who: str = "modelwatch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One incident.

    `window` is where its first firing verdict was, `again` where the first was since it last reopened.
    `verdicts` are the worst of each series so far, `firing` those of the newest window in which it fired, of
    which title and cause tell. `severity` is that of now, and once it is resolved the worst it reached, which
    `peak` keeps. One that is resolved has `lapsed` if series of it had no value for so long that they are no longer
    waited for: nobody knows that they are fine.
    """

    id: int
    key: ModelKey
    kind: Kind
    state: State
    severity: Status
    title: str
    opened: int
    resolved: int | None
    window: Window
    verdicts: tuple[Verdict, ...]
    cause: Cause
    firing: tuple[Verdict, ...] = ()
    again: Window | None = None
    timeline: tuple[Moment, ...] = ()
    notified: tuple[Notified, ...] = ()
    peak: Status = Status.OK
    lapsed: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The JSON of the command line and the API."""
        return {
            "id": self.id,
            "model": self.key.model,
            "env": self.key.env,
            "state": str(self.state),
            "severity": str(self.severity),
            "peak": str(self.peak),
            "title": self.title,
            "opened": format_instant(self.opened),
            "resolved": None if self.resolved is None else format_instant(self.resolved),
            "window": self.window.to_dict(),
            "again": None if self.again is None else self.again.to_dict(),
            "verdicts": [verdict.to_dict() for verdict in self.verdicts],
            "firing": [verdict.to_dict() for verdict in self.firing],
            "cause": self.cause.to_dict(),
            "timeline": [{"at": format_instant(m.at), "who": m.who, "text": m.text} for m in self.timeline],
            "notified": [message.to_dict() for message in self.notified],
        }
