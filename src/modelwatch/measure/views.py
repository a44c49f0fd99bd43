"""What a metric's function is given: one column, one profile or one outcome, with what it is held against.

`engine` makes the views once per window and span; every metric of a family reads the same view.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from modelwatch.domain.columns import ColumnKind
from modelwatch.domain.errors import NotComputable
from modelwatch.domain.instants import Window
from modelwatch.measure.pairs import CategoryPair, NumericPair, Pair, SketchPair
from modelwatch.profile import BinaryOutcome, Outcome, Profile, RegressionOutcome
from modelwatch.sketch import CategorySketch, LogBuckets, NumericSketch, Sketch
from modelwatch.sketch.grid import Floats


@dataclass(frozen=True)
class ColumnView:
    """One column in one span; `low` and `high` are the ends of the range its values should keep to."""

    name: str
    kind: ColumnKind
    current: Sketch
    reference: Sketch | None = None
    edges: Floats | None = None
    low: float | None = None
    high: float | None = None
    calendar: bool = False  # constant within a window but not across windows, such as a weekday

    def pair(self) -> Pair:
        """Reference and current side by side."""
        return self._pair

    @cached_property
    def _pair(self) -> Pair:
        if self.reference is None:
            raise NotComputable("no reference")
        if self.calendar:
            raise NotComputable("it has one value within a window and others across windows: it follows the calendar")
        if self.current.rows == 0:
            raise NotComputable("no rows")
        if self.reference.rows == 0:
            raise NotComputable("no rows in the reference")
        if isinstance(self.reference, NumericSketch) and isinstance(self.current, NumericSketch):
            edges = self.reference.decile_edges() if self.edges is None else self.edges
            return SketchPair(self.reference, self.current, edges)
        if isinstance(self.reference, CategorySketch) and isinstance(self.current, CategorySketch):
            return CategoryPair(self.reference, self.current)
        raise NotComputable(f"{self.kind} columns are only checked for missing values")

    def numeric_pair(self) -> NumericPair:
        """The pair of a numeric column."""
        pair = self.pair()
        if isinstance(pair, SketchPair):
            return pair
        raise NotComputable(f"{self.kind} columns have no order")

    def numbers(self) -> NumericSketch:
        """The current sketch of a numeric column."""
        if isinstance(self.current, NumericSketch):
            return self.current
        raise NotComputable(f"{self.kind} columns hold no numbers")

    def categories(self) -> CategorySketch:
        """The current sketch of a categorical column."""
        if isinstance(self.current, CategorySketch):
            return self.current
        raise NotComputable(f"{self.kind} columns have no categories")


@dataclass(frozen=True, slots=True)
class ProfileView:
    """One profile in one window; `last_row` is the newest timestamp seen before the window's end.

    `silence` is the longest time without a row, in microseconds, that ends in the window or lasts at its end.
    """

    window: Window
    profile: Profile
    last_row: int | None = None
    drifted: tuple[int, int] = (0, 0)  # columns in drift, columns judged
    earlier_means: tuple[float, ...] = ()
    short: str = ""  # why the mean output does not stand for the window
    faults: Mapping[str, int] = field(default_factory=dict[str, int])
    silence: int | None = None

    def latency(self) -> LogBuckets:
        """The latencies logged in the window."""
        if self.profile.latency.n == 0:
            raise NotComputable("latency_ms is not logged")
        return self.profile.latency


@dataclass(frozen=True, slots=True)
class OutcomeView:
    """One outcome in one window; fewer than `minimum` labels are too few to score.

    `due` says whether most of the window's labels should have come by now, `awaited` whether the model has labels at
    all.
    """

    outcome: Outcome
    minimum: int = 1
    due: bool = True
    awaited: bool = True

    def binary(self) -> BinaryOutcome:
        """The outcome of a binary model with enough labels."""
        self._enough()
        if isinstance(self.outcome, BinaryOutcome):
            return self.outcome
        raise NotComputable("only for binary models")

    def regression(self) -> RegressionOutcome:
        """The outcome of a regression model with enough labels."""
        self._enough()
        if isinstance(self.outcome, RegressionOutcome):
            return self.outcome
        raise NotComputable("only for regression models")

    def _enough(self) -> None:
        if self.outcome.labelled < self.minimum:
            raise NotComputable(f"{self.outcome.labelled} labels, {self.minimum} needed")


def column_range(reference: Sketch | None) -> tuple[float | None, float | None]:
    """The reference's range widened by its width on both sides, or nothing to hold values against."""
    if not isinstance(reference, NumericSketch) or reference.n == 0:
        return None, None
    width = (reference.maximum - reference.minimum) or abs(reference.maximum) or 1.0
    return reference.minimum - width, reference.maximum + width
