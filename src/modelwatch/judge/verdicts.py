"""Judge what was measured in one window: by every rule that applies, across columns, each cause once.

`work` calls `judge` on the measurements of a window; `incidents` takes the verdicts on.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from modelwatch.catalog import Catalog
from modelwatch.domain.measurement import Baseline, Measurement, Series, Status, worst
from modelwatch.domain.metric import Family
from modelwatch.domain.rule import Rule, Verdict
from modelwatch.domain.slices import Slice
from modelwatch.judge.readings import Season
from modelwatch.judge.scope import applicable
from modelwatch.judge.thresholds import evaluate
from modelwatch.stats import benjamini_hochberg

FALSE_DISCOVERIES = 0.05
ROWS, REFUSED = "rows", "schema_mismatch_share"
Place = tuple[str, Slice, str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """By what one window of one model is judged.

    `spans` are the monitor's, shortest first. `baselines` and `seasons` are looked up by the series with its
    version left empty; `seasons` belong to the window that is judged. `expected_us` is None where no
    interval is known.
    """

    rules: Sequence[Rule]
    catalog: Catalog
    spans: Sequence[int] = (1,)
    features: Collection[str] = ()
    baselines: Mapping[Series, Baseline] = field(default_factory=dict[Series, Baseline])
    seasons: Mapping[Series, Season] = field(default_factory=dict[Series, Season])
    expected_us: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Measurements with their status, in the order given, and the verdict of each rule on each of them."""

    measurements: tuple[Measurement, ...]
    verdicts: tuple[Verdict, ...]


def judge(measurements: Iterable[Measurement], terms: Terms) -> Judged:
    """Judge the measurements of one window: all spans, slices and versions that end with it.

    Parameters
    ----------
    measurements
        Of one window. False discoveries are controlled over the columns given, and a column's drift is only
        held back where its data quality is given too: a window is judged in one call, or by whole columns.
    terms
        Rules, and what values are held against.

    Returns
    -------
    Judged
        A measurement's status is the worst of its verdicts, `ok` where no rule could judge it, and
        `not_computed` or `no_data` where it has no value.

    Notes
    -----
    A drift verdict on a column is `inhibited` in a window in which a data-quality verdict fires on the same
    column and version: the gap explains the distance, and one cause is blamed once. Only the window that
    ends there counts. To hold a long span back for as long as it contains such a window would silence a slow
    drift for weeks after each short gap, and it is not needed: a gap of one window leaves a provisional
    verdict one firing window short of its span.

    A verdict on the number of rows is `inhibited` where that on refused rows fires and the rows that came, refused
    ones included, are as many as usual.
    """
    given = list(measurements)
    by_metric: defaultdict[str, list[Rule]] = defaultdict(list)
    for rule in terms.rules:
        by_metric[rule.metric].append(rule)
    false = _false_discoveries(given)
    judged = [
        _discounted(_verdicts(each, by_metric[each.series.metric], terms), (each.series, each.window.end) in false)
        for each in given
    ]
    came = _came(given, judged)
    judged = [_refused(each, verdicts, came, by_metric, terms) for each, verdicts in zip(given, judged, strict=True)]
    faulty = {
        _place(verdict)
        for verdicts in judged
        for verdict in verdicts
        if verdict.status.firing
        and verdict.series.column
        and terms.catalog.metrics.get(verdict.series.metric).family is Family.QUALITY
    }
    return Judged(
        measurements=tuple(_with_status(each, _status(each, judged[i])) for i, each in enumerate(given)),
        verdicts=tuple(_inhibited(verdict, faulty, terms.catalog) for verdicts in judged for verdict in verdicts),
    )


def _verdicts(measurement: Measurement, rules: Sequence[Rule], terms: Terms) -> list[Verdict]:
    if not rules:
        return []
    series = measurement.series
    metric = terms.catalog.metrics.get(series.metric)
    chosen = applicable(rules, series, measurement.window, metric=metric, features=terms.features, spans=terms.spans)
    unversioned = Series(series.metric, series.column, series.slice, "", series.span)
    return [
        evaluate(
            measurement,
            rule,
            metric=metric,
            baseline=terms.baselines.get(unversioned),
            season=terms.seasons.get(unversioned),
            expected_us=terms.expected_us,
        )
        for rule in chosen
    ]


def _came(given: Sequence[Measurement], judged: Sequence[Sequence[Verdict]]) -> dict[int, int]:
    """How many rows came, refused ones included, by the end of each window in which the share refused fires."""
    return {
        each.window.end: each.n
        for each, verdicts in zip(given, judged, strict=True)
        if each.series.metric == REFUSED and any(verdict.status.firing for verdict in verdicts)
    }


def _refused(
    measurement: Measurement,
    verdicts: list[Verdict],
    came: Mapping[int, int],
    rules: Mapping[str, Sequence[Rule]],
    terms: Terms,
) -> list[Verdict]:
    """Hold a verdict on the number of rows back if it would not fire on all that came: the refusal is told already."""
    series, n = measurement.series, came.get(measurement.window.end)
    if series.metric != ROWS or series.slice or n is None:
        return verdicts
    again = _verdicts(replace(measurement, value=float(n), n=n), rules[ROWS], terms)
    return [
        replace(each, inhibited=True, reason=f"{n} rows came, counting those that were refused")
        if each.status.firing and not of_all.status.firing
        else each
        for each, of_all in zip(verdicts, again, strict=True)
    ]


def _false_discoveries(measurements: Sequence[Measurement]) -> frozenset[tuple[Series, int]]:
    """Series and window ends whose p-value does not stand out among the columns (Benjamini-Hochberg)."""
    families: defaultdict[object, list[Measurement]] = defaultdict(list)
    for each in measurements:
        if each.p_value is not None and each.value is not None and not math.isnan(each.p_value):
            here = each.series
            families[here.metric, here.slice, here.version, here.span, each.window.end].append(each)
    false: set[tuple[Series, int]] = set()
    for family in families.values():
        found = benjamini_hochberg([each.p_value or 0.0 for each in family], level=FALSE_DISCOVERIES).rejected
        false.update((each.series, each.window.end) for each, real in zip(family, found, strict=True) if not real)
    return frozenset(false)


def _discounted(verdicts: list[Verdict], false: bool) -> list[Verdict]:
    if not false:
        return verdicts
    reason = f"not past the false-discovery rate of {FALSE_DISCOVERIES:.0%} over the columns of the window"
    return [replace(each, status=Status.OK, reason=reason) if each.status.firing else each for each in verdicts]


def _with_status(measurement: Measurement, status: Status) -> Measurement:
    return measurement if measurement.status is status else replace(measurement, status=status)


def _status(measurement: Measurement, verdicts: Sequence[Verdict]) -> Status:
    if measurement.value is None:
        return Status.NO_DATA if measurement.status is Status.NO_DATA else Status.NOT_COMPUTED
    # a rule with nothing to compare with says nothing about a value that is there
    return worst(*(each.status for each in verdicts if each.status.firing))


def _place(verdict: Verdict) -> Place:
    series = verdict.series
    return series.column, series.slice, series.version, verdict.window.end


def _inhibited(verdict: Verdict, faulty: Collection[Place], catalog: Catalog) -> Verdict:
    drifts = verdict.status.firing and catalog.metrics.get(verdict.series.metric).family is Family.DRIFT
    if not drifts or _place(verdict) not in faulty:
        return verdict
    return replace(verdict, inhibited=True, reason="the column's data is faulty in the same window")
