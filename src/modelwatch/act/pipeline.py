"""The notification pipeline, as the list of its stages.

`work` runs it on the changes of a step, in the transaction that stores them; delivery follows the commit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from modelwatch.act import stages
from modelwatch.act.draft import EVERYTHING_TO_LOG, SEEN, Change, Context, Draft, Route
from modelwatch.catalog import Acknowledging, Catalog
from modelwatch.domain.incident import Incident
from modelwatch.store import Transaction

Stage = Callable[[list[Draft], Context], list[Draft]]

STAGES: tuple[Stage, ...] = (
    stages.select,  # what people want to be told
    stages.inhibit,  # not what another open incident explains
    stages.silence,  # not what somebody silenced
    stages.group,  # one message an incident
    stages.deduplicate,  # not what was told already
    stages.route,  # where it goes
    stages.render,  # what it says
    stages.enqueue,  # into the outbox
)


def notify(
    tx: Transaction,
    model_id: int,
    changes: Iterable[Change],
    *,
    routes: tuple[Route, ...] = EVERYTHING_TO_LOG,
    links: Mapping[str, str] = MappingProxyType({}),
    public_url: str = "",
) -> list[Draft]:
    """Queue the messages that the changes of one model's incidents call for.

    Parameters
    ----------
    tx
        The transaction that also stores the incidents themselves, which must be in it before.
    model_id
        The model's number in the store.
    changes
        In the order they happened.
    routes
        Which severities go to which channels.
    links
        Addresses by what they lead to (such as `runbook`), shown in every message.
    public_url
        Where people reach modelwatch: every message links to its incident there. Empty: nowhere.

    Returns
    -------
    list of Draft
        What was queued, for delivery after the commit.
    """
    context = Context(tx=tx, model_id=model_id, routes=routes, links=links, public_url=public_url)
    drafts = [Draft(change=str(change.kind), incident=change.incident, at=change.at) for change in changes]
    for stage in STAGES:
        drafts = stage(drafts, context)
    return drafts


def notify_seen(tx: Transaction, model_id: int, incident: Incident, *, at: int, catalog: Catalog) -> list[Draft]:
    """Queue that somebody has acknowledged an incident, for the channels that were told of it and want to know.

    Parameters
    ----------
    tx
        The transaction that also acknowledges it.
    model_id
        The model's number in the store.
    incident
        As it is now.
    at
        When (microseconds since 1970).
    catalog
        Where the channels are.

    Returns
    -------
    list of Draft
        What was queued.
    """
    context = Context(tx=tx, model_id=model_id, routes=(), links={}, public_url=catalog.public_url)
    draft = Draft(change=SEEN, incident=incident, at=at)
    known = [catalog.channels.get(name) for name in stages.told_of(draft, context) if name in catalog.channels]
    wanting = [channel.name for channel in known if isinstance(channel, Acknowledging) and channel.acknowledges]
    drafts = [replace(draft, channels=tuple(wanting))] if wanting else []
    return stages.enqueue(stages.render(drafts, context), context)
