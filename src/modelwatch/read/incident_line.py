"""An incident in one line: what, of which model, how bad, since when. Lists and searches show it."""

from __future__ import annotations

from dataclasses import dataclass

from modelwatch.domain.names import ModelKey
from modelwatch.show.incidents import finding
from modelwatch.show.status import State, state_of
from modelwatch.store.glance import Glance


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentLine:
    """One incident; `state` is how grave it is or was, `resolved` when it ended, None while it goes on."""

    id: int
    key: ModelKey
    state: State
    finding: str
    since: int
    resolved: int | None


def line_of(glance: Glance, key: ModelKey) -> IncidentLine:
    """The line of what the store tells of an incident at a glance."""
    return IncidentLine(
        id=glance.id,
        key=key,
        state=state_of(glance.severity, glance.firing),
        finding=finding(glance.title),
        since=glance.since,
        resolved=glance.resolved,
    )
