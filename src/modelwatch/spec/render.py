"""A monitor as YAML in full: every default, every rule of the pack.

For `modelwatch show`; `parse` reads the text back as an equal monitor.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from modelwatch.domain.measurement import Status
from modelwatch.spec.monitor import Monitor
from modelwatch.spec.rules import OWN
from modelwatch.spec.write import flow, scalar

# What `to_dict` says of a rule that is not written in a specification.
_TOLD = ("id", "origin", "at_most", "from_rows")
# Keys that are written over several lines.
_BLOCKS = ("columns", "features", "outcomes", "quality", "rules", "routes")


def render(monitor: Monitor) -> str:
    """Write the specification out.

    The pack's rules stand as comments, in the form in which a rule is written: one of the user's own takes
    the place of the pack's if it has the same metric, columns and window.
    """
    given = monitor.to_dict()
    pack = [rule for rule in given["rules"] if rule["origin"] != OWN]
    usual = given["columns"].pop("usual")
    given["rules"] = [_writable(rule) for rule in given["rules"] if rule["origin"] == OWN]
    lines: list[str] = []
    for key, value in given.items():
        if key == "rules" and pack:
            lines.append("# rules of the pack; a rule with the same metric, columns and window replaces one")
            lines.extend(f"#   - {flow(_writable(rule))}{_limit(rule)}" for rule in pack)
        written = list(_block(key, value) if key in _BLOCKS else [f"{key}: {flow(value)}"])
        undeclared = key == "outcomes" and not monitor.declares_labels
        # As comments, so that the text read back declares none either.
        lines.extend(f"# {line}" for line in written) if undeclared else lines.extend(written)
        if key == "columns":
            lines.extend(f"  # {role}: {scalar(name)}  (where a file has it)" for role, name in usual.items())
    return "\n".join(lines) + "\n"


def _writable(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in rule.items() if key not in _TOLD}


def _limit(rule: Mapping[str, Any]) -> str:
    told = [] if rule["at_most"] == Status.CRITICAL else [f"at most {rule['at_most']}"]
    if rule["from_rows"]:
        told.append(f"from {rule['from_rows']} rows on")
    return f"  # {', '.join(told)}" if told else ""


def _block(key: str, value: Any) -> Iterator[str]:
    """A key with one line for each entry below it; features one more level down."""
    if not value:
        yield f"{key}: {flow(value)}"
        return
    yield f"{key}:"
    if isinstance(value, list):
        yield from (f"  - {flow(each)}" for each in cast("list[Any]", value))
        return
    for name, each in cast("dict[str, Any]", value).items():
        if name in _BLOCKS and isinstance(each, dict):
            yield from (f"  {line}" for line in _block(name, each))
        else:
            yield f"  {scalar(name)}: {flow(each)}"
