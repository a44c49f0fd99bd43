"""A column's values on both sides as a metric's function wants to see them: exact, without a grid in between.

The counterpart of `measure.views.ColumnView`: one function per metric serves the service and `compare`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from modelwatch.compare.columns import Compared, Side
from modelwatch.domain.columns import ColumnKind
from modelwatch.domain.errors import NotComputable
from modelwatch.measure.pairs import CategoryPair, NumericPair, Pair, SamplePair, decile_edges
from modelwatch.measure.views import column_range
from modelwatch.show.sides import Sides
from modelwatch.sketch import CategorySketch, Domain, Grid, NumericSketch, PresenceSketch, Sketch
from modelwatch.sketch.grid import Floats

UNSEEN_SHOWN = 50


@dataclass(frozen=True, slots=True, eq=False)
class ExactView:
    """One column: `reference` and `current` count what is there, `sides` holds the values themselves.

    `why` says why the sides cannot be compared; `unseen` are categories that only the current side has,
    the most frequent first.
    """

    name: str
    kind: ColumnKind
    reference: Sketch
    current: Sketch
    sides: Pair | None = None
    why: str = ""
    unseen: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    drawing: Sides | None = None

    def pair(self) -> Pair:
        """Reference and current side by side."""
        if self.why:
            raise NotComputable(self.why)
        for sketch, where in ((self.reference, "in the reference"), (self.current, "in the current data")):
            if sketch.rows == 0:
                raise NotComputable(f"no rows {where}")
        if self.reference.rows == 1:
            raise NotComputable("one row of reference says nothing of chance")
        if self.sides is None:
            raise NotComputable(f"{self.kind} columns are only checked for missing values")
        if self.sides.sizes == (0, 0):
            raise NotComputable("all values are missing on both sides")
        return self.sides

    def numeric_pair(self) -> NumericPair:
        """The pair of a numeric column."""
        pair = self.pair()
        if isinstance(pair, SamplePair):
            return pair
        raise NotComputable(f"{self.kind} columns have no order")

    def numbers(self) -> NumericSketch:
        """The current values of a numeric column, counted below, within and above the expected range."""
        if self.why:
            raise NotComputable(self.why)
        if isinstance(self.current, NumericSketch):
            return self.current
        raise NotComputable(f"{self.kind} columns hold no numbers")

    def categories(self) -> CategorySketch:
        """The current categories of a categorical column."""
        if self.why:
            raise NotComputable(self.why)
        if isinstance(self.current, CategorySketch):
            return self.current
        raise NotComputable(f"{self.kind} columns have no categories")


def exact_view(column: Compared, *, calendar: bool = False) -> ExactView | None:
    """The view of a column, None for one that has no kind or stands on one side only.

    Parameters
    ----------
    calendar
        Whether the column has one value within a day and others across days.
    """
    if column.kind is None or column.reference is None or column.current is None:
        return None
    why = column.why
    if calendar and not why:
        why = "it has one value within a day and others across days: it follows the calendar"
    if column.kind is ColumnKind.NUMERIC:
        return _numeric(column, column.reference, column.current, why)
    if column.kind in (ColumnKind.CATEGORICAL, ColumnKind.BOOLEAN):
        return _categorical(column, column.kind, column.reference, column.current, why)
    before, now = _presence(column.reference), _presence(column.current)
    return ExactView(column.name, column.kind, before, now, why=why)


def _presence(side: Side) -> PresenceSketch:
    missing = side.values.null_count()
    return PresenceSketch(side.values.len() - missing, missing)


def _numeric(column: Compared, reference: Side, current: Side, why: str) -> ExactView:
    known = _counted(reference, Grid(np.array([], dtype=np.float64), 0.0, column.single))
    low, high = column_range(known)
    edges = _around(low, high, single=column.single)
    if not np.isfinite(edges).all():
        low, high, edges = None, None, edges[:0]
    counted = _counted(current, Grid(edges, 0.0, column.single))
    first, second = (_sorted(side, single=column.single) for side in (reference, current))
    pair = SamplePair(first, second, decile_edges(first), (known.missing, counted.missing))
    return ExactView(column.name, ColumnKind.NUMERIC, known, counted, pair, why, (), low, high)


def _around(low: float | None, high: float | None, *, single: bool) -> Floats:
    """The edges that set a range apart, in the type in which values are compared."""
    if low is None or high is None:
        return np.array([], dtype=np.float64)
    kind = np.float32 if single else np.float64
    with np.errstate(over="ignore"):
        ends = np.array([low, high], dtype=kind)
        # The upper end is an edge too: the one above it would else be rounded down to it (`Grid.index`).
        return np.array([*ends, np.nextafter(ends[1], kind(np.inf))], dtype=np.float64)


def _counted(side: Side, grid: Grid) -> NumericSketch:
    present = side.values.drop_nulls().to_numpy().astype(np.float64)
    # Powers of the largest numbers are infinite; nothing here reads the moments.
    with np.errstate(over="ignore", invalid="ignore"):
        return NumericSketch.of(grid, present, absent=side.values.null_count())


def _sorted(side: Side, *, single: bool) -> npt.NDArray[np.floating[Any]]:
    values = side.values.drop_nulls().to_numpy()
    with np.errstate(over="ignore"):
        kept = values[~np.isnan(values)].astype(np.float32 if single else np.float64)
    kept.sort()
    return kept


def _categorical(column: Compared, kind: ColumnKind, reference: Side, current: Side, why: str) -> ExactView:
    before, now = (_counts(side.values) for side in (reference, current))
    missing = reference.values.null_count(), current.values.null_count()
    domain = Domain.of(before)
    pair = CategoryPair(
        CategorySketch.of(domain, before, missing=missing[0]),
        CategorySketch.of(domain, now, missing=missing[1]),
    )
    # Here every category of the reference is known, however many they are.
    known = Domain(tuple(sorted(before)))
    unseen = sorted(now.keys() - before.keys(), key=lambda value: (-now[value], value))
    return ExactView(
        column.name, kind, CategorySketch.of(known, before, missing=missing[0]),
        CategorySketch.of(known, now, missing=missing[1]), pair, why, tuple(unseen[:UNSEEN_SHOWN]),
    )  # fmt: skip


def _counts(values: pl.Series) -> dict[str, int]:
    counted = values.cast(pl.String).drop_nulls().alias("value").value_counts(name="rows")
    return dict(zip(counted["value"].to_list(), counted["rows"].to_list(), strict=True))
