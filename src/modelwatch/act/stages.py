"""The stages of the notification pipeline: each takes the drafts of a step and returns those that go on.

`pipeline` holds their order. Channels know nothing of any of this.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from modelwatch.act.draft import END, ONGOING, Context, Draft
from modelwatch.act.message import write
from modelwatch.domain.incident import Kind, State
from modelwatch.domain.measurement import Status, worst
from modelwatch.store import incidents, outbox, silences

# While an incident of the first kind is open, one of the second on the same columns says nothing new.
INHIBITIONS = ((Kind.DATA_FAULT, Kind.DRIFT),)


def select(drafts: list[Draft], context: Context) -> list[Draft]:
    """Keep what people want to be told: that something began or got worse, and that it is over.

    Of an incident that goes on and nobody was told of, as its beginning was held back by an inhibition or a
    silence, any news counts as its beginning.
    """
    told = _told(drafts, context)

    def is_late(draft: Draft) -> bool:
        unknown = draft.incident.id not in told and draft.incident.state is not State.RESOLVED
        return draft.change in ONGOING and unknown

    drafts = [replace(draft, change="opened") if is_late(draft) else draft for draft in drafts]
    return [draft for draft in drafts if draft.change not in ONGOING]


def inhibit(drafts: list[Draft], context: Context) -> list[Draft]:
    """Hold back the beginning of an incident all of whose columns another open incident explains."""
    if not any(draft.incident.kind is held for draft in drafts for _, held in INHIBITIONS):
        return drafts
    live = incidents.listed(context.tx, model_id=context.model_id, states=incidents.LIVE)

    def explained(draft: Draft) -> bool:
        columns = set(draft.incident.cause.columns)
        by = {first for first, second in INHIBITIONS if draft.incident.kind is second}
        faulty = {column for row in live if row.kind in by for column in row.body["cause"]["columns"]}
        return bool(columns) and columns <= faulty

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
    """Keep what is worse than all that was told since the incident began, and the end of what was told."""
    told = _told(drafts, context)

    def is_news(draft: Draft) -> bool:
        before = told.get(draft.incident.id)
        if draft.change == END:
            return before is not None
        return before is None or draft.severity.rank > before.severity.rank

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
    """Write each message, with a link to its incident where there is a server to show it."""

    def links(draft: Draft) -> dict[str, str]:
        address = f"{context.public_url}/incidents/{draft.incident.id}"
        return {**({"incident": address} if context.public_url else {}), **context.links}

    return [replace(draft, body=write(draft, links(draft))) for draft in drafts]


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
    """What was said of an incident since it last began: how loud at most, and where (in order, each once)."""

    severity: Status = Status.OK
    channels: dict[str, None] = field(default_factory=dict[str, None])


def _told(drafts: list[Draft], context: Context) -> dict[int, _Told]:
    told: dict[int, _Told] = {}
    ids = {draft.incident.id for draft in drafts}
    for incident_id, message in outbox.notified(context.tx, context.model_id, ids):
        if message.change == END:
            told.pop(incident_id, None)
            continue
        so_far = told.setdefault(incident_id, _Told())
        so_far.severity = worst(so_far.severity, message.severity)
        so_far.channels[message.channel] = None
    return told
