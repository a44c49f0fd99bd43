"""The story of scores that no longer mean what they say, though they may still rank well.

Told when mean bias or calibration error leaves its limit.
"""

from __future__ import annotations

from modelwatch.judge.triage import evidence
from modelwatch.judge.triage.slices import by_slice, contrast
from modelwatch.judge.triage.story import Finding, Matter, Story
from modelwatch.judge.triage.wording import number


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
        _title(matter, lead),
        [
            evidence.others(matter),
            _means(matter),
            evidence.performance(matter),
            evidence.drift(matter),
            evidence.quality(matter),
            evidence.events(matter),
            contrast(matter, lead),
        ],
        slices=by_slice(matter, lead),
        impact=evidence.effect(matter),
        first_action=action,
    )


def _title(matter: Matter, lead: Finding) -> str:
    value = lead.verdict.value or 0.0
    span = lead.verdict.series.span
    over = f" over {span} windows" if span > 1 else ""
    if lead.verdict.series.metric == "mean_bias":
        return f"Predictions are {number(abs(value))} too {'high' if value > 0 else 'low'} on average{over}"
    baseline = matter.context.baseline(lead.verdict.series)
    against = f" against {number(baseline.mean)} in the reference" if baseline else ""
    return f"{lead.title} {number(value)}{against}{over}"


def _means(matter: Matter) -> str:
    version = matter.lead.verdict.series.version
    said = matter.context.find("prediction_mean", version=version)
    true = matter.context.find("label_mean", version=version)
    if said is None or true is None or said.value is None or true.value is None:
        return ""
    return f"Mean prediction {number(said.value)}, mean label {number(true.value)}"
