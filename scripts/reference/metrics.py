"""The page on metrics, from the records of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite

from modelwatch.catalog import Catalog
from modelwatch.domain.columns import ColumnKind, Task
from modelwatch.domain.metric import Better, Family, Metric, Scope
from modelwatch.domain.rule import Rule
from reference.markdown import MADE, code, figure, listed, page, table
from reference.rules import condition, remark, rules_of, spans

FAMILIES = {
    Family.DRIFT: (
        "Drift",
        "Distances of a column's values from those of the reference, with their noise floor.",
    ),
    Family.SUMMARY: ("Summary", "Read from the verdicts on other metrics."),
    Family.QUALITY: ("Quality", "What is wrong with a column's values, whatever their distribution."),
    Family.VOLUME: ("Volume", "How much came, how old it is and what the model said on average."),
    Family.LATENCY: ("Latency and errors", "They need the columns `latency_ms` and `error`."),
    Family.PERFORMANCE: (
        "Performance",
        "How right the model was. They need the labels of at least `labels.minimum` predictions.",
    ),
    Family.LABELS: ("Labels", "The truth itself, and how it comes in."),
}
_SCOPES = {
    Scope.COLUMN: "each feature and `prediction`",
    Scope.PREDICTION: "`prediction`",
    Scope.LABEL: "`label`",
    Scope.MODEL: "the model as a whole",
}
_SPANS = {"all": "every span", "ends": "the first and the last span", "first": "the first span"}
_BETTER = {Better.LOWER: "lower is better", Better.HIGHER: "higher is better", Better.NEAR: "neither way is better"}
_INTRO = """# Metrics
{made}

Each figure that `modelwatch metrics MODEL --metric NAME` prints is one of these. A metric is measured on each
window, and where it says so on trailing spans of several windows too. What cannot be computed is `not_computed`
with a reason, never NaN or a made-up zero. A definition that changes gets the next number.

Rules are those of the pack: [the specification](specification.md#rules-of-the-pack) has them in one table and
says how to replace one. [ARCHITECTURE.md](../../ARCHITECTURE.md) tells when a window is measured, and again when
late rows or labels come."""


def metrics_page(catalog: Catalog) -> str:
    """The whole page."""
    metrics = sorted(catalog.metrics, key=lambda each: [*FAMILIES].index(each.family))
    overview = ([f"[{code(each.name)}](#{each.name})", each.title, FAMILIES[each.family][0]] for each in metrics)
    parts: list[list[str]] = [_INTRO.format(made=MADE).splitlines(), table(["metric", "what", "family"], overview)]
    for family, (title, what) in FAMILIES.items():
        parts += [[f"## {title}"], [what]]
        parts += [part for each in metrics if each.family is family for part in _section(each, catalog)]
    return page(*parts)


def _section(metric: Metric, catalog: Catalog) -> list[list[str]]:
    summary = (metric.compute.__doc__ or "").strip().partition("\n")[0]
    if not summary:
        raise ValueError(f"the metric {metric.name} has no summary: begin its function with a docstring")
    return [[f"### {metric.name}"], [summary], list(_facts(metric, catalog))]


def _facts(metric: Metric, catalog: Catalog) -> Iterator[str]:
    source = "" if metric.source == "definition" else f"; {metric.source}"
    yield f"- **Definition {metric.version}:** {code(metric.formula)}{source}"
    low, high = metric.range
    values = "any" if not isfinite(low) and not isfinite(high) else f"{figure(low)} to {figure(high)}"
    unit = f"; unit: {metric.unit}" if metric.unit else ""
    yield f"- **Values:** {values}{unit}; {_BETTER[metric.better]}"
    yield f"- **Measured for:** {_of(metric)}; on {_SPANS[metric.spans]}"
    rules = [_rule(each, metric) for each in rules_of(metric, catalog)]
    yield f"- **Rule:** {'; '.join(rules) or 'none'}"


def _of(metric: Metric) -> str:
    kinds = metric.kinds if metric.scope is Scope.COLUMN and metric.kinds != {*ColumnKind} else ()
    what = _SCOPES[metric.scope] + (f" that is {listed(_ordered(kinds, ColumnKind), 'or')}" if kinds else "")
    # The tasks that can be applied so far; a metric of all of them need not say so.
    tasks = metric.tasks & {Task.BINARY, Task.REGRESSION, Task.NONE}
    only = "" if len(tasks) == 3 else f"; {listed(_ordered(tasks, Task))} models only"
    return what + (", and for each slice" if metric.sliced else "") + only


def _ordered(chosen: frozenset[ColumnKind] | frozenset[Task], of: type[ColumnKind] | type[Task]) -> list[str]:
    return [str(each) for each in of if each in chosen]


def _rule(rule: Rule, metric: Metric) -> str:
    warning, critical = condition(rule, metric)
    levels = [f"{name} {level}" for name, level in (("warning", warning), ("critical", critical)) if level != "-"]
    where = f" ({', '.join(rule.columns)})" if metric.scope is Scope.COLUMN else ""
    on = f", on {spans(rule)} windows" if metric.spans != "first" else ""
    return ", ".join(levels) + where + on + (f", {remark(rule)}" if rule.least else "")
