"""Which rules come with a task, and how a user's own take their place."""

from __future__ import annotations

import pytest

from modelwatch.catalog import Catalog
from modelwatch.domain.columns import Task
from modelwatch.domain.measurement import Status
from modelwatch.domain.metric import Scope
from modelwatch.domain.rule import Comparison, Rule
from modelwatch.spec import Monitor, default_pack, parse
from modelwatch.spec.packs import BY_TASK, EVERY_TASK

HEAD = "model: churn\ntask: binary\n"
SPANS = (1, 7, 28)
Line = tuple[str, str, tuple[float | None, float | None], str]

COMMON: list[Line] = [
    ("missing_share all", "above_reference_by", (0.05, 0.2), "critical"),
    ("unseen_share features", "above", (0.01, 0.05), "critical"),
    ("out_of_range_share features", "above", (0.01, 0.05), "warning"),
    ("rows", "seasonal", (50, None), "critical"),
    ("silence_seconds", "multiple", (None, 2), "critical"),
    ("freshness_seconds", "multiple", (2, 4), "critical"),
    ("schema_mismatch_share", "above", (0.001, 0.01), "critical"),
    ("nan_prediction_share prediction", "above", (None, 0), "critical"),
    ("largest_share prediction", "above_reference_by", (0.3, 0.6), "critical"),
    ("error_share", "above", (0.005, 0.01), "critical"),
    ("latency_p95", "above", (200, 500), "critical"),
    ("latency_p99", "above", (None, 2000), "critical"),
    ("psi features", "level", (0.1, 0.25), "warning"),
    ("psi prediction", "level", (0.1, 0.2), "warning"),
    ("wasserstein_normed features", "level", (3, None), "warning"),
    ("drifted_share", "level", (0.2, 0.3), "warning"),
]
CLASSES: list[Line] = [
    ("prediction_mean_shift prediction", "level", (0.15, None), "critical"),
    ("roc_auc prediction", "below_reference_by", (0.03, 0.05), "critical"),
    ("accuracy prediction", "below_reference_by", (0.05, 0.1), "critical"),
    ("ece prediction", "above_reference_by", (0.03, 0.05), "critical"),
    ("mean_bias prediction", "off_reference_by", (0.05, 0.1), "critical"),
    ("label_mean label", "blocks", (3, None), "warning"),
]
# The catalogue of these tests has rmse but not mae.
REGRESSION: list[Line] = [("rmse prediction", "above_reference_by_percent", (10, 25), "critical")]


def lines(rules: tuple[Rule, ...]) -> list[Line]:
    return [
        (
            " ".join([rule.metric, *rule.columns]),
            str(rule.comparison),
            (rule.warning, rule.critical),
            str(rule.cap),
        )
        for rule in rules
    ]


@pytest.mark.parametrize(
    ("task", "more"),
    [(Task.BINARY, CLASSES), (Task.REGRESSION, REGRESSION), (Task.NONE, [])],
)
def test_the_pack_of_a_task(task: Task, more: list[Line], catalog: Catalog) -> None:
    pack = default_pack(task, catalog=catalog, spans=SPANS)
    assert lines(pack) == COMMON + more
    assert parse(f"{{model: m, task: {task}}}", catalog=catalog).rules == pack


def test_a_pack_holds_no_rule_on_a_metric_that_is_not_there(catalog: Catalog) -> None:
    assert default_pack(Task.BINARY, catalog=Catalog(), spans=SPANS) == ()
    less = Catalog()
    less.metrics.add(catalog.metrics.get("psi"))
    assert {rule.metric for rule in default_pack(Task.BINARY, catalog=less, spans=SPANS)} == {"psi"}


def test_pack_rules_have_the_spans_and_columns_of_their_metric(catalog: Catalog) -> None:
    for rule in default_pack(Task.BINARY, catalog=catalog, spans=SPANS):
        metric = catalog.metrics.get(rule.metric)
        assert rule.spans == {"all": SPANS, "ends": (1, 28), "first": (1,)}[metric.spans]
        assert bool(rule.columns) == (metric.scope is not Scope.MODEL)


def test_pack_rules_have_ids_of_their_own(catalog: Catalog) -> None:
    for task in BY_TASK:
        ids = [rule.id for rule in default_pack(task, catalog=catalog, spans=SPANS)]
        assert len(set(ids)) == len(ids) > len(EVERY_TASK)


def of(metric: str, monitor: Monitor) -> list[tuple[tuple[str, ...], str, float | None]]:
    return [(rule.columns, rule.origin, rule.warning) for rule in monitor.rules if rule.metric == metric]


def test_an_own_rule_with_the_same_metric_and_columns_replaces_the_packs(catalog: Catalog) -> None:
    monitor = parse(f"{HEAD}rules: [{{metric: psi, columns: features, warning: 0.3}}]", catalog=catalog)
    assert of("psi", monitor) == [(("prediction",), "pack", 0.1), (("features",), "own", 0.3)]
    [own] = [rule for rule in monitor.rules if rule.origin == "own"]
    assert own.cap is Status.CRITICAL


def test_it_does_so_whatever_its_condition(catalog: Catalog) -> None:
    monitor = parse(f"{HEAD}rules: [{{metric: roc_auc, below: {{critical: 0.6}}}}]", catalog=catalog)
    assert of("roc_auc", monitor) == [(("prediction",), "own", None)]


def test_an_own_rule_on_other_columns_is_added(catalog: Catalog) -> None:
    monitor = parse(f"{HEAD}rules: [{{metric: psi, columns: all, warning: 0.3}}]", catalog=catalog)
    assert of("psi", monitor) == [
        (("features",), "pack", 0.1),
        (("prediction",), "pack", 0.1),
        (("all",), "own", 0.3),
    ]


def test_without_the_pack_only_own_rules_are_left(catalog: Catalog) -> None:
    monitor = parse(f"{HEAD}pack: none\nrules: [{{metric: psi, warning: 0.3}}]", catalog=catalog)
    assert [rule.origin for rule in monitor.rules] == ["own"]


RANGED = f"{HEAD}columns: {{features: {{a: numeric, b: numeric, c: categorical}}}}\nquality: {{rules: [%s]}}"


def out_of_range(monitor: Monitor) -> list[tuple[tuple[str, ...], Status]]:
    rules = (rule for rule in monitor.rules if rule.metric == "out_of_range_share")
    return [(rule.columns, rule.cap) for rule in rules]


def test_only_columns_with_declared_bounds_can_be_critical(catalog: Catalog) -> None:
    monitor = parse(RANGED % "{column: a, between: [0, 1]}", catalog=catalog)
    assert out_of_range(monitor) == [(("b",), Status.WARNING), (("a",), Status.CRITICAL)]


def test_no_rule_is_left_for_undeclared_bounds_if_all_are_declared(catalog: Catalog) -> None:
    ranges = "{column: a, between: [0, 1]}, {column: b, between: [0, null]}"
    assert out_of_range(parse(RANGED % ranges, catalog=catalog)) == [(("a", "b"), Status.CRITICAL)]


def test_without_bounds_every_feature_has_the_one_rule(catalog: Catalog) -> None:
    assert out_of_range(parse(RANGED % "", catalog=catalog)) == [(("features",), Status.WARNING)]


def test_a_seasonal_rule_is_not_relative_to_the_reference() -> None:
    assert not Comparison.SEASONAL.relative
    assert not Comparison.MULTIPLE.relative
    assert Comparison.OFF_REFERENCE_BY.relative
