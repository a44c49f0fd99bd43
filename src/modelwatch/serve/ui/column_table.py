"""The tables of a column's page: every metric with its yardsticks and its bullet, and the moments of each stretch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from modelwatch.domain.columns import LABEL
from modelwatch.domain.measurement import Status
from modelwatch.read.column import ColumnView
from modelwatch.read.metric_rows import Row
from modelwatch.read.values import Moments
from modelwatch.serve.ui.canvas import state_told
from modelwatch.serve.ui.column_canvas import ColumnCanvas
from modelwatch.show import column as words
from modelwatch.show import digits
from modelwatch.show.charts.bullet import Bullet, bullet
from modelwatch.show.status import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One metric as a row of the table; `why` stands where there is no value, `over` where its span is another."""

    row: Row
    title: str
    value: str
    floor: str
    threshold: str
    bullet: Bullet
    state: State | None
    why: str
    over: str

    @property
    def past(self) -> bool:
        """Whether it fires."""
        return self.state in (State.CRITICAL, State.WARNING)


@dataclass(frozen=True, slots=True)
class Table:
    """The moments: titles of the columns, and of each stretch its name, its side and its cells."""

    columns: Sequence[str]
    rows: Sequence[tuple[str, str, Sequence[str]]]


def metric_lines(canvas: ColumnCanvas) -> list[Line]:
    """Every metric of the selected stretch."""
    return [_line(row, canvas) for row in canvas.view.rows]


def _line(row: Row, canvas: ColumnCanvas) -> Line:
    measurement, write = row.measurement, words.written(row.metric)
    limits = [each.value for each in row.limits]
    status = measurement.status
    judged = status.firing or (bool(row.limits) and status is Status.OK)
    other = measurement.series.span != canvas.view.span
    return Line(
        row=row,
        title=words.short(row.metric),
        value=write(measurement.value),
        floor=write(measurement.noise_floor),
        threshold=" / ".join(write(each) for each in limits),
        bullet=bullet(measurement.value, floor=measurement.noise_floor, limits=limits[:1], normal=_normal(row)),
        state=state_told(status) if judged else None,
        why=measurement.reason or "",
        over=canvas.span(measurement.series.span) if other else "",
    )


def _normal(row: Row) -> tuple[float, float] | None:
    """What is normal, as far as the metric can go."""
    if row.normal is None:
        return None
    low, high = row.metric.range
    return min(max(row.normal[0], low), high), min(max(row.normal[1], low), high)


def moments_table(canvas: ColumnCanvas) -> Table:
    """Where the values lie in each stretch, in the columns that its kind has."""
    view = canvas.view
    names = {"reference": "Reference", "current": canvas.selected}
    if view.earlier is not None:
        names["earlier"] = canvas.named(view.earlier)
    cells = _cells(view)
    return Table(
        [title for title, _ in cells],
        [(names[side], side, [write(each) for _, write in cells]) for side, each in view.sides.items()],
    )


Cell = tuple[str, Callable[[Moments], str]]
_NUMBERS: tuple[Cell, ...] = (
    ("Mean", lambda each: digits.metric(each.mean)),
    ("5 %", lambda each: digits.metric(each.low)),
    ("Median", lambda each: digits.metric(each.median)),
    ("95 %", lambda each: digits.metric(each.high)),
    ("Min", lambda each: digits.metric(each.minimum)),
    ("Max", lambda each: digits.metric(each.maximum)),
    ("Missing", lambda each: digits.share(each.missing_share)),
    ("Beyond range", lambda each: digits.share(each.beyond)),
)
_LEVELS: tuple[Cell, ...] = (
    ("Levels", lambda each: digits.count(None if each.distinct is None else round(each.distinct))),
    ("Missing", lambda each: digits.share(each.missing_share)),
    ("Unseen", lambda each: digits.share(each.over)),
)
_TRUTH: tuple[Cell, ...] = (
    ("Mean", lambda each: digits.metric(each.mean)),
    ("No label", lambda each: digits.share(each.missing_share)),
)
_PRESENT: tuple[Cell, ...] = (("Missing", lambda each: digits.share(each.missing_share)),)
_ROWS: Cell = ("Rows", lambda each: digits.count(each.rows or None))


def _cells(view: ColumnView) -> tuple[Cell, ...]:
    if view.name == LABEL and view.role == LABEL:
        return (_ROWS, *_TRUTH)
    if any(side.quantiles for side in view.sides.values()):
        return (_ROWS, *_NUMBERS)
    levelled = any(side.distinct is not None for side in view.sides.values())
    return (_ROWS, *(_LEVELS if levelled else _PRESENT))
