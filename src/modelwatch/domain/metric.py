"""The catalogue record of a metric: its name, meaning, needs and the function that computes it.

Command-line help, API schema, generated docs and error texts are all read from these records.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from modelwatch.domain.columns import ColumnKind, Task
from modelwatch.domain.incident import Kind
from modelwatch.domain.measurement import Value


class Family(StrEnum):
    """The stage a metric belongs to, and so the view its function is given."""

    QUALITY = "quality"
    DRIFT = "drift"
    PERFORMANCE = "performance"
    VOLUME = "volume"
    LATENCY = "latency"
    LABELS = "labels"
    SUMMARY = "summary"


class Scope(StrEnum):
    """What one value of the metric speaks of."""

    COLUMN = "column"
    PREDICTION = "prediction"
    LABEL = "label"
    MODEL = "model"


class Better(StrEnum):
    """The good direction; `near` means close to the reference or to zero."""

    LOWER = "lower"
    HIGHER = "higher"
    NEAR = "near"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One catalogued definition.

    `compute` takes the view of the metric's family (see `modelwatch.measure.views`) and returns a `Value`, or
    raises `NotComputable` with the reason. `spans` are the trailing spans it is measured on: `all` that the
    monitor has, the `ends` (first and last), or only the `first`. `key_of` are the tasks of which it is the key
    metric: the one number by which models of a fleet are told apart.
    """

    name: str
    title: str
    family: Family
    scope: Scope
    better: Better
    incident: Kind
    formula: str
    source: str
    compute: Callable[[Any], Value]
    kinds: frozenset[ColumnKind] = frozenset()
    tasks: frozenset[Task] = frozenset(Task)
    unit: str = ""
    range: tuple[float, float] = (0.0, 1.0)
    spans: str = "first"
    sliced: bool = False
    version: int = 1
    key_of: frozenset[Task] = frozenset()
