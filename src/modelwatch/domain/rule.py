"""A rule: a condition on a metric with the levels at which it warns or is critical; a verdict: its outcome.

`spec` makes rules from packs and YAML, `judge` evaluates them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from modelwatch.domain.instants import Window
from modelwatch.domain.measurement import Series, Status
from modelwatch.domain.slices import ALL_ROWS, Slice


class Comparison(StrEnum):
    """How a value is held against the levels."""

    LEVEL = "level"  # in the metric's own bad direction; |value| where better is `near`
    ABOVE = "above"
    BELOW = "below"
    ABOVE_REFERENCE_BY = "above_reference_by"
    BELOW_REFERENCE_BY = "below_reference_by"
    ABOVE_REFERENCE_BY_PERCENT = "above_reference_by_percent"
    BELOW_REFERENCE_BY_PERCENT = "below_reference_by_percent"
    OFF_REFERENCE_BY = "off_reference_by"  # either way
    BLOCKS = "blocks"  # standard deviations of the reference's blocks, either way
    MULTIPLE = "multiple"  # of the interval in which rows are expected
    SEASONAL = "seasonal"  # percent off the same weekday and hours of earlier weeks, either way

    @property
    def relative(self) -> bool:
        """Whether the rule compares with the reference's blocks, and so needs their spread too."""
        return "reference" in self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule.

    `columns` holds column names or the words `all` (features and prediction), `features`, `prediction` and
    `label`; it is empty for metrics of the model as a whole. `slice` is None for every slice. `spans` are
    filled in by `spec`. `windows` and `duration` are the `for` of the specification; `cap` is the worst
    severity the rule may reach; `least` is the number of rows that a share must concern for the rule to fire, unless
    it concerns all of them; `origin` is `pack` or `own`.
    """

    id: str
    metric: str
    comparison: Comparison
    warning: float | None = None
    critical: float | None = None
    columns: tuple[str, ...] = ()
    slice: Slice | None = ALL_ROWS
    spans: tuple[int, ...] | None = None
    window: int | None = None
    windows: int | None = None
    duration: int | None = None
    page: bool | None = None
    runbook: str | None = None
    cap: Status = Status.CRITICAL
    least: int = 0
    origin: str = "pack"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The outcome of one rule on one measurement.

    `threshold` is the value that was or would have to be passed; `distance` counts standard deviations of
    the reference's blocks where the rule compares with them. An `inhibited` verdict keeps its status but
    feeds no incident: another finding on the same window already tells its cause.
    """

    rule: str
    series: Series
    window: Window
    value: float | None
    threshold: float | None
    noise_floor: float | None
    status: Status
    distance: float | None = None
    provisional: bool = False
    inhibited: bool = False
    reason: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The JSON of the command line and the API."""
        return {
            "rule": self.rule,
            "metric": self.series.metric,
            "column": self.series.column or None,
            "slice": self.series.slice.to_dict(),
            "window": self.window.to_dict(),
            "span": self.series.span,
            "value": self.value,
            "threshold": self.threshold,
            "noise_floor": self.noise_floor,
            "status": str(self.status),
        }
