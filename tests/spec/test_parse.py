"""What a specification means, with what is left out filled in."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from modelwatch.catalog import Catalog
from modelwatch.domain.calendar import Calendar
from modelwatch.domain.columns import ColumnKind, Task
from modelwatch.domain.errors import InputError
from modelwatch.domain.instants import DAY, HOUR, MINUTE, SECOND, Window, parse_instant
from modelwatch.domain.measurement import Status
from modelwatch.domain.names import ModelKey
from modelwatch.domain.rule import Comparison, Rule
from modelwatch.domain.slices import ALL_ROWS, Slice
from modelwatch.spec import (
    Monitor,
    Outcome,
    Range,
    ReferenceSource,
    Retention,
    Roles,
    Route,
    parse,
)

HEAD = "model: churn\ntask: binary\n"


def own_rules(monitor: Monitor) -> list[Rule]:
    return [rule for rule in monitor.rules if rule.origin == "own"]


def own_rule(text: str, catalog: Catalog, *, more: str = "") -> Rule:
    [rule] = own_rules(parse(f"{HEAD}{more}\nrules: [{text}]", catalog=catalog))
    return rule


def test_two_lines_are_a_specification(catalog: Catalog) -> None:
    monitor = parse(HEAD, catalog=catalog)
    assert monitor.key == ModelKey("churn", "prod", "default")
    assert monitor.task is Task.BINARY
    assert monitor.calendar == Calendar(DAY, "UTC")
    assert (monitor.lateness, monitor.spans) == (HOUR, (1, 7, 28))
    assert (monitor.team, monitor.runbook) == (None, None)
    assert monitor.roles == Roles(
        id="prediction_id",
        timestamp="timestamp",
        version="model_version",
        score=None,
        prediction=None,
        label="label",
        latency_ms="latency_ms",
        error="error",
        threshold=0.5,
        positive=1,
        usual=frozenset({"id", "timestamp", "version", "label", "latency_ms", "error"}),
    )
    assert monitor.auto
    assert (monitor.features, monitor.segments) == ({}, ())
    assert monitor.outcome == Outcome(name="label", expected=DAY, horizon=90 * DAY, minimum=100)
    assert monitor.reference == ReferenceSource()
    assert (monitor.fresh, monitor.ranges) == (None, ())
    assert monitor.pack == "default"
    assert monitor.routes == (Route(severity=None, to=("log",)),)
    assert monitor.retention == Retention(rows=90 * DAY, hourly=30 * DAY, daily=1095 * DAY)
    assert monitor.text == HEAD


@pytest.mark.parametrize(
    ("size", "lateness"),
    [
        ("1m", 0),
        ("5m", 0),
        ("10m", 25 * SECOND),
        ("1h", 150 * SECOND),
        ("6h", 15 * MINUTE),
        ("12h", 30 * MINUTE),
        ("1d", HOUR),
        ("30d", HOUR),
    ],
)
def test_the_usual_lateness_follows_the_size(catalog: Catalog, size: str, lateness: int) -> None:
    assert parse(f"{HEAD}windows: {{size: {size}}}", catalog=catalog).lateness == lateness
    assert parse(f"{HEAD}windows: {{size: {size}, lateness: 2h}}", catalog=catalog).lateness == 2 * HOUR


def test_everything_that_is_written_is_read(catalog: Catalog) -> None:
    monitor = parse(
        """
model: churn
env: staging
task: regression
timezone: Asia/Kolkata
owner: {team: ops, runbook: https://wiki.example/churn}
columns:
  id: key
  timestamp: at
  version: release
  score: null
  prediction: said
  label: truth
  features: {age: numeric, plan: categorical, active: boolean}
  segments: [plan, active]
  latency_ms: took
  error: failure
outcomes: {churned: {expected: 30d, horizon: 60d, minimum: 50}}
reference: {window: [2013-01-01, 2013-03-01T06:00:00Z]}
windows: {size: 6h, lateness: 0, spans: [1, 28]}
sampling: {rate: 1}
quality: {fresh: 30m, rules: [{column: age, between: [0, 120]}]}
pack: none
rules: [{metric: rmse, above: {critical: 9}}]
routes: [{match: {severity: critical}, to: log}, {to: [log, log]}]
retention: {rows: 7d, hourly: 2w, daily: 1y}
""",
        catalog=catalog,
        project="eu",
    )
    assert monitor.key == ModelKey("churn", "staging", "eu")
    assert monitor.calendar == Calendar(6 * HOUR, "Asia/Kolkata")
    assert (monitor.lateness, monitor.spans) == (0, (1, 28))
    assert (monitor.team, monitor.runbook) == ("ops", "https://wiki.example/churn")
    assert monitor.roles.by_role() == {
        "id": "key",
        "timestamp": "at",
        "version": "release",
        "prediction": "said",
        "label": "truth",
        "latency_ms": "took",
        "error": "failure",
    }
    assert not monitor.auto
    assert monitor.features == {
        "age": ColumnKind.NUMERIC,
        "plan": ColumnKind.CATEGORICAL,
        "active": ColumnKind.BOOLEAN,
    }
    assert monitor.segments == ("plan", "active")
    assert monitor.outcome == Outcome(name="churned", expected=30 * DAY, horizon=60 * DAY, minimum=50)
    window = Window(parse_instant("2013-01-01"), parse_instant("2013-03-01T06:00:00Z"))
    assert monitor.reference == ReferenceSource(window=window)
    assert monitor.fresh == 30 * MINUTE
    assert monitor.ranges == (Range(column="age", low=0, high=120),)
    assert [rule.metric for rule in monitor.rules] == ["rmse"]
    assert monitor.routes == (
        Route(severity=Status.CRITICAL, to=("log",)),
        Route(severity=None, to=("log",)),
    )
    assert monitor.retention == Retention(rows=7 * DAY, hourly=14 * DAY, daily=365 * DAY)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("3", "3"),
        ("no", "no"),
        ("1.0", "1.0"),
        ("2013-01-01", "2013-01-01"),
        ("12:30", "12:30"),
        ("010", "010"),
        ("0x1F", "0x1F"),
        ("'null'", "null"),
        ('"a: b"', "a: b"),
        ("NaN", "NaN"),
    ],
)
def test_texts_stay_as_they_were_written(written: str, read: str, catalog: Catalog) -> None:
    monitor = parse(f"{HEAD}columns: {{version: {written}}}", catalog=catalog)
    assert monitor.roles.version == read
    monitor = parse(f"{HEAD}columns: {{segments: [{written}]}}", catalog=catalog)
    assert monitor.segments == (read,)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1", 1),
        ("-1", -1),
        ("0.5", 0.5),
        ("true", True),
        ("yes", "yes"),
        ("late", "late"),
        ("'1'", "1"),
        ("'true'", "true"),
        ("010", 10.0),
    ],
)
def test_the_positive_class_keeps_its_type(written: str, read: object, catalog: Catalog) -> None:
    positive = parse(f"{HEAD}columns: {{positive: {written}}}", catalog=catalog).roles.positive
    assert (positive, type(positive)) == (read, type(read))


@pytest.mark.parametrize("nothing", ["", "null", "~"])
def test_a_key_without_a_value_is_as_if_it_were_not_there(nothing: str, catalog: Catalog) -> None:
    keys = ("env", "timezone", "owner", "columns", "outcomes", "labels", "reference", "windows", "quality")
    text = HEAD + "".join(f"{key}: {nothing}\n" for key in (*keys, "pack", "rules", "routes", "golden"))
    assert parse(text, catalog=catalog) == parse(HEAD, catalog=catalog)


def test_labels_is_short_for_the_outcome_label(catalog: Catalog) -> None:
    short = parse(f"{HEAD}labels: {{expected: 2d, minimum: 7}}", catalog=catalog)
    long = parse(f"{HEAD}outcomes: {{label: {{expected: 2d, minimum: 7, absent: null}}}}", catalog=catalog)
    assert short == long
    assert short.outcome == Outcome(name="label", expected=2 * DAY, horizon=90 * DAY, minimum=7)


def test_the_labels_column_is_named_like_the_outcome(catalog: Catalog) -> None:
    assert parse(f"{HEAD}outcomes: {{late: {{}}}}", catalog=catalog).roles.label == "late"


def test_a_feature_may_bear_the_usual_name_of_an_optional_role(catalog: Catalog) -> None:
    features = "{error: numeric, latency_ms: numeric, score: numeric}"
    roles = parse(f"{HEAD}columns: {{features: {features}}}", catalog=catalog).roles
    assert (roles.error, roles.latency_ms, roles.score) == (None, None, None)


def test_a_named_role_may_use_the_usual_name_of_an_optional_one(catalog: Catalog) -> None:
    roles = parse(f"{HEAD}columns: {{label: error, positive: latency_ms}}", catalog=catalog).roles
    assert (roles.label, roles.error, roles.latency_ms) == ("error", None, "latency_ms")


def test_a_bound_may_be_open(catalog: Catalog) -> None:
    text = "quality: {rules: [{column: a, between: [0, null]}, {column: b, between: [~, -1e-3]}]}"
    assert parse(HEAD + text, catalog=catalog).ranges == (
        Range(column="a", low=0, high=math.inf),
        Range(column="b", low=-math.inf, high=-0.001),
    )


@pytest.mark.parametrize(
    ("text", "comparison", "warning", "critical"),
    [
        ("warning: 0.1, critical: 0.25", Comparison.LEVEL, 0.1, 0.25),
        ("critical: 1", Comparison.LEVEL, None, 1),
        ("above: {warning: 0.1}", Comparison.ABOVE, 0.1, None),
        ("below: {warning: 0.9, critical: .8}", Comparison.BELOW, 0.9, 0.8),
        ("above_reference_by: {warning: 0, critical: 3e-1}", Comparison.ABOVE_REFERENCE_BY, 0, 0.3),
        ("below_reference_by: {critical: 0.3}", Comparison.BELOW_REFERENCE_BY, None, 0.3),
        ("above_reference_by_percent: {warning: 10}", Comparison.ABOVE_REFERENCE_BY_PERCENT, 10, None),
        ("below_reference_by_percent: {warning: 10}", Comparison.BELOW_REFERENCE_BY_PERCENT, 10, None),
        ("off_reference_by: {warning: 5}", Comparison.OFF_REFERENCE_BY, 5, None),
        ("blocks: {warning: 3, critical: 5}", Comparison.BLOCKS, 3, 5),
    ],
)
def test_a_rule_has_one_condition(
    text: str, comparison: Comparison, warning: float | None, critical: float | None, catalog: Catalog
) -> None:
    rule = own_rule(f"{{metric: psi, {text}}}", catalog)
    assert (rule.comparison, rule.warning, rule.critical) == (comparison, warning, critical)
    assert (rule.origin, rule.cap, rule.slice) == ("own", Status.CRITICAL, ALL_ROWS)


def test_freshness_may_be_held_against_the_expected_interval(catalog: Catalog) -> None:
    rule = own_rule("{metric: freshness_seconds, multiple: {warning: 3}}", catalog)
    assert (rule.comparison, rule.warning) == (Comparison.MULTIPLE, 3)


@pytest.mark.parametrize(
    ("metric", "written", "columns"),
    [
        ("psi", "", ("all",)),
        ("psi", ", columns: prediction", ("prediction",)),
        ("psi", ", columns: [temp, dewp, temp]", ("temp", "dewp")),
        ("roc_auc", "", ("prediction",)),
        ("roc_auc", ", columns: prediction", ("prediction",)),
        ("label_mean", "", ("label",)),
        ("rows", "", ()),
    ],
)
def test_a_rules_columns_follow_from_what_its_metric_speaks_of(
    metric: str, written: str, columns: tuple[str, ...], catalog: Catalog
) -> None:
    assert own_rule(f"{{metric: {metric}, warning: 0.1{written}}}", catalog).columns == columns


@pytest.mark.parametrize(
    ("metric", "written", "spans"),
    [
        ("psi", "", (2, 5, 9)),
        ("roc_auc", "", (2, 9)),
        ("rows", "", (2,)),
        ("psi", ", span: 5", (5,)),
        ("psi", ", span: [9, 2, 9]", (2, 9)),
    ],
)
def test_a_rules_spans_are_those_of_its_metric_unless_it_says(
    metric: str, written: str, spans: tuple[int, ...], catalog: Catalog
) -> None:
    rule = own_rule(f"{{metric: {metric}, warning: 0.1{written}}}", catalog, more="windows: {spans: [2, 5, 9]}")
    assert rule.spans == spans


def test_a_single_span_is_first_and_last(catalog: Catalog) -> None:
    assert own_rule("{metric: roc_auc, warning: 0.6}", catalog, more="windows: {spans: [7]}").spans == (7,)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{}", ALL_ROWS),
        ("every", None),
        ("{origin: EWR}", Slice.of({"origin": "EWR"})),
        ("{origin: no}", Slice.of({"origin": "no"})),
        ("{origin: 3}", Slice.of({"origin": "3"})),
    ],
)
def test_a_rule_speaks_of_a_slice_or_of_every_one(written: str, expected: Slice | None, catalog: Catalog) -> None:
    rule = own_rule(f"{{metric: rows, warning: 1, slice: {written}}}", catalog, more="columns: {segments: [origin]}")
    assert rule.slice == expected


def test_for_is_a_number_of_windows_or_a_duration(catalog: Catalog) -> None:
    windows = own_rule("{metric: psi, warning: 1, for: 2}", catalog)
    duration = own_rule("{metric: psi, warning: 1, for: 6h}", catalog)
    assert (windows.windows, windows.duration) == (2, None)
    assert (duration.windows, duration.duration) == (None, 6 * HOUR)


def test_a_rule_may_page_and_link(catalog: Catalog) -> None:
    rule = own_rule("{metric: psi, warning: 1, page: false, runbook: 'http://wiki/psi', window: 24h}", catalog)
    assert (rule.page, rule.runbook, rule.window) == (False, "http://wiki/psi", None)


def test_a_metric_may_go_by_the_name_others_give_it(catalog: Catalog) -> None:
    assert own_rule("{metric: jensenshannon, warning: 0.1}", catalog).metric == "jensen_shannon"


def test_rules_that_speak_of_different_values_live_together(catalog: Catalog) -> None:
    monitor = parse(
        HEAD
        + """
columns: {segments: [origin]}
rules:
  - {metric: roc_auc, below: {critical: 0.6}}
  - {metric: roc_auc, below_reference_by: {critical: 0.1}}
  - {metric: roc_auc, below: {critical: 0.5}, span: 1}
  - {metric: roc_auc, below: {critical: 0.5}, slice: {origin: EWR}}
  - {metric: roc_auc, below: {critical: 0.4}, slice: every}
  - {metric: psi, warning: 1, columns: temp}
  - {metric: psi, warning: 2, columns: dewp}
""",
        catalog=catalog,
    )
    assert [rule.id for rule in own_rules(monitor)] == [
        "roc_auc:prediction:below",
        "roc_auc:prediction:below_reference_by",
        "roc_auc:prediction:below:span 1",
        "roc_auc:prediction:below:origin EWR",
        "roc_auc:prediction:below:every slice",
        "psi:temp:level",
        "psi:dewp:level",
    ]


def test_without_a_log_channel_nothing_is_routed() -> None:
    assert parse(HEAD, catalog=Catalog()).routes == ()


def test_a_specification_is_read_from_text_or_file(tmp_path: Path, catalog: Catalog) -> None:
    path = tmp_path / "churn.yaml"
    path.write_text(HEAD, "utf-8")
    from_text = Monitor.from_yaml(HEAD, catalog=catalog)
    assert Monitor.from_yaml(path, catalog=catalog) == from_text
    assert Monitor.from_yaml(str(path), catalog=catalog) == from_text
    assert Monitor.from_yaml(path, catalog=catalog).source == "churn.yaml"


def test_a_reference_file_is_found_from_the_folder_of_the_specification(catalog: Catalog) -> None:
    monitor = parse(f"{HEAD}reference: {{path: data/ref.parquet}}", catalog=catalog)
    assert monitor.reference.locate(Path("/srv/churn")) == Path("/srv/churn/data/ref.parquet")
    assert ReferenceSource().locate(Path("/srv/churn")) is None


def test_a_project_must_be_a_name(catalog: Catalog) -> None:
    with pytest.raises(InputError, match=r"^project 'A B' is not allowed"):
        parse(HEAD, catalog=catalog, project="A B")
