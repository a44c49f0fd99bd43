"""When an incident was open: it may be resolved and open again, each time for another reason and as bad as it then was.

Read from what its timeline tells of its turns; charts draw each spell by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from modelwatch.domain.incident import Kind
from modelwatch.domain.instants import parse_instant
from modelwatch.show.status import State, state_of, worst_of
from modelwatch.store.glance import Glance

_OPENED, _RESOLVED, _ROSE = ("opened at ", "reopened at "), "resolved", "rose to "


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """One stretch in which an incident was open; without an end it still is."""

    id: int
    kind: Kind
    title: str
    state: State
    start: int
    end: int | None = None


def spells_of(incident: Glance, timeline: Sequence[Mapping[str, str]]) -> list[Spell]:
    """Every time that an incident was open, oldest first.

    Examples
    --------
    >>> from modelwatch.domain.incident import State as Stage
    >>> from modelwatch.domain.measurement import Status
    >>> storm = Glance(1, 7, Kind.DRIFT, Stage.OPEN, Status.WARNING, 0, None, "visib drifts", 0)
    >>> told = [("1970-01-01", "opened at warning: temp drifts"), ("1970-01-03", "resolved: 2 ok windows running"),
    ...     ("1970-01-05", "reopened at warning: visib drifts")]
    >>> [(each.title, each.end is None) for each in spells_of(storm, [{"at": at, "text": text} for at, text in told])]
    [('temp drifts', False), ('visib drifts', True)]
    """
    found: list[Spell] = []
    for moment in timeline:
        at, text = parse_instant(moment["at"]), moment["text"]
        opened = next((word for word in _OPENED if text.startswith(word)), None)
        if opened is not None:
            severity, _, title = text.removeprefix(opened).partition(": ")
            state = state_of(severity, ())
            found.append(Spell(id=incident.id, kind=incident.kind, title=title, state=state, start=at))
        elif found and found[-1].end is None and text.startswith(_ROSE):
            rose = state_of(text.removeprefix(_ROSE).partition(",")[0], ())
            found[-1] = replace(found[-1], state=worst_of([found[-1].state, rose]))
        elif found and found[-1].end is None and text.startswith(_RESOLVED):
            found[-1] = replace(found[-1], end=at)
    if not found:
        return [_whole(incident)]
    return [*found[:-1], _last(incident, found[-1])] if len(found) > 1 else [_last(incident, found[0])]


def _whole(incident: Glance) -> Spell:
    state = state_of(incident.severity, incident.firing)
    return Spell(
        id=incident.id,
        kind=incident.kind,
        title=incident.title,
        state=state,
        start=incident.since,
        end=incident.resolved,
    )


def _last(incident: Glance, spell: Spell) -> Spell:
    """The newest spell as the incident itself tells of it: from the window in which it began; silence is no data."""
    now = state_of(incident.severity, incident.firing)
    state, start = now if now is State.NODATA else spell.state, min(incident.since, spell.start)
    return replace(spell, start=start, end=incident.resolved, title=incident.title, state=state)
