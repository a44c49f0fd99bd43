"""Each comparison against numbers worked out by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from modelwatch.domain.incident import Kind
from modelwatch.domain.instants import DAY, HOUR, SECOND, Window
from modelwatch.domain.measurement import Baseline, Measurement, Series, Status, Value
from modelwatch.domain.metric import Better, Family, Metric, Scope
from modelwatch.domain.rule import Comparison, Rule
from modelwatch.judge.readings import FAR, READERS, Season
from modelwatch.judge.thresholds import evaluate

OK, WARNING, CRITICAL = Status.OK, Status.WARNING, Status.CRITICAL
NOT_COMPUTED, NO_DATA = Status.NOT_COMPUTED, Status.NO_DATA
BLOCKS = Baseline(mean=0.70, sd=0.02, blocks=59)
FEW = Baseline(mean=0.70, sd=0.02, blocks=9)


def metric(better: Better = Better.LOWER) -> Metric:
    return Metric(
        name="m", title="M", family=Family.PERFORMANCE, scope=Scope.MODEL, better=better,
        incident=Kind.UNKNOWN, formula="", source="", compute=lambda view: Value(0.0, 1),
    )  # fmt: skip


def measured(value: float | None, **rest: object) -> Measurement:
    return replace(Measurement(Series("m"), Window(0, DAY), value=value, n=100), **rest)  # type: ignore[arg-type]


def rule(comparison: Comparison, warning: float | None, critical: float | None, cap: Status = CRITICAL) -> Rule:
    return Rule(id="r", metric="m", comparison=comparison, warning=warning, critical=critical, cap=cap)


@pytest.mark.parametrize(
    ("better", "value", "status", "threshold"),
    [
        (Better.LOWER, 0.10, OK, 0.1),  # a plain level must be passed, not reached
        (Better.LOWER, 0.1 + 1e-12, OK, 0.1),
        (Better.LOWER, 0.11, WARNING, 0.1),
        (Better.LOWER, 0.26, CRITICAL, 0.25),
        (Better.LOWER, -5.0, OK, 0.1),
        (Better.HIGHER, 0.26, OK, 0.1),
        (Better.HIGHER, 0.05, WARNING, 0.1),
        (Better.NEAR, 0.05, OK, 0.1),
        (Better.NEAR, -0.11, WARNING, -0.1),
        (Better.NEAR, 0.3, CRITICAL, 0.25),
        (Better.NEAR, -0.3, CRITICAL, -0.25),
    ],
)
def test_a_level_counts_in_the_bad_direction(better: Better, value: float, status: Status, threshold: float) -> None:
    levels = (0.1, None) if better is Better.HIGHER else (0.1, 0.25)
    verdict = evaluate(measured(value), rule(Comparison.LEVEL, *levels), metric=metric(better))
    assert (verdict.status, verdict.threshold) == (status, pytest.approx(threshold))


@pytest.mark.parametrize(
    ("comparison", "value", "status"),
    [
        (Comparison.ABOVE, 5.0, OK),
        (Comparison.ABOVE, 5.1, WARNING),
        (Comparison.ABOVE, 7.1, CRITICAL),
        (Comparison.BELOW, 7.0, OK),
        (Comparison.BELOW, 6.9, WARNING),
        (Comparison.BELOW, 4.9, CRITICAL),
        (Comparison.BELOW, -3.0, CRITICAL),
    ],
)
@pytest.mark.parametrize("better", list(Better))
def test_above_and_below_do_not_ask_for_the_direction(
    comparison: Comparison, value: float, status: Status, better: Better
) -> None:
    levels = (5, 7) if comparison is Comparison.ABOVE else (7, 5)
    verdict = evaluate(measured(value), rule(comparison, *levels), metric=metric(better))
    assert verdict.status is status
    assert verdict.threshold == (levels[1] if status is CRITICAL else levels[0])


@pytest.mark.parametrize(
    ("value", "floor", "status", "threshold"),
    [
        (0.2, 0.05, WARNING, 0.1),
        (0.2, 0.15, WARNING, 0.15),
        (0.2, 0.20, OK, 0.2),
        (0.2, 0.50, OK, 0.5),
        (0.6, 0.50, CRITICAL, 0.5),
    ],
)
@pytest.mark.parametrize("comparison", [Comparison.LEVEL, Comparison.ABOVE])
def test_a_distance_must_pass_its_noise_floor_too(
    comparison: Comparison, value: float, floor: float, status: Status, threshold: float
) -> None:
    verdict = evaluate(measured(value, noise_floor=floor), rule(comparison, 0.1, 0.25), metric=metric())
    assert (verdict.status, verdict.threshold, verdict.noise_floor) == (
        status,
        pytest.approx(threshold),
        floor,
    )
    if status is OK:
        assert verdict.reason == "below the noise floor"


@pytest.mark.parametrize(
    ("value", "interval", "baseline", "status", "threshold", "distance"),
    [
        (0.68, None, BLOCKS, OK, 0.64, 1.0),
        (0.65, None, BLOCKS, OK, 0.64, 2.5),  # past its level (.05), but only 2.5 sd off
        (0.64, None, BLOCKS, WARNING, 0.64, 3.0),
        (0.60, None, BLOCKS, CRITICAL, 0.60, 5.0),
        (0.60, (0.50, 0.70), BLOCKS, OK, 0.64, 5.0),  # the interval touches the reference's mean
        (0.60, (0.50, 0.69), BLOCKS, CRITICAL, 0.60, 5.0),
        (0.95, None, BLOCKS, OK, 0.64, 12.5),  # better than the reference
        (0.65, None, FEW, WARNING, 0.65, None),  # no spread known: level and interval alone
        (0.65, (0.6, 0.71), FEW, OK, 0.65, None),
        (0.65, None, Baseline(0.70, 0.0, 1), WARNING, 0.65, None),
        (0.65, None, Baseline(0.70, 0.0, 59), WARNING, 0.65, FAR),
        (0.65, None, Baseline(0.70, 0.02, 0), NOT_COMPUTED, None, None),
        (0.65, None, None, NOT_COMPUTED, None, None),
    ],
)
def test_below_reference_needs_level_interval_and_three_deviations(
    value: float,
    interval: tuple[float, float] | None,
    baseline: Baseline | None,
    status: Status,
    threshold: float | None,
    distance: float | None,
) -> None:
    verdict = evaluate(
        measured(value, interval=interval),
        rule(Comparison.BELOW_REFERENCE_BY, 0.05, 0.10),
        metric=metric(Better.HIGHER),
        baseline=baseline,
    )
    assert verdict.status is status
    assert verdict.threshold == (None if threshold is None else pytest.approx(threshold))
    assert verdict.distance == (None if distance is None else pytest.approx(distance))
    assert verdict.provisional is (baseline in (FEW, Baseline(0.70, 0.0, 1)))
    assert (verdict.reason is None) is (status.firing or value in (0.68, 0.95))


@pytest.mark.parametrize(
    ("comparison", "value", "interval", "status", "threshold"),
    [
        (Comparison.ABOVE_REFERENCE_BY, 0.75, None, OK, 0.76),
        (Comparison.ABOVE_REFERENCE_BY, 0.76, None, WARNING, 0.76),
        (Comparison.ABOVE_REFERENCE_BY, 0.80, (0.71, 0.9), CRITICAL, 0.80),
        (Comparison.ABOVE_REFERENCE_BY, 0.80, (0.70, 0.9), OK, 0.76),
        (Comparison.ABOVE_REFERENCE_BY, 0.60, None, OK, 0.76),
        (Comparison.OFF_REFERENCE_BY, 0.60, (0.5, 0.69), CRITICAL, 0.60),
        (Comparison.OFF_REFERENCE_BY, 0.80, (0.71, 0.9), CRITICAL, 0.80),
        (Comparison.OFF_REFERENCE_BY, 0.80, (0.5, 0.9), OK, 0.76),
        (Comparison.OFF_REFERENCE_BY, 0.65, None, OK, 0.64),
    ],
)
def test_above_and_off_reference(
    comparison: Comparison,
    value: float,
    interval: tuple[float, float] | None,
    status: Status,
    threshold: float,
) -> None:
    verdict = evaluate(
        measured(value, interval=interval), rule(comparison, 0.05, 0.10), metric=metric(), baseline=BLOCKS
    )
    assert (verdict.status, verdict.threshold) == (status, pytest.approx(threshold))


@pytest.mark.parametrize(
    ("comparison", "value", "status", "threshold"),
    [
        (Comparison.ABOVE_REFERENCE_BY_PERCENT, 11.0, WARNING, 11.0),
        (Comparison.ABOVE_REFERENCE_BY_PERCENT, 10.9, OK, 11.0),
        (Comparison.ABOVE_REFERENCE_BY_PERCENT, 12.5, CRITICAL, 12.5),
        (Comparison.BELOW_REFERENCE_BY_PERCENT, 9.0, WARNING, 9.0),
        (Comparison.BELOW_REFERENCE_BY_PERCENT, 7.5, CRITICAL, 7.5),
        (Comparison.BELOW_REFERENCE_BY_PERCENT, 12.5, OK, 9.0),
    ],
)
def test_percent_of_the_reference(comparison: Comparison, value: float, status: Status, threshold: float) -> None:
    baseline = Baseline(mean=10.0, sd=0.3, blocks=20)
    verdict = evaluate(measured(value), rule(comparison, 10, 25), metric=metric(), baseline=baseline)
    assert (verdict.status, verdict.threshold) == (status, pytest.approx(threshold))


def test_percent_tells_three_deviations_in_the_metrics_unit() -> None:
    baseline = Baseline(mean=10.0, sd=1.0, blocks=20)
    verdict = evaluate(
        measured(12.0),
        rule(Comparison.ABOVE_REFERENCE_BY_PERCENT, 10, None),
        metric=metric(),
        baseline=baseline,
    )
    assert (verdict.status, verdict.threshold) == (OK, pytest.approx(13.0))


def test_percent_of_a_mean_below_zero_keeps_its_direction() -> None:
    baseline = Baseline(mean=-10.0, sd=0.1, blocks=20)
    judged = [
        evaluate(
            measured(value),
            rule(Comparison.ABOVE_REFERENCE_BY_PERCENT, 10, None),
            metric=metric(),
            baseline=baseline,
        ).status
        for value in (-8.9, -11.1)
    ]
    assert judged == [WARNING, OK]


def test_percent_of_zero_is_not_judged() -> None:
    verdict = evaluate(
        measured(1.0),
        rule(Comparison.ABOVE_REFERENCE_BY_PERCENT, 10, None),
        metric=metric(),
        baseline=Baseline(0.0, 1.0, 20),
    )
    assert verdict.status is NOT_COMPUTED
    assert "zero" in (verdict.reason or "")


@pytest.mark.parametrize(
    ("value", "baseline", "status", "threshold", "distance", "provisional"),
    [
        (0.30, Baseline(0.24, 0.02, 59), OK, 0.30, 3.0, False),
        (0.301, Baseline(0.24, 0.02, 59), WARNING, 0.30, 3.05, False),
        (0.17, Baseline(0.24, 0.02, 59), WARNING, 0.18, 3.5, False),
        (0.30, Baseline(0.24, 0.01, 9), WARNING, 0.27, 6.0, True),
        (0.30, Baseline(0.24, 0.0, 59), WARNING, 0.24, FAR, False),
        (0.24 + 1e-12, Baseline(0.24, 0.0, 59), OK, 0.24, 0.0, False),  # what rounding makes is no difference
        (0.30, Baseline(0.24, 0.01, 1), NOT_COMPUTED, None, None, False),
        (0.30, None, NOT_COMPUTED, None, None, False),
    ],
)
def test_blocks_count_deviations_either_way(
    value: float,
    baseline: Baseline | None,
    status: Status,
    threshold: float | None,
    distance: float | None,
    provisional: bool,
) -> None:
    verdict = evaluate(measured(value), rule(Comparison.BLOCKS, 3, None), metric=metric(Better.NEAR), baseline=baseline)
    assert (verdict.status, verdict.provisional) == (status, provisional)
    assert verdict.threshold == (None if threshold is None else pytest.approx(threshold))
    assert verdict.distance == (None if distance is None else pytest.approx(distance))


@pytest.mark.parametrize(
    ("value", "weeks", "status", "threshold"),
    [
        (960.0, (1000.0, 920.0), OK, 1440.0),
        (480.0, (1000.0, 920.0), OK, 480.0),
        (479.0, (1000.0, 920.0), WARNING, 480.0),
        (1441.0, (1000.0, 920.0, 960.0, 960.0), WARNING, 1440.0),
        (0.0, (1000.0, 920.0), WARNING, 480.0),
        (0.0, (1000.0,), NOT_COMPUTED, None),
        (5.0, (0.0, 0.0), NOT_COMPUTED, None),
    ],
)
def test_a_season_is_two_weeks_or_more(
    value: float, weeks: tuple[float, ...], status: Status, threshold: float | None
) -> None:
    verdict = evaluate(
        measured(value), rule(Comparison.SEASONAL, 50, None), metric=metric(Better.NEAR), season=Season(weeks)
    )
    assert (verdict.status, verdict.threshold) == (status, threshold)


@pytest.mark.parametrize(
    ("seconds", "expected_us", "status", "threshold"),
    [
        (7199.0, HOUR, OK, 7200.0),
        (7200.0, HOUR, WARNING, 7200.0),
        (14401.0, HOUR, CRITICAL, 14400.0),
        (100.0, 30 * SECOND, WARNING, 60.0),
        (100.0, None, NOT_COMPUTED, None),
    ],
)
def test_multiples_of_the_expected_interval(
    seconds: float, expected_us: int | None, status: Status, threshold: float | None
) -> None:
    verdict = evaluate(measured(seconds), rule(Comparison.MULTIPLE, 2, 4), metric=metric(), expected_us=expected_us)
    assert (verdict.status, verdict.threshold) == (status, threshold)


@pytest.mark.parametrize(
    ("warning", "critical", "cap", "status", "threshold"),
    [
        (0.1, 0.25, WARNING, WARNING, 0.1),
        (None, 0.25, WARNING, WARNING, 0.25),
        (0.1, None, CRITICAL, WARNING, 0.1),
        (0.1, 0.25, OK, OK, 0.1),
        (None, None, CRITICAL, OK, None),
    ],
)
def test_a_cap_limits_the_severity(
    warning: float | None, critical: float | None, cap: Status, status: Status, threshold: float | None
) -> None:
    verdict = evaluate(measured(0.9), rule(Comparison.LEVEL, warning, critical, cap), metric=metric())
    assert (verdict.status, verdict.threshold) == (status, threshold)


@pytest.mark.parametrize("comparison", list(Comparison))
@pytest.mark.parametrize(
    ("value", "given", "status"),
    [
        (None, NOT_COMPUTED, NOT_COMPUTED),
        (None, OK, NOT_COMPUTED),
        (None, NO_DATA, NO_DATA),
        (math.nan, OK, NOT_COMPUTED),
    ],
)
def test_without_a_number_nothing_fires(
    comparison: Comparison, value: float | None, given: Status, status: Status
) -> None:
    verdict = evaluate(
        measured(value, status=given, reason="12 labels, 100 needed"),
        rule(comparison, 0.0, 0.0),
        metric=metric(),
        baseline=BLOCKS,
        season=Season((1.0, 2.0)),
        expected_us=DAY,
    )
    assert (verdict.status, verdict.threshold) == (status, None)
    assert verdict.reason == ("12 labels, 100 needed" if value is None else "the value is not a number")


def test_what_the_floor_was_made_of_makes_the_verdict_provisional() -> None:
    verdict = evaluate(measured(0.9, provisional=True), rule(Comparison.LEVEL, 0.1, None), metric=metric())
    assert verdict.provisional


def test_every_comparison_has_a_reader() -> None:
    assert set(READERS) == set(Comparison)


@pytest.mark.parametrize(("share", "n", "status"), [(0.02, 100, OK), (0.03, 100, CRITICAL), (1.0, 2, CRITICAL)])
def test_a_share_of_few_rows_needs_several_or_all(share: float, n: int, status: Status) -> None:
    asked = replace(rule(Comparison.ABOVE, 0.001, 0.01), least=3)
    verdict = evaluate(replace(measured(share), n=n), asked, metric=metric())
    assert verdict.status is status
    assert verdict.reason == ("it concerns 2 of 100 rows, 3 are needed" if status is OK else None)
