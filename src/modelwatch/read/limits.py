"""What a value would have to pass: the thresholds of the rules that judge a series, as its verdicts tell them.

Pages draw them; the status itself is read from what is stored, and never judged again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from modelwatch.domain.instants import Window
from modelwatch.domain.measurement import Baseline, Measurement, Series, Status
from modelwatch.judge import evaluate
from modelwatch.judge.scope import applicable
from modelwatch.work import Watched

_DEVIATIONS = 3.0


@dataclass(frozen=True, slots=True)
class Limit:
    """A value that must not be passed, and what the verdict is then; `provisional` where the reference is too short."""

    value: float
    status: Status
    provisional: bool = False


def limits_of(watched: Watched, series: Series, window: Window, *, value: float = 0.0) -> list[Limit]:
    """The thresholds of a series, the warning before the critical one; those that several rules give, the nearest.

    Parameters
    ----------
    value
        On which side of the reference they are asked for, where a rule looks both ways.
    """
    metric = watched.catalog.metrics.get(series.metric)
    plain = Series(series.metric, series.column, series.slice, "", series.span)
    measurement = Measurement(plain, window, value)
    rules = applicable(
        watched.monitor.rules,
        plain,
        window,
        metric=metric,
        features=() if watched.plan is None else watched.plan.features,
        spans=watched.monitor.spans,
    )
    found: dict[Status, Limit] = {}
    for rule in rules:
        for status, only in (
            (Status.WARNING, replace(rule, critical=None)),
            (Status.CRITICAL, replace(rule, warning=None)),
        ):
            if status.rank > rule.cap.rank:
                continue
            verdict = evaluate(
                measurement, only, metric=metric, baseline=baseline_of(watched, plain), expected_us=watched.expected_us
            )
            if verdict.threshold is not None:
                found.setdefault(status, Limit(verdict.threshold, status, verdict.provisional))
    return [found[status] for status in (Status.WARNING, Status.CRITICAL) if status in found]


def baseline_of(watched: Watched, series: Series) -> Baseline | None:
    """What a series reads in the reference's blocks of the same length."""
    reference = watched.reference
    return None if reference is None else reference.baselines.get(replace(series, version=""))


def band_of(baseline: Baseline | None) -> tuple[float, float] | None:
    """What is normal: three standard deviations of the reference's blocks around their mean, None of fewer than two."""
    if baseline is None or baseline.blocks < 2:
        return None
    return baseline.mean - _DEVIATIONS * baseline.sd, baseline.mean + _DEVIATIONS * baseline.sd
