"""What a notification says: what, since when, how bad, why and what to do first, as plain data.

The pipeline writes one for each draft; every channel sets the same message in its own form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from modelwatch.domain.instants import format_instant

if TYPE_CHECKING:
    from modelwatch.act.draft import Draft
    from modelwatch.domain.rule import Verdict

VERSION = 1
_WHAT = {
    "opened": "New",
    "reopened": "Back again",
    "escalated": "Worse",
    "acknowledged": "Seen",
    "resolved": "Over",
}


def write(draft: Draft, links: Mapping[str, str]) -> dict[str, Any]:
    """The message of a draft, ready for JSON.

    Returns
    -------
    dict
        `version` of this form; `key`, `at`, `change`, `severity` (`ok` for an end); `project`, `model`,
        `env`, `incident`; `title`, `what`, `since`, `until` (None while it lasts), `how_bad`, `cause`,
        `evidence`, `columns`, `slices`, `impact` and, in words, `effect`; `first_action`, `links`; `detail`
        (the incident as `incidents --json` shows it, for programs).
    """
    incident = draft.incident
    return {
        "version": VERSION,
        "key": draft.key,
        "at": format_instant(draft.at),
        "change": draft.change,
        "severity": str(draft.severity),
        "project": incident.key.project,
        "model": incident.key.model,
        "env": incident.key.env,
        "incident": incident.id,
        "title": incident.title,
        "what": _WHAT[draft.change],
        "since": format_instant(incident.window.start),
        "until": None if incident.resolved is None else format_instant(incident.resolved),
        "how_bad": how_bad(incident.verdicts),
        "cause": str(incident.cause.kind),
        "evidence": list(incident.cause.evidence),
        "columns": list(incident.cause.columns),
        "slices": [dict(each) for each in incident.cause.slices],
        "impact": dict(incident.cause.impact),
        "effect": effect(incident.cause.impact),
        "first_action": incident.cause.first_action,
        "links": dict(links),
        "detail": incident.to_dict(),
    }


def effect(impact: Mapping[str, Any]) -> str:
    """The numbers of an impact in words; a metric beside its reference.

    Examples
    --------
    >>> effect({"rows_affected": 936, "roc_auc": {"value": 0.6123, "reference": 0.6712}})
    'rows affected 936, roc_auc 0.612 (reference 0.671)'
    """
    parts: list[str] = []
    for name, entry in impact.items():
        match entry:
            case int() | float():
                parts.append(f"{name.replace('_', ' ')} {_number(entry)}")
            case {"value": int() | float() as value, "reference": None}:
                parts.append(f"{name} {_number(value)}")
            case {"value": int() | float() as value, "reference": int() | float() as reference}:
                parts.append(f"{name} {_number(value)} (reference {_number(reference)})")
            case _:
                pass  # what is no number is for programs
    return ", ".join(parts)


def how_bad(verdicts: Sequence[Verdict]) -> str:
    """The worst of the verdicts in numbers, with its yardsticks, and how many more there are.

    Examples
    --------
    >>> from modelwatch.domain.instants import DAY, Window
    >>> from modelwatch.domain.measurement import Series, Status
    >>> from modelwatch.domain.rule import Verdict
    >>> series = Series("psi", "temp", span=28)
    >>> verdict = Verdict(rule="psi", series=series, window=Window(0, DAY), value=0.3137,
    ...                   threshold=0.1, noise_floor=0.0512, status=Status.WARNING)
    >>> how_bad([verdict])
    'psi of temp is 0.314 over 28 windows (limit 0.1, noise up to 0.0512)'
    """
    if not verdicts:
        return ""
    verdict = max(verdicts, key=lambda each: each.status.rank)
    series = verdict.series
    text = series.metric + (f" of {series.column}" if series.column else "")
    if series.slice:
        text += f" where {series.slice}"
    text += " has no value" if verdict.value is None else f" is {_number(verdict.value)}"
    if series.span > 1:
        text += f" over {series.span} windows"
    yardsticks = {"limit": verdict.threshold, "noise up to": verdict.noise_floor}
    known = ", ".join(f"{name} {_number(number)}" for name, number in yardsticks.items() if number is not None)
    text += f" ({known})" if known else ""
    more = len(verdicts) - 1
    return text + (f"; {more} more" if more else "")


def _number(value: float) -> str:
    """A count in full, anything else to three digits."""
    return str(value) if isinstance(value, int) else f"{value:.3g}"
