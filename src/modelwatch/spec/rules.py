"""From the keys of one rule to a `Rule`: its one condition, its levels, and what it is about.

`parse` hands every rule that was read without a fault to `own_rule`; `packs` uses the same defaults.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from modelwatch.domain import columns as names
from modelwatch.domain.calendar import Calendar
from modelwatch.domain.instants import format_duration
from modelwatch.domain.measurement import Status
from modelwatch.domain.metric import Metric, Scope
from modelwatch.domain.rule import Rule
from modelwatch.domain.slices import ALL_ROWS, Slice
from modelwatch.spec.faults import did_you_mean, one_of
from modelwatch.spec.levels import condition
from modelwatch.spec.nodes import Spot
from modelwatch.spec.parts import ALL
from modelwatch.spec.rule_keys import EVERY_SLICE, Hold

OWN = "own"
# The metrics that measure how long no row came, and so have an expected interval.
_MULTIPLE_OF = ("freshness_seconds", "silence_seconds")
_FIXED_COLUMNS = {
    Scope.PREDICTION: (names.PREDICTION,),
    Scope.LABEL: (names.LABEL,),
    Scope.MODEL: (),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What of the monitor its rules refer to; None where that part was refused."""

    task: str | None
    calendar: Calendar | None
    spans: tuple[int, ...] | None
    segments: tuple[str, ...] | None


def columns_of(metric: Metric, given: tuple[str, ...]) -> tuple[str, ...]:
    """The columns of a rule: those given or all, fixed where the metric speaks of output, truth or model."""
    return _FIXED_COLUMNS.get(metric.scope, tuple(dict.fromkeys(given)) or (ALL,))


def spans_of(metric: Metric, spans: tuple[int, ...]) -> tuple[int, ...]:
    """Which of the monitor's spans a metric is measured on by default."""
    chosen = {"all": spans, "ends": (spans[0], spans[-1]), "first": spans[:1]}
    return tuple(dict.fromkeys(chosen[metric.spans]))


def rule_id(rule: Rule) -> str:
    """What tells a rule from all others of its monitor, and stays the same when only levels change.

    Examples
    --------
    >>> from modelwatch.domain.rule import Comparison
    >>> rule_id(Rule(id="", metric="psi", comparison=Comparison.LEVEL, columns=("features",), warning=0.1))
    'psi:features:level'
    """
    parts = [rule.metric, "+".join(rule.columns), str(rule.comparison)]
    if rule.slice != ALL_ROWS:
        parts.append("every slice" if rule.slice is None else str(rule.slice))
    if rule.window is not None:
        parts.append(format_duration(rule.window))
    return ":".join(part for part in parts if part)


def own_rule(raw: Mapping[str, Any], metric: Metric, setting: Setting, spot: Spot) -> Rule:
    """The rule that a user wrote; what is wrong with it is noted at `spot`."""
    comparison, warning, critical = condition(raw, metric, spot)
    hold: Hold = raw["for"] or Hold()
    rule = Rule(
        id="",
        metric=metric.name,
        comparison=comparison,
        warning=warning,
        critical=critical,
        columns=columns_of(metric, raw["columns"] or ()),
        slice=_slice(raw["slice"], metric, setting, spot.below("slice")),
        spans=_spans(raw["span"], metric, setting, spot.below("span")),
        windows=hold.windows,
        duration=hold.duration,
        page=raw["page"],
        cap=Status.WARNING if raw["page"] is False else Status.CRITICAL,
        runbook=raw["runbook"],
        origin=OWN,
    )
    _check_metric(raw, metric, setting, spot)
    _check_window(raw["window"], setting, spot.below("window"))
    usual = setting.spans is None or rule.spans == spans_of(metric, setting.spans)
    return replace(rule, id=rule_id(rule) + ("" if usual else f":span {one_of(map(str, rule.spans or ()))}"))


def _check_metric(raw: Mapping[str, Any], metric: Metric, setting: Setting, spot: Spot) -> None:
    if setting.task is not None and setting.task not in metric.tasks:
        tasks = one_of(sorted(metric.tasks))
        spot.below("metric").refuse(
            f"found {metric.name!r}, a metric of the tasks {tasks}; allowed: the metrics of {setting.task}"
        )
    if raw["multiple"] is not None and metric.name not in _MULTIPLE_OF:
        spot.below("multiple").refuse(f"found it on {metric.name!r}; allowed: on {one_of(_MULTIPLE_OF)}")
    fixed = _FIXED_COLUMNS.get(metric.scope)
    if fixed is not None and raw["columns"] not in (None, fixed):
        allowed = one_of(fixed) if fixed else "nothing, it speaks of the model as a whole"
        spot.below("columns").refuse(f"found {list(raw['columns'])} for the metric {metric.name!r}; allowed: {allowed}")


def _slice(given: Any, metric: Metric, setting: Setting, spot: Spot) -> Slice | None:
    if given is None or given == {}:
        return ALL_ROWS
    if not metric.sliced:
        spot.refuse(f"found a slice for the metric {metric.name!r}; allowed: all rows, it is not sliced")
        return ALL_ROWS
    if given == EVERY_SLICE:
        return None
    if len(given) > 1:
        spot.refuse("found several columns, which is not available yet; allowed: one segment with its value")
    for column in given:
        if setting.segments is not None and column not in setting.segments:
            hint = did_you_mean(column, setting.segments)
            spot.below(column).refuse(f"found {column!r}; allowed: the segments {one_of(setting.segments)}{hint}")
    return Slice.of(given)


def _spans(given: tuple[int, ...] | None, metric: Metric, setting: Setting, spot: Spot) -> tuple[int, ...] | None:
    if setting.spans is None:
        return given
    if given is None:
        return spans_of(metric, setting.spans)
    strange = [span for span in given if span not in setting.spans]
    if strange:
        allowed = one_of(str(span) for span in setting.spans)
        spot.refuse(f"found {strange[0]}; allowed: the monitor's spans {allowed}")
    return tuple(sorted(set(given)))


def _check_window(given: int | None, setting: Setting, spot: Spot) -> None:
    size = setting.calendar.size if setting.calendar else given
    if given is not None and size is not None and given != size:
        spot.refuse(
            f"found {format_duration(given)}, and windows of a rule's own are not available yet; "
            f"allowed: the monitor's windows of {format_duration(size)}"
        )
