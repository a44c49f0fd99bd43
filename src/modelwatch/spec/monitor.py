"""The specification of how one model is watched, as one frozen value.

`parse` makes it from YAML, `resolve` fits it to the reference; every later stage reads it and nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NoReturn

from modelwatch.catalog import Catalog
from modelwatch.domain.calendar import Calendar
from modelwatch.domain.columns import ColumnKind, Task
from modelwatch.domain.instants import format_duration
from modelwatch.domain.names import ModelKey
from modelwatch.domain.rule import Comparison, Rule
from modelwatch.spec import fit
from modelwatch.spec.column_keys import AUTO
from modelwatch.spec.faults import Faults
from modelwatch.spec.infer import Reference, survey
from modelwatch.spec.nodes import Entries, Spot, read_nodes
from modelwatch.spec.packs import narrow
from modelwatch.spec.parts import Outcome, Range, ReferenceSource, Retention, Roles, Route
from modelwatch.spec.rule_keys import EVERY_SLICE
from modelwatch.spec.uses import check_kinds, check_uses


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitor:
    """How one model is watched.

    `features` is empty while `auto` is true: `resolve` then takes them from the reference. `segments` are
    single columns. `fresh` is the longest silence to expect; None: the reference's longest gap. Durations are
    microseconds. `rules` are the pack's with the user's own merged in. `text` is the YAML as it was given and
    `source` its name, `declares_labels` whether it says anything of labels; they count for nothing when two monitors
    are compared.
    """

    key: ModelKey
    task: Task
    calendar: Calendar
    lateness: int
    spans: tuple[int, ...]
    team: str | None
    runbook: str | None
    roles: Roles
    auto: bool
    features: Mapping[str, ColumnKind]
    segments: tuple[str, ...]
    outcome: Outcome
    reference: ReferenceSource
    fresh: int | None
    ranges: tuple[Range, ...]
    pack: str
    rules: tuple[Rule, ...]
    routes: tuple[Route, ...]
    retention: Retention
    declares_labels: bool = field(default=True, compare=False)
    text: str = field(default="", compare=False, repr=False)
    source: str = field(default="monitor.yaml", compare=False, repr=False)

    @classmethod
    def from_yaml(cls, source: str | Path, *, catalog: Catalog, project: str = "default") -> Monitor:
        """Read a specification.

        Parameters
        ----------
        source
            The YAML itself, or the path of a file: a `Path`, or text that ends in .yaml or .yml.
        catalog
            The metrics and channels that the specification may name.
        project
            To which project the model belongs.

        Raises
        ------
        SpecError
            If anything is wrong; the message tells all of it, with lines.
        InputError
            If the file cannot be read.
        """
        from modelwatch.spec.parse import parse, read_text  # makes the Monitor, so it imports this module

        if isinstance(source, Path) or source.endswith((".yaml", ".yml")):
            path = Path(source)
            return parse(read_text(path), catalog=catalog, source=path.name, project=project)
        return parse(source, catalog=catalog, project=project)

    def resolve(self, reference: Reference, *, catalog: Catalog | None = None) -> Monitor:
        """Fit the specification to the columns of its reference.

        `features: auto` becomes every column with no other part; score and prediction are taken by their
        usual names if the specification does not name them.

        Parameters
        ----------
        reference
            The reference as a data frame, or its columns' types: only values tell codes from amounts.
        catalog
            If given, rules on columns of a kind that their metric cannot take are refused, too.

        Raises
        ------
        SpecError
            If the reference lacks a column that the specification names, or holds something else in it.
        """
        facts, spot = survey(reference), self._spot()
        columns = spot.below("columns")
        roles = fit.fit_roles(self.roles, self.features, self.task, facts, columns)
        features = self.features
        if self.auto:
            features = fit.auto_features(roles, self.segments, facts, columns.below("features"))
        else:
            fit.check_features(features, facts, columns.below("features"))
        fit.check_segments(self.segments, facts, columns.below("segments"))
        if spot.sound("columns"):
            check_uses(features, self.segments, self.ranges, self.rules, spot)
            if catalog is not None:
                check_kinds(features, self.rules, catalog, spot)
        spot.faults.raise_any()
        rules = narrow(self.rules, features, self.ranges)
        return replace(self, roles=roles, features=features, auto=False, rules=rules)

    def settle_classes(self, classes: Mapping[str, Sequence[str]]) -> Monitor:
        """Hold the positive class against those that the reference has, and take the others from there.

        Parameters
        ----------
        classes
            The distinct classes of the reference as text (`class_text`), for `label` and `prediction`, where it
            has such columns.

        Raises
        ------
        SpecError
            If the positive class is none of them.
        """
        spot = self._spot()
        roles = fit.fit_classes(self.roles, classes, spot.below("columns"))
        spot.faults.raise_any()
        return replace(self, roles=roles)

    def refuse(self, *steps: str | int, message: str) -> NoReturn:
        """Refuse what stands at a place of the specification, once it turns out wrong.

        Raises
        ------
        SpecError
            With the line.
        """
        spot = self._spot()
        spot.below(*steps).refuse(message)
        spot.faults.raise_any()
        raise AssertionError("a fault was noted")

    def _spot(self) -> Spot:
        """The top of the file, to note what is wrong there."""
        faults = Faults(self.source)
        return Spot(read_nodes(self.text, faults) if self.text else Entries(pairs=()), faults)

    def to_dict(self) -> dict[str, Any]:
        """The specification in the shape of its YAML, with every default and every rule of the pack.

        Each rule says, besides what may be written, its `id`, its `origin` (pack or own) and the worst
        severity it may reach (`at_most`); `usual` are the columns that play a part where a file has them.
        """
        features = AUTO if self.auto else {name: str(kind) for name, kind in self.features.items()}
        window = self.reference.window
        outcome, keep = self.outcome, self.retention
        return {
            "model": self.key.model,
            "env": self.key.env,
            "task": str(self.task),
            "timezone": self.calendar.timezone,
            "owner": _given(team=self.team, runbook=self.runbook),
            "columns": {
                **self.roles.named,
                "threshold": self.roles.threshold,
                "positive": self.roles.positive,
                **_given(negative=list(self.roles.negative) or None),
                "features": features,
                "segments": list(self.segments),
                "usual": {role: name for role, name in self.roles.by_role().items() if role in self.roles.usual},
            },
            "outcomes": {
                outcome.name: {
                    "expected": format_duration(outcome.expected),
                    "horizon": format_duration(outcome.horizon),
                    "minimum": outcome.minimum,
                }
            },
            "reference": _given(path=self.reference.path, window=window and list(window.to_dict().values())),
            "windows": {
                "size": format_duration(self.calendar.size),
                "lateness": format_duration(self.lateness),
                "spans": list(self.spans),
            },
            "sampling": {"rate": 1.0},
            "quality": {
                **_given(fresh=None if self.fresh is None else format_duration(self.fresh)),
                "rules": [
                    {"column": each.column, "between": [_finite(each.low), _finite(each.high)]} for each in self.ranges
                ],
            },
            "pack": self.pack,
            "rules": [_rule(rule) for rule in self.rules],
            "routes": [
                {"match": _given(severity=route.severity and str(route.severity)), "to": list(route.to)}
                for route in self.routes
            ],
            "retention": {
                "rows": format_duration(keep.rows),
                "hourly": format_duration(keep.hourly),
                "daily": format_duration(keep.daily),
            },
        }


def _rule(rule: Rule) -> dict[str, Any]:
    levels = _given(warning=rule.warning, critical=rule.critical)
    condition = levels if rule.comparison is Comparison.LEVEL else {str(rule.comparison): levels}
    columns = rule.columns[0] if len(rule.columns) == 1 else list(rule.columns)
    held = rule.windows if rule.duration is None else format_duration(rule.duration)
    return {
        "metric": rule.metric,
        **_given(columns=columns or None),
        **condition,
        **_given(slice=EVERY_SLICE if rule.slice is None else rule.slice.to_dict() or None),
        "span": list(rule.spans or ()),
        **_given(window=None if rule.window is None else format_duration(rule.window)),
        **({} if held is None else {"for": held}),
        **_given(page=rule.page, runbook=rule.runbook),
        "id": rule.id,
        "origin": rule.origin,
        "at_most": str(rule.cap),
        "from_rows": rule.least,
    }


def _given(**values: Any) -> dict[str, Any]:
    """The values that are there."""
    return {name: value for name, value in values.items() if value is not None}


def _finite(bound: float) -> float | None:
    return bound if math.isfinite(bound) else None
