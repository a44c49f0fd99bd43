"""The page on the monitor specification, from the table of keys that it is read with, and its JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Iterator

from modelwatch.catalog import Catalog
from modelwatch.demo import FLIGHTS
from modelwatch.domain.metric import Scope
from modelwatch.spec import json_schema
from modelwatch.spec.containers import ListOf, MapOf
from modelwatch.spec.keys import monitor_keys
from modelwatch.spec.rule_keys import CONDITIONS
from modelwatch.spec.shapes import Key, Object, Shape
from modelwatch.spec.write import flow
from reference.markdown import MADE, code, page, table
from reference.rules import TASKS, condition, packs, remark, spans

SCHEMA_FILE = "specification.schema.json"
_HEAD = ("key", "allowed", "default", "meaning")
_INTRO = f"""# Specification
{MADE}

How one model is watched, as YAML. `modelwatch init` writes one from data, `modelwatch apply` takes it, and
`modelwatch show MODEL` prints it with every default and rule. A wrong key or value is refused whole, with its line,
what was found and what is allowed.

[{SCHEMA_FILE}]({SCHEMA_FILE}) is the same as JSON Schema: an editor
with the YAML language server completes and checks a file whose first line names it:

```yaml
# yaml-language-server: $schema=PATH/specification.schema.json
```

The specification of the demo, all of whose other keys have their defaults:

```yaml
{{example}}```"""
_RULES = """A rule names a [metric](metrics.md) and has one condition: `warning` and `critical` by themselves, in the
metric's bad direction, or one of the following with `warning` and `critical` below it:
{conditions}.

```yaml
rules:
  - {{metric: psi, columns: [temp, dewp], warning: 0.2, critical: 0.5}}
  - {{metric: roc_auc, below_reference_by: {{warning: 0.02, critical: 0.04}}, for: 2}}
  - {{metric: rows, slice: {{origin: JFK}}, below: {{critical: 100}}}}
```"""
_PACK = """What `pack: default` brings, for every task and for each. A rule of your own with the same metric, columns
and window takes the place of the pack's. Drift is at most a warning: it explains, it does not page. "The reference"
is the mean of the reference's time blocks; spans are those of `spans: [1, 7, 28]`, in windows."""


def specification_page(catalog: Catalog) -> str:
    """The whole page."""
    keys = monitor_keys(catalog, any_channel=True)
    intro = _INTRO.format(example=(FLIGHTS / "monitor.yaml").read_text("utf-8"))
    return page(
        intro.splitlines(),
        *_section("", "", keys),
        *_below("", keys),
        ["## Rules of the pack"],
        _PACK.splitlines(),
        *_pack(catalog),
    )


def schema_file(catalog: Catalog) -> str:
    """The JSON Schema as it is committed."""
    return json.dumps(json_schema(catalog, any_channel=True), indent=1) + "\n"


def _below(path: str, keys: Object) -> Iterator[list[str]]:
    """A section for each key that has keys of its own."""
    for name, key in keys.keys.items():
        inner = _inner(key.shape)
        if inner is not None and name not in map(str, CONDITIONS):
            yield from _section(path + name, key.help, inner)
            yield from _below(f"{path}{name}.", inner)


def _section(path: str, help_text: str, keys: Object) -> Iterator[list[str]]:
    yield [f"## {code(path) if path else 'Keys'}"]
    if path == "rules":
        yield _RULES.format(conditions=", ".join(code(str(each)) for each in CONDITIONS)).splitlines()
    elif help_text:
        yield [help_text]
    yield table(_HEAD, [_row(name, key, path) for name, key in keys.keys.items()])
    if keys.later:
        yield [f"Not available yet, and refused as such: {', '.join(map(code, keys.later))}."]


def _row(name: str, key: Key, path: str) -> tuple[str, str, str, str]:
    default = "required" if key.required else "-" if key.default in (None, {}) else code(flow(key.default))
    return code(name), _allowed(name, key.shape, path), default, key.help


def _allowed(name: str, shape: Shape, path: str) -> str:
    if name == "metric":
        return "a [metric](metrics.md)"
    if name in map(str, CONDITIONS):
        return "`warning`, `critical`"
    if _inner(shape) is None:
        return shape.allowed()
    below = f"[below](#{path.replace('.', '')}{name})"
    match shape:
        case ListOf():
            return f"a list, each as {below}"
        case MapOf():
            return f"a name for each, with keys as {below}"
        case _:
            return f"keys, {below}"


def _inner(shape: Shape) -> Object | None:
    """The keys that a value has, or each of its values."""
    match shape:
        case Object():
            return shape
        case ListOf(shape=Object() as inner) | MapOf(shape=Object() as inner):
            return inner
        case _:
            return None


def _pack(catalog: Catalog) -> Iterator[list[str]]:
    by_task = packs(catalog)
    common = by_task[TASKS[0]]
    for task in TASKS:
        rules = [rule for rule in by_task[task] if task is TASKS[0] or rule.id not in {each.id for each in common}]
        yield [f"### {'Every task' if task is TASKS[0] else str(task).capitalize()}"]
        rows: list[tuple[str, ...]] = []
        for rule in rules:
            metric = catalog.metrics.get(rule.metric)
            columns = ", ".join(rule.columns) if metric.scope is Scope.COLUMN else ""
            link = f"[{code(rule.metric)}](metrics.md#{rule.metric})"
            rows.append((link, columns, *condition(rule, metric), spans(rule), remark(rule)))
        yield table(("metric", "columns", "warning", "critical", "spans", ""), rows)
