"""A grid of columns by hour with the rows that came below it, and rows by hour against what is usual.

The chart of incidents whose cause is in the data or in its feed; colours say shares, red only near all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from modelwatch.domain.instants import DAY, HOUR
from modelwatch.show import digits
from modelwatch.show.charts.frame import Chart, Spec, field, layered, rows_of
from modelwatch.show.charts.scale import Scale
from modelwatch.show.tokens import token

NAMES = 92
SHARES: tuple[tuple[float, str], ...] = (
    (0.02, "heat-0"),
    (0.2, "heat-1"),
    (0.5, "heat-2"),
    (0.95, "heat-3"),
    (1.01, "critical-fill"),
)
"""Shares below which a cell has a colour, by the name of its token."""
_PITCH, _CELL, _HEAD, _GAP, _BARS = 20, 18, 34, 10, 32
_FEED = 168
_ROOM, _LAST = 6, 9  # cells that the name of a day takes on a screen, and on a phone


@dataclass(frozen=True, slots=True, kw_only=True)
class HourRow:
    """One row of the grid; shares are None where no row came."""

    name: str
    shares: Sequence[float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class HourAxis:
    """Cells of `size` microseconds from `start` on, `count` of them, by the clock of UTC; `mark` is told by a line."""

    start: int
    size: int
    count: int
    mark: int | None = None
    mark_says: str = ""

    @property
    def end(self) -> int:
        """Where the last cell ends."""
        return self.start + self.size * self.count

    def x(self, *, labels: bool = False) -> Spec:
        """The encoding of milliseconds; `labels` writes the hours below."""
        step = 6 * HOUR if self.size >= HOUR else HOUR
        first = -(-self.start // step) * step
        ticks = [at // 1000 for at in range(first, self.end, step) if self.size < HOUR or at % DAY]
        axis = {
            "values": ticks,
            "tickCount": len(ticks),  # Vega leaves out some of the values if they are many more than these
            "labelExpr": "utcFormat(datum.value, '%H:%M')",
            "labelOverlap": "greedy",
            "labelSeparation": 8,
            "title": None,
            "grid": False,
        }
        scale = {"domain": [self.start // 1000, self.end // 1000], "nice": False, "zero": False}
        return {**field("at"), "scale": scale, "axis": axis if labels else None}

    def place(self, cell: int) -> dict[str, int]:
        """Where a cell begins and ends, in milliseconds."""
        at = self.start + cell * self.size
        return {"at": at // 1000, "to": (at + self.size) // 1000}

    def days(self) -> list[int]:
        """The midnights within."""
        return list(range(-(-self.start // DAY) * DAY, self.end, DAY))


def hours(name: str, says: str, axis: HourAxis, rows: Sequence[HourRow], came: Sequence[int]) -> Chart:
    r"""The grid of shares, one row for each column, above the rows that came.

    Parameters
    ----------
    name, says
        Of the chart.
    rows
        From top to bottom.
    came
        Rows that came in each cell.

    Examples
    --------
    >>> axis = HourAxis(start=0, size=HOUR, count=2)
    >>> made = hours("gone", "temp is gone", axis, [HourRow(name="temp", shares=[0.0, 1.0])], [5, 9])
    >>> made.rows[1]["hour"], made.columns["row0"]
    ('1\xa0Jan 1970 01:00', 'temp')
    """
    grid = _HEAD + len(rows) * _PITCH
    height = grid + _GAP + _BARS
    bars = _bars(axis, came, top=grid + _GAP, bottom=height)
    labels = [(row.name, _HEAD + place * _PITCH + _CELL / 2) for place, row in enumerate(rows)]
    labels.append(("rows per hour" if axis.size == HOUR else "rows", height - _BARS / 2))
    spec = layered(
        _cells(axis, rows, height),
        _dots(axis, rows, height),
        bars,
        *_days(axis, height),
        *_mark(axis, height),
        _names(labels, height),
        height=height,
        left=NAMES,
        top=0,
        bottom=22,
    )
    columns = {"hour": "Hour (UTC)", "came": "Rows", **{f"row{place}": row.name for place, row in enumerate(rows)}}
    table = [
        {
            "hour": digits.moment(axis.start + cell * axis.size),
            "came": digits.count(came[cell]),
            **{f"row{place}": digits.share(row.shares[cell]) for place, row in enumerate(rows)},
        }
        for cell in range(axis.count)
    ]
    return Chart(name=name, says=says, spec=spec, columns=columns, rows=table)


def feed(name: str, says: str, axis: HourAxis, came: Sequence[int], usual: Sequence[float | None]) -> Chart:
    """Rows by hour as bars, and what is usual at that hour as a line over each."""
    most = max([*came, *(each for each in usual if each is not None), 1])
    scale, x2 = Scale.of([most], written=lambda n: digits.count(round(n)), zero=True), {"field": "to"}
    bars = [{**axis.place(cell), "n": n} for cell, n in enumerate(came)]
    lines = [{**axis.place(cell), "n": each} for cell, each in enumerate(usual) if each is not None]
    spec = layered(
        scale.grid(),
        {
            "data": rows_of(bars),
            "mark": {"type": "rect", "fill": token("current"), "stroke": token("surface"), "strokeWidth": 1},
            "encoding": {"x": axis.x(labels=True), "x2": x2, "y": scale.plain("n"), "y2": {"datum": 0}},
        },
        {
            "data": rows_of(lines),
            "mark": {"type": "rule", "stroke": token("label"), "strokeWidth": 1.5},
            "encoding": {"x": axis.x(), "x2": x2, "y": scale.plain("n")},
        },
        *_days(axis, _FEED, whole=False),
        height=_FEED,
        bottom=22,
        top=18,
    )
    table = [
        {
            "hour": digits.moment(axis.start + cell * axis.size),
            "came": digits.count(came[cell]),
            "usual": digits.NOTHING if usual[cell] is None else digits.count(round(usual[cell] or 0)),
        }
        for cell in range(axis.count)
    ]
    columns = {"hour": "Hour (UTC)", "came": "Rows", "usual": "Usual at that hour of the week"}
    return Chart(name=name, says=says, spec=spec, columns=columns, rows=table)


def fill_of(share: float) -> str:
    """The token of a share's colour.

    Examples
    --------
    >>> fill_of(0.0), fill_of(0.3), fill_of(1.0)
    ('heat-0', 'heat-2', 'critical-fill')
    """
    return next(name for limit, name in SHARES if share < limit)


def _down(name: str, height: int) -> Spec:
    """Pixels from the upper edge."""
    return {**field(name), "scale": {"domain": [height, 0], "nice": False, "zero": False}, "axis": None}


def _cells(axis: HourAxis, rows: Sequence[HourRow], height: int) -> Spec:
    cells = [
        {
            **axis.place(cell),
            "top": _HEAD + place * _PITCH,
            "bottom": _HEAD + place * _PITCH + _CELL,
            "fill": token(fill_of(share)),
        }
        for place, row in enumerate(rows)
        for cell, share in enumerate(row.shares)
        if share is not None
    ]
    return {
        "data": rows_of(cells),
        "mark": {"type": "rect", "stroke": token("surface"), "strokeWidth": 1, "cornerRadius": 2},
        "encoding": {
            "x": axis.x(),
            "x2": {"field": "to"},
            "y": _down("top", height),
            "y2": {"field": "bottom"},
            "fill": {"field": "fill", "type": "nominal", "scale": None},
        },
    }


def _dots(axis: HourAxis, rows: Sequence[HourRow], height: int) -> Spec:
    """Hours without rows: a dot in every row, never the colour of nothing missing."""
    dots = [
        {"at": (axis.start + cell * axis.size + axis.size // 2) // 1000, "top": _HEAD + place * _PITCH + _CELL / 2}
        for place, row in enumerate(rows)
        for cell, share in enumerate(row.shares)
        if share is None
    ]
    return {
        "data": rows_of(dots),
        "mark": {"type": "point", "shape": "circle", "size": 3, "filled": True, "fill": token("ref-line")},
        "encoding": {"x": axis.x(), "y": _down("top", height)},
    }


def _bars(axis: HourAxis, came: Sequence[int], *, top: int, bottom: int) -> Spec:
    most = max(came, default=0) or 1
    bars = [
        {**axis.place(cell), "top": bottom - (bottom - top) * n / most, "bottom": bottom}
        for cell, n in enumerate(came)
        if n
    ]
    return {
        "data": rows_of(bars),
        "mark": {"type": "rect", "fill": token("ref-line"), "stroke": token("surface"), "strokeWidth": 1},
        "encoding": {
            "x": axis.x(labels=True),
            "x2": {"field": "to"},
            "y": _down("top", bottom),
            "y2": {"field": "bottom"},
        },
    }


def _days(axis: HourAxis, height: int, *, whole: bool = True) -> list[Spec]:
    """A hairline at each midnight, with the day's name above."""
    days = axis.days()
    # The first day is named too where there is room before the next.
    whole_day = [axis.start] if not days or days[0] - axis.start > _ROOM * axis.size else []
    told = [at for at in (*whole_day, *days) if axis.end - at > _LAST * axis.size]
    named = [{"at": at // 1000, "day": digits.day(at, beside=axis.start)} for at in told]
    ruled: dict[str, Any] = {"y": {"value": 2 if whole else -16}, "y2": {"value": height}}
    return [
        {
            "data": rows_of({"at": at // 1000} for at in days),
            "mark": {"type": "rule", "stroke": token("line2"), "strokeWidth": 1},
            "encoding": {"x": axis.x(), **ruled},
        },
        {
            "data": rows_of(named),
            "mark": {"type": "text", "align": "left", "dx": 5, "baseline": "top", "fill": token("t1")},
            "encoding": {"x": axis.x(), "y": {"value": 2 if whole else -16}, "text": {"field": "day"}},
        },
    ]


def _mark(axis: HourAxis, height: int) -> list[Spec]:
    if axis.mark is None:
        return []
    at = [{"at": axis.mark // 1000, "says": axis.mark_says}]
    late = (axis.mark - axis.start) * 2 > axis.end - axis.start
    text = {
        "type": "text",
        "align": "right" if late else "left",
        "dx": -6 if late else 6,
        "baseline": "top",
        "fontWeight": 600,
        "fill": token("critical"),
    }
    return [
        {
            "data": rows_of(at),
            "mark": {"type": "rule", "stroke": token("critical-fill"), "strokeWidth": 2},
            "encoding": {"x": axis.x(), "y": {"value": 2}, "y2": {"value": height}},
        },
        {
            "data": rows_of(at),
            "mark": text,
            "encoding": {"x": axis.x(), "y": {"value": 18}, "text": {"field": "says"}},
        },
    ]


def _names(labels: Sequence[tuple[str, float]], height: int) -> Spec:
    named: list[Mapping[str, Any]] = [{"name": name, "top": top} for name, top in labels]
    mark = {"type": "text", "align": "right", "baseline": "middle", "limit": NAMES - 12, "fill": token("t2")}
    return {
        "data": rows_of(named),
        "mark": mark,
        "encoding": {"x": {"value": -8}, "y": _down("top", height), "text": {"field": "name"}},
    }
