"""Incidents as lines of text: what, since when, how bad, why, and what to do first.

Read from the JSON of `incidents`; the demo's summary uses the short form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from modelwatch.domain.quantity import reading
from modelwatch.show.words import NOTHING, count, instant, listed, number

_INDENT = "    "
_WHEN = re.compile(
    r" (?:on \d{4}-\d\d-\d\d|over the \d+ windows to \d{4}-\d\d-\d\d(?:T[\d:]+Z)?|(?:at|by) \d{4}-\d\d-\d\dT[\d:]+Z)\b"
)


def incident_lines(incident: Mapping[str, Any]) -> Iterator[str]:
    """One incident in full.

    Parameters
    ----------
    incident
        As `Incident.to_dict` gives it.
    """
    cause: Mapping[str, Any] = incident["cause"]
    ended = "" if incident["resolved"] is None else f", resolved {instant(incident['resolved'])}"
    head = f"#{incident['id']} {incident['severity']} {cause['kind']}, {incident['state']}"
    yield f"{head}: {incident['title']}"
    window = incident["window"]
    again = f", again since {instant(incident['again']['start'])}" if incident.get("again") else ""
    since = f"since {instant(window['start'])}{again}, opened {instant(incident['opened'])}{ended}"
    yield f"{_INDENT}{_model(incident)}, {since}"
    yield from (f"{_INDENT}{text}" for text in cause["evidence"])
    if cause["columns"]:
        yield f"{_INDENT}columns: {listed(cause['columns'])}"
    if cause["slices"]:
        yield f"{_INDENT}slices: {listed([_slice_told(each) for each in cause['slices']], most=4)}"
    yield from (f"{_INDENT}{line}" for line in _verdicts(incident["verdicts"]))
    if cause["first_action"]:
        yield f"{_INDENT}do first: {cause['first_action']}"
    for moment in incident.get("timeline", ()):
        yield f"{_INDENT}{instant(moment['at'])} {moment['who']}: {moment['text']}"
    if incident["notified"]:
        yield f"{_INDENT}{_told(incident['notified'])}"


def finding(title: str) -> str:
    """The title of an incident shortened to what was found: when it was stands beside it.

    Examples
    --------
    >>> finding("temp is missing in 100 % of rows on 2013-12-31")
    'temp is missing in 100 % of rows'
    >>> finding("dest drifts from the reference over the 7 windows to 2013-12-31: psi 0.121 (limit 0.1)")
    'dest drifts from the reference: psi 0.121 (limit 0.1)'
    """
    return _WHEN.sub("", title, count=1)


def incident_list_lines(incidents: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """All incidents, one after the other, the newest last."""
    if not incidents:
        yield "no incidents"
    for place, incident in enumerate(incidents):
        if place:
            yield ""
        yield from incident_lines(incident)


def short_lines(incidents: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Two lines for each incident: what since when with its cause, and what to do first."""
    for incident in incidents:
        cause: Mapping[str, Any] = incident["cause"]
        ended = "goes on" if incident["resolved"] is None else f"to {instant(incident['resolved'])}"
        since = f"{instant(incident['window']['start'])}, {ended}"
        yield f"#{incident['id']} {incident['severity']} {cause['kind']}: {incident['title']} ({since})"
        because = "; ".join(cause["evidence"][:1])
        if because:
            yield f"{_INDENT}{because}"
        if cause["first_action"]:
            yield f"{_INDENT}do first: {cause['first_action']}"


def _model(incident: Mapping[str, Any]) -> str:
    env = incident.get("env", "prod")
    return str(incident["model"]) if env == "prod" else f"{incident['model']} in {env}"


def _slice_told(found: Mapping[str, Any]) -> str:
    """A slice with what it reads, for the slices of a cause."""
    beside = "" if found.get("reference") is None else f" against {number(found['reference'])}"
    return f"{_slice(found['slice'])} ({number(found['value'])}{beside}, n {found['n']:,})"


def _slice(pairs: Mapping[str, Any]) -> str:
    return ", ".join(f"{column} {value}" for column, value in pairs.items())


def _verdicts(verdicts: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The worst verdicts in numbers, a few of them."""
    firing = [each for each in verdicts if each["status"] in ("critical", "warning")]
    firing.sort(key=lambda each: each["status"])
    for verdict in firing[:3]:
        column = f" of {verdict['column']}" if verdict["column"] else ""
        rows = f" where {_slice(verdict['slice'])}" if verdict["slice"] else ""
        span = f" over {verdict['span']} windows" if verdict["span"] > 1 else ""
        limit = "" if verdict["threshold"] is None else f", limit {_reading(verdict, 'threshold')}"
        value = f"{verdict['metric']}{column}{rows}{span} {_reading(verdict, 'value')}"
        yield f"at worst {verdict['status']}: {value}{limit} in the window from {instant(verdict['window']['start'])}"
    if len(firing) > 3:
        yield f"and {count(len(firing) - 3, 'more verdict')}"


def _reading(verdict: Mapping[str, Any], what: str) -> str:
    value = verdict[what]
    return NOTHING if value is None else reading(value, verdict["metric"])


def _told(notified: Sequence[Mapping[str, Any]]) -> str:
    first = notified[0]
    told = f"told: {count(len(notified), 'message')}, the first at {instant(first['at'])} to {first['channel']}"
    waiting = sum(each["delivered"] is None for each in notified)
    return told + (f", {waiting:,} not delivered yet" if waiting else "")
