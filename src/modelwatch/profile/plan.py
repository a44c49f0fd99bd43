"""The plan of a model's profiles: which columns are counted on which grid or domain, and which slices are kept.

Made once from the first reference; every batch, window and reference of the model follows it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import polars as pl

from modelwatch.domain.calendar import Calendar
from modelwatch.domain.columns import PREDICTION, SCORE, ColumnKind, Task
from modelwatch.domain.instants import DAY
from modelwatch.domain.slices import Slice
from modelwatch.sketch import (
    CategorySketch,
    Domain,
    Grid,
    NumericSketch,
    PresenceSketch,
    Sketch,
    build_grid,
    build_score_grid,
)

SLICES = 200
SLICE_ROWS = 100
OTHER = "other"


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """How one column is counted: on a grid, on a domain, or only as present and missing.

    `source` is the column of the log; it differs from `name` for the model's output, which is always `prediction`.
    """

    name: str
    source: str
    kind: ColumnKind
    grid: Grid | None = None
    domain: Domain | None = None

    def empty(self) -> Sketch:
        """The sketch of no rows."""
        if self.grid is not None:
            return NumericSketch.empty(self.grid)
        return PresenceSketch() if self.domain is None else CategorySketch.empty(self.domain)

    def unpack(self, packed: list[Any]) -> Sketch:
        """The sketch that its `pack` wrote down."""
        if self.grid is not None:
            return NumericSketch.unpack(self.grid, packed)
        return PresenceSketch.unpack(packed) if self.domain is None else CategorySketch.unpack(self.domain, packed)


@dataclass(frozen=True, slots=True)
class Plan:
    """The columns, the calendar and the slices of one model's profiles.

    `slices` holds, for each segment column, the values that are slices of their own; all others are its `other`.
    """

    calendar: Calendar
    task: Task
    columns: Mapping[str, ColumnPlan]
    slices: Mapping[str, tuple[str, ...]]
    dropped_slices: int = 0

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the feature columns."""
        return tuple(name for name in self.columns if name != PREDICTION)

    @property
    def output(self) -> ColumnPlan | None:
        """How the model's output is counted, if it is logged."""
        return self.columns.get(PREDICTION)

    def source(self, column: str) -> str:
        """The column of the log that holds a segment's or feature's values."""
        return self.columns[column].source if column in self.columns else column

    @property
    def days(self) -> Calendar:
        """The calendar of the daily blobs: the monitor's own windows if longer than a day."""
        return Calendar(max(DAY, self.calendar.size), self.calendar.timezone)

    def slice_names(self) -> list[Slice]:
        """Every slice in its fixed order, each segment's `other` last."""
        return [Slice(((column, value),)) for column, values in self.slices.items() for value in (*values, OTHER)]

    def to_bytes(self) -> bytes:
        """The plan as bytes, version first."""
        columns = [
            [
                c.name,
                c.source,
                str(c.kind),
                c.grid and c.grid.pack(),
                c.domain and [list(c.domain.values), c.domain.truncated],
            ]
            for c in self.columns.values()
        ]
        slices = [[column, list(values)] for column, values in self.slices.items()]
        head = [1, self.calendar.size, self.calendar.timezone, str(self.task), self.dropped_slices]
        return msgspec.msgpack.encode([head, columns, slices])

    @classmethod
    def from_bytes(cls, data: bytes) -> Plan:
        """The plan that `to_bytes` wrote."""
        (_, size, timezone, task, dropped), columns, slices = msgspec.msgpack.decode(data)
        plans = [
            ColumnPlan(
                name,
                source,
                ColumnKind(kind),
                grid and Grid.unpack(grid),
                domain and Domain(tuple(domain[0]), domain[1]),
            )
            for name, source, kind, grid, domain in columns
        ]
        kept = {column: tuple(values) for column, values in slices}
        return cls(Calendar(size, timezone), Task(task), {plan.name: plan for plan in plans}, kept, dropped)


def build_plan(
    frame: pl.DataFrame,
    *,
    calendar: Calendar,
    task: Task,
    features: Mapping[str, ColumnKind],
    segments: Sequence[str] = (),
    sources: Mapping[str, str] | None = None,
    marks: Mapping[str, Sequence[float]] | None = None,
) -> Plan:
    """Make the plan from a reference's canonical rows.

    Parameters
    ----------
    frame : polars.DataFrame
        Canonical predictions; a feature it lacks is only counted as missing until a reference holds it.
    sources : mapping of feature to column
        Where a feature's column in the log has another name.
    marks : mapping of column to numbers
        Values that must be edges: the ends of declared ranges, and the thresholds of `prediction`.

    Examples
    --------
    >>> from modelwatch.domain.instants import HOUR
    >>> frame = pl.DataFrame({"age": [20.0, 30.0, 40.0], "score": [0.1, 0.5, 0.9]})
    >>> plan = build_plan(frame, calendar=Calendar(HOUR), task=Task.BINARY, features={"age": ColumnKind.NUMERIC})
    >>> list(plan.columns)
    ['age', 'prediction']
    """
    marks, sources = marks or {}, sources or {}
    columns = {
        name: _plan_column(frame, name, sources.get(name, name), kind, marks.get(name, ()))
        for name, kind in features.items()
    }
    output = _plan_output(frame, task, marks.get(PREDICTION, ()))
    if output is not None:
        columns[PREDICTION] = output
    slices, dropped = _plan_slices(frame, {column: sources.get(column, column) for column in segments})
    return Plan(calendar, task, columns, slices, dropped)


def _plan_column(frame: pl.DataFrame, name: str, source: str, kind: ColumnKind, marks: Sequence[float]) -> ColumnPlan:
    if kind is ColumnKind.NUMERIC:
        return ColumnPlan(name, source, kind, grid=build_grid(_numbers(frame, source), marks=marks))
    if kind in (ColumnKind.CATEGORICAL, ColumnKind.BOOLEAN):
        return ColumnPlan(name, source, kind, domain=Domain.of(_categories(frame, source)))
    return ColumnPlan(name, source, kind)


def _plan_output(frame: pl.DataFrame, task: Task, thresholds: Sequence[float]) -> ColumnPlan | None:
    if task is Task.BINARY and _has(frame, SCORE):
        grid = build_score_grid(_numbers(frame, SCORE), thresholds=thresholds)
        return ColumnPlan(PREDICTION, SCORE, ColumnKind.NUMERIC, grid=grid)
    if not _has(frame, PREDICTION):
        return None
    if task is Task.REGRESSION:
        return ColumnPlan(PREDICTION, PREDICTION, ColumnKind.NUMERIC, grid=build_grid(_numbers(frame, PREDICTION)))
    return ColumnPlan(PREDICTION, PREDICTION, ColumnKind.CATEGORICAL, domain=Domain.of(_categories(frame, PREDICTION)))


def _plan_slices(frame: pl.DataFrame, segments: Mapping[str, str]) -> tuple[dict[str, tuple[str, ...]], int]:
    """The largest values of the segment columns, at most 200 in all, each with at least 100 reference rows."""
    ranked = [
        (rows, column, value)
        for column, source in segments.items()
        for value, rows in _categories(frame, source).items()
        if rows >= SLICE_ROWS and value != OTHER
    ]
    ranked.sort(key=lambda entry: (-entry[0], entry[1], entry[2]))
    room = SLICES - len(segments)
    kept = {column: tuple(sorted(value for _, c, value in ranked[:room] if c == column)) for column in segments}
    return kept, max(len(ranked) - room, 0)


def _has(frame: pl.DataFrame, name: str) -> bool:
    return name in frame.columns and frame[name].null_count() < frame.height


def _numbers(frame: pl.DataFrame, name: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    if name not in frame.columns:
        return np.array([], dtype=np.float64)
    return frame[name].cast(pl.Float64).drop_nulls().to_numpy()


def _categories(frame: pl.DataFrame, name: str) -> dict[str, int]:
    if name not in frame.columns:
        return {}
    counted = frame[name].cast(pl.String).drop_nulls().value_counts(name="rows")
    return dict(zip(counted[name].to_list(), counted["rows"].to_list(), strict=True))
