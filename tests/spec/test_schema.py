"""The JSON Schema allows what `parse` reads, and refuses what it refuses by form."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from modelwatch.catalog import Catalog
from modelwatch.spec import json_schema, parse, render

TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


def allows(schema: dict[str, Any], value: Any) -> bool:
    """The part of JSON Schema that ours uses, as its specification words it."""
    known = {"$schema", "title", "description", "default"}
    checks = {
        "type": lambda names: any(is_type(name, value) for name in ([names] if isinstance(names, str) else names)),
        "enum": lambda words: value in words,
        "const": lambda word: value == word,
        "anyOf": lambda schemas: any(allows(each, value) for each in schemas),
        "not": lambda each: not allows(each, value),
        "pattern": lambda pattern: not isinstance(value, str) or re.search(pattern, value) is not None,
        "minLength": lambda length: not isinstance(value, str) or len(value) >= length,
        "maxLength": lambda length: not isinstance(value, str) or len(value) <= length,
        "minimum": lambda low: not is_type("number", value) or value >= low,
        "maximum": lambda high: not is_type("number", value) or value <= high,
        "minItems": lambda count: not isinstance(value, list) or len(value) >= count,
        "maxItems": lambda count: not isinstance(value, list) or len(value) <= count,
        "items": lambda each: not isinstance(value, list) or all(allows(each, item) for item in value),
        "minProperties": lambda count: not isinstance(value, dict) or len(value) >= count,
        "required": lambda names: not isinstance(value, dict) or set(names) <= set(value),
        "properties": lambda properties: (
            not isinstance(value, dict)
            or all(allows(properties[key], item) for key, item in value.items() if key in properties)
        ),
        "additionalProperties": lambda each: (
            not isinstance(value, dict)
            or all(
                each is not False and allows(each, item)
                for key, item in value.items()
                if key not in schema.get("properties", {})
            )
        ),
    }
    unknown = set(schema) - set(checks) - known
    assert not unknown, f"the schema uses {unknown}, which this test does not check"
    return all(check(schema[name]) for name, check in checks.items() if name in schema)


def is_type(name: str, value: Any) -> bool:
    return isinstance(value, TYPES[name]) and (name == "boolean" or not isinstance(value, bool))


@pytest.fixture(scope="module")
def schema(catalog: Catalog) -> dict[str, Any]:
    return json_schema(catalog)


GOOD = [
    "{model: m, task: none}",
    "{model: m, task: none, windows: {lateness: 0, size: 6h}, golden: }",
    "{model: m, task: binary, columns: {features: {a: boolean}, segments: [a], version: 3, positive: yes}}",
    "{model: m, task: binary, rules: [{metric: psi, columns: all, warning: 0.1, span: 7, for: 2}]}",
    "{model: m, task: none, rules: [{metric: jensenshannon, columns: [a], above: {critical: 1}, for: 2h}]}",
    "{model: m, task: binary, quality: {rules: [{column: a, between: [0, null]}]}, routes: [{to: log}]}",
    "{model: m, task: binary, labels: {minimum: 3}, reference: {path: a.parquet}, owner: {runbook: 'http://x'}}",
    "{model: m, task: binary, rules: [{metric: rows, warning: 1, slice: every}], reference: null}",
]
BAD = [
    "{model: m}",
    "{model: m, task: llm}",
    "{model: M, task: none}",
    "{model: m, task: none, segment: a}",
    "{model: m, task: none, golden: {path: a}}",
    "{model: m, task: none, windows: {size: 1 day}}",
    "{model: m, task: none, windows: {spans: []}}",
    "{model: m, task: none, windows: {spans: [0]}}",
    "{model: m, task: none, columns: {features: {a: embedding}}}",
    "{model: m, task: none, columns: {score: {a: b}}}",
    "{model: m, task: none, columns: {segments: [[a, b]]}}",
    "{model: m, task: none, columns: {threshold: 2}}",
    "{model: m, task: none, sampling: {rate: 0.5}}",
    "{model: m, task: none, rules: [{warning: 1}]}",
    "{model: m, task: none, rules: [{metric: rocauc, warning: 1}]}",
    "{model: m, task: none, rules: [{metric: psi, adaptive: {history: 30}}]}",
    "{model: m, task: none, rules: [{metric: psi, warning: high}]}",
    "{model: m, task: none, routes: [{to: slack}]}",
    "{model: m, task: none, quality: {rules: [{column: a, between: [1]}]}}",
    "{model: m, task: none, owner: {runbook: 'javascript:1'}}",
    "{model: m, task: none, retention: {rows: 90}}",
]


@pytest.mark.parametrize("text", GOOD)
def test_what_parse_reads_is_allowed(text: str, schema: dict[str, Any], catalog: Catalog) -> None:
    given = yaml.safe_load(text)
    given.pop("golden", None)  # a key without a value: editors warn, parse does not
    assert allows(schema, given)
    shown = render(parse(text, catalog=catalog))
    assert allows(schema, yaml.safe_load(shown))


@pytest.mark.parametrize("text", BAD)
def test_what_parse_refuses_by_its_form_is_not_allowed(text: str, schema: dict[str, Any], catalog: Catalog) -> None:
    assert not allows(schema, yaml.safe_load(text))
    with pytest.raises(ValueError, match="allowed: "):
        parse(text, catalog=catalog)


def test_every_key_is_explained(schema: dict[str, Any]) -> None:
    def keys(part: Any, path: str) -> list[str]:
        if isinstance(part, list):
            return [line for each in part for line in keys(each, path)]
        if not isinstance(part, dict):
            return []
        lines = []
        for name, each in part.get("properties", {}).items():
            lines += [] if each.get("description", "").endswith(".") else [f"{path}.{name}"]
            lines += keys(each, f"{path}.{name}")
        for name in ("anyOf", "items", "additionalProperties"):
            lines += keys(part.get(name), path)
        return lines

    assert keys(schema, "monitor") == []


def test_defaults_are_those_of_parse(schema: dict[str, Any], catalog: Catalog) -> None:
    """A file that writes out every default of the schema is the file that leaves all of them out."""

    def defaults(part: dict[str, Any]) -> dict[str, Any]:
        given = {}
        for name, each in part["properties"].items():
            if "default" in each:
                inner = next((one for one in each.get("anyOf", [each]) if "properties" in one), None)
                given[name] = each["default"] if inner is None else defaults(inner)
        return given

    head = {"model": "m", "task": "none"}
    whole = {**head, **defaults(schema)}
    assert {"windows", "columns", "retention", "quality", "pack", "routes"} <= set(whole)
    assert parse(yaml.safe_dump(whole), catalog=catalog) == parse(yaml.safe_dump(head), catalog=catalog)


def test_the_demos_specification_is_allowed(schema: dict[str, Any]) -> None:
    text = (Path(__file__).parents[2] / "src/modelwatch/demo/flights/monitor.yaml").read_text("utf-8")
    assert allows(schema, yaml.safe_load(text))


def test_a_schema_for_any_home_takes_any_channel(catalog: Catalog) -> None:
    route = {"model": "churn", "task": "binary", "routes": [{"to": ["ops"]}]}
    assert not allows(json_schema(catalog), route)
    assert allows(json_schema(catalog, any_channel=True), route)
