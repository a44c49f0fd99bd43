"""The heat maps of a model's page: drift by column, and performance by slice, both as multiples of a limit.

Rows that were never past it are folded into one line that names them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import numpy as np

from modelwatch.domain.metric import Metric
from modelwatch.read.heat import HeatLine, drift_lines, slice_lines, split
from modelwatch.read.model import DRIFT
from modelwatch.serve.ui.canvas import Canvas, Told
from modelwatch.serve.ui.lanes import Lane
from modelwatch.serve.ui.site import segment
from modelwatch.show import digits
from modelwatch.show.charts import Telling
from modelwatch.show.charts.heat import PITCH, Cell, HeatRow, heat_map

MOST_COLUMNS, MOST_SLICES = 20, 8
__all__ = ["PITCH", "Heat", "drift_lane", "slices_lane"]


@dataclass(frozen=True, slots=True)
class Row:
    """The name of a row: a column with the address of its page, or what a slice is of and its value."""

    name: str
    of: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat:
    """One heat map on the page.

    Attributes
    ----------
    told
        None where there is no row to draw.
    head
        What a cell means.
    unit
        The read-out's title, and the caption under it.
    quiet, blank
        Names of the rows that are folded, and of those that could not be computed, with the reason.
    more
        How many rows are left out.
    """

    told: Told | None
    rows: Sequence[Row]
    head: str
    unit: tuple[str, str]
    quiet: Sequence[str] = ()
    blank: Sequence[tuple[str, str]] = ()
    more: int = 0
    empties: bool = False


def drift_lane(canvas: Canvas, span: int, *, every: bool) -> Heat:
    """Drift by column on a span."""
    view = canvas.view
    shown, quiet, blank = split(drift_lines(view.watched, view.sheet, DRIFT, span))
    drawn = shown if every else shown[:MOST_COLUMNS]
    key = view.watched.key
    env = {} if key.env == "prod" else {"env": key.env}
    query = {**env, "range": view.period.name} if view.period.name != "custom" else env
    tail = f"?{urlencode(query)}" if query else ""
    rows = [Row(line.name, href=f"/models/{key.model}/columns/{segment(line.name)}{tail}") for line in drawn]
    over = canvas.span(span)
    telling = _telling("drift", f"Drift by column over {over}", canvas, drawn, quiet)
    readouts = [[_drift_told(line, place) for line in drawn] for place in (step.stop - 1 for step in canvas.steps)]
    return Heat(
        told=_told(canvas, telling, drawn, rows, readouts, title="Drift by column") if drawn else None,
        rows=rows,
        head=f"PSI over {over}, as a multiple of its limit",
        unit=(f"PSI, {canvas.latest}", "limit: threshold or noise floor"),
        quiet=[line.name for line in quiet],
        blank=[(line.name, line.reason) for line in blank],
        more=len(shown) - len(drawn),
        empties=any(any(line.empty) for line in drawn),
    )


def slices_lane(canvas: Canvas, metric: Metric, span: int, *, every: bool) -> Heat | None:
    """The key metric by slice on a span, against what each slice reads in the reference; None without slices."""
    view = canvas.view
    lines, drop = slice_lines(view.watched, view.sheet, metric, span)
    if drop is None or not lines:
        return None
    computed = [line for line in lines if line.computed]
    blank = [(str(line.slice), line.reason) for line in lines if not line.computed]
    drawn = computed if every else computed[:MOST_SLICES]
    rows = [_slice_row(line) for line in drawn]
    over = canvas.span(span)
    telling = _telling("slices", f"{metric.title} by slice over {over}", canvas, drawn, [])
    readouts = [[_slice_told(line, place) for line in drawn] for place in (step.stop - 1 for step in canvas.steps)]
    return Heat(
        told=_told(canvas, telling, drawn, rows, readouts, title="Slices") if drawn else None,
        rows=rows,
        head=f"{metric.title} over {over}, worse than the slice's reference, as a multiple of "
        f"{digits.metric(drop)} or its own scatter",
        unit=(f"{over} to {canvas.latest}", "and against reference"),
        blank=blank,
        more=len(computed) - len(drawn),
    )


def _told(
    canvas: Canvas,
    telling: Telling,
    lines: Sequence[HeatLine],
    rows: Sequence[Row],
    readouts: Sequence[Sequence[str]],
    *,
    title: str,
) -> Told:
    cells = canvas.view.period.cells(canvas.view.windows)
    windows = canvas.view.windows
    drawn = [
        HeatRow(
            row.name,
            [
                Cell(windows[places.start].start, windows[places.stop - 1].end, *line.cell(places))
                for places in cells
                if bool(line.track.measured[places.start : places.stop].any())
            ],
            row.href,
        )
        for row, line in zip(rows, lines, strict=True)
    ]
    chart = heat_map(telling, drawn, ground=canvas.ground)
    return Told(Lane(name=telling.name, title=title, chart=chart), readouts)


def _telling(name: str, what: str, canvas: Canvas, lines: Sequence[HeatLine], quiet: Sequence[HeatLine]) -> Telling:
    past = [line for line in lines if line.peak > 1]
    worst = max(past, key=lambda line: line.peak, default=None)
    found = (
        "none was past its limit"
        if worst is None
        else (
            f"{len(past)} of {len(lines) + len(quiet)} were past their limit, "
            f"{worst.name if not worst.slice else worst.slice} the furthest, {digits.metric(worst.peak)} times"
        )
    )
    fields = {f"c{place}": str(line.slice) if line.slice else line.name for place, line in enumerate(lines)}
    rows = canvas.rows(
        **{
            f"c{place}": [_or_none(line.track.value[step.stop - 1]) for step in canvas.steps]
            for place, line in enumerate(lines)
        }
    )
    return Telling(name=name, says=f"{what}: {found}.", columns={"window": "Window", **fields}, rows=rows)


def _drift_told(line: HeatLine, place: int) -> str:
    value, limit = line.track.at(place), line.limits[place]
    if line.empty[place]:
        return "no values"
    if value is None:
        return digits.NOTHING
    return (
        f"{digits.metric(value)} of {digits.metric(limit)}"
        if np.isfinite(limit)
        else f"{digits.metric(value)}, no rule"
    )


def _slice_told(line: HeatLine, place: int) -> str:
    value = line.track.at(place)
    if value is None:
        return digits.NOTHING
    mean = line.reference
    return (
        digits.metric(value) if mean is None else f"{digits.metric(value)} {digits.metric(value - mean, signed=True)}"
    )


def _slice_row(line: HeatLine) -> Row:
    of, values = ", ".join(column for column, _ in line.slice.pairs), ", ".join(value for _, value in line.slice.pairs)
    return Row(values, of=of)


def _or_none(number: float) -> float | None:
    return None if not np.isfinite(number) else float(f"{number:.3g}")
