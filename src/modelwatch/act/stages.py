"""The stages of the notification pipeline: each takes the drafts of a step and returns those that go on.

`pipeline` holds their order. Channels know nothing of any of this.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from modelwatch.act.draft import END, ENDED, ESCALATED, JOINED, ONGOING, REOPENED, Context, Draft
from modelwatch.act.message import write
from modelwatch.domain.event import Event
from modelwatch.domain.incident import Kind, State
from modelwatch.domain.measurement import Status, worst
from modelwatch.domain.rule import Verdict
from modelwatch.store import events, incidents, outbox, silences

# While an incident of the first kind is open, one of the second on the same columns says nothing new.
INHIBITIONS = ((Kind.DATA_FAULT, Kind.DRIFT),)
# One incident of these holds faults that have nothing in common: another column is another fault.
APART = (Kind.DATA_FAULT, Kind.SCHEMA)
# How often an incident may come back after its end was told and be told again, without having got worse.
RETURNS = 1
# How many times its limit a reading must be for a return to be told, where no message told of one so large.
FAR = 2.0


def select(drafts: list[Draft], context: Context) -> list[Draft]:
    """Keep what people want to be told: that something began, got worse or came back, and that it is over.

    An incident that keeps coming back is told to be back once. From then on it counts as over only when it has
    ended, as it can no longer reopen, so that the last word about it is never a false one. Of an incident that goes
    on though nobody was told, or only of its end, as its beginning was held back by an inhibition or a silence, any
    news counts as its beginning.
    """
    told = _told(drafts, context)

    def changed(draft: Draft) -> Draft | None:
        so_far = told.get(draft.incident.id, _Told())
        if draft.change == ENDED:
            return replace(draft, change=END)
        if draft.change == END:
            return draft if so_far.returns < RETURNS else None
        if draft.change not in ONGOING:
            return draft
        if draft.incident.state is State.RESOLVED:
            return None
        if not so_far.channels:
            return replace(draft, change="opened")
        if so_far.over:
            return replace(draft, change=REOPENED)
        return replace(draft, change=JOINED) if draft.incident.kind in APART else None

    return [draft for draft in map(changed, drafts) if draft]


def inhibit(drafts: list[Draft], context: Context) -> list[Draft]:
    """Hold back the beginning of an incident all of whose columns another open incident explains."""
    if not any(draft.incident.kind is held for draft in drafts for _, held in INHIBITIONS):
        return drafts
    live = incidents.listed(context.tx, model_id=context.model_id, states=incidents.LIVE)

    def explained(draft: Draft) -> bool:
        mine = set(draft.incident.cause.columns)
        by = {first for first, second in INHIBITIONS if draft.incident.kind is second}
        faulty = {column for row in live if row.kind in by for column in row.body["cause"]["columns"]}
        return bool(mine) and mine <= faulty

    return [draft for draft in drafts if draft.change == END or not explained(draft)]


def silence(drafts: list[Draft], context: Context) -> list[Draft]:
    """Hold back beginnings that somebody silenced; who was told of one is still told of its end."""

    def silenced(draft: Draft) -> bool:
        holding = silences.active(context.tx, context.model_id, draft.at)
        return any(each.covers(draft.incident.id, draft.incident.kind) for each in holding)

    return [draft for draft in drafts if draft.change == END or not silenced(draft)]


def group(drafts: list[Draft], _: Context) -> list[Draft]:
    """Make one message of all that happened to an incident in this step: how it stands at the end of it."""
    grouped: dict[int, Draft] = {}
    for draft in drafts:
        earlier = grouped.get(draft.incident.id)
        if earlier is None or END in (draft.change, earlier.change):
            grouped[draft.incident.id] = draft
        else:
            grouped[draft.incident.id] = replace(draft, change=earlier.change)
    return list(grouped.values())


def deduplicate(drafts: list[Draft], context: Context) -> list[Draft]:
    """Keep what is worse than all that was told of the incident, its first return, and the end of what was told.

    What returns with columns that no message named is news, and so is a broken column that joins. A column that was
    named is news again by another metric, or once its reading is `FAR` past a limit of which no message said so.
    """
    told = _told(drafts, context)

    def is_news(draft: Draft) -> bool:
        before = told.get(draft.incident.id)
        if draft.change == END:
            return before is not None and not before.over
        if before is None or draft.severity.rank > before.severity.rank:
            return True
        # As bad as ever before, but by a column that nobody knows of.
        if draft.change == ESCALATED and draft.incident.kind in APART:
            return before.has_news(draft.incident.firing)
        if draft.change not in (REOPENED, JOINED):
            return False
        return before.has_news(draft.incident.firing) or (before.over and before.returns < RETURNS)

    return [draft for draft in drafts if is_news(draft)]


def route(drafts: list[Draft], context: Context) -> list[Draft]:
    """Send a beginning by the routes for its severity, an end to wherever the beginning went."""
    told = _told(drafts, context)

    def channels(draft: Draft) -> tuple[str, ...]:
        if draft.change == END:
            return tuple(told[draft.incident.id].channels)
        matching = (each for each in context.routes if draft.severity.rank >= each.at_least.rank)
        return tuple(dict.fromkeys(channel for each in matching for channel in each.channels))

    routed = [replace(draft, channels=channels(draft)) for draft in drafts]
    return [draft for draft in routed if draft.channels]


def told_of(draft: Draft, context: Context) -> tuple[str, ...]:
    """The channels that were told of a draft's incident since it began."""
    told = _told([draft], context).get(draft.incident.id)
    return () if told is None else tuple(told.channels)


def render(drafts: list[Draft], context: Context) -> list[Draft]:
    """Write each message, with the events close to its incident and a link to it where a server shows it."""

    def near(draft: Draft) -> list[Event]:
        return events.near(context.tx, context.model_id, draft.incident.window.start, draft.at)

    def links(draft: Draft) -> dict[str, str]:
        address = f"{context.public_url}/incidents/{draft.incident.id}"
        return {**({"incident": address} if context.public_url else {}), **context.links}

    return [replace(draft, body=write(draft, links(draft), near(draft))) for draft in drafts]


def enqueue(drafts: list[Draft], context: Context) -> list[Draft]:
    """Put the messages in the outbox, one for each channel."""
    messages = [
        outbox.Message(
            model_id=context.model_id,
            incident_id=draft.incident.id,
            change=draft.change,
            severity=draft.severity,
            channel=channel,
            key=draft.key,
            body=draft.body,
            at=draft.at,
        )
        for draft in drafts
        for channel in draft.channels
    ]
    outbox.put(context.tx, messages)
    return drafts


@dataclass(slots=True)
class _Told:
    """What was said of an incident: how loud at most, where (in order, each once), of which columns, if it is over."""

    severity: Status = Status.OK
    channels: dict[str, None] = field(default_factory=dict[str, None])
    columns: set[str] = field(default_factory=set[str])
    readings: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    far: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    over: bool = False
    returned: set[int] = field(default_factory=set[int])

    @property
    def returns(self) -> int:
        """How often it was told to be back."""
        return len(self.returned)

    def note(self, body: Mapping[str, Any]) -> None:
        """Take in what a message said: its columns, and of a beginning what fired and how far past its limit."""
        self.columns.update(body.get("columns", ()))
        if body.get("change") == END:
            return
        for each in body.get("detail", {}).get("firing", ()):
            place = each["metric"], each["column"] or ""
            self.readings.add(place)
            if _is_far(each["value"], each["threshold"]):
                self.far.add(place)

    def has_news(self, firing: Iterable[Verdict]) -> bool:
        """Whether a column fires that no message named, or one that was by another metric, or far further off."""
        return any(self._is_new(each) for each in firing if each.series.column)

    def _is_new(self, verdict: Verdict) -> bool:
        place = verdict.series.metric, verdict.series.column
        if verdict.series.column not in self.columns or place not in self.readings:
            return True
        return _is_far(verdict.value, verdict.threshold) and place not in self.far


def _is_far(value: float | None, threshold: float | None) -> bool:
    """Whether a value lies past its limit by more than the limit itself."""
    return value is not None and threshold is not None and abs(value - threshold) > (FAR - 1) * abs(threshold)


def _told(drafts: list[Draft], context: Context) -> dict[int, _Told]:
    told: dict[int, _Told] = {}
    ids = {draft.incident.id for draft in drafts}
    for incident_id, body in outbox.bodies(context.tx, context.model_id, ids):
        told.setdefault(incident_id, _Told()).note(body)
    for incident_id, message in outbox.notified(context.tx, context.model_id, ids):
        so_far = told.setdefault(incident_id, _Told())
        so_far.over = message.change == END
        so_far.severity = worst(so_far.severity, message.severity)
        so_far.channels[message.channel] = None
        if message.change == REOPENED:
            so_far.returned.add(message.at)
    return told
