"""A monitor that is shown in full reads back as the same monitor."""

from __future__ import annotations

import json
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from modelwatch.catalog import Catalog
from modelwatch.domain.columns import ColumnKind
from modelwatch.spec import Monitor, parse, render
from modelwatch.spec.write import flow

names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8).filter(
    lambda name: name not in ("all", "features", "prediction", "label", "prediction_id", "timestamp", "model_version")
)
durations = st.builds(lambda number, unit: f"{number}{unit}", st.integers(1, 300), st.sampled_from("dhm"))
kinds = st.sampled_from([str(kind) for kind in ColumnKind if kind is not ColumnKind.EMBEDDING])
shares = st.floats(0, 1, allow_nan=False)
links = st.sampled_from(["https://wiki.example/a", "http://x"])


@st.composite
def levels(draw: st.DrawFn) -> dict[str, float]:
    low, high = sorted([draw(shares), draw(shares)])
    return draw(st.sampled_from([{"warning": low}, {"critical": high}, {"warning": low, "critical": high}]))


@st.composite
def rules(draw: st.DrawFn, features: list[str], segments: list[str]) -> dict[str, Any]:
    metric = draw(st.sampled_from(["psi", "jensenshannon", "missing_share", "rows", "error_share", "ece"]))
    condition = draw(levels())
    kind = draw(st.sampled_from(["", "above", "above_reference_by", "off_reference_by", "blocks"]))
    rule: dict[str, Any] = {"metric": metric, **({kind: condition} if kind else condition)}
    if metric in ("psi", "jensenshannon", "missing_share") and draw(st.booleans()):
        columns = st.lists(st.sampled_from(["all", "features", "prediction", *features]), min_size=1, max_size=3)
        rule["columns"] = draw(columns)
    if metric in ("rows", "missing_share") and segments and draw(st.booleans()):
        rule["slice"] = draw(st.sampled_from(["every", {segments[0]: draw(names)}, {}]))
    more = {
        "for": st.one_of(st.integers(1, 9), durations),
        "span": st.sampled_from([1, 7, [1, 28]]),
        "page": st.booleans(),
        "runbook": links,
    }
    for key, values in more.items():
        if draw(st.booleans()):
            rule[key] = draw(values)
    return rule


@st.composite
def specifications(draw: st.DrawFn) -> dict[str, Any]:
    """A valid specification with any of its keys."""
    features = draw(st.dictionaries(names, kinds, max_size=5))
    segments = [name for name, kind in features.items() if kind in ("categorical", "boolean")]
    numeric = [name for name, kind in features.items() if kind == "numeric"]
    columns: dict[str, Any] = {"features": features if features else "auto", "segments": segments}
    if draw(st.booleans()):
        columns["positive"] = draw(st.one_of(st.integers(-5, 5), st.booleans(), names))
        columns["threshold"] = draw(shares)
    own = draw(st.lists(rules(list(features), segments), max_size=4))
    one_each = {rule["metric"]: rule for rule in own}
    given: dict[str, Any] = {
        "model": "m",
        "task": "binary",
        "columns": columns,
        "rules": list(one_each.values()),
        "quality": {"rules": [{"column": name, "between": [0, None]} for name in numeric[:2]]},
    }
    more = {
        "env": st.sampled_from(["prod", "eu.test-1"]),
        "timezone": st.sampled_from(["UTC", "Asia/Kolkata", "America/New_York"]),
        "owner": st.fixed_dictionaries({"team": names, "runbook": links}),
        "outcomes": st.just({"late": {"expected": "2h", "horizon": "9d", "minimum": 3}}),
        "reference": st.one_of(
            st.fixed_dictionaries({"path": names}),
            st.just({"window": ["2013-01-01", "2013-03-01T05:00:00Z"]}),
        ),
        "windows": st.just({"size": "1h", "lateness": 0}),
        "pack": st.sampled_from(["default", "none"]),
        "routes": st.just([{"match": {"severity": "critical"}, "to": "log"}]),
        "retention": st.just({"rows": "7d", "daily": "10y"}),
    }
    for key, values in more.items():
        if draw(st.booleans()):
            given[key] = draw(values)
    return given


@given(specifications())
def test_what_is_shown_reads_back_as_the_same(catalog: Catalog, given_: dict[str, Any]) -> None:
    monitor = parse(flow(given_), catalog=catalog)
    shown = render(monitor)
    again = parse(shown, catalog=catalog)
    assert again == monitor
    assert render(again) == shown
    told = monitor.to_dict()
    assert again.to_dict() == told
    assert json.loads(json.dumps(told)) == told


FLIGHT = """
model: flight-delay
task: binary
timezone: America/New_York
columns: {features: {temp: numeric, "no": categorical}, segments: ["no"]}
quality: {fresh: 30m, rules: [{column: temp, between: [-40, null]}]}
rules:
  - {metric: roc_auc, below: {warning: 0.6, critical: 0.55}, for: 2, slice: every, span: 28}
"""


def test_everything_is_shown(catalog: Catalog) -> None:
    shown = render(parse(FLIGHT, catalog=catalog)).splitlines()
    assert shown[:6] == [
        "model: flight-delay",
        "env: prod",
        "task: binary",
        "timezone: America/New_York",
        "owner: {}",
        "columns:",
    ]
    after = shown.index("pack: default")
    assert shown[6:after] == [
        "  threshold: 0.5",
        "  positive: 1",
        "  features:",
        "    temp: numeric",
        '    "no": categorical',
        '  segments: ["no"]',
        "  # id: prediction_id  (where a file has it)",
        "  # timestamp: timestamp  (where a file has it)",
        "  # version: model_version  (where a file has it)",
        "  # label: label  (where a file has it)",
        "  # latency_ms: latency_ms  (where a file has it)",
        "  # error: error  (where a file has it)",
        "# outcomes:",
        "#   label: {expected: 1d, horizon: 90d, minimum: 100}",
        "reference: {}",
        "windows: {size: 1d, lateness: 1h, spans: [1, 7, 28]}",
        "sampling: {rate: 1.0}",
        "quality:",
        "  fresh: 30m",
        "  rules: [{column: temp, between: [-40.0, null]}]",
    ]
    rules = shown.index("rules:")
    assert shown[rules:] == [
        "rules:",
        "  - {metric: roc_auc, columns: prediction, below: {warning: 0.6, critical: 0.55}, slice: every, "
        "span: [28], for: 2}",
        "routes:",
        "  - {match: {}, to: [log]}",
        "retention: {rows: 90d, hourly: 30d, daily: 3y}",
    ]


def test_every_rule_of_the_pack_is_shown_as_it_would_be_written(catalog: Catalog) -> None:
    monitor = parse(FLIGHT, catalog=catalog)
    shown = [line[4:] for line in render(monitor).splitlines() if line.startswith("#   - ")]
    pack = [rule for rule in monitor.rules if rule.origin == "pack"]
    assert len(shown) == len(pack) == 21
    for line, rule in zip(shown, pack, strict=True):
        [written] = yaml.safe_load(line)
        assert written["metric"] == rule.metric
        assert ("  # at most warning" in line) == (rule.cap == "warning")
        assert ("from 3 rows on" in line) == (rule.least == 3)
    levels = "warning: 0.1, critical: 0.2, span: [1, 7, 28]"
    assert f"- {{metric: psi, columns: prediction, {levels}}}  # at most warning" in shown
    levels = "above: {warning: 0.01, critical: 0.05}, span: [1]"
    assert f"- {{metric: out_of_range_share, columns: temp, {levels}}}  # from 3 rows on" in shown


def test_a_rule_of_the_pack_may_be_copied_and_changed(catalog: Catalog) -> None:
    monitor = parse(FLIGHT, catalog=catalog)
    lines = [line[4:] for line in render(monitor).splitlines() if line.startswith("#   - ")]
    usable = [line for line in lines if "seasonal" not in line]
    copied = parse(f"{FLIGHT}{''.join(f'  {line}{chr(10)}' for line in usable)}", catalog=catalog)
    left = [rule.metric for rule in copied.rules if rule.origin == "pack"]
    assert left == ["rows"]


def test_the_dictionary_tells_where_each_rule_is_from(catalog: Catalog) -> None:
    rules = parse(FLIGHT, catalog=catalog).to_dict()["rules"]
    assert {rule["origin"] for rule in rules} == {"pack", "own"}
    assert rules[-1] == {
        "metric": "roc_auc",
        "columns": "prediction",
        "below": {"warning": 0.6, "critical": 0.55},
        "slice": "every",
        "span": [28],
        "for": 2,
        "id": "roc_auc:prediction:below:every slice:span 28",
        "origin": "own",
        "at_most": "critical",
        "from_rows": 0,
    }


def test_monitors_that_say_the_same_in_other_words_are_equal(catalog: Catalog) -> None:
    short = parse("{model: m, task: none}", catalog=catalog)
    long = parse("# the same\nmodel: m\nenv: prod\ntask: none\n", catalog=catalog, source="other.yaml")
    assert short == long
    assert isinstance(short, Monitor)
    assert short.text != long.text
