"""Whether columns are used for what they are: one part each, rules and bounds on features of the right kind.

`parse` checks it as soon as the features are known, `Monitor.resolve` once they are taken from the reference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from modelwatch.catalog import Catalog
from modelwatch.domain.columns import ColumnKind
from modelwatch.domain.rule import Rule
from modelwatch.spec.faults import did_you_mean, one_of
from modelwatch.spec.nodes import Spot
from modelwatch.spec.parts import RESERVED, SLICED_KINDS, Range, Roles
from modelwatch.spec.rules import OWN


def check_parts(roles: Roles, features: Mapping[str, ColumnKind], segments: tuple[str, ...], spot: Spot) -> None:
    """Note columns that play two parts or bear a name that rules give another meaning."""
    taken: dict[str, str] = {}
    for role, column in roles.by_role().items():
        if column in taken:
            message = f"found {column!r}, which {taken[column]} names too; allowed: a column of its own"
            spot.below(role).refuse(message)
        taken[column] = f"columns.{role}"
    for column in features:
        at = spot.below("features", column)
        if column in taken:
            at.refuse(f"found a feature that is also {taken[column]}; allowed: columns with no other part")
        elif column in RESERVED:
            at.refuse(reserved(column))
    for number, column in enumerate(segments):
        at = spot.below("segments", number)
        if column in segments[:number]:
            at.refuse(f"found {column!r} a second time; allowed: once")
        elif column in taken:
            at.refuse(f"found {column!r}, which is {taken[column]}; allowed: features")


def reserved(column: str) -> str:
    """Why no feature may bear this name."""
    return (
        f"found the feature {column!r}, a word that rules give a meaning of their own ({one_of(RESERVED)}); "
        "allowed: the same column under another name"
    )


def check_uses(
    features: Mapping[str, ColumnKind],
    segments: Iterable[str],
    ranges: Iterable[Range],
    rules: Iterable[Rule],
    spot: Spot,
) -> None:
    """Note segments, bounds and rules on columns that are not there or not of the right kind."""
    for number, column in enumerate(segments):
        kind = features.get(column)
        if kind is None:
            sliced = [name for name, kind in features.items() if kind in SLICED_KINDS]
            message = f"found {column!r}, which is no feature; allowed: the features {one_of(sliced)}"
            spot.below("columns", "segments", number).refuse(message + did_you_mean(column, sliced))
        elif kind not in SLICED_KINDS:
            message = f"found {column!r}, which is {kind}; allowed: {one_of(SLICED_KINDS)} columns"
            spot.below("columns", "segments", number).refuse(message)
    numeric = [name for name, kind in features.items() if kind is ColumnKind.NUMERIC]
    for number, each in enumerate(ranges):
        if each.column not in numeric:
            hint = did_you_mean(each.column, numeric)
            message = f"found {each.column!r}; allowed: the numeric features {one_of(numeric)}{hint}"
            spot.below("quality", "rules", number, "column").refuse(message)
    usable = [*features, *RESERVED]
    for column, at, _ in _own_columns(rules, spot):
        if column not in usable:
            hint = did_you_mean(column, usable)
            at.refuse(f"found {column!r}; allowed: {one_of(RESERVED)}, the features {one_of(features)}{hint}")


def check_kinds(features: Mapping[str, ColumnKind], rules: Iterable[Rule], catalog: Catalog, spot: Spot) -> None:
    """Note rules on columns of a kind that their metric cannot take."""
    for column, at, rule in _own_columns(rules, spot):
        kinds = catalog.metrics.get(rule.metric).kinds
        if kinds and column in features and features[column] not in kinds:
            allowed = f"{one_of(sorted(kinds))} columns for {rule.metric}"
            at.refuse(f"found {column!r}, which is {features[column]}; allowed: {allowed}")


def _own_columns(rules: Iterable[Rule], spot: Spot) -> Iterator[tuple[str, Spot, Rule]]:
    """Every column of the user's rules, with the place where it stands."""
    for number, rule in enumerate(rule for rule in rules if rule.origin == OWN):
        for column in rule.columns:
            yield column, spot.below("rules", number, "columns"), rule
