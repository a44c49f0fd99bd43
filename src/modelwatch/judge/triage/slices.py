"""Where in the rows an incident lies: a metric's values by slice, worst first, and their contrast.

The files of the kinds put both into the cause.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from modelwatch.domain.measurement import Measurement
from modelwatch.domain.metric import Better
from modelwatch.domain.slices import ALL_ROWS, Slice
from modelwatch.judge.triage.story import Clue, Finding, Matter
from modelwatch.judge.triage.wording import amount

MOST = 5
FEWEST = 30  # rows below which a slice is not worth a word
ALIKE = 0.1  # of the value over all rows, that slices differ by without telling anything


def by_slice(matter: Matter, finding: Finding) -> tuple[dict[str, Any], ...]:
    """The slices worth naming, worst first: of columns whose slices differ, those worse than all rows together.

    Returns
    -------
    tuple of dict
        At most five, each with `slice`, `value`, `n` and, where the reference has one, `reference`.
    """
    found = _sliced(matter, finding)
    off = _off(matter, finding, found)
    told: list[dict[str, Any]] = []
    apart = [
        where
        for places in _groups(found, off).values()
        for where in places
        if _differ(finding, places, found, off) and off[where] > off[ALL_ROWS]
    ]
    for where in sorted(apart, key=lambda each: (-off[each], each))[:MOST]:
        each = found[where]
        baseline = matter.context.baseline(each.series)
        row: dict[str, Any] = {"slice": where.to_dict(), "value": each.value, "n": each.n}
        told.append(row | ({"reference": baseline.mean} if baseline else {}))
    return tuple(told)


def contrast(matter: Matter, finding: Finding) -> str | Clue:
    """Whether slices differ by more than a tenth and than their intervals allow, for each column."""
    found = _sliced(matter, finding)
    off = _off(matter, finding, found)
    alike: list[str] = []
    apart: list[str] = []
    for columns, places in sorted(_groups(found, off).items()):
        if len(places) == 1:
            continue
        if _differ(finding, places, found, off):
            ends = (f"{each} ({_told(matter, finding, found[each])})" for each in (places[0], places[-1]))
            apart.append(" against ".join(ends))
        else:
            alike.append(f"{len(places)} values of {' and '.join(columns)}")
    same = f"alike in {' and in '.join(alike)} with enough rows to compare" if alike else ""
    if apart:
        return f"Slices: {'; '.join(filter(None, (*apart, same)))}"
    return Clue(same) if same else ""


def _groups(found: Mapping[Slice, Measurement], off: Mapping[Slice, float]) -> dict[tuple[str, ...], list[Slice]]:
    """The slices of each column, worst first."""
    groups: defaultdict[tuple[str, ...], list[Slice]] = defaultdict(list)
    for where in sorted(found, key=lambda each: (-off[each], each)):
        groups[tuple(column for column, _ in where.pairs)].append(where)
    return groups


def _differ(
    finding: Finding, places: Sequence[Slice], found: Mapping[Slice, Measurement], off: Mapping[Slice, float]
) -> bool:
    """Whether the worst and the best of a column's slices differ by more than a tenth and than their intervals."""
    worst, best = places[0], places[-1]
    allowed = max(ALIKE * abs(finding.verdict.value or 0.0), _width(found[worst]) + _width(found[best]))
    return off[worst] - off[best] > allowed


def _sliced(matter: Matter, finding: Finding) -> dict[Slice, Measurement]:
    """The measurements of the finding's metric by slice on its span, of its version, else of the most rows."""
    series = finding.verdict.series
    found: dict[Slice, Measurement] = {}
    for each in matter.context.of(series.metric):
        here = each.series
        if (
            not here.slice
            or each.value is None
            or each.n < FEWEST
            or (here.column, here.span) != (series.column, series.span)
        ):
            continue
        other = found.get(here.slice)
        if other is None or _preference(each, series.version) > _preference(other, series.version):
            found[here.slice] = each
    return found


def _preference(measurement: Measurement, version: str) -> tuple[bool, int]:
    return measurement.series.version == version, measurement.n


def _off(matter: Matter, finding: Finding, found: Mapping[Slice, Measurement]) -> dict[Slice, float]:
    """How bad each slice is, and all rows are, in the metric's bad direction: off its own reference if all have one."""
    values = {where: each.value or 0.0 for where, each in found.items()} | {ALL_ROWS: finding.verdict.value or 0.0}
    series = {where: each.series for where, each in found.items()} | {ALL_ROWS: finding.verdict.series}
    baselines = {where: matter.context.baseline(each) for where, each in series.items()}
    own = {where: baseline.mean for where, baseline in baselines.items() if baseline}
    better = finding.metric.better if finding.metric else Better.NEAR
    result: dict[Slice, float] = {}
    for where, value in values.items():
        off = value - (own[where] if len(own) == len(values) else 0.0)
        result[where] = abs(off) if better is Better.NEAR else -off if better is Better.HIGHER else off
    return result


def _width(measurement: Measurement) -> float:
    return (measurement.interval[1] - measurement.interval[0]) / 2 if measurement.interval else 0.0


def _told(matter: Matter, finding: Finding, measurement: Measurement) -> str:
    """A slice's value, and what is usual there."""
    name = measurement.series.metric
    baseline = matter.context.baseline(measurement.series)
    usual = f", usually {amount(baseline.mean, finding.metric, name)}" if baseline else ""
    return amount(measurement.value or 0.0, finding.metric, name) + usual
