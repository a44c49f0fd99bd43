"""A catalogue with the metrics that the specification speaks of, none of which computes anything."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pytest

from modelwatch.catalog import Catalog
from modelwatch.domain.columns import ColumnKind, Task
from modelwatch.domain.errors import NotComputable
from modelwatch.domain.incident import Kind
from modelwatch.domain.measurement import Value
from modelwatch.domain.metric import Better, Family, Metric, Scope

NUMERIC = frozenset({ColumnKind.NUMERIC})
CLASSES = frozenset({Task.BINARY, Task.MULTICLASS})
REGRESSION = frozenset({Task.REGRESSION})
AMOUNT, SIGNED = (0.0, math.inf), (-1.0, 1.0)
LOWER, HIGHER, NEAR = Better.LOWER, Better.HIGHER, Better.NEAR

METRICS: tuple[tuple[str, Scope, Better, dict[str, Any]], ...] = (
    ("missing_share", Scope.COLUMN, LOWER, {"sliced": True}),
    ("unseen_share", Scope.COLUMN, LOWER, {}),
    ("out_of_range_share", Scope.COLUMN, LOWER, {"kinds": NUMERIC}),
    ("rows", Scope.MODEL, NEAR, {"range": AMOUNT, "sliced": True}),
    ("silence_seconds", Scope.MODEL, LOWER, {"range": AMOUNT}),
    ("freshness_seconds", Scope.MODEL, LOWER, {"range": AMOUNT}),
    ("schema_mismatch_share", Scope.MODEL, LOWER, {}),
    ("nan_prediction_share", Scope.PREDICTION, LOWER, {}),
    ("largest_share", Scope.PREDICTION, LOWER, {}),
    ("error_share", Scope.MODEL, LOWER, {}),
    ("latency_p95", Scope.MODEL, LOWER, {"range": AMOUNT}),
    ("latency_p99", Scope.MODEL, LOWER, {"range": AMOUNT}),
    ("psi", Scope.COLUMN, LOWER, {"range": AMOUNT, "spans": "all"}),
    ("ks", Scope.COLUMN, LOWER, {"spans": "all", "kinds": NUMERIC}),
    ("jensen_shannon", Scope.COLUMN, LOWER, {"spans": "all"}),
    ("wasserstein_normed", Scope.COLUMN, LOWER, {"range": AMOUNT, "spans": "all", "kinds": NUMERIC}),
    ("drifted_share", Scope.MODEL, LOWER, {"spans": "all"}),
    ("prediction_mean_shift", Scope.PREDICTION, NEAR, {"range": SIGNED}),
    ("roc_auc", Scope.PREDICTION, HIGHER, {"tasks": CLASSES, "spans": "ends", "sliced": True}),
    ("accuracy", Scope.PREDICTION, HIGHER, {"tasks": CLASSES, "spans": "ends"}),
    ("ece", Scope.PREDICTION, LOWER, {"tasks": CLASSES, "spans": "ends"}),
    ("mean_bias", Scope.PREDICTION, NEAR, {"tasks": CLASSES, "range": SIGNED, "spans": "ends"}),
    ("label_mean", Scope.LABEL, NEAR, {"tasks": CLASSES | REGRESSION, "range": (-math.inf, math.inf)}),
    ("rmse", Scope.PREDICTION, LOWER, {"tasks": REGRESSION, "range": AMOUNT, "spans": "ends"}),
)


class Log:
    """A channel that goes nowhere."""

    name = "log"

    def send(self, message: Mapping[str, Any], *, key: str) -> None:
        raise AssertionError("a specification sends nothing")


def compute(view: object) -> Value:
    raise NotComputable("nothing is measured here")


def make_catalog() -> Catalog:
    catalog = Catalog()
    for name, scope, better, more in METRICS:
        catalog.metrics.add(
            Metric(
                name=name,
                title=name,
                family=Family.SUMMARY,
                scope=scope,
                better=better,
                incident=Kind.UNKNOWN,
                formula="",
                source="",
                compute=compute,
                **more,
            )
        )
    catalog.channels.add(Log())
    return catalog


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return make_catalog()
