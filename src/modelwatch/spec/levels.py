"""The one condition of a rule with its levels, and whether such levels can mean anything for the metric.

A step of `rules`: what is wrong is noted where it stands.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from modelwatch.domain.metric import Better, Metric
from modelwatch.domain.rule import Comparison
from modelwatch.spec.faults import one_of
from modelwatch.spec.nodes import Spot
from modelwatch.spec.rule_keys import CONDITIONS, LEVELS

_LEVELS = tuple(LEVELS.keys)
_OF_THE_VALUE = (Comparison.LEVEL, Comparison.ABOVE, Comparison.BELOW)


def condition(raw: Mapping[str, Any], metric: Metric, spot: Spot) -> tuple[Comparison, float | None, float | None]:
    """How a rule compares, at which level it warns and at which it is critical."""
    plain = {level: raw[level] for level in _LEVELS}
    written: dict[Comparison, Mapping[str, float | None]] = {
        each: raw[each] for each in CONDITIONS if raw[each] is not None
    }
    if any(level is not None for level in plain.values()):
        written[Comparison.LEVEL] = plain
    if len(written) != 1:
        found = " and ".join(each if each in CONDITIONS else "plain levels" for each in written) or "nothing"
        spot.refuse(f"found {found}; allowed: one condition of {' or '.join(_LEVELS)}, {one_of(CONDITIONS)}")
        return Comparison.LEVEL, None, None
    [(comparison, levels)] = written.items()
    _check(comparison, levels, metric, spot if comparison is Comparison.LEVEL else spot.below(comparison))
    return comparison, levels["warning"], levels["critical"]


def _check(comparison: Comparison, levels: Mapping[str, float | None], metric: Metric, spot: Spot) -> None:
    warning, critical = levels["warning"], levels["critical"]
    if warning is None and critical is None:
        spot.refuse(f"found no level; allowed: {' or '.join(_LEVELS)}, or both")
    low, high = _bounds(comparison, metric)
    for name, level in levels.items():
        if level is not None and not low <= level <= high:
            allowed = f"a number {_between(low, high)} for {metric.name}"
            spot.below(name).refuse(f"found {level:g}; allowed: {allowed}")
    if warning is not None and critical is not None:
        worse = _worse(comparison, metric)
        if worse * critical < worse * warning:
            side = "at least" if worse > 0 else "at most"
            spot.below("critical").refuse(f"found {critical:g}; allowed: {side} the warning level {warning:g}")


def _bounds(comparison: Comparison, metric: Metric) -> tuple[float, float]:
    """Between which numbers a level makes sense: those the metric can take, else any distance."""
    if comparison not in _OF_THE_VALUE:
        return 0, math.inf
    low, high = metric.range
    near = comparison is Comparison.LEVEL and metric.better is Better.NEAR
    return (0, max(abs(low), abs(high))) if near else (low, high)


def _worse(comparison: Comparison, metric: Metric) -> int:
    """1 if the larger level is the worse one, -1 if the smaller one is."""
    falls = comparison is Comparison.LEVEL and metric.better is Better.HIGHER
    return -1 if falls or comparison is Comparison.BELOW else 1


def _between(low: float, high: float) -> str:
    bounds = [(low, f"from {low:g}"), (high, f"to {high:g}")]
    return " ".join(text for bound, text in bounds if math.isfinite(bound)) or "of any size"
