"""The rules that come with a task, in words: what the pages on metrics and on the specification say of them."""

from __future__ import annotations

from pathlib import Path

from modelwatch import measure
from modelwatch.act import channels
from modelwatch.catalog import Catalog
from modelwatch.domain.columns import Task
from modelwatch.domain.measurement import Status
from modelwatch.domain.metric import Better, Metric
from modelwatch.domain.rule import Comparison, Rule
from modelwatch.spec import Range, default_pack
from reference.markdown import figure, listed

TASKS = (Task.NONE, Task.BINARY, Task.REGRESSION)
SPANS = (1, 7, 28)
DECLARED = "those under `quality.rules`"
_BETTER = {Better.LOWER: "above {}", Better.HIGHER: "below {}", Better.NEAR: "beyond {} either way"}
_CONDITIONS = {
    Comparison.ABOVE: "above {}",
    Comparison.BELOW: "below {}",
    Comparison.ABOVE_REFERENCE_BY: "{} above the reference",
    Comparison.BELOW_REFERENCE_BY: "{} below the reference",
    Comparison.ABOVE_REFERENCE_BY_PERCENT: "{} % above the reference",
    Comparison.BELOW_REFERENCE_BY_PERCENT: "{} % below the reference",
    Comparison.OFF_REFERENCE_BY: "{} off the reference",
    Comparison.BLOCKS: "{} sd off the reference's blocks",
    Comparison.MULTIPLE: "{} times the expected interval",
    Comparison.SEASONAL: "{} % off the same hours of earlier weeks",
}


def catalogue() -> Catalog:
    """What comes with the package, without plugins."""
    return Catalog().register([measure.register, lambda catalog: channels.register(catalog, Path())])


def packs(catalog: Catalog) -> dict[Task, tuple[Rule, ...]]:
    """The rules of each task; those of no task are part of all."""
    ranges = (Range(column=DECLARED, low=0, high=1),)
    return {task: default_pack(task, catalog=catalog, spans=SPANS, ranges=ranges) for task in TASKS}


def rules_of(metric: Metric, catalog: Catalog) -> list[Rule]:
    """The rules of the packs on a metric, each once."""
    found = (rule for rules in packs(catalog).values() for rule in rules if rule.metric == metric.name)
    return list({rule.id: rule for rule in found}.values())


def condition(rule: Rule, metric: Metric) -> tuple[str, str]:
    """When a rule warns and when it is critical."""
    words = _BETTER[metric.better] if rule.comparison is Comparison.LEVEL else _CONDITIONS[rule.comparison]
    warning = "-" if rule.warning is None else words.format(figure(rule.warning))
    if rule.critical is None or rule.cap is Status.WARNING:
        return warning, "-"
    return warning, words.format(figure(rule.critical))


def spans(rule: Rule) -> str:
    """The spans that a rule is judged on, in windows."""
    return listed(str(span) for span in rule.spans or ())


def remark(rule: Rule) -> str:
    """What else limits a rule."""
    return f"if it concerns {rule.least} rows or more, or all" if rule.least else ""
