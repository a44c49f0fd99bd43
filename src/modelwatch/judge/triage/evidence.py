"""Lines of evidence that several kinds of incident share: what agrees with the cause, and what is ruled out.

Each function reads a `Matter` and returns one sentence, with the window and span of its numbers, or nothing where
it has nothing to say.
"""

from __future__ import annotations

from statistics import median
from typing import Any

from modelwatch.domain.columns import PREDICTION, Task
from modelwatch.domain.event import NEAR_US, Event
from modelwatch.domain.measurement import Baseline, Measurement, Series
from modelwatch.domain.metric import Better, Family
from modelwatch.domain.quantity import number
from modelwatch.judge.triage.story import Clue, Finding, Matter
from modelwatch.judge.triage.wording import amount, count, lasting, named, over

DEVIATIONS = 3
ORDINARY = 0.2  # of what is usual, by which the number of rows may differ without a word
_ENOUGH = 4  # earlier windows from which their median is what is usual
_SPELLED = 8  # windows that are told one by one
JUDGED = "psi"  # by which the share of columns in drift is counted
SHARE = "drifted_share"  # which the story of drift tells in a sentence of its own
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


def rows(matter: Matter) -> str | Clue:
    """Whether the number of rows changed too."""
    seen = matter.context.find("rows", version=matter.lead.verdict.series.version)
    if seen is None or seen.value is None:
        return ""
    normal = usual(matter, seen.series)
    if normal is None:
        return f"{count(round(seen.value), 'row')} {matter.when()}"
    if abs(seen.value - normal) <= ORDINARY * normal:
        return Clue(f"rows as usual ({number(seen.value)})")
    moved = "fell" if seen.value < normal else "rose"
    return f"Rows {moved} to {number(seen.value)} {matter.when()} (usual {number(normal)})"


def together(matter: Matter) -> str:
    """Whether the columns began at one time, which speaks for one cause."""
    begun = {finding.column: finding.since.end for finding in reversed(matter.findings) if finding.column}
    if len(begun) < 2:
        return ""
    date = matter.date(min(begun.values()))
    if len(set(begun.values())) == 1:
        all_of = "Both" if len(begun) == 2 else f"All {len(begun)}"
        return f"{all_of} columns began in the same window, {date}"
    return f"The {len(begun)} columns began in {len(set(begun.values()))} different windows, the first {date}"


def spread(matter: Matter) -> str:
    """That what was first found over a long span may have begun earlier than it was seen."""
    first = min(matter.findings, key=lambda each: (each.since.end, each.verdict.series.span))
    if first.verdict.series.span == 1:
        return ""
    length = lasting(first.verdict.series.span, matter.size)
    crossed = matter.date(first.since.end)
    return f"Read over {length}: it crossed its limit on {crossed}, the change may have begun up to {length} earlier"


def main_metric(matter: Matter) -> Measurement | None:
    """The model's first performance metric that was computed on the worst finding's span, else on one window.

    An estimate is taken where nothing was computed from labels.
    """
    names = _MAIN.get(matter.context.task, ())
    lead = matter.lead.verdict.series
    for span in dict.fromkeys((lead.span, 1)):
        for name in (*names, *(f"estimated_{name}" for name in names)):
            found = matter.context.find(name, span=span, version=lead.version)
            if found is not None and found.value is not None:
                return found
    return None


def performance(matter: Matter) -> str | Clue:
    """Whether the model's performance went with it."""
    seen = main_metric(matter)
    if seen is None or seen.value is None:
        return f"Performance {matter.when()} is not known yet" if _MAIN.get(matter.context.task) else ""
    record = matter.metric(seen.series.metric)
    title = record.title if record else seen.series.metric
    when = matter.when(seen.series.span)
    baseline = matter.context.baseline(seen.series)
    if baseline is None:
        return f"{title} reads {number(seen.value)} {when}; the reference has none to compare with"
    down = -1 if record and record.better is Better.HIGHER else 1
    worse = down * (seen.value - baseline.mean)
    against = f"{number(seen.value)} {when} against {number(baseline.mean)} in the reference"
    if not seen.status.firing and worse <= DEVIATIONS * baseline.sd:
        if _held(seen, baseline, down):
            return Clue(f"{title} held ({against})")
        return Clue(f"{title} {against}: within the usual scatter, too little to tell whether it fell", weak=True)
    return f"{title} left the reference: {against}, {DEVIATIONS} sd is {number(DEVIATIONS * baseline.sd)}"


def _held(seen: Measurement, baseline: Baseline, down: int) -> bool:
    """Whether even the bad end of the 95 % interval is at most one sd of the blocks worse than the reference."""
    if seen.interval is None:
        return False
    return max(down * (end - baseline.mean) for end in seen.interval) <= baseline.sd


def near(matter: Matter) -> tuple[Event, ...]:
    """The events from a week before the beginning on, nearest first."""
    begin = min(finding.since.end for finding in matter.findings) - matter.size
    close = (
        event
        for event in matter.context.events
        if event.at < matter.context.window.end and (event.until or event.at) >= begin - NEAR_US
    )
    return tuple(sorted(close, key=lambda event: (abs(event.at - begin), event.at, event.kind, event.note)))


def firing(matter: Matter, family: Family) -> tuple[Measurement, ...]:
    """What else fires in this window in one family of metrics, over all rows, worst first."""
    found = [
        each
        for name in _measured(matter, family)
        for each in matter.context.of(name)
        if each.status.firing and not each.series.slice
    ]
    return tuple(sorted(found, key=lambda each: (-each.status.rank, each.series)))


def quality(matter: Matter) -> str | Clue:
    """Whether data quality explains it."""
    found = firing(matter, Family.QUALITY)
    if found:
        columns = dict.fromkeys(each.series.column for each in found)
        return f"Data quality fires {matter.when()} on {named(list(columns))}"
    return Clue("data quality is fine") if _measured(matter, Family.QUALITY) else ""


def drifting(matter: Matter) -> tuple[list[str], int]:
    """The columns whose drift fires here, worst first, and on which span: the worst finding's, else the longest."""
    found = firing(matter, Family.DRIFT)
    spans = {each.series.span for each in found}
    lead = matter.lead.verdict.series.span
    span = lead if lead in spans else max(spans, default=lead)
    return list(dict.fromkeys(e.series.column for e in found if e.series.span == span and e.series.column)), span


def counted(matter: Matter, share: Measurement) -> list[str]:
    """The features that a share of columns in drift counts, worst first."""
    mine = (share.series.span, share.series.version)
    return list(
        dict.fromkeys(
            each.series.column
            for each in firing(matter, Family.DRIFT)
            if each.series.metric == JUDGED
            and each.series.column != PREDICTION
            and (each.series.span, each.series.version) == mine
        )
    )


def drift(matter: Matter) -> str | Clue:
    """Which inputs drift at the same time."""
    columns, span = drifting(matter)
    if columns:
        return f"{named(columns)} {'drifts' if len(columns) == 1 else 'drift'} {matter.when(span)}"
    return Clue("no column drifts") if _measured(matter, Family.DRIFT) else ""


def _measured(matter: Matter, family: Family) -> list[str]:
    """The metrics of a family that were measured in this window."""
    records = ((name, matter.metric(name)) for name in matter.context.metrics)
    return [name for name, record in records if record and record.family is family]


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
    """The findings in this window besides those of the worst one's metric and span, each metric and span once."""
    told = {finding.column for finding in matter.alike()}
    lead = matter.lead.verdict.series.metric
    groups: dict[tuple[str, int], list[Finding]] = {}
    for finding in matter.findings:
        series = finding.verdict.series
        if series.metric not in (lead, SHARE) or (series.metric == lead and finding.column not in told):
            groups.setdefault((series.metric, series.span), []).append(finding)
    parts: list[str] = []
    for found in list(groups.values())[:3]:
        more = f" and {count(len(found) - 1, 'more column')}" if len(found) > 1 else ""
        parts.append(f"{_of(found[0])}{over(found[0].verdict.series.span)} at {reading(found[0])}{more}")
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
    """In which windows all of the incident fired: a line for each metric and span, like columns together."""
    lines: list[str] = []
    groups = dict.fromkeys((finding.title, finding.verdict.series.span) for finding in matter.lasting)
    for title, span in groups:
        found = [each for each in matter.lasting if (each.title, each.verdict.series.span) == (title, span)]
        longest: dict[str, Finding] = {}  # of several rules or versions of a column, the one that fired most
        for finding in found:
            other = longest.setdefault(_place(finding), finding)
            longest[_place(finding)] = max(other, finding, key=lambda each: each.held)
        shared: dict[str, list[str]] = {}
        for place, finding in longest.items():
            shared.setdefault(_when(finding, matter), []).append(place)
        parts = [f"{named(places)} {when}".strip() for when, places in list(shared.items())[:3]]
        lines.append(f"{title}{over(span)}: {'; '.join(parts)}")
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
