"""Lines of evidence that several kinds of incident share: what agrees with the cause, and what is ruled out.

Each function reads a `Matter` and returns one sentence, or nothing where it has nothing to say.
"""

from __future__ import annotations

from statistics import median
from typing import Any

from modelwatch.domain.columns import Task
from modelwatch.domain.event import Event
from modelwatch.domain.instants import DAY, format_instant
from modelwatch.domain.measurement import Measurement, Series
from modelwatch.domain.metric import Better, Family
from modelwatch.judge.triage.story import Finding, Matter
from modelwatch.judge.triage.wording import amount, count, named, number

NEAR_DAYS = 7
DEVIATIONS = 3
_ENOUGH = 4  # earlier windows from which their median is what is usual
_SPELLED = 8  # windows that are told one by one
_MAIN = {
    Task.BINARY: ("roc_auc", "accuracy"),
    Task.MULTICLASS: ("roc_auc", "accuracy"),
    Task.REGRESSION: ("rmse", "mae"),
    Task.RANKING: ("ndcg",),
}


def usual(matter: Matter, series: Series) -> float | None:
    """What a series read lately, or else in the reference."""
    past = matter.context.history(series)
    if len(past) >= _ENOUGH:
        return median(past)
    baseline = matter.context.baseline(series)
    return baseline.mean if baseline else None


def rows(matter: Matter) -> str:
    """Whether the number of rows changed too."""
    seen = matter.context.find("rows", version=matter.lead.verdict.series.version)
    if seen is None or seen.value is None:
        return ""
    normal = usual(matter, seen.series)
    if normal is None:
        return f"{number(seen.value)} rows in the window"
    moved = "stayed at" if normal / 2 <= seen.value <= normal * 1.5 else "fell to" if seen.value < normal else "rose to"
    return f"Rows {moved} {number(seen.value)} (usual {number(normal)})"


def together(matter: Matter) -> str:
    """Whether the columns began at one time, which speaks for one cause."""
    begun = {finding.column: finding.since.end for finding in reversed(matter.findings) if finding.column}
    if len(begun) < 2:
        return ""
    date = matter.date(min(finding.since.end for finding in matter.findings))
    if len(set(begun.values())) == 1:
        return f"All {len(begun)} columns began in the same window, {date}"
    return f"The {len(begun)} columns began in {len(set(begun.values()))} different windows, the first {date}"


def main_metric(matter: Matter, span: int = 1) -> Measurement | None:
    """The model's first performance metric that was computed in this window, else its estimate."""
    names = _MAIN.get(matter.context.task, ())
    version = matter.lead.verdict.series.version
    for name in (*names, *(f"estimated_{name}" for name in names)):
        found = matter.context.find(name, span=span, version=version)
        if found is not None and found.value is not None:
            return found
    return None


def performance(matter: Matter) -> str:
    """Whether the model's performance went with it."""
    seen = main_metric(matter)
    if seen is None or seen.value is None:
        return "Performance is not known yet for this window" if _MAIN.get(matter.context.task) else ""
    record = matter.metric(seen.series.metric)
    title = record.title if record else seen.series.metric
    baseline = matter.context.baseline(seen.series)
    if baseline is None:
        return f"{title} reads {number(seen.value)}; the reference has none to compare with"
    down = -1 if record and record.better is Better.HIGHER else 1
    worse = down * (seen.value - baseline.mean)
    stayed = not seen.status.firing and worse <= DEVIATIONS * baseline.sd
    return (
        f"{title} {'stayed inside' if stayed else 'left'} the reference: {number(seen.value)} against "
        f"{number(baseline.mean)}, {DEVIATIONS} sd is {number(DEVIATIONS * baseline.sd)}"
    )


def near(matter: Matter) -> tuple[Event, ...]:
    """The events from a week before the beginning on, nearest first."""
    begin = min(finding.since.end for finding in matter.findings) - matter.size
    close = (
        event
        for event in matter.context.events
        if event.at < matter.context.window.end and (event.until or event.at) >= begin - NEAR_DAYS * DAY
    )
    return tuple(sorted(close, key=lambda event: (abs(event.at - begin), event.at, event.kind, event.note)))


def events(matter: Matter) -> str:
    """Deployments and other events close to the beginning, the likeliest causes there are."""
    told = [
        f"{event.kind} at {format_instant(event.at)}{f' ({event.note})' if event.note else ''}"
        for event in near(matter)[:3]
    ]
    return f"Close in time: {'; '.join(told)}" if told else f"No deployment or schema event within {NEAR_DAYS} d"


def firing(matter: Matter, family: Family) -> tuple[Measurement, ...]:
    """What else fires in this window in one family of metrics, over all rows, worst first."""
    found = [
        each
        for each in matter.context.measurements
        if each.status.firing and not each.series.slice and _family(matter, each) is family
    ]
    return tuple(sorted(found, key=lambda each: (-each.status.rank, each.series)))


def quality(matter: Matter) -> str:
    """Whether data quality explains it."""
    found = firing(matter, Family.QUALITY)
    if found:
        columns = dict.fromkeys(each.series.column for each in found)
        return f"Data quality fires in the same window on {named(list(columns))}"
    seen = any(_family(matter, each) is Family.QUALITY for each in matter.context.measurements)
    return "Data quality is fine in this window" if seen else ""


def drifting(matter: Matter) -> list[str]:
    """The columns whose drift fires in this window, worst first."""
    return list(dict.fromkeys(each.series.column for each in firing(matter, Family.DRIFT) if each.series.column))


def drift(matter: Matter) -> str:
    """Which inputs drift at the same time."""
    columns = drifting(matter)
    if columns:
        return f"{named(columns)} {'drifts' if len(columns) == 1 else 'drift'} in the same window"
    seen = any(_family(matter, each) is Family.DRIFT for each in matter.context.measurements)
    return "No column drifts in this window" if seen else ""


def effect(matter: Matter, finding: Finding | None = None) -> dict[str, Any]:
    """What the model's performance reads beside the reference: a finding's metric, else the main one."""
    if finding is None:
        seen = main_metric(matter)
        series, value = (seen.series, seen.value) if seen else (None, None)
    else:
        series, value = finding.verdict.series, finding.verdict.value
    if series is None or value is None:
        return {}
    baseline = matter.context.baseline(series)
    return {series.metric: {"value": value, "reference": baseline.mean if baseline else None}}


def others(matter: Matter) -> str:
    """The findings of the incident besides those of the worst one's metric."""
    lead = matter.lead.verdict.series.metric
    told: dict[str, Finding] = {}
    for finding in matter.findings:
        if finding.verdict.series.metric != lead:
            told.setdefault(finding.verdict.series.metric, finding)
    parts = [f"{_of(finding)} at {reading(finding)}" for finding in list(told.values())[:3]]
    return f"Also: {'; '.join(parts)}" if parts else ""


def reading(finding: Finding, *, limit: bool = True) -> str:
    """A finding's value, and the limit it is past."""
    verdict = finding.verdict
    name = verdict.series.metric
    if verdict.value is None:
        return "no value"
    told = amount(verdict.value, finding.metric, name)
    if not limit or verdict.threshold is None:
        return told
    return f"{told} (limit {amount(verdict.threshold, finding.metric, name)})"


def kept(matter: Matter) -> tuple[str, ...]:
    """In which windows the findings fired: a line for each metric and span, like columns together."""
    lines: list[str] = []
    groups = dict.fromkeys((finding.title, finding.verdict.series.span) for finding in matter.findings)
    for title, span in groups:
        found = [each for each in matter.findings if (each.title, each.verdict.series.span) == (title, span)]
        shared: dict[str, list[str]] = {}
        for finding in found:
            shared.setdefault(_when(finding, matter), []).append(_place(finding))
        parts = [f"{named(places)} {when}".strip() for when, places in list(shared.items())[:3]]
        lines.append(f"{title}{f' over {span} windows' if span > 1 else ''}: {'; '.join(parts)}")
    return tuple(lines[:5])


def _when(finding: Finding, matter: Matter) -> str:
    if not finding.held:
        return "in none any more, after later revisions"
    if finding.held > _SPELLED or finding.forgotten:
        return f"in {count(finding.held, 'window')} since {matter.date(finding.since.end)}"
    return f"on {', '.join(matter.date(end) for end in finding.ends)}"


def _place(finding: Finding) -> str:
    series = finding.verdict.series
    return " ".join(filter(None, (series.column, f"where {series.slice}" if series.slice else "")))


def _of(finding: Finding) -> str:
    place = _place(finding)
    return f"{finding.title} of {place}" if place else finding.title


def _family(matter: Matter, measurement: Measurement) -> Family | None:
    record = matter.metric(measurement.series.metric)
    return record.family if record else None
