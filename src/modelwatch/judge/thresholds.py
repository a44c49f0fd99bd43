"""Hold one measurement against one rule: the first half of judging, one value at a time.

`verdicts` calls it for every pair that belongs together; each comparison is one entry of the table in
`readings`.
"""

from __future__ import annotations

import math

from modelwatch.domain.errors import NotComputable
from modelwatch.domain.measurement import Baseline, Measurement, Status
from modelwatch.domain.metric import Metric
from modelwatch.domain.rule import Comparison, Rule, Verdict
from modelwatch.judge.readings import READERS, Ground, Reading, Season


def evaluate(
    measurement: Measurement,
    rule: Rule,
    *,
    metric: Metric,
    baseline: Baseline | None = None,
    season: Season | None = None,
    expected_us: int | None = None,
) -> Verdict:
    """Hold a measurement against a rule.

    A plain level is strict and must be passed, a level relative to the reference, or to the expected interval, is
    reached. A share is held
    against its plain level as it stands: such a level says what is tolerated, not what would be surprising; where the
    rule asks for a least number of rows it must concern so many of them, or all.

    Parameters
    ----------
    measurement
        The value with its interval and noise floor; without a value the verdict is `not_computed` or
        `no_data`.
    rule
        The comparison and its levels; those in percent are percent (10 is 10 %).
    metric
        The catalogue's record: it knows the bad direction.
    baseline
        What the metric reads in the reference's blocks of the same length; fewer than 10 blocks give no
        standard deviation, and the verdict is provisional.
    season
        The same weekday and hours of earlier weeks, for `seasonal`.
    expected_us
        Microseconds between rows as a rule, for `multiple`.

    Returns
    -------
    Verdict
        `threshold` is in the metric's unit: of the level and the noise floor, or of the level and three
        standard deviations, what is harder to pass. `not_computed` with a reason where there is nothing to
        compare with.

    Examples
    --------
    >>> from modelwatch.domain.incident import Kind
    >>> from modelwatch.domain.instants import DAY, Window
    >>> from modelwatch.domain.measurement import Series, Value
    >>> from modelwatch.domain.metric import Better, Family, Scope
    >>> from modelwatch.domain.rule import Comparison
    >>> auc = Metric(name="roc_auc", title="ROC AUC", family=Family.PERFORMANCE, scope=Scope.MODEL,
    ...     better=Better.HIGHER, incident=Kind.PERFORMANCE, formula="", source="",
    ...     compute=lambda view: Value(1.0, 1))
    >>> low = Measurement(Series("roc_auc"), Window(0, DAY), value=0.60, n=900, interval=(0.57, 0.63))
    >>> below = Rule(id="auc", metric="roc_auc", comparison=Comparison.BELOW_REFERENCE_BY,
    ...     warning=0.03, critical=0.05)
    >>> verdict = evaluate(low, below, metric=auc, baseline=Baseline(mean=0.70, sd=0.02, blocks=59))
    >>> verdict.status.value, round(verdict.threshold, 2), round(verdict.distance, 1)
    ('critical', 0.64, 5.0)
    """
    if measurement.value is None:
        status = Status.NO_DATA if measurement.status is Status.NO_DATA else Status.NOT_COMPUTED
        return _verdict(measurement, rule, status=status, reason=measurement.reason)
    ground = Ground(metric=metric, baseline=baseline, season=season, expected_us=expected_us)
    try:
        if math.isnan(measurement.value):
            raise NotComputable("the value is not a number")
        reading = READERS[rule.comparison](measurement, measurement.value, ground)
    except NotComputable as nothing:
        return _verdict(measurement, rule, status=Status.NOT_COMPUTED, reason=str(nothing))
    return _weigh(measurement, rule, reading)


def _weigh(measurement: Measurement, rule: Rule, reading: Reading) -> Verdict:
    """Find the worst level the reading passes, and the value which that level and the least size ask for."""
    levels = {
        status: reading.axis.size_of(level)
        for status, level in ((Status.WARNING, rule.warning), (Status.CRITICAL, rule.critical))
        if level is not None
    }
    past = _reaches if rule.comparison.relative or rule.comparison is Comparison.MULTIPLE else _passes
    reached = [status for status, level in levels.items() if past(reading.size, level)]
    against = reading.against or ("" if past(reading.size, reading.least) else reading.least_is)
    against = against or _too_few(measurement, rule)
    status = Status.OK if against or not reached else max(reached, key=lambda each: each.rank)
    status = min(status, rule.cap, key=lambda each: each.rank)
    # a capped verdict may have no level of its own: it tells the one it passed
    told = levels.get(status, next(iter(levels.values()), None))
    return _verdict(
        measurement,
        rule,
        status=status,
        threshold=None if told is None else reading.axis.value_at(max(told, reading.least)),
        reading=reading,
        reason=against if reached and against else None,
    )


def _too_few(measurement: Measurement, rule: Rule) -> str:
    """Say so if a share concerns fewer rows than its rule asks for; all rows of a window are enough."""
    share = measurement.value or 0.0
    rows = round(share * measurement.n)
    if not rule.least or rows >= rule.least or share >= 1:
        return ""
    return f"it concerns {rows} of {measurement.n} rows, {rule.least} are needed"


def _passes(size: float, level: float) -> bool:
    return size > level and not math.isclose(size, level, rel_tol=1e-9)


def _reaches(size: float, level: float) -> bool:
    return size >= level or math.isclose(size, level, rel_tol=1e-9)


def _verdict(
    measurement: Measurement,
    rule: Rule,
    *,
    status: Status,
    threshold: float | None = None,
    reading: Reading | None = None,
    reason: str | None = None,
) -> Verdict:
    return Verdict(
        rule=rule.id,
        series=measurement.series,
        window=measurement.window,
        value=measurement.value,
        threshold=threshold,
        noise_floor=measurement.noise_floor,
        status=status,
        distance=reading.distance if reading else None,
        provisional=measurement.provisional or (reading is not None and reading.provisional),
        reason=reason,
    )
