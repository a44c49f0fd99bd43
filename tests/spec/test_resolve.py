"""How a specification is fitted to the columns of its reference."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import polars as pl
import pytest

from modelwatch.catalog import Catalog
from modelwatch.domain.columns import ColumnKind
from modelwatch.domain.errors import SpecError
from modelwatch.domain.measurement import Status
from modelwatch.spec import Monitor, parse, render

HEAD = "model: churn\ntask: binary\n"
ROWS = 100
FRAME = pl.DataFrame(
    {
        "prediction_id": [f"p{n}" for n in range(ROWS)],
        "timestamp": [datetime(2026, 1, 1 + n % 28, tzinfo=UTC) for n in range(ROWS)],
        "age": [20.5 + n % 50 for n in range(ROWS)],
        "visits": list(range(ROWS)),
        "weekday": [1 + n % 7 for n in range(ROWS)],
        "store": [n % 40 for n in range(ROWS)],
        "plan": ["basic" if n % 3 else "pro" for n in range(ROWS)],
        "active": [n % 2 == 0 for n in range(ROWS)],
        "note": [f"written by hand {n}" for n in range(ROWS)],
        "score": [n / ROWS for n in range(ROWS)],
        "label": [n % 2 for n in range(ROWS)],
    }
)
KINDS = {
    "age": ColumnKind.NUMERIC,
    "visits": ColumnKind.NUMERIC,
    "weekday": ColumnKind.CATEGORICAL,
    "store": ColumnKind.NUMERIC,
    "plan": ColumnKind.CATEGORICAL,
    "active": ColumnKind.BOOLEAN,
    "note": ColumnKind.TEXT,
}


def resolve(text: str, catalog: Catalog, frame: pl.DataFrame = FRAME) -> Monitor:
    return parse(HEAD + text, catalog=catalog).resolve(frame, catalog=catalog)


def told(text: str, catalog: Catalog, frame: pl.DataFrame = FRAME) -> list[str]:
    monitor = parse(HEAD + text, catalog=catalog)
    with pytest.raises(SpecError) as refusal:
        monitor.resolve(frame, catalog=catalog)
    return [line for line in str(refusal.value).splitlines() if not line.endswith(" errors:")]


def test_auto_takes_every_column_with_no_other_part(catalog: Catalog) -> None:
    monitor = resolve("", catalog)
    assert monitor.features == KINDS
    assert not monitor.auto
    assert monitor.roles.score == "score"
    assert monitor.roles.prediction is None


def test_as_far_as_types_tell_classes_may_be_stored_as_floats(catalog: Catalog) -> None:
    monitor = parse(f"{HEAD}columns: {{prediction: said}}", catalog=catalog)
    assert monitor.resolve({"said": pl.Float64(), "age": pl.Float64()}).roles.prediction == "said"


def test_segments_are_features_too_and_their_numbers_are_names(catalog: Catalog) -> None:
    monitor = resolve("columns: {segments: [store, plan, active]}", catalog)
    assert monitor.features == {**KINDS, "store": ColumnKind.CATEGORICAL}


def test_types_alone_cannot_tell_codes_from_amounts(catalog: Catalog) -> None:
    monitor = parse(HEAD, catalog=catalog)
    by_schema = monitor.resolve(FRAME.schema)
    assert by_schema.features == {
        **KINDS,
        "weekday": ColumnKind.NUMERIC,
        "note": ColumnKind.CATEGORICAL,
    }
    assert by_schema == monitor.resolve(dict(FRAME.schema))


def test_a_resolved_monitor_fits_again(catalog: Catalog) -> None:
    monitor = resolve("", catalog)
    assert monitor.resolve(FRAME) == monitor
    assert parse(render(monitor), catalog=catalog).resolve(FRAME) == monitor


def test_the_reference_may_lack_what_only_served_rows_have(catalog: Catalog) -> None:
    bare = FRAME.drop("prediction_id", "timestamp", "label")
    assert resolve("", catalog, bare).roles == resolve("", catalog).roles


@pytest.mark.parametrize(
    ("columns", "name", "role"),
    [
        ("", "score", "score"),
        ("columns: {score: p}", "p", "score"),
        ("columns: {prediction: c}", "c", "prediction"),
    ],
)
def test_the_output_is_taken_by_its_usual_or_given_name(columns: str, name: str, role: str, catalog: Catalog) -> None:
    frame = FRAME.drop("score").with_columns(pl.Series(name, [n % 2 for n in range(ROWS)]))
    monitor = resolve(columns, catalog, frame)
    assert getattr(monitor.roles, role) == name
    assert name not in monitor.features


def test_an_output_without_a_fitting_type_is_not_taken_by_its_name(catalog: Catalog) -> None:
    words = FRAME.with_columns(score=pl.lit("high"), prediction=pl.lit(1))
    monitor = resolve("", catalog, words)
    assert (monitor.roles.score, monitor.roles.prediction) == (None, "prediction")
    assert monitor.features["score"] is ColumnKind.CATEGORICAL


def test_a_model_that_is_only_watched_needs_no_output(catalog: Catalog) -> None:
    monitor = parse("{model: m, task: none}", catalog=catalog).resolve(FRAME.drop("score", "label"))
    assert monitor.features == KINDS


def test_bounds_on_a_feature_that_is_found_leave_the_others_to_the_pack(catalog: Catalog) -> None:
    monitor = resolve("quality: {rules: [{column: age, between: [0, 120]}]}", catalog)
    rules = {rule.cap: rule.columns for rule in monitor.rules if rule.metric == "out_of_range_share"}
    assert rules == {Status.CRITICAL: ("age",), Status.WARNING: ("visits", "store")}


COLUMNS = f"allowed: its columns {', '.join(FRAME.columns)}"
LACKS = "which the reference does not have"


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        (
            "columns: {score: scores}",
            "line 3, column 18: columns.score",
            f"found 'scores', {LACKS}; {COLUMNS}; did you mean 'score'?",
        ),
        (
            "columns: {prediction: zzz}",
            "line 3, column 23: columns.prediction",
            f"found 'zzz', {LACKS}; {COLUMNS}",
        ),
        (
            "columns: {score: plan}",
            "line 3, column 18: columns.score",
            "found 'plan', which holds texts; allowed: a column of whole numbers, numbers",
        ),
        (
            "columns: {prediction: age}",
            "line 3, column 23: columns.prediction",
            "found 'age', which holds numbers; allowed: a column of whole numbers, true and false, texts, "
            "words of a fixed list",
        ),
        (
            "columns:\n  features: {agee: numeric, plan: categorical}",
            "line 4, column 20: columns.features.agee",
            f"found 'agee', {LACKS}; {COLUMNS}; did you mean 'age'?",
        ),
        (
            "columns: {features: {plan: numeric}}",
            "line 3, column 28: columns.features.plan",
            "found numeric for a column that holds texts; allowed: categorical, text, datetime",
        ),
        (
            "columns: {features: {age: categorical}}",
            "line 3, column 27: columns.features.age",
            "found categorical for a column that holds numbers; allowed: numeric",
        ),
        (
            "columns: {segments: [plan, palns]}",
            "line 3, column 28: columns.segments[1]",
            f"found 'palns', {LACKS}; {COLUMNS}; did you mean 'plan'?",
        ),
        (
            "columns: {segments: [note]}",
            "line 3, column 22: columns.segments[0]",
            "found 'note', which is text; allowed: categorical, boolean columns",
        ),
        (
            "columns: {segments: [age]}",
            "line 3, column 22: columns.segments[0]",
            "found 'age', which is numeric; allowed: categorical, boolean columns",
        ),
        (
            "quality: {rules: [{column: plan, between: [0, 1]}]}",
            "line 3, column 28: quality.rules[0].column",
            "found 'plan'; allowed: the numeric features age, visits, store",
        ),
        (
            "rules: [{metric: psi, columns: score, warning: 1}]",
            "line 3, column 32: rules[0].columns",
            "found 'score'; allowed: all, features, prediction, label, the features age, visits, weekday, "
            "store, plan, active, note; did you mean 'store'?",
        ),
        (
            "rules: [{metric: psi, warning: 1}, {metric: ks, columns: [age, plan], warning: 1}]",
            "line 3, column 58: rules[1].columns",
            "found 'plan', which is categorical; allowed: numeric columns for ks",
        ),
    ],
)
def test_what_the_reference_does_not_fit_is_told_exactly(text: str, place: str, said: str, catalog: Catalog) -> None:
    assert told(text, catalog) == [f"monitor.yaml {place}: {said}"]


def test_everything_that_does_not_fit_is_told_at_once(catalog: Catalog) -> None:
    lines = told("columns: {score: s, features: {x: numeric, plan: numeric, y: boolean}, segments: [y]}", catalog)
    assert [line.split(": ")[1] for line in lines] == [
        "columns.score",
        "columns.features.x",
        "columns.features.plan",
        "columns.features.y",
        "columns.segments[0]",
    ]


def test_a_model_without_output_is_told_what_could_be_it(catalog: Catalog) -> None:
    [line] = told("", catalog, FRAME.select("age", "plan"))
    assert line == (
        "monitor.yaml line 1, column 1: columns: found neither score nor prediction, and the reference has "
        "no columns of these names; allowed: one of its columns age, plan, or task: none"
    )


def test_a_column_that_cannot_be_watched_is_told(catalog: Catalog) -> None:
    odd = FRAME.with_columns(vector=pl.Series([[0.5]] * ROWS), empty=pl.lit(None), all=pl.lit(1.5))
    lines = [line.split("columns.features: ")[1] for line in told("", catalog, odd)]
    alone = "cannot be watched; allowed: the features one by one, without it"
    assert sorted(lines) == [
        f"found 'empty' in the reference, which holds no value at all and {alone}",
        f"found 'vector' in the reference, which holds lists or other structures and {alone}",
        "found the feature 'all', a word that rules give a meaning of their own (all, features, prediction, "
        "label); allowed: the same column under another name, or the features one by one",
    ]


def test_kinds_of_rules_are_checked_only_where_the_metrics_are_known(catalog: Catalog) -> None:
    monitor = parse(f"{HEAD}rules: [{{metric: ks, columns: plan, warning: 1}}]", catalog=catalog)
    assert monitor.resolve(FRAME).features == KINDS
    with pytest.raises(SpecError, match="numeric columns for ks"):
        monitor.resolve(FRAME, catalog=catalog)


def test_a_monitor_without_its_text_is_told_without_lines(catalog: Catalog) -> None:
    monitor = replace(parse(f"{HEAD}columns: {{score: x}}", catalog=catalog), text="")
    with pytest.raises(SpecError, match=r"^monitor\.yaml: columns.score: found 'x'"):
        monitor.resolve(FRAME)
