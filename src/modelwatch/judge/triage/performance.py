"""The story of a model that answers worse than it did on the reference.

Told when performance on labels, or its estimate, falls; the question is whether inputs, data or the relation
changed.
"""

from __future__ import annotations

from modelwatch.domain.measurement import Measurement
from modelwatch.domain.quantity import number, percent
from modelwatch.judge.triage import evidence
from modelwatch.judge.triage.slices import by_slice, contrast
from modelwatch.judge.triage.story import Finding, Matter, Story
from modelwatch.judge.triage.wording import amount, named

_ESTIMATED = "estimated_"
_EVENTS = 1000  # what an action rests on that names events: more than any number of columns


def tell(matter: Matter) -> Story:
    """Tell which metric fell by how much, what else moved, what did not, and where it is worst."""
    lead = matter.lead
    worst = by_slice(matter, lead)
    action, grounds = _action(matter, worst)
    return matter.told(
        _title(matter, lead),
        [
            _estimate(matter, lead),
            evidence.quality(matter),
            evidence.drift(matter),
            evidence.spread(matter),
            _limit(lead),
            evidence.others(matter),
            _labels(matter),
            evidence.rows(matter),
            contrast(matter, lead),
        ],
        slices=worst,
        impact=evidence.effect(matter, lead),
        first_action=action,
        grounds=grounds,
    )


def _title(matter: Matter, lead: Finding) -> str:
    name, value = lead.verdict.series.metric, lead.verdict.value or 0.0
    baseline = matter.context.baseline(lead.verdict.series)
    against = f" against {amount(baseline.mean, lead.metric, name)} in the reference" if baseline else ""
    where = f" where {lead.verdict.series.slice}" if lead.verdict.series.slice else ""
    return f"{lead.title} {amount(value, lead.metric, name)}{against}{where} {matter.when(lead.verdict.series.span)}"


def _limit(lead: Finding) -> str:
    verdict = lead.verdict
    if verdict.threshold is None:
        return ""
    far = (
        f", {number(verdict.distance)} sd of the reference's blocks"
        if verdict.distance and verdict.distance < 1e6
        else ""
    )
    return f"The limit is {amount(verdict.threshold, lead.metric, verdict.series.metric)}{far}"


def _estimate(matter: Matter, lead: Finding) -> str:
    """Whether the estimate without labels saw it: it can see changed inputs, never a changed relation."""
    name = lead.verdict.series.metric
    if name.startswith(_ESTIMATED):
        return "This is an estimate without labels: it is blind to a changed relation between inputs and truth"
    seen = matter.context.find(_ESTIMATED + name, span=lead.verdict.series.span, version=lead.verdict.series.version)
    if seen is None or seen.value is None:
        return ""
    told = amount(seen.value, lead.metric, name)
    if seen.status.firing:
        return f"The estimate without labels fell too ({told}): the inputs explain it"
    return f"The estimate without labels did not fall ({told}): the relation of inputs and truth has changed"


def _labels(matter: Matter) -> str:
    pending = _value(matter.context.find("labels_pending_share", version=matter.lead.verdict.series.version))
    return f"{percent(pending)} of the predictions {matter.when()} have no label yet" if pending else ""


def _value(measurement: Measurement | None) -> float | None:
    return None if measurement is None else measurement.value


def _action(matter: Matter, slices: tuple[dict[str, object], ...]) -> tuple[str, int]:
    """What to do first, and how much is known for it, the more columns the more."""
    if evidence.near(matter):
        return (
            "Compare the model before and after the events close in time, and roll back if it was better before",
            _EVENTS,
        )
    drifting, _ = evidence.drifting(matter)
    if drifting:
        return (
            f"Retrain on recent labelled rows, for {named(drifting)} changed, and compare on the same labels",
            1 + len(drifting),
        )
    if slices:
        return "Look at the worst slices first, then check how the labels of these days were made", 1
    return "Check how the labels of these days were made, then retrain on recent ones and compare", 0
