"""What a notification says: what, since when, how bad, why and what to do first, as plain data.

The pipeline writes one for each draft; every channel sets the same message in its own form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from modelwatch.act.draft import END
from modelwatch.act.ending import ended, held_back
from modelwatch.domain.event import close_in_time
from modelwatch.domain.instants import format_instant
from modelwatch.domain.quantity import number, reading

if TYPE_CHECKING:
    from modelwatch.act.draft import Draft
    from modelwatch.domain.event import Event
    from modelwatch.domain.incident import Incident
    from modelwatch.domain.rule import Verdict

VERSION = 1
_WHAT = {
    "opened": "New",
    "reopened": "Back again",
    "escalated": "Worse",
    "joined": "And now",
    "acknowledged": "Seen",
    "resolved": "Over",
}


def write(draft: Draft, links: Mapping[str, str], events: Sequence[Event] = ()) -> dict[str, Any]:
    """The message of a draft, ready for JSON: what fires now, or, of an end, what is over.

    Returns
    -------
    dict
        `version` of this form; `key`, `at`, `change`, `severity` (`ok` for an end); `project`, `model`,
        `env`, `incident`; `title`, `what`, `since` (of one that is back, its return), `first` (its first window),
        `until` (None while it lasts) and, where its end is told late, `held_back`, why; `how_bad` and, where the
        same series was worse before, `peak`; `cause`, `evidence`,
        `columns` that fire, `slices` and, in words, `where`; `impact` and, in words, `effect`; `first_action`,
        `look`, which verb tells more, and `links`; `detail` (the incident as `incidents --json` shows it).
    """
    incident = draft.incident
    over = draft.change == END
    firing = incident.verdicts if over else incident.firing
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
        "title": ended(incident) if over else incident.title,
        "what": _WHAT[draft.change],
        "since": format_instant((incident.again if incident.again and not over else incident.window).start),
        "first": format_instant(incident.window.start),
        "until": None if incident.resolved is None else format_instant(incident.resolved),
        "held_back": held_back(incident, draft.at) if over else "",
        "how_bad": "" if over else how_bad(firing),
        "peak": peak(incident.verdicts, () if over else firing),
        "cause": str(incident.cause.kind),
        "evidence": [] if over else _evidence(incident, events),
        "columns": list(incident.cause.columns if over else columns(firing)),
        "slices": [] if over else [dict(each) for each in incident.cause.slices],
        "where": [] if over else [_slice(each, firing) for each in incident.cause.slices],
        "impact": dict(incident.cause.impact),
        "effect": "" if over else effect(incident.cause.impact),
        "first_action": "" if over else incident.cause.first_action,
        "look": f"modelwatch incidents {incident.key.typed} --id {incident.id}",
        "links": dict(links),
        "detail": incident.to_dict(),
    }


def _evidence(incident: Incident, events: Sequence[Event]) -> list[str]:
    """The lines of the cause, an event close in time before all others, the likeliest cause there is."""
    told = close_in_time(events, incident.window.start)
    return [told, *incident.cause.evidence] if events else [*incident.cause.evidence, told]


def columns(verdicts: Sequence[Verdict]) -> tuple[str, ...]:
    """The columns of verdicts, each once."""
    return tuple(dict.fromkeys(each.series.column for each in verdicts if each.series.column))


def _slice(row: Mapping[str, Any], firing: Sequence[Verdict]) -> str:
    """A slice of a cause in words, with the value there of what fires most, what is usual and its rows."""
    metric = _worst(firing).series.metric if firing else ""
    pairs = " and ".join(f"{column} {value}" for column, value in row["slice"].items())
    usual = f", usually {reading(row['reference'], metric)}" if "reference" in row else ""
    return f"{pairs} ({reading(row['value'], metric)}{usual}; {row['n']:,} rows)"


def peak(verdicts: Sequence[Verdict], firing: Sequence[Verdict]) -> str:
    """The worst of what fires most now, and when; of an end, the worst of all.

    Parameters
    ----------
    verdicts
        The worst of each series of an incident.
    firing
        What fires now, nothing of an end. Only its worst series is looked up among `verdicts`: a number of another
        metric or column is no peak of it. Empty if that reads no worse than now.
    """
    if firing:
        now = _worst(firing)
        same = (each for each in verdicts if each.series == now.series)
        verdicts = [each for each in same if each.window != now.window and each.value != now.value]
    if not verdicts:
        return ""
    worst = _worst(verdicts)
    return f"{how_bad([worst])} in the window from {format_instant(worst.window.start)}"


def _worst(verdicts: Sequence[Verdict]) -> Verdict:
    return max(verdicts, key=lambda each: each.status.rank)


def effect(impact: Mapping[str, Any]) -> str:
    """The counts of an impact in words; its metrics stand in the evidence, with the windows they speak of.

    Examples
    --------
    >>> effect({"rows_affected": 936, "roc_auc": {"value": 0.6123, "reference": 0.6712}})
    'rows affected 936'
    """
    counts = ((name, entry) for name, entry in impact.items() if isinstance(entry, int | float))
    return ", ".join(f"{name.replace('_', ' ')} {number(entry)}" for name, entry in counts)


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
    verdict = _worst(verdicts)
    series = verdict.series
    text = series.metric + (f" of {series.column}" if series.column else "")
    if series.slice:
        text += f" where {series.slice}"
    text += " has no value" if verdict.value is None else f" is {reading(verdict.value, series.metric)}"
    if series.span > 1:
        text += f" over {series.span} windows"
    yardsticks = {"limit": verdict.threshold, "noise up to": verdict.noise_floor}
    known = ", ".join(
        f"{name} {reading(value, series.metric)}" for name, value in yardsticks.items() if value is not None
    )
    text += f" ({known})" if known else ""
    more = len(verdicts) - 1
    return text + (f"; {more} more" if more else "")
