"""The heat maps of a model's page: drift by column, and performance by slice, both as multiples of a limit.

Rows that were never past it are folded into one line that names them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import numpy as np

from modelwatch.domain.metric import Metric
from modelwatch.read.heat import HeatLine, slice_lines, split
from modelwatch.read.model import ROWS, ModelView
from modelwatch.read.period import DAYS
from modelwatch.serve.ui.canvas import Canvas, Told
from modelwatch.serve.ui.lanes import Lane
from modelwatch.serve.ui.site import segment
from modelwatch.show import digits
from modelwatch.show.charts import Chart, Telling
from modelwatch.show.charts.heat import Cell, HeatRow, heat_map
from modelwatch.show.charts.scale import rounded
from modelwatch.show.status import State

MOST_COLUMNS, MOST_SLICES = 20, 8
NO_VALUES = "no values"


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


def drift_lane(canvas: Canvas, lines: Sequence[HeatLine], span: int, *, every: bool) -> Heat:
    """Drift by column on a span; `every` draws more rows than the page has room for."""
    view = canvas.view
    shown, quiet, blank = split(lines)
    drawn = shown if every else shown[:MOST_COLUMNS]
    rows = [Row(line.name, href=_column_page(view, line.name)) for line in drawn]
    over = canvas.span(span)
    telling = _telling("drift", f"Drift by column over {over}", canvas, drawn, len(quiet))
    latest = [_drift_told(line, len(view.windows) - 1) for line in drawn]
    lane = Lane(
        name="drift",
        title="Drift by column",
        chart=_drawn(canvas, telling, drawn, rows),
        readout=[(State.NODATA, told, "") if told == NO_VALUES else told for told in latest],
    )
    return Heat(
        told=Told(lane, _readouts(canvas, drawn, _drift_told)) if drawn else None,
        rows=rows,
        head=f"PSI over {over}, as a multiple of its limit",
        unit=(f"PSI, {canvas.latest}", "of its limit"),
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
    drawn = computed if every else computed[:MOST_SLICES]
    rows = [_slice_row(line) for line in drawn]
    over = canvas.span(span)
    telling = _telling("slices", f"{metric.title} by slice over {over}", canvas, drawn, 0)
    latest = [_slice_told(line, len(view.windows) - 1) for line in drawn]
    lane = Lane(name="slices", title="Slices", chart=_drawn(canvas, telling, drawn, rows), readout=latest)
    scatter = f"{digits.metric(drop)} or its own scatter"
    return Heat(
        told=Told(lane, _readouts(canvas, drawn, _slice_told)) if drawn else None,
        rows=rows,
        head=f"{metric.title} over {over}, lost against the slice's reference: multiples of {scatter}",
        unit=(f"{over} to {canvas.latest}", "and against reference"),
        blank=[(str(line.slice), line.reason) for line in lines if not line.computed],
        more=len(computed) - len(drawn),
    )


def _drawn(canvas: Canvas, telling: Telling, lines: Sequence[HeatLine], rows: Sequence[Row]) -> Chart:
    windows = canvas.view.windows
    came = canvas.view.sheet.track(ROWS).measured
    found = [
        HeatRow(
            row.name,
            [
                Cell(windows[cell.start].start, windows[cell.stop - 1].end, *line.cell(cell))
                for cell in canvas.cells
                if bool(came[cell.start : cell.stop].any())
            ],
            row.href,
        )
        for row, line in zip(rows, lines, strict=True)
    ]
    return heat_map(telling, found, ground=canvas.ground)


def _telling(name: str, what: str, canvas: Canvas, lines: Sequence[HeatLine], quiet: int) -> Telling:
    """The finding, and as its table the worst value of each cell."""
    past = [line for line in lines if line.peak > 1]
    found = "none was past its limit"
    if past:
        worst = max(past, key=lambda line: line.peak)
        named, times = str(worst.slice) if worst.slice else worst.name, digits.metric(worst.peak)
        found = f"{len(past)} of {len(lines) + quiet} were past their limit, {named} the furthest, {times} times"
    fields = {f"c{place}": str(line.slice) if line.slice else line.name for place, line in enumerate(lines)}
    known = [(line, _worst(line, canvas)) for line in lines]
    rows = [
        {
            "window": text,
            **{f"c{place}": rounded(line.track.at(worst[cell]), 3) for place, (line, worst) in enumerate(known)},
        }
        for cell, text in enumerate(canvas.cell_names)
    ]
    return Telling(name=name, says=f"{what}: {found}.", columns={"window": "Worst window of", **fields}, rows=rows)


def _readouts(canvas: Canvas, lines: Sequence[HeatLine], told: Callable[[HeatLine, int], str]) -> list[Sequence[str]]:
    """What each row reads in the worst window of the cell under the crosshair, as it is drawn."""
    known = [(line, _worst(line, canvas)) for line in lines]
    by_cell = [[told(line, worst[cell]) for line, worst in known] for cell in range(len(canvas.cells))]
    return [by_cell[cell] for cell in canvas.cell_of]


def _worst(line: HeatLine, canvas: Canvas) -> list[int]:
    """The place of the worst window of each cell."""
    return [line.worst_of(cell) for cell in canvas.cells]


def _drift_told(line: HeatLine, place: int) -> str:
    value, limit = line.track.at(place), line.limits[place]
    if line.empty[place]:
        return NO_VALUES
    if value is None:
        return digits.NOTHING
    return f"{digits.metric(value)} of {digits.metric(limit)}" if np.isfinite(limit) else digits.metric(value)


def _slice_told(line: HeatLine, place: int) -> str:
    value, mean = line.track.at(place), line.reference
    if value is None or mean is None:
        return digits.metric(value)
    return f"{digits.metric(value)} {digits.metric(value - mean, signed=True)}"


def _slice_row(line: HeatLine) -> Row:
    of, values = ", ".join(column for column, _ in line.slice.pairs), ", ".join(value for _, value in line.slice.pairs)
    return Row(values, of=of)


def _column_page(view: ModelView, column: str) -> str:
    """Where a column has its page, on the same range."""
    key = view.watched.key
    query = {} if key.env == "prod" else {"env": key.env}
    if view.period.name in DAYS:
        query["range"] = view.period.name
    return f"/models/{segment(key.model)}/columns/{segment(column)}" + (f"?{urlencode(query)}" if query else "")
