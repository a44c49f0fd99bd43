"""The story of scores that no longer mean what they say, though they may still rank well.

Told when mean bias or calibration error leaves its limit.
"""

from __future__ import annotations

from modelwatch.domain.quantity import number
from modelwatch.judge.triage import evidence
from modelwatch.judge.triage.slices import by_slice, contrast
from modelwatch.judge.triage.story import Finding, Matter, Story

BIAS = "mean_bias"  # which says more than an error does: in which direction


def tell(matter: Matter) -> Story:
    """Tell which way the scores are off, and whether ranking suffers too."""
    lead = matter.lead
    ranks = evidence.main_metric(matter)
    action = (
        "Ranking suffers as well: treat it as a loss of performance before you recalibrate"
        if ranks is not None and ranks.status.firing
        else "Recalibrate the scores on recent labels (the ranking holds), then review their thresholds"
    )
    return matter.told(
        _title(matter, next((each for each in matter.findings if each.verdict.series.metric == BIAS), lead)),
        [
            _means(matter),
            evidence.quality(matter),
            evidence.drift(matter),
            evidence.spread(matter),
            evidence.performance(matter),
            evidence.others(matter),
            contrast(matter, lead),
        ],
        slices=by_slice(matter, lead),
        impact=evidence.effect(matter),
        first_action=action,
    )


def _title(matter: Matter, lead: Finding) -> str:
    value = lead.verdict.value or 0.0
    when = matter.when(lead.verdict.series.span)
    if lead.verdict.series.metric == BIAS:
        return f"Predictions are {number(abs(value))} too {'high' if value > 0 else 'low'} on average {when}"
    baseline = matter.context.baseline(lead.verdict.series)
    against = f" against {number(baseline.mean)} in the reference" if baseline else ""
    return f"{lead.title} {number(value)}{against} {when}"


def _means(matter: Matter) -> str:
    """Both means, where they were measured on the worst finding's own span."""
    version, span = matter.lead.verdict.series.version, matter.lead.verdict.series.span
    said = matter.context.find("prediction_mean", span=span, version=version)
    true = matter.context.find("label_mean", span=span, version=version)
    if said is None or true is None or said.value is None or true.value is None:
        return ""
    return f"Mean prediction {number(said.value)}, mean label {number(true.value)} {matter.when(span)}"
