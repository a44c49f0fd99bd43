"""A measurement: one metric's value in one window and slice, with all that is needed to judge it.

`measure` makes them, `judge` gives them a status, `store` keeps every revision, `show` draws them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from modelwatch.domain.instants import Window
from modelwatch.domain.slices import ALL_ROWS, Slice


class Status(StrEnum):
    """What is known of a measurement, from fine to unknown to bad."""

    OK = "ok"
    NOT_COMPUTED = "not_computed"
    NO_DATA = "no_data"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Order of badness; the larger rank is the worse status."""
        return _RANKS[self]

    @property
    def firing(self) -> bool:
        """Whether this status is a warning or worse."""
        return self.rank >= _RANKS[Status.WARNING]


_RANKS = {status: rank for rank, status in enumerate(Status)}


def worst(*statuses: Status) -> Status:
    """The worst of the given statuses, `ok` for none."""
    return max(statuses, key=lambda status: status.rank, default=Status.OK)


@dataclass(frozen=True, slots=True, order=True)
class Series:
    """What makes measurements comparable over time: everything but window and value."""

    metric: str
    column: str = ""
    slice: Slice = ALL_ROWS
    version: str = ""
    span: int = 1


@dataclass(frozen=True, slots=True)
class Value:
    """What a metric's function returns: the number, the rows behind it, a 95 % interval where one exists."""

    value: float
    n: int
    interval: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Measurement:
    """One metric's value; `value` is None exactly when `reason` says why it was not computed."""

    series: Series
    window: Window
    value: float | None
    n: int = 0
    interval: tuple[float, float] | None = None
    noise_floor: float | None = None
    p_value: float | None = None
    provisional: bool = False
    reason: str | None = None
    revision: int = 1
    status: Status = Status.OK

    def to_dict(self) -> dict[str, Any]:
        """The JSON of the command line and the API."""
        return {
            "metric": self.series.metric,
            "column": self.series.column or None,
            "slice": self.series.slice.to_dict(),
            "version": self.series.version or None,
            "window": self.window.to_dict(),
            "span": self.series.span,
            "value": self.value,
            "n": self.n,
            "interval": list(self.interval) if self.interval else None,
            "noise_floor": self.noise_floor,
            "p_value": self.p_value,
            "provisional": self.provisional,
            "status": str(self.status),
            "reason": self.reason,
            "revision": self.revision,
        }


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a metric reads in the reference's blocks of the same length: mean, spread (ddof 0), number."""

    mean: float
    sd: float
    blocks: int
