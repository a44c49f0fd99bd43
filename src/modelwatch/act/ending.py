"""How an incident ended, in words: what is fine again, and why its end is told when it is.

`message` asks here for the title of an end and for the words beside its time.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from modelwatch.domain.incident import Kind

if TYPE_CHECKING:
    from modelwatch.domain.incident import Incident

LISTED = 3  # columns that a title names

# What is fine again of a kind that has no columns of its own, or only one by name.
_AGAIN: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.FEED: "Rows come as usual again",
        Kind.SCHEMA: "Rows fit the specification again",
        Kind.SPIKE: "Labels read as usual again",
        Kind.LABEL: "Labels come again",
        Kind.PERFORMANCE: "Performance is within its limits again",
        Kind.CALIBRATION: "Scores mean what they say again",
        Kind.LATENCY: "Answers come fast enough again",
    }
)
# What is fine again of columns, where one metric alone fired.
_SOUND: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "missing_share": ("is", "are", "present"),
        "unseen_share": ("has", "have", "known values"),
        "out_of_range_share": ("is", "are", "in range"),
        "nan_prediction_share": ("is", "are", "a number"),
    }
)
_ANY = ("is", "are", "sound")
_SILENT = ("silence_seconds", "freshness_seconds")


def ended(incident: Incident) -> str:
    """What is fine again, for the title of an end; of an incident that lapsed, that nothing came to judge.

    Parameters
    ----------
    incident
        One that is resolved.
    """
    kind = str(incident.kind).replace("_", " ")
    columns = _named(incident)
    metrics = {verdict.series.metric for verdict in incident.verdicts}
    if incident.lapsed:
        return f"{kind.capitalize()}{f' of {columns}' if columns else ''} is no longer followed: no value came to judge"
    if incident.kind is Kind.DATA_FAULT and columns:
        one, many, sound = _SOUND.get(metrics.pop(), _ANY) if len(metrics) == 1 else _ANY
        return f"{columns} {one if len(incident.cause.columns) == 1 else many} {sound} again"
    if incident.kind is Kind.FEED and metrics.intersection(_SILENT):
        return "Rows come again"
    if incident.kind in _AGAIN:
        return _AGAIN[incident.kind]
    return f"{kind.capitalize()}{f' of {columns}' if columns else ''} has ended"


def held_back(incident: Incident, at: int) -> str:
    """Why the end of an incident is told only now, nothing for one that is told at once.

    Parameters
    ----------
    incident
        One that is resolved.
    at
        When its end is told (microseconds since 1970).
    """
    windows = 0 if incident.resolved is None else round((at - incident.resolved) / incident.window.length)
    if windows < 1:
        return ""
    since = f"{windows:,} {'window' if windows == 1 else 'windows'}"
    return f"not back for {since}" if incident.lapsed else f"fine for {since} since"


def _named(incident: Incident) -> str:
    names = incident.cause.columns
    if len(names) > LISTED:
        return f"{', '.join(names[:LISTED])} and {len(names) - LISTED} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
