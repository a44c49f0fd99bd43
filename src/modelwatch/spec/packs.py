"""The rules that come with a task, as data, and how a user's own rules join them.

`parse` merges the pack with the rules of the specification; `render` shows it in full.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from modelwatch.catalog import Catalog
from modelwatch.domain.columns import ColumnKind, Task
from modelwatch.domain.measurement import Status
from modelwatch.domain.rule import Comparison, Rule
from modelwatch.spec.parts import ALL, FEATURES, Range
from modelwatch.spec.rules import columns_of, rule_id, spans_of

PACK = "pack"
_PREDICTION = "prediction"
_RANGE_METRIC = "out_of_range_share"


def _rule(
    metric: str,
    comparison: Comparison,
    levels: tuple[float | None, float | None],
    *columns: str,
    cap: Status = Status.CRITICAL,
    least: int = 0,
) -> Rule:
    warning, critical = levels
    return Rule(
        id="",
        metric=metric,
        comparison=comparison,
        warning=warning,
        critical=critical,
        columns=columns,
        cap=cap,
        least=least,
        origin=PACK,
    )


_ABOVE, _LEVEL, _WARN = Comparison.ABOVE, Comparison.LEVEL, Status.WARNING
# One odd row is more than 1 % of 66 rows, and no reason to wake anybody.
_SEVERAL = 3
_UNRANGED = _rule(_RANGE_METRIC, _ABOVE, (0.01, 0.05), FEATURES, cap=_WARN, least=_SEVERAL)

EVERY_TASK = (
    _rule("missing_share", Comparison.ABOVE_REFERENCE_BY, (0.05, 0.20), ALL),
    _rule("unseen_share", _ABOVE, (0.01, 0.05), FEATURES, least=_SEVERAL),
    # Columns without declared bounds: held against the reference's range widened by its width on both sides.
    _UNRANGED,
    _rule("rows", Comparison.SEASONAL, (50, None)),
    _rule("silence_seconds", Comparison.MULTIPLE, (None, 2)),
    _rule("freshness_seconds", Comparison.MULTIPLE, (2, 4)),
    # Another schema hits all rows of the caller who changed it; a row now and then is one caller's slip.
    _rule("schema_mismatch_share", _ABOVE, (0.001, 0.01), least=_SEVERAL),
    _rule("nan_prediction_share", _ABOVE, (None, 0)),
    # A model that is not called any more answers with a default: no label is needed to see it.
    _rule("largest_share", Comparison.ABOVE_REFERENCE_BY, (0.3, 0.6)),
    _rule("error_share", _ABOVE, (0.005, 0.01)),
    _rule("latency_p95", _ABOVE, (200, 500)),
    _rule("latency_p99", _ABOVE, (None, 2000)),
    # Drift explains, it does not page: at most a warning, unless a rule of the user's says otherwise.
    _rule("psi", _LEVEL, (0.1, 0.25), FEATURES, cap=_WARN),
    _rule("psi", _LEVEL, (0.1, 0.2), _PREDICTION, cap=_WARN),
    # Shares of deciles say nothing more once all values lie in one: how far they went still does.
    _rule("wasserstein_normed", _LEVEL, (3, None), FEATURES, cap=_WARN),
    _rule("drifted_share", _LEVEL, (0.2, 0.3), cap=_WARN),
)

_LABELS = (_rule("labels_overdue_share", _ABOVE, (0.2, 0.5)),)

_CLASSES = (
    *_LABELS,
    _rule("roc_auc", Comparison.BELOW_REFERENCE_BY, (0.03, 0.05)),
    _rule("accuracy", Comparison.BELOW_REFERENCE_BY, (0.05, 0.10)),
    _rule("ece", Comparison.ABOVE_REFERENCE_BY, (0.03, 0.05)),
    _rule("mean_bias", Comparison.OFF_REFERENCE_BY, (0.05, 0.10)),
    _rule("label_mean", Comparison.BLOCKS, (3, None), cap=_WARN),
)

BY_TASK: Mapping[Task, tuple[Rule, ...]] = {
    # A shift of .15 means something for a probability only.
    Task.BINARY: (_rule("prediction_mean_shift", _LEVEL, (0.15, None)), *_CLASSES),
    Task.REGRESSION: (
        *_LABELS,
        _rule("rmse", Comparison.ABOVE_REFERENCE_BY_PERCENT, (10, 25)),
        _rule("mae", Comparison.ABOVE_REFERENCE_BY_PERCENT, (10, 25)),
    ),
}


def default_pack(
    task: Task, *, catalog: Catalog, spans: tuple[int, ...], ranges: Iterable[Range] = ()
) -> tuple[Rule, ...]:
    """The pack's rules on the metrics that the catalogue holds for a task.

    Parameters
    ----------
    task
        What the model predicts.
    catalog
        Where the metrics are registered: it says on which columns and spans each rule applies.
    spans
        The monitor's spans, in windows.
    ranges
        Declared bounds: these columns may become critical.
    """
    declared = tuple(each.column for each in ranges)
    rules = [*EVERY_TASK, *BY_TASK.get(task, ())]
    if declared:
        rules.append(replace(_UNRANGED, columns=declared, cap=Status.CRITICAL))
    return tuple(
        _placed(rule, catalog, spans)
        for rule in rules
        if rule.metric in catalog.metrics and task in catalog.metrics.get(rule.metric).tasks
    )


def _placed(rule: Rule, catalog: Catalog, spans: tuple[int, ...]) -> Rule:
    metric = catalog.metrics.get(rule.metric)
    placed = replace(rule, columns=columns_of(metric, rule.columns), spans=spans_of(metric, spans))
    return replace(placed, id=rule_id(placed))


def merge(pack: Iterable[Rule], own: Iterable[Rule]) -> tuple[Rule, ...]:
    """The pack with the user's rules; one with the same metric, columns and window replaces the pack's."""
    own = tuple(own)
    replaced = {(rule.metric, frozenset(rule.columns), rule.window) for rule in own}
    kept = (rule for rule in pack if (rule.metric, frozenset(rule.columns), rule.window) not in replaced)
    return (*kept, *own)


def narrow(rules: Iterable[Rule], features: Mapping[str, ColumnKind], ranges: Iterable[Range]) -> tuple[Rule, ...]:
    """Keep the pack's rule for columns without declared bounds away from those that have them."""
    declared = {each.column for each in ranges}
    if not declared:
        return tuple(rules)
    others = tuple(name for name, kind in features.items() if kind is ColumnKind.NUMERIC and name not in declared)
    return tuple(
        replace(rule, columns=others) if _is_unranged(rule) else rule
        for rule in rules
        if others or not _is_unranged(rule)
    )


def _is_unranged(rule: Rule) -> bool:
    return rule.origin == PACK and rule.metric == _RANGE_METRIC and rule.cap is Status.WARNING
