"""Where in the rows an incident lies: a metric's values by slice, worst first, and their contrast.

The files of the kinds put both into the cause.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from modelwatch.domain.measurement import Measurement
from modelwatch.domain.metric import Better
from modelwatch.domain.slices import Slice
from modelwatch.judge.triage.story import Finding, Matter
from modelwatch.judge.triage.wording import amount

MOST = 10
ALIKE = 0.1  # of the value over all rows, that slices differ by without telling anything


def by_slice(matter: Matter, finding: Finding) -> tuple[dict[str, Any], ...]:
    """The slices in which a finding's metric was measured, worst first.

    Returns
    -------
    tuple of dict
        At most ten, each with `slice`, `value`, `n` and, where the reference has one, `reference`.
    """
    found = _sliced(matter, finding)
    off = _off(matter, finding, found)
    told: list[dict[str, Any]] = []
    for where, each in sorted(found.items(), key=lambda item: (-off[item[0]], item[0]))[:MOST]:
        baseline = matter.context.baseline(each.series)
        row: dict[str, Any] = {"slice": where.to_dict(), "value": each.value, "n": each.n}
        told.append(row | ({"reference": baseline.mean} if baseline else {}))
    return tuple(told)


def contrast(matter: Matter, finding: Finding) -> str:
    """Whether slices differ by more than a tenth and than their intervals allow, for each column."""
    found = _sliced(matter, finding)
    off = _off(matter, finding, found)
    groups: defaultdict[tuple[str, ...], list[Slice]] = defaultdict(list)
    for where in sorted(found, key=lambda each: (-off[each], each)):
        groups[tuple(column for column, _ in where.pairs)].append(where)
    alike: list[str] = []
    apart: list[str] = []
    for columns, (worst, *rest) in sorted(groups.items()):
        if not rest:
            continue
        allowed = max(ALIKE * abs(finding.verdict.value or 0.0), _width(found[worst]) + _width(found[rest[-1]]))
        if off[worst] - off[rest[-1]] > allowed:
            ends = (f"{each} ({_told(finding, found[each])})" for each in (worst, rest[-1]))
            apart.append(" against ".join(ends))
        else:
            alike.append(f"alike in all {1 + len(rest)} values of {' and '.join(columns)}")
    return f"Slices: {'; '.join(apart + alike)}" if apart or alike else ""


def _sliced(matter: Matter, finding: Finding) -> dict[Slice, Measurement]:
    """The measurements of the finding's metric by slice, of its version, else of the most rows."""
    series = finding.verdict.series
    found: dict[Slice, Measurement] = {}
    for each in matter.context.measurements:
        here = each.series
        if not here.slice or each.value is None or (here.metric, here.column) != (series.metric, series.column):
            continue
        other = found.get(here.slice)
        if other is None or _preference(each, series.version) > _preference(other, series.version):
            found[here.slice] = each
    return found


def _preference(measurement: Measurement, version: str) -> tuple[bool, int]:
    return measurement.series.version == version, measurement.n


def _off(matter: Matter, finding: Finding, found: Mapping[Slice, Measurement]) -> dict[Slice, float]:
    """How bad each slice is in the metric's bad direction: off its own reference if every slice has one."""
    baselines = {where: matter.context.baseline(each.series) for where, each in found.items()}
    own = {where: baseline.mean for where, baseline in baselines.items() if baseline}
    better = finding.metric.better if finding.metric else Better.NEAR
    result: dict[Slice, float] = {}
    for where, each in found.items():
        off = (each.value or 0.0) - (own[where] if len(own) == len(found) else 0.0)
        result[where] = abs(off) if better is Better.NEAR else -off if better is Better.HIGHER else off
    return result


def _width(measurement: Measurement) -> float:
    return (measurement.interval[1] - measurement.interval[0]) / 2 if measurement.interval else 0.0


def _told(finding: Finding, measurement: Measurement) -> str:
    return amount(measurement.value or 0.0, finding.metric, measurement.series.metric)
