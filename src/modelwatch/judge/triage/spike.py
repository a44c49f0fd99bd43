"""The story of a truth that jumped: days on which labels read otherwise than in the reference.

Told when the mean label leaves the blocks of the reference; whether the model saw it coming is the question.
"""

from __future__ import annotations

from modelwatch.domain.quantity import number
from modelwatch.judge.triage import evidence
from modelwatch.judge.triage.slices import by_slice, contrast
from modelwatch.judge.triage.story import Finding, Matter, Story


def tell(matter: Matter) -> Story:
    """Tell how far the labels are off, whether predictions or inputs moved with them, and where."""
    lead = matter.lead
    date = matter.date(lead.verdict.window.end)
    return matter.told(
        _title(matter, lead),
        [
            _predicted(matter),
            evidence.rows(matter),
            evidence.drift(matter),
            evidence.quality(matter),
            evidence.performance(matter),
            contrast(matter, lead),
        ],
        slices=by_slice(matter, lead),
        impact=evidence.effect(matter),
        first_action=(
            f"Find out what happened on {date} (weather, strike, holiday, another way of labelling) "
            "and post it as an event; retrain only if it lasts"
        ),
    )


def _title(matter: Matter, lead: Finding) -> str:
    value, distance = lead.verdict.value or 0.0, lead.verdict.distance
    baseline = matter.context.baseline(lead.verdict.series)
    normal = f", where {number(baseline.mean)} is usual" if baseline else ""
    far = f", {number(distance)} standard deviations of the reference's blocks" if distance and distance < 1e6 else ""
    return f"{lead.title} {number(value)} {matter.when(lead.verdict.series.span)}{normal}{far}"


def _predicted(matter: Matter) -> str:
    """Whether the model's own mean moved with the labels."""
    series, label = matter.lead.verdict.series, matter.lead.verdict.value
    seen = matter.context.find("prediction_mean", span=series.span, version=series.version)
    if seen is None or seen.value is None or label is None:
        return ""
    means = f"Mean prediction {number(seen.value)} against mean label {number(label)} {matter.when(series.span)}"
    baseline = matter.context.baseline(series)
    normal = baseline.mean if baseline else None
    if normal is None or normal == label:
        return means
    saw = (seen.value - normal) / (label - normal)
    says = (
        "the model saw most of it"
        if saw >= 0.5
        else "the model saw part of it"
        if saw >= 0.15
        else "the model did not see it"
    )
    return f"{means}: {says}"
