"""A model's life in daily windows, for tests of incidents: metrics, rules, verdicts, and a book."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from modelwatch.catalog import Catalog
from modelwatch.domain.columns import Task
from modelwatch.domain.incident import Kind
from modelwatch.domain.instants import DAY, Window
from modelwatch.domain.measurement import Series, Status, Value
from modelwatch.domain.metric import Better, Family, Metric, Scope
from modelwatch.domain.names import ModelKey
from modelwatch.domain.rule import Comparison, Rule, Verdict
from modelwatch.judge.book import Book
from modelwatch.judge.cases import Change
from modelwatch.judge.incidents import advance
from modelwatch.judge.triage import Context

START = 15_760 * DAY  # a Monday in February 2013


def record(
    name: str,
    family: Family,
    kind: Kind,
    better: Better = Better.LOWER,
    scope: Scope = Scope.COLUMN,
    **rest: Any,
) -> Metric:
    rest = {"title": name.replace("_", " ").capitalize(), "formula": "", "source": "", **rest}
    return Metric(
        name=name,
        family=family,
        incident=kind,
        better=better,
        scope=scope,
        compute=lambda view: Value(0.0, 1),
        **rest,
    )


METRICS = (
    record("psi", Family.DRIFT, Kind.DRIFT, spans="all"),
    record("largest_share", Family.QUALITY, Kind.DATA_FAULT, title="Share of the most frequent prediction"),
    record("missing_share", Family.QUALITY, Kind.DATA_FAULT, title="Missing values", sliced=True),
    record("unseen_share", Family.QUALITY, Kind.DATA_FAULT, title="Unseen categories"),
    record(
        "roc_auc",
        Family.PERFORMANCE,
        Kind.PERFORMANCE,
        Better.HIGHER,
        Scope.MODEL,
        title="ROC AUC",
        spans="ends",
    ),
    record(
        "estimated_roc_auc",
        Family.PERFORMANCE,
        Kind.PERFORMANCE,
        Better.HIGHER,
        Scope.MODEL,
        title="Estimated ROC AUC",
    ),
    record("accuracy", Family.PERFORMANCE, Kind.PERFORMANCE, Better.HIGHER, Scope.MODEL, spans="ends"),
    record("mean_bias", Family.PERFORMANCE, Kind.CALIBRATION, Better.NEAR, Scope.MODEL),
    record(
        "ece",
        Family.PERFORMANCE,
        Kind.CALIBRATION,
        Better.LOWER,
        Scope.MODEL,
        title="Expected calibration error",
    ),
    record("label_mean", Family.LABELS, Kind.SPIKE, Better.NEAR, Scope.LABEL, title="Mean label"),
    record("labels_pending_share", Family.LABELS, Kind.LABEL, Better.LOWER, Scope.MODEL),
    record("labels_overdue_share", Family.LABELS, Kind.LABEL, Better.LOWER, Scope.MODEL),
    record("prediction_mean", Family.VOLUME, Kind.DRIFT, Better.NEAR, Scope.PREDICTION),
    record("rows", Family.VOLUME, Kind.FEED, Better.NEAR, Scope.MODEL),
    record("freshness_seconds", Family.VOLUME, Kind.FEED, Better.LOWER, Scope.MODEL, unit="s"),
    record(
        "schema_mismatch_share",
        Family.VOLUME,
        Kind.SCHEMA,
        Better.LOWER,
        Scope.MODEL,
        title="Rows of the wrong type",
    ),
    record("latency_p50", Family.LATENCY, Kind.LATENCY, Better.LOWER, Scope.MODEL, unit="ms"),
    record("latency_p95", Family.LATENCY, Kind.LATENCY, Better.LOWER, Scope.MODEL, unit="ms", title="Latency p95"),
    record("error_share", Family.LATENCY, Kind.UNKNOWN, Better.LOWER, Scope.MODEL, title="Failed predictions"),
)

DRIFTED, WORSE, BEYOND = Comparison.LEVEL, Comparison.ABOVE_REFERENCE_BY, Comparison.ABOVE
RULES = (
    Rule(id="psi", metric="psi", comparison=DRIFTED, warning=0.1, critical=0.25, columns=("features",)),
    Rule(id="missing", metric="missing_share", comparison=WORSE, warning=0.05, critical=0.2),
    Rule(id="frozen", metric="largest_share", comparison=WORSE, warning=0.3, critical=0.6),
    Rule(id="unseen", metric="unseen_share", comparison=BEYOND, warning=0.01, critical=0.05),
    Rule(id="auc", metric="roc_auc", comparison=Comparison.BELOW_REFERENCE_BY, warning=0.03, critical=0.05),
    Rule(id="label", metric="label_mean", comparison=Comparison.BLOCKS, warning=3, cap=Status.WARNING),
    Rule(id="slow", metric="latency_p95", comparison=BEYOND, warning=200, critical=500),
    Rule(id="slow3", metric="latency_p95", comparison=BEYOND, warning=100, windows=3),
    Rule(id="slow36h", metric="latency_p95", comparison=BEYOND, warning=50, duration=DAY + DAY // 2),
)


def day_of(index: int) -> Window:
    """The window of a day, counted from the start."""
    return Window(START + index * DAY, START + (index + 1) * DAY)


@dataclass
class Life:
    """One model, its rules and its book."""

    catalog: Catalog
    rules: tuple[Rule, ...] = RULES
    features: tuple[str, ...] = ("temp", "dewp", "wind", "carrier")
    book: Book = field(default_factory=Book)
    log: list[tuple[int, str, Kind]] = field(default_factory=list)
    day = staticmethod(day_of)

    def verdict(self, rule: str, day: int, status: Status | str, column: str = "", **rest: Any) -> Verdict:
        """A verdict with numbers that fit its status."""
        status = Status(status)
        known = next(each for each in self.rules if each.id == rule)
        level = known.warning if status is not Status.CRITICAL or known.critical is None else known.critical
        series = Series(
            known.metric,
            column,
            version=rest.pop("version", "1"),
            span=rest.pop("span", 1),
            slice=rest.pop("slice", Series("x").slice),
        )
        given = {
            "value": (level or 0.0) * (2.0 if status.firing else 0.5)
            if status not in (Status.NO_DATA, Status.NOT_COMPUTED)
            else None,
            "threshold": level,
            "noise_floor": None,
        }
        return Verdict(rule=rule, series=series, window=day_of(day), status=status, **{**given, **rest})

    def context(self, day: int, **rest: Any) -> Context:
        """The context of a day."""
        return Context(window=day_of(day), features=self.features, task=Task.BINARY, **rest)

    def advance(self, day: int, verdicts: Iterable[Verdict], context: Context | None = None) -> tuple[Change, ...]:
        """Give the book verdicts at the end of a day."""
        self.book, changes = advance(
            self.book,
            key=ModelKey("flight-delay"),
            instant=day_of(day).end + DAY // 24,
            verdicts=verdicts,
            contexts=lambda window: replace(context or self.context(day), window=window),
            catalog=self.catalog,
            rules=self.rules,
        )
        self.log += [(day, str(change.kind), change.incident.kind) for change in changes]
        return changes

    def path(self, rule: str, statuses: str, column: str = "", start: int = 0, **rest: Any) -> list[list[str]]:
        """One series day by day: o w c n - for ok, warning, critical, no data, nothing said."""
        names = {"o": Status.OK, "w": Status.WARNING, "c": Status.CRITICAL, "n": Status.NO_DATA}
        told: list[list[str]] = []
        for day, letter in enumerate(statuses, start):
            mine = [self.verdict(rule, day, names[letter], column, **rest)] if letter in names else []
            # another series that is always fine: the day is seen even if nothing is said of ours
            other = self.verdict("unseen", day, Status.OK, "carrier")
            told.append([str(change.kind) for change in self.advance(day, [*mine, other])])
        return told

    @property
    def incidents(self) -> list[Any]:
        """All incidents the book still holds."""
        return [case.incident for case in self.book.cases]


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The metrics of these tests."""
    made = Catalog()
    for metric in METRICS:
        made.metrics.add(metric)
    return made


@pytest.fixture(scope="session")
def life(catalog: Catalog) -> Callable[..., Life]:
    """Make a new life."""
    return lambda **rest: replace(Life(catalog), **rest)
