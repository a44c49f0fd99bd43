"""A rule in words: what it compares with, and its levels with their units."""

from __future__ import annotations

from modelwatch.domain.instants import SECOND
from modelwatch.domain.measurement import Status
from modelwatch.domain.metric import Better, Metric
from modelwatch.domain.rule import Comparison, Rule
from modelwatch.show.digits import HARD_SPACE, duration, given, share

_OF_REFERENCE = "the reference by"
_CONDITIONS = {
    Comparison.ABOVE: "above",
    Comparison.BELOW: "below",
    Comparison.ABOVE_REFERENCE_BY: f"above {_OF_REFERENCE}",
    Comparison.BELOW_REFERENCE_BY: f"below {_OF_REFERENCE}",
    Comparison.ABOVE_REFERENCE_BY_PERCENT: f"above {_OF_REFERENCE}",
    Comparison.BELOW_REFERENCE_BY_PERCENT: f"below {_OF_REFERENCE}",
    Comparison.OFF_REFERENCE_BY: "off the reference, either way, by",
    Comparison.BLOCKS: "off the reference, either way, by",
    Comparison.MULTIPLE: "at this multiple of the expected gap",
    Comparison.SEASONAL: "off earlier weeks, either way, by",
}
_COLUMNS = {"all": "features, prediction", "features": "features"}
_LEVELS = {Better.LOWER: "above", Better.HIGHER: "below", Better.NEAR: "further from zero than"}
_PERCENT = (Comparison.ABOVE_REFERENCE_BY_PERCENT, Comparison.BELOW_REFERENCE_BY_PERCENT, Comparison.SEASONAL)


def condition(rule: Rule, metric: Metric | None) -> str:
    """What a value must be to pass a level, the level left out.

    Examples
    --------
    >>> condition(Rule(id="", metric="psi", comparison=Comparison.ABOVE), None)
    'above'
    """
    if rule.comparison is Comparison.LEVEL:
        return _LEVELS[metric.better if metric else Better.LOWER]
    return _CONDITIONS[rule.comparison]


def level(value: float | None, rule: Rule, metric: Metric | None) -> str:
    """A level of a rule with its unit, empty if there is none.

    Examples
    --------
    >>> share = Rule(id="", metric="missing_share", comparison=Comparison.ABOVE)
    >>> level(0.05, share, None).replace(HARD_SPACE, " "), level(None, share, None)
    ('5 %', '')
    """
    if value is None:
        return ""
    if rule.comparison in _PERCENT:
        return f"{given(value)}{HARD_SPACE}%"
    if rule.comparison is Comparison.BLOCKS:
        return f"{given(value)}{HARD_SPACE}sd of its blocks"
    if rule.comparison is Comparison.MULTIPLE:
        return f"{given(value)}{HARD_SPACE}times"
    if rule.metric.endswith("_share"):
        return share(value)
    unit = metric.unit if metric else ""
    if unit == "s":
        return duration(round(value * SECOND))
    return f"{given(value)}{HARD_SPACE}{unit}" if unit in ("ms", "sd") else given(value)


def pages(rule: Rule) -> bool:
    """Whether the rule can become critical, which pages somebody."""
    return rule.critical is not None and rule.cap is Status.CRITICAL and rule.page is not False


def columns_told(rule: Rule) -> str:
    """Of which columns it is.

    Examples
    --------
    >>> columns_told(Rule(id="", metric="psi", comparison=Comparison.ABOVE, columns=("features",)))
    'features'
    """
    return ", ".join(_COLUMNS.get(column, column) for column in rule.columns) or "the model"


def rows_told(rule: Rule) -> str:
    """On which rows it is, empty for all.

    Examples
    --------
    >>> rows_told(Rule(id="", metric="psi", comparison=Comparison.ABOVE, slice=None))
    'in each slice'
    """
    if rule.slice is None:
        return "in each slice"
    return ", ".join(f"where {column} is {value}" for column, value in rule.slice.pairs)
