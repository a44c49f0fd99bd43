"""From the text of a specification to a `Monitor`, or to one error that tells all that is wrong with it.

The way in of this room: nodes are read from the text, values from the nodes, then what belongs together is
compared.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from modelwatch.catalog import Catalog
from modelwatch.domain import columns as names
from modelwatch.domain.calendar import Calendar
from modelwatch.domain.columns import ColumnKind, Task, class_text
from modelwatch.domain.errors import InputError
from modelwatch.domain.instants import HOUR, MINUTE, SECOND, Window, format_duration
from modelwatch.domain.measurement import Status
from modelwatch.domain.names import ModelKey, check_name
from modelwatch.domain.rule import Rule
from modelwatch.spec.column_keys import AUTO
from modelwatch.spec.faults import Faults, one_of
from modelwatch.spec.keys import NO_PACK, monitor_keys
from modelwatch.spec.monitor import Monitor
from modelwatch.spec.nodes import Node, Spot, read_nodes
from modelwatch.spec.packs import default_pack, merge, narrow
from modelwatch.spec.parts import Outcome, Range, ReferenceSource, Retention, Roles, Route
from modelwatch.spec.rules import Setting, own_rule
from modelwatch.spec.shapes import MISSING, Object, Place
from modelwatch.spec.uses import check_parts, check_uses

# What columns are called that nobody names; those that need not be there give way to features of their name.
_NEEDED = {"id": names.PREDICTION_ID, "timestamp": names.TIMESTAMP, "version": names.MODEL_VERSION}
_OPTIONAL = {"latency_ms": names.LATENCY_MS, "error": names.ERROR}


def read_text(path: Path) -> str:
    """The text of a specification's file.

    Raises
    ------
    InputError
        If there is no such file, or it is not UTF-8 text.
    """
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path} is not a specification: it is not UTF-8 text") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None


def parse(
    text: str, *, catalog: Catalog, source: str = "monitor.yaml", project: str = "default", any_channel: bool = False
) -> Monitor:
    """Read a specification.

    Parameters
    ----------
    text
        The YAML.
    catalog
        The metrics and channels that it may name.
    source
        What messages call the text.
    project
        To which project the model belongs.
    any_channel
        Whether routes may name channels that the catalogue lacks: a specification that was accepted holds, whatever
        became of its channels.

    Raises
    ------
    SpecError
        If anything is wrong. It tells every fault of the text: its line and column, the key, what was found,
        what is allowed.

    Examples
    --------
    >>> monitor = parse("{model: churn, task: binary}", catalog=Catalog())
    >>> str(monitor.key), monitor.auto, monitor.spans
    ('default/churn/prod', True, (1, 7, 28))
    """
    faults = Faults(source)
    root = read_nodes(text, faults)
    raw = _values(root, monitor_keys(catalog, any_channel=any_channel), faults)
    parts = _parts(raw, Spot(root, faults), catalog)
    faults.raise_any()
    key = ModelKey(raw["model"], raw["env"], check_name(project, "project"))
    return Monitor(key=key, text=text, source=source, **parts)


def _values(root: Node, keys: Object, faults: Faults) -> Mapping[str, Any]:
    raw = keys.read(root, Place(faults))
    if raw is MISSING:
        faults.raise_any()
    return cast("Mapping[str, Any]", raw)


def _parts(raw: Mapping[str, Any], spot: Spot, catalog: Catalog) -> dict[str, Any]:
    """The fields of the monitor, as far as they could be read; what contradicts itself is noted."""
    task = raw["task"] and Task(raw["task"])
    calendar = _calendar(raw, spot) if spot.sound("windows", "timezone") else None
    spans = _spans(raw["windows"]["spans"], spot) if spot.sound("windows") else None
    outcome = _outcome(raw, spot) if spot.sound("outcomes", "labels") else None
    columns = _columns(raw["columns"], outcome, spot) if outcome and spot.sound("columns") else None
    ranges = _ranges(raw["quality"]["rules"], spot) if spot.sound("quality") else ()
    setting = Setting(task=task, calendar=calendar, spans=spans, segments=columns["segments"] if columns else None)
    rules = own = _own_rules(raw["rules"] or (), catalog, setting, spot)
    if raw["pack"] != NO_PACK and task and spans:
        rules = merge(default_pack(task, catalog=catalog, spans=spans, ranges=ranges), own)
    if columns and not columns["auto"] and spot.sound("columns", "rules"):
        check_uses(columns["features"], columns["segments"], ranges, own, spot)
        rules = narrow(rules, columns["features"], ranges)
    return {
        **(columns or {}),
        **_plain(raw),
        "task": task,
        "calendar": calendar,
        "lateness": _lateness(raw["windows"]) if spot.sound("windows") else None,
        "spans": spans,
        "outcome": outcome,
        "declares_labels": spot.given("labels") or spot.given("outcomes") or spot.given("columns", "label"),
        "reference": _reference(raw["reference"], spot) if spot.sound("reference") else None,
        "ranges": ranges,
        "rules": rules,
        "routes": _routes(raw["routes"]) if spot.sound("routes") else (),
    }


def _plain(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that stand in the specification as they stand in the monitor."""

    def part(key: str, name: str) -> Any:
        return raw[key] and raw[key][name]

    return {
        "team": part("owner", "team"),
        "runbook": part("owner", "runbook"),
        "fresh": part("quality", "fresh"),
        "pack": raw["pack"],
        "retention": raw["retention"] and Retention(**raw["retention"]),
    }


def _calendar(raw: Mapping[str, Any], spot: Spot) -> Calendar | None:
    try:
        return Calendar(raw["windows"]["size"], raw["timezone"])
    except InputError as error:
        spot.below("windows", "size").refuse(str(error))
        return None


def _lateness(raw: Mapping[str, Any]) -> int:
    """How long after its end a window closes; whatever comes later measures it again."""
    if raw["lateness"] is not None:
        return raw["lateness"]
    # Who watches by the minute wants to hear within the minute: only a day can wait for an hour.
    size: int = raw["size"]
    return 0 if size < 10 * MINUTE else min(size // 24, HOUR) // SECOND * SECOND


def _spans(spans: tuple[int, ...], spot: Spot) -> tuple[int, ...]:
    ordered = tuple(sorted(set(spans)))
    if spans != ordered:
        spot.below("windows", "spans").refuse(
            f"found {list(spans)}; allowed: each span once, the shortest first, as {list(ordered)}"
        )
    return ordered


def _outcome(raw: Mapping[str, Any], spot: Spot) -> Outcome | None:
    if spot.given("labels") and spot.given("outcomes"):
        spot.below("labels").refuse("found labels besides outcomes; allowed: one of the two")
        return None
    outcomes, at = raw["outcomes"], spot.below("outcomes")
    if outcomes is None:
        outcomes, at = {names.LABEL: raw["labels"]}, spot
    if len(outcomes) > 1:
        found = one_of(outcomes)
        at.refuse(f"found the outcomes {found}; allowed: one, more than one is not available yet")
        return None
    [(name, truth)] = outcomes.items()
    try:
        check_name(name, "outcome")
    except InputError as error:
        at.below(name).refuse(str(error))
    outcome = Outcome(name=name, **truth)
    if outcome.horizon < outcome.expected:
        where = at.below(name if raw["outcomes"] else "labels", "horizon")
        expected = format_duration(outcome.expected)
        where.refuse(f"found {format_duration(outcome.horizon)}; allowed: at least expected, {expected}")
    return outcome


def _columns(raw: Mapping[str, Any], outcome: Outcome, spot: Spot) -> dict[str, Any]:
    auto = raw["features"] == AUTO
    features = {} if auto else {name: ColumnKind(kind) for name, kind in raw["features"].items()}
    needed = {**_NEEDED, "label": outcome.name}
    filled: dict[str, Any] = {role: raw[role] or name for role, name in needed.items()}
    taken = {*features, raw["score"], raw["prediction"], *filled.values()}
    filled |= {role: raw[role] or (None if name in taken else name) for role, name in _OPTIONAL.items()}
    roles = Roles(
        **filled,
        score=raw["score"],
        prediction=raw["prediction"],
        threshold=raw["threshold"],
        positive=raw["positive"],
        negative=raw["negative"] or (),
        usual=frozenset(role for role in (*needed, *_OPTIONAL) if raw[role] is None),
    )
    if class_text(roles.positive) in map(class_text, roles.negative):
        allowed = f"classes other than the positive one, {roles.positive}"
        spot.below("columns", "negative").refuse(f"found the positive class, too; allowed: {allowed}")
    check_parts(roles, features, raw["segments"], spot.below("columns"))
    return {"roles": roles, "auto": auto, "features": features, "segments": raw["segments"]}


def _ranges(raw: tuple[Mapping[str, Any], ...], spot: Spot) -> tuple[Range, ...]:
    ranges: list[Range] = []
    for number, each in enumerate(raw):
        at = spot.below("quality", "rules", number)
        low, high = each["between"]
        low, high = -math.inf if low is None else low, math.inf if high is None else high
        if not low < high or (math.isinf(low) and math.isinf(high)):
            at.below("between").refuse(f"found {low:g} to {high:g}; allowed: a lower and a higher bound")
        if each["column"] in [other.column for other in ranges]:
            at.below("column").refuse(f"found {each['column']!r} a second time; allowed: once")
        ranges.append(Range(column=each["column"], low=low, high=high))
    return tuple(ranges)


def _reference(raw: Mapping[str, Any], spot: Spot) -> ReferenceSource:
    window, at = None, spot.below("reference")
    if raw["path"] is not None and raw["window"] is not None:
        at.refuse("found path and window; allowed: one of the two")
    if raw["window"] is not None:
        try:
            window = Window(*raw["window"])
        except InputError as error:
            at.below("window").refuse(str(error))
    return ReferenceSource(path=raw["path"], window=window)


def _own_rules(raw: tuple[Mapping[str, Any], ...], catalog: Catalog, setting: Setting, spot: Spot) -> tuple[Rule, ...]:
    """The user's rules; those with a fault in a key of their own are left out, it has been noted."""
    rules: dict[str, Rule] = {}
    for number, each in enumerate(raw):
        at = spot.below("rules", number)
        if spot.faults.under(at.path):
            continue
        rule = own_rule(each, catalog.metrics.get(each["metric"]), setting, at)
        if rule.id in rules:
            at.refuse(f"found {rule.id} a second time; allowed: one rule for the same values")
        rules[rule.id] = rule
    return tuple(rules.values())


def _routes(raw: tuple[Mapping[str, Any], ...]) -> tuple[Route, ...]:
    return tuple(
        Route(
            severity=each["match"]["severity"] and Status(each["match"]["severity"]),
            to=tuple(dict.fromkeys(each["to"])),
        )
        for each in raw
    )
