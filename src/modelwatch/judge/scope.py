"""Which rules apply to which series: by metric, columns, slice, span and window.

`verdicts` asks once per series and evaluates what comes back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from modelwatch.domain.instants import DAY, Window
from modelwatch.domain.measurement import Series
from modelwatch.domain.metric import Metric
from modelwatch.domain.rule import Rule

ALL = "all"
FEATURES = "features"
_OWN = "own"


def applicable(
    rules: Iterable[Rule],
    series: Series,
    window: Window,
    *,
    metric: Metric,
    features: Collection[str],
    spans: Sequence[int],
) -> tuple[Rule, ...]:
    """Choose the rules that judge a series; a rule that names the column beats those that reach it by a word.

    Parameters
    ----------
    rules
        Rules of any metric.
    series, window
        What was measured.
    metric
        The record of the series' metric.
    features
        The model's feature columns, for the word `features`.
    spans
        The monitor's spans in windows, shortest first.

    Examples
    --------
    >>> from modelwatch.domain.rule import Comparison
    >>> from modelwatch.domain.incident import Kind
    >>> from modelwatch.domain.measurement import Value
    >>> from modelwatch.domain.metric import Better, Family, Scope
    >>> psi = Metric(name="psi", title="PSI", family=Family.DRIFT, scope=Scope.COLUMN, better=Better.LOWER,
    ...     incident=Kind.DRIFT, formula="", source="", compute=lambda view: Value(0.0, 1), spans="all")
    >>> rules = [Rule(id="any", metric="psi", comparison=Comparison.LEVEL, columns=("features",)),
    ...     Rule(id="mine", metric="psi", comparison=Comparison.LEVEL, columns=("temp",))]
    >>> [rule.id for rule in applicable(rules, Series("psi", "temp", span=7), Window(0, DAY),
    ...     metric=psi, features={"temp", "dewp"}, spans=(1, 7, 28))]
    ['mine']
    """
    reaching = [
        rule
        for rule in rules
        if rule.metric == series.metric
        and _reaches_column(rule, series.column, features)
        and (rule.slice is None or rule.slice == series.slice)
        and series.span in (rule.spans or default_spans(metric, spans))
        and rule.window in (None, nominal(window.length))
    ]
    named = [rule for rule in reaching if series.column in rule.columns]
    own = [rule for rule in named if rule.origin == _OWN]
    if own:
        return tuple(own)
    return tuple(rule for rule in reaching if not named or rule in named or rule.origin == _OWN)


def _reaches_column(rule: Rule, column: str, features: Collection[str]) -> bool:
    if not rule.columns or ALL in rule.columns or column in rule.columns:
        return True
    return FEATURES in rule.columns and column in features


def nominal(length: int) -> int:
    """The length of a window as people call it: a day of 23 or 25 hours is a day.

    Examples
    --------
    >>> nominal(23 * DAY // 24) == DAY
    True
    """
    return length if length < DAY - DAY // 24 else round(length / DAY) * DAY


def default_spans(metric: Metric, spans: Sequence[int]) -> tuple[int, ...]:
    """The spans on which a metric is judged where a rule does not say.

    Raises
    ------
    ValueError
        If the metric's record asks for something else than `all`, `ends` or `first`.
    """
    chosen = {
        "all": tuple(spans),
        "ends": tuple(dict.fromkeys((spans[0], spans[-1]))),
        "first": tuple(spans[:1]),
    }
    if metric.spans not in chosen:
        raise ValueError(f"metric {metric.name!r} has spans {metric.spans!r}: use one of {', '.join(chosen)}")
    return chosen[metric.spans]
