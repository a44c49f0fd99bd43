"""How an incident went: its timeline with what was sent and said, and those like it before.

The aside of its page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from modelwatch.domain.incident import State as Standing
from modelwatch.domain.instants import DAY, parse_instant
from modelwatch.read.case import Case
from modelwatch.show.status import State, state_of
from modelwatch.store import incidents, responses
from modelwatch.store.incidents import StoredIncident
from modelwatch.store.metadata import Transaction

SIMILAR = 4
_ACKNOWLEDGED = "acknowledged"
What = Literal["onset", "state", "sent", "said"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the timeline.

    Attributes
    ----------
    head, text
        What happened in a few words, and what there is to say of it.
    state
        How it stands from then on, None where that does not change.
    who
        Empty for modelwatch itself.
    delivered, delay
        Of what was sent: when it was taken, and how long that took where the home's clock is the wall's.
    """

    at: int
    what: What
    head: str
    text: str = ""
    state: State | None = None
    who: str = ""
    delivered: int | None = None
    delay: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """An earlier incident of the same model and kind that shares columns, and how it ended."""

    id: int
    title: str
    state: State
    since: int
    lasted: int | None
    acknowledged_by: str | None


def timeline(case: Case, onset: int | None) -> tuple[Entry, ...]:
    """All that happened, oldest first; `onset` is the first hour in which the cause shows."""
    entries = [*_moments(case.body), *_sent(case.body)]
    if onset is not None:
        entries.append(Entry(at=onset, what="onset", head="First hour in which it shows"))
    order = {"onset": 0, "state": 1, "sent": 2, "said": 3}
    return tuple(sorted(entries, key=lambda each: (each.at, order[each.what])))


def similar(tx: Transaction, case: Case) -> tuple[Similar, ...]:
    """Incidents of the same model and kind that began before and share columns, the latest first."""
    mine = set(case.columns)
    found = [
        each
        for each in incidents.before(tx, case.model_id, case.kind, case.stored.opened, case.stored.id)
        if mine & set(each.body["cause"]["columns"]) or not (mine or each.body["cause"]["columns"])
    ][-SIMILAR:]
    said = responses.listed(tx, case.model_id, [each.id for each in found])
    seen = {each.incident_id: each.who for each in said if each.what == "acknowledge"}
    return tuple(_similar(each, seen.get(each.id)) for each in reversed(found))


def acknowledged_by(body: Mapping[str, Any]) -> str | None:
    """Who acknowledged an incident last, None if nobody did."""
    said = (moment["who"] for moment in reversed(body["timeline"]) if moment["text"].startswith(_ACKNOWLEDGED))
    return next(said, None)


def _similar(found: StoredIncident, seen: str | None) -> Similar:
    begin = parse_instant(found.body["window"]["start"])
    return Similar(
        id=found.id,
        title=found.body["title"],
        state=state_of(found.body["peak"], found.body["verdicts"]),
        since=begin,
        lasted=None if found.state is not Standing.RESOLVED or found.resolved is None else found.resolved - begin,
        acknowledged_by=seen,
    )


def _moments(body: Mapping[str, Any]) -> Iterator[Entry]:
    for moment in body["timeline"]:
        head, _, text = moment["text"].partition(": ")
        ours = moment["who"] == "modelwatch"
        yield Entry(
            at=parse_instant(moment["at"]),
            what="state" if ours else "said",
            head=head[:1].upper() + head[1:],
            text=text,
            state=_state_after(head) if ours else None,
            who="" if ours else moment["who"],
        )


def _state_after(head: str) -> State | None:
    """How it stands from then on, from how `judge` says it: `opened at warning`, `rose to critical`, `resolved`."""
    if head.startswith("resolved"):
        return State.OK
    words = head.replace("no data", State.NODATA).split()
    return next((state for state in (State.CRITICAL, State.WARNING, State.NODATA) if state in words), None)


def _sent(body: Mapping[str, Any]) -> Iterator[Entry]:
    for message in body["notified"]:
        at = parse_instant(message["at"])
        delivered = None if message["delivered"] is None else parse_instant(message["delivered"])
        delay = None if delivered is None or not 0 <= delivered - at < DAY else delivered - at
        yield Entry(
            at=at,
            what="sent",
            head=f"Told {message['channel']}",
            text=message["change"],
            delivered=delivered,
            delay=delay,
        )
