"""The story of rows that do not come, or come in other numbers than usual.

Told when volume or freshness fires: nothing else can be known of rows that are not there.
"""

from __future__ import annotations

from typing import Any

from modelwatch.domain.instants import SECOND, format_instant
from modelwatch.domain.measurement import Series
from modelwatch.domain.quantity import number, stretch
from modelwatch.judge.triage import evidence, schema
from modelwatch.judge.triage.slices import by_slice, contrast
from modelwatch.judge.triage.story import Finding, Matter, Story
from modelwatch.judge.triage.wording import count, named

# which say that no row came of late, the plainest first
_SILENCE = ("silence_seconds", "freshness_seconds")


def tell(matter: Matter) -> Story:
    """Tell how many rows came, how many usually do, and how old the newest one is."""
    lead = matter.lead
    stopped = _stopped(matter)
    return matter.told(
        _silence(matter, stopped) if stopped else _title(matter, lead),
        [
            _refused(matter),
            _last(matter, stopped) if stopped else evidence.others(matter),
            evidence.quality(matter),
            evidence.performance(matter),
            contrast(matter, lead),
        ],
        slices=by_slice(matter, lead),
        impact=_impact(matter),
        first_action=_action(matter, stopped),
    )


def _action(matter: Matter, stopped: Finding | None) -> str:
    if matter.context.refused:
        return f"Rows came and were refused, so the service answers: see why with `{schema.command(matter)}`"
    if stopped and _is_over(matter, stopped):
        return "Rows come again: find out what held them up, and hand in those of the gap if there were any"
    if stopped:
        return "Check that the service still answers and that its log arrives: start at its last row"
    return "Ask the callers of the model what changed: compare the slices with their traffic"


def _refused(matter: Matter) -> str:
    """How many rows came besides and were not taken, whatever for."""
    rows = sum(matter.context.refused.values())
    fields = list(dict.fromkeys(name for _, name in matter.context.refused))
    return f"{count(rows, 'row')} more came {matter.when()} and were refused, for {named(fields)}" if rows else ""


def _stopped(matter: Matter) -> Finding | None:
    """The finding that says that rows no longer come, whatever else was found of their number."""
    for metric in _SILENCE:
        for finding in matter.findings:
            if finding.verdict.series.metric == metric:
                return finding
    nothing = (each for each in matter.findings if each.verdict.series.metric == "rows" and not each.verdict.value)
    return next(nothing, None)


def _silence(matter: Matter, stopped: Finding) -> str:
    verdict = stopped.verdict
    if stopped.verdict.series.metric == "rows":
        taken = "No rows accepted" if matter.context.refused else "No rows"
        return f"{taken} {matter.when()}{_usually(matter, verdict.series)}"
    limit = "" if verdict.threshold is None else f" (limit {stretch(verdict.threshold)})"
    if _is_over(matter, stopped):
        return f"No row for {stretch(verdict.value or 0.0)}{limit} until rows came again {matter.when()}"
    return f"No new row for {stretch(verdict.value or 0.0)}{limit} {_at_end(matter)}"


def _last(matter: Matter, stopped: Finding) -> str:
    """When the last row came, and how many usually do in a window."""
    verdict = stopped.verdict
    if stopped.verdict.series.metric == "rows" or _is_over(matter, stopped):
        return ""
    last = _now(matter) - round((verdict.value or 0.0) * SECOND)
    seen = matter.context.find("rows", version=verdict.series.version)
    usually = "" if seen is None else _usually(matter, seen.series)
    return f"The last row is of {format_instant(last // SECOND * SECOND)}{usually}"


def _usually(matter: Matter, series: Series) -> str:
    normal = evidence.usual(matter, series)
    return f", where {number(normal)} a window are usual" if normal else ""


def _is_over(matter: Matter, stopped: Finding) -> bool:
    """Whether rows came again after the silence, within the window."""
    age = matter.context.find("freshness_seconds")
    if stopped.verdict.series.metric != _SILENCE[0] or age is None or age.value is None:
        return False
    return age.value + 1 < (stopped.verdict.value or 0.0)


def _now(matter: Matter) -> int:
    return matter.context.window.end if matter.context.now is None else matter.context.now


def _at_end(matter: Matter) -> str:
    return f"by {format_instant(_now(matter) // SECOND * SECOND)}"


def _title(matter: Matter, lead: Finding) -> str:
    verdict = lead.verdict
    if verdict.series.metric == "rows":
        return f"{count(round(verdict.value or 0.0), 'row')} {matter.when()}{_usually(matter, verdict.series)}"
    return f"{lead.title} at {evidence.reading(lead)} {matter.when(verdict.series.span)}"


def _impact(matter: Matter) -> dict[str, Any]:
    seen = matter.context.find("rows", version=matter.lead.verdict.series.version)
    return {} if seen is None or seen.value is None else {"predictions": round(seen.value)}
